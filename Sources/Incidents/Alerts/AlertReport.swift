public import Inventory
public import Records
public import Telemetry

/// One firing alert, as offered in one round.
public struct AlertReport: Hashable, Sendable, Codable {
  public let origin: BreachOrigin
  public let alertName: String
  public let labels: LabelSet
  public let annotations: [String: String]
  public let severity: Severity
  /// When the breach began, before `for` had passed.
  public let activeAt: Timestamp
  public let value: Double
  public let subject: AlertSubject
  /// The open maintenance window over the item, `nil` when there is none.
  public private(set) var withheldBy: WindowReference?
  public let fingerprint: Fingerprint

  public init(
    rule: RuleReference, labels: LabelSet, annotations: [String: String] = [:], severity: Severity? = nil,
    activeAt: Timestamp, value: Double, volatileLabels: Set<String> = [], subject: AlertSubject,
    withheldBy: WindowReference? = nil, scope: Scope = .root
  ) {
    origin = .rule(rule)
    alertName = rule.alertName
    self.labels = labels
    self.annotations = annotations
    self.severity = severity ?? Severity(label: labels["severity"])
    self.activeAt = activeAt
    self.value = value
    self.subject = subject
    self.withheldBy = withheldBy
    fingerprint = Fingerprint(
      scope: scope, subject: subject, rule: rule, labels: labels, volatileLabels: volatileLabels)
  }

  /// An alert that another program posted under its own key.
  public init(
    source: String, key: String, alertName: String, labels: LabelSet, annotations: [String: String] = [:],
    severity: Severity? = nil, activeAt: Timestamp, value: Double = 1, subject: AlertSubject,
    withheldBy: WindowReference? = nil, scope: Scope = .root
  ) {
    origin = .external(source: source)
    self.alertName = alertName
    self.labels = labels
    self.annotations = annotations
    self.severity = severity ?? Severity(label: labels["severity"])
    self.activeAt = activeAt
    self.value = value
    self.subject = subject
    self.withheldBy = withheldBy
    fingerprint = Fingerprint(scope: scope, source: source, key: key)
  }

  /// The annotation `summary`, else the alert's name.
  public var title: String {
    guard let summary = annotations["summary"], !summary.isEmpty else { return alertName }
    return summary
  }

  /// Whether its window lets no incident open.
  var isWithheld: Bool { withheldBy?.mode == .suppressOpen }

  /// The same alert without its window.
  var uncovered: AlertReport {
    var copy = self
    copy.withheldBy = nil
    return copy
  }
}

/// All alerts of one rule that fire in one evaluation round.
///
/// Offered after **every** successful evaluation, also when nothing fires: what the round does not list has stopped
/// firing. A round that was lost is made good by the next. A failed evaluation offers nothing, because a fault of ours
/// says nothing about the target.
public struct RuleRound: Sendable {
  public let rule: RuleReference
  /// One per fingerprint; of several, the most severe one.
  public let firing: [AlertReport]
  /// Positions in `firing`.
  private let positions: [Fingerprint: Int]

  public init(_ rule: RuleReference, firing alerts: [AlertReport]) {
    var firing: [AlertReport] = []
    var positions: [Fingerprint: Int] = [:]
    for alert in alerts {
      if let position = positions[alert.fingerprint] {
        if alert.severity > firing[position].severity { firing[position] = alert }
      } else {
        positions[alert.fingerprint] = firing.count
        firing.append(alert)
      }
    }
    self.rule = rule
    self.firing = firing
    self.positions = positions
  }

  public func contains(_ fingerprint: Fingerprint) -> Bool { positions[fingerprint] != nil }
}
