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
  public internal(set) var key: AlertKey
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
  /// The labels of the element that it stands for, before the rule's own, without the metric's name: by them data and
  /// recovery are found.
  public let element: LabelSet
  /// Whether it says that data are missing, rather than that the rule's condition holds.
  public let isNoData: Bool
  /// Why it goes on although its element is gone; `nil` while the element is there or `keep_firing_for` holds it.
  public internal(set) var held: AlertHold?
  /// The first slot at which its data were missing.
  public internal(set) var missingSince: Timestamp?

  /// All labels, `alertname` among them.
  public var labels: LabelSet { key.labels }
  public var name: String { key.alert }

  init(
    key: AlertKey, annotations: [String: String], activeAt: Timestamp, value: Double, element: LabelSet,
    isNoData: Bool = false
  ) {
    self.element = element
    self.isNoData = isNoData
    self.key = key
    self.annotations = annotations
    state = .pending
    self.activeAt = activeAt
    self.value = value
  }

  /// Whether the two differ in more than text and value, which every round renews.
  func hasSameProgress(as other: Alert) -> Bool {
    state == other.state && activeAt == other.activeAt && firedAt == other.firedAt && resolvedAt == other.resolvedAt
      && keepFiringSince == other.keepFiringSince && missingSince == other.missingSince && held == other.held
  }
}

/// Bounds of time around alert states.
public enum AlertTimes {
  /// How long a resolved alert is kept: 15 minutes.
  /// - Source: Prometheus `resolvedRetention`.
  public static let resolvedRetention = Duration.seconds(15 * 60)
  /// How long an alert tells of missing data before the series count as retired: 7 days.
  public static let noDataMax = Duration.seconds(7 * 86_400)
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
