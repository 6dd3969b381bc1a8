public import Telemetry

/// States taken over by a new set of groups, after a reload or a restart.
///
/// An alert is found again by group, rule and label set. A rule is found by its name and its labels as written, or by its
/// name alone when that is unambiguous; its expression, `for` and texts may change without losing anything.
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
      guard let old = running[group.key] else {
        states[group.key] = state
        continue
      }
      state.lastSlot = old.lastSlot
      state.missedSlots = old.missedSlots
      let assignment = Self.assignment(from: old.rules.map(\.identity), to: state.rules.map(\.identity))
      for (new, previous) in assignment { take(old.rules[previous], into: &state.rules[new]) }
      let kept = Set(assignment.values)
      for index in old.rules.indices where !kept.contains(index) { retire(old.rules[index], at: now) }
      states[group.key] = state
    }
    for (key, old) in running where states[key] == nil {
      for rule in old.rules { retire(rule, at: now) }
      rowChanges[GroupRow.rowKey(of: key)] = .some(nil)
    }
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
    for group in groups { settle(group, at: now, policy) }
  }

  // MARK: Rules

  private mutating func take(_ old: RuleState, into new: inout RuleState) {
    new.alerts = old.alerts
    new.written = old.written
    new.present = old.present
    new.lastFailure = old.lastFailure
    new.lastEvaluatedAt = old.lastEvaluatedAt
    guard old.identity != new.identity else { return }
    // The row's key holds the rule's labels: write the rows anew under the changed ones.
    for alert in old.alerts.values {
      rowChanges[AlertRow.rowKey(of: alert.key, old.identity)] = .some(nil)
      rowChanges[AlertRow.rowKey(of: alert.key, new.identity)] = .some(AlertRow(alert, new.identity).encoded())
    }
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

  /// For each new rule the old one whose states it takes: equal ones first, in order, then those alone under their name.
  private static func assignment(from old: [RuleIdentity], to new: [RuleIdentity]) -> [Int: Int] {
    var free = Set(old.indices)
    var result: [Int: Int] = [:]
    for (index, identity) in new.enumerated() {
      guard let match = old.indices.first(where: { free.contains($0) && old[$0] == identity }) else { continue }
      result[index] = match
      free.remove(match)
    }
    for (index, identity) in new.enumerated() where result[index] == nil {
      let rivals = new.indices.filter { result[$0] == nil && new[$0].isNamesake(of: identity) }
      let matches = free.filter { old[$0].isNamesake(of: identity) }
      guard rivals.count == 1, matches.count == 1, let match = matches.first else { continue }
      result[index] = match
      free.remove(match)
    }
    return result
  }

  // MARK: After an outage

  private mutating func settle(_ group: RuleGroup, at now: Timestamp, _ policy: OutagePolicy) {
    guard var state = states[group.key] else { return }
    let away = state.lastSlot.map { now.elapsed(since: $0) }
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

extension RuleIdentity {
  func isNamesake(of other: RuleIdentity) -> Bool { kind == other.kind && name == other.name }
}
