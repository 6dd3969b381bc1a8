public import Telemetry

/// States taken over by a new set of groups, after a reload or a restart.
///
/// An alert is found again by rule and label set. A rule is found by its group, its name and its labels as written; where
/// one of these changed, by the others, as long as that is unambiguous: a group that is renamed or moves to another file
/// loses nothing. Its expression, `for` and texts may change.
public struct CarriedStates: Sendable {
  public private(set) var states: [RuleGroupKey: GroupState] = [:]
  /// Firing alerts whose rule is gone: their incidents end because the rule was removed, not because of recovery.
  public private(set) var retired: [Alert] = []
  /// Staleness markers for the series of rules that are gone.
  public private(set) var samples: [RuleSample] = []
  /// For the table of alert states.
  public private(set) var rowChanges: [String: [UInt8]?] = [:]

  /// A reload: the running states move to `groups`. Nothing about an unchanged rule changes.
  public init(reloading running: [RuleGroupKey: GroupState], to groups: [RuleGroup], at now: Timestamp) {
    for group in groups {
      var state = GroupState(for: group)
      if let old = running[group.key] {
        state.lastSlot = old.lastSlot
        state.missedSlots = old.missedSlots
      }
      states[group.key] = state
    }
    var left = Self.places(in: running)
    for (new, previous) in Self.matches(from: &left, to: Self.places(in: states)) {
      if let rule = running[previous.group]?.rules[previous.index] { take(rule, to: new) }
    }
    for place in left.sorted(by: { ($0.group, $0.index) < ($1.group, $1.index) }) {
      if let rule = running[place.group]?.rules[place.index] { retire(rule, at: now) }
    }
    for key in running.keys where states[key] == nil { rowChanges[GroupRow.rowKey(of: key)] = .some(nil) }
  }

  /// A restart: states come from the rows of `RowTable.alertStates`.
  ///
  /// These rows make reading `ALERTS_FOR_STATE` back unnecessary: they hold what those samples say, and
  /// `keep_firing_for` besides. The series are written for dashboards and other tools only.
  public init(
    restoring stored: StoredAlertStates, to groups: [RuleGroup], at now: Timestamp,
    policy: OutagePolicy = OutagePolicy()
  ) {
    self.init(reloading: stored.groupStates, to: groups, at: now)
    samples = []
    // A group that moved has no slot of its own.
    let lastSlot = stored.groupStates.values.compactMap(\.lastSlot).max()
    for group in groups { settle(group, at: now, lastSlot, policy) }
  }

  // MARK: Rules

  private enum Mark { case file, group, labels }

  private struct Place: Hashable {
    let group: RuleGroupKey
    let index: Int
    let identity: RuleIdentity

    func likeness(by marks: Set<Mark>) -> [String] {
      [
        "\(identity.kind)", identity.name, marks.contains(.file) ? group.file : "",
        marks.contains(.group) ? group.group : "", marks.contains(.labels) ? identity.labelText : "",
      ]
    }
  }

  private static func places(in states: [RuleGroupKey: GroupState]) -> Set<Place> {
    Set(
      states.flatMap { key, state in
        state.rules.enumerated().map { Place(group: key, index: $0.offset, identity: $0.element.identity) }
      })
  }

  /// What tells rules apart beside their name, most telling first.
  private static let marks: [Set<Mark>] = [
    [.file, .group, .labels], [.file, .group], [.group, .labels], [.file, .labels], [.labels],
  ]

  /// For each new rule the old one whose states it takes.
  ///
  /// - Parameter left: those that nobody takes stay in it.
  private static func matches(from left: inout Set<Place>, to new: Set<Place>) -> [Place: Place] {
    var open = new
    var matches: [Place: Place] = [:]
    for marks in marks {
      let before = Dictionary(grouping: left) { $0.likeness(by: marks) }
      for (likeness, places) in Dictionary(grouping: open, by: { $0.likeness(by: marks) }) {
        guard places.count == 1, let previous = before[likeness], previous.count == 1 else { continue }
        matches[places[0]] = previous[0]
        left.remove(previous[0])
        open.remove(places[0])
      }
    }
    return matches
  }

  private mutating func take(_ old: RuleState, to place: Place) {
    guard var new = states[place.group]?.rules[place.index] else { return }
    new.written = old.written
    new.present = old.present
    new.lastFailure = old.lastFailure
    new.lastEvaluatedAt = old.lastEvaluatedAt
    for (labels, alert) in old.alerts {
      var moved = alert
      moved.key = AlertKey(group: place.group, alert: alert.name, labels: labels)
      new.alerts[labels] = moved
      let (before, after) = (AlertRow.rowKey(of: alert.key, old.identity), AlertRow.rowKey(of: moved.key, new.identity))
      guard before != after else { continue }
      rowChanges[before] = .some(nil)
      rowChanges[after] = .some(AlertRow(moved, new.identity).encoded())
    }
    states[place.group]?.rules[place.index] = new
  }

  private mutating func retire(_ rule: RuleState, at now: Timestamp) {
    samples += rule.written.sorted().map { RuleSample(labels: $0, at: now, .staleMarker) }
    for alert in rule.alerts.values.sorted(by: { $0.labels < $1.labels }) {
      rowChanges[AlertRow.rowKey(of: alert.key, rule.identity)] = .some(nil)
      guard alert.state == .firing else { continue }
      var ended = alert
      ended.state = .inactive
      ended.resolvedAt = now
      retired.append(ended)
    }
  }

  // MARK: After an outage

  private mutating func settle(
    _ group: RuleGroup, at now: Timestamp, _ lastSlot: Timestamp?, _ policy: OutagePolicy
  ) {
    guard var state = states[group.key] else { return }
    let away = (state.lastSlot ?? lastSlot).map { now.elapsed(since: $0) }
    for (index, rule) in group.rules.enumerated() {
      guard case .alerting(let alerting) = rule else { continue }
      let before = state.rules[index].alerts
      for (labels, alert) in before {
        state.rules[index].alerts[labels] = policy.settled(
          alert, holdDuration: alerting.holdDuration, interval: group.interval, away: away, at: now)
      }
      note(before, state.rules[index])
    }
    // Nothing was due while nothing ran: the time away is no missed round.
    state.lastSlot = nil
    states[group.key] = state
  }

  private mutating func note(_ before: [LabelSet: Alert], _ rule: RuleState) {
    for (labels, alert) in before {
      let key = AlertRow.rowKey(of: alert.key, rule.identity)
      guard let kept = rule.alerts[labels] else {
        rowChanges[key] = .some(nil)
        continue
      }
      if kept != alert { rowChanges[key] = .some(AlertRow(kept, rule.identity).encoded()) }
    }
  }
}
