public import Telemetry

/// What one rule remembers between rounds.
public struct RuleState: Sendable {
  /// How the rule is found again after a reload.
  let identity: RuleIdentity
  /// By label set; resolved ones stay for `AlertTimes.resolvedRetention`.
  var alerts: [LabelSet: Alert] = [:]
  /// The series of the last good round; those that are gone in the next get a staleness marker.
  var written: Set<LabelSet> = []
  /// The label sets that had data in the last good round, for rules that tell of missing data.
  var present: Set<LabelSet> = []
  public internal(set) var lastFailure: RuleFailure?
  public internal(set) var lastEvaluatedAt: Timestamp?

  init(_ identity: RuleIdentity) { self.identity = identity }

  /// The most advanced state of its alerts.
  public var state: AlertState {
    if alerts.values.contains(where: { $0.state == .firing }) { return .firing }
    return alerts.values.contains { $0.state == .pending } ? .pending : .inactive
  }

  /// Pending and firing alerts, ascending by labels.
  public var activeAlerts: [Alert] { sortedAlerts { $0.state != .inactive } }

  /// Alerts that ended at most 15 minutes ago, ascending by labels.
  public var recentlyResolved: [Alert] { sortedAlerts { $0.state == .inactive } }

  private func sortedAlerts(_ isWanted: (Alert) -> Bool) -> [Alert] {
    alerts.values.filter(isWanted).sorted { $0.labels < $1.labels }
  }

  /// Samples of a good round, with staleness markers for the series that the last one had and this one lacks.
  mutating func closing(_ samples: [RuleSample], at time: Timestamp) -> [RuleSample] {
    let present = Set(samples.map(\.labels))
    let vanished = written.subtracting(present).sorted()
    written = present
    return samples + vanished.map { RuleSample(labels: $0, at: time, .staleMarker) }
  }
}

/// A rule as a reload sees it: its kind, its name and its labels as written, with a number behind equal ones.
struct RuleIdentity: Hashable, Sendable {
  enum Kind: Hashable, Sendable { case alerting, recording }
  let kind: Kind
  let name: String
  let labelText: String

  static func identities(of rules: [Rule]) -> [RuleIdentity] {
    var seen: [RuleIdentity: Int] = [:]
    return rules.map { rule in
      let identity = RuleIdentity(rule)
      let earlier = seen[identity, default: 0]
      seen[identity] = earlier + 1
      return earlier == 0
        ? identity
        : RuleIdentity(kind: identity.kind, name: identity.name, labelText: "\(identity.labelText)#\(earlier)")
    }
  }

  init(kind: Kind, name: String, labelText: String) {
    self.kind = kind
    self.name = name
    self.labelText = labelText
  }

  init(_ rule: Rule) {
    name = rule.name
    switch rule {
    case .alerting(let alerting):
      kind = .alerting
      labelText = alerting.labels.map { "\($0.name)=\(TextNotation.go.quoted($0.template.text))" }.joined(
        separator: ",")
    case .recording(let recording):
      kind = .recording
      labelText = recording.labels.sorted { $0.key < $1.key }
        .map { "\($0.key)=\(TextNotation.go.quoted($0.value))" }.joined(separator: ",")
    }
  }
}
