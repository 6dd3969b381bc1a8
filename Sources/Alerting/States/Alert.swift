public import Telemetry

/// Where an alert stands. `inactive` means resolved: it is kept for a while so that the recovery can be told again.
public enum AlertState: String, Sendable, Codable, CaseIterable {
  case inactive, pending, firing
}

/// The identity of an alert across rounds, reloads and restarts.
public struct AlertKey: Hashable, Sendable, Comparable {
  public let group: RuleGroupKey
  /// The rule's name: the label `alertname`.
  public let alert: String
  public let labels: LabelSet

  public init(group: RuleGroupKey, alert: String, labels: LabelSet) {
    self.group = group
    self.alert = alert
    self.labels = labels
  }

  public static func < (left: Self, right: Self) -> Bool {
    if left.group != right.group { return left.group < right.group }
    return left.alert != right.alert ? left.alert < right.alert : left.labels < right.labels
  }
}

/// One alert of a rule, as it stands after a round.
public struct Alert: Sendable, Equatable {
  public let key: AlertKey
  /// By name, templates expanded: the texts of the last round in which the rule's result held the element.
  public internal(set) var annotations: [String: String]
  public internal(set) var state: AlertState
  /// The slot at which the element appeared.
  public internal(set) var activeAt: Timestamp
  /// The slot at which it began to fire.
  public internal(set) var firedAt: Timestamp?
  public internal(set) var resolvedAt: Timestamp?
  /// The first slot at which the element was gone while `keep_firing_for` holds the alert.
  public internal(set) var keepFiringSince: Timestamp?
  /// Frozen while `keepFiringSince` is set.
  public internal(set) var value: Double

  /// All labels, `alertname` among them.
  public var labels: LabelSet { key.labels }
  public var name: String { key.alert }

  init(key: AlertKey, annotations: [String: String], activeAt: Timestamp, value: Double) {
    self.key = key
    self.annotations = annotations
    state = .pending
    self.activeAt = activeAt
    self.value = value
  }

  /// Whether the two differ in more than text and value, which every round renews.
  func hasSameProgress(as other: Alert) -> Bool {
    state == other.state && activeAt == other.activeAt && firedAt == other.firedAt && resolvedAt == other.resolvedAt
      && keepFiringSince == other.keepFiringSince
  }
}

/// Bounds of time around alert states.
public enum AlertTimes {
  /// How long a resolved alert is kept: 15 minutes.
  /// - Source: Prometheus `resolvedRetention`.
  public static let resolvedRetention = Duration.seconds(15 * 60)
}

/// A sample that a rule wants written.
public struct RuleSample: Sendable {
  public let labels: LabelSet
  public let timestamp: Timestamp
  /// The staleness marker for a series that the rule no longer yields.
  public let value: Double
  /// Written instead of the value, if there is one.
  public let histogram: NativeHistogram?

  public init(labels: LabelSet, at timestamp: Timestamp, _ value: Double, histogram: NativeHistogram? = nil) {
    self.labels = labels
    self.timestamp = timestamp
    self.value = value
    self.histogram = histogram
  }
}
