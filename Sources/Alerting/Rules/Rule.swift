public import PromQL

/// Where something is written.
public struct SourcePlace: Sendable, Hashable, CustomStringConvertible {
  public let file: String
  /// Counted from 1; 0 when it is not known.
  public let line: Int

  public init(file: String, line: Int) {
    self.file = file
    self.line = line
  }

  public var description: String { line > 0 ? "\(file):\(line)" : file }
}

/// One rule of a group.
public enum Rule: Sendable {
  case alerting(AlertingRule)
  case recording(RecordingRule)

  public var name: String {
    switch self {
    case .alerting(let rule): rule.name
    case .recording(let rule): rule.name
    }
  }

  public var query: Query {
    switch self {
    case .alerting(let rule): rule.query
    case .recording(let rule): rule.query
    }
  }

  public var place: SourcePlace {
    switch self {
    case .alerting(let rule): rule.place
    case .recording(let rule): rule.place
    }
  }
}

/// A name and the template of its value.
public struct NamedTemplate: Sendable {
  public let name: String
  public let template: Template
}

/// How much depends on what the rule watches; an input of the priority matrix, not its result.
public enum ImpactHint: String, Sendable, CaseIterable, Codable {
  case veryHigh = "very-high"
  case high, medium, low
}

/// A rule whose result elements are alerts.
public struct AlertingRule: Sendable {
  public let name: String
  public let place: SourcePlace
  public let query: Query
  /// How long an element must be present before its alert fires: `for`; the default is 0, at once.
  public let holdDuration: Duration
  /// How long an alert goes on firing after its element is gone: `keep_firing_for`; the default is 0.
  public let keepFiringFor: Duration
  /// The group's labels with the rule's over them, ascending by name.
  public let labels: [NamedTemplate]
  /// Ascending by name.
  public internal(set) var annotations: [NamedTemplate]
  /// Labels that are not part of the incident's identity; `severity` never is.
  public let volatileLabels: Set<String>
  public let impact: ImpactHint?
  public let policy: RecoveryPolicy

  /// - Parameters:
  ///   - groupLabels: the labels of the group, which the rule's own override.
  ///   - features: the experimental parts of PromQL that it may use.
  /// - Throws: the key that is wrong, relative to the rule.
  public init(
    _ definition: RuleDefinition, groupLabels: [String: String] = [:], features: LanguageFeatures = .stable,
    at place: SourcePlace
  ) throws(RuleError) {
    guard let name = definition.alert, !name.isEmpty else {
      throw RuleError(key: "alert", "fault.rule.no-alert-name")
    }
    guard definition.record == nil else {
      throw RuleError(key: "record", "fault.rule.both-kinds")
    }
    self.name = name
    self.place = place
    query = try RuleReading.query(definition.expression, features)
    holdDuration = try RuleReading.duration(definition.holdDuration, key: "for") ?? .zero
    keepFiringFor = try RuleReading.duration(definition.keepFiringFor, key: "keep_firing_for") ?? .zero
    labels = try RuleReading.templates(definition.labels, over: groupLabels)
    annotations = try RuleReading.templates(annotations: definition.annotations)
    volatileLabels = Set(definition.settings?.volatileLabels ?? [])
    impact = try RuleReading.impact(definition.settings?.impact)
    do throws(RuleError) {
      policy = try RecoveryPolicy(definition.settings, of: query, holdDuration: holdDuration)
    } catch {
      throw error.inside([.key("watchkeeper")])
    }
  }
}

/// A rule whose result becomes series under a new name.
public struct RecordingRule: Sendable {
  public let name: String
  public let place: SourcePlace
  public let query: Query
  /// The group's labels with the rule's over them; set on each result element, an empty value removes the label.
  public let labels: [String: String]

  /// - Throws: the key that is wrong, relative to the rule.
  public init(
    _ definition: RuleDefinition, groupLabels: [String: String] = [:], features: LanguageFeatures = .stable,
    at place: SourcePlace
  ) throws(RuleError) {
    guard let name = definition.record, !name.isEmpty else {
      throw RuleError(key: "record", "fault.rule.no-series-name")
    }
    guard RuleReading.isMetricName(name) else {
      throw RuleError(key: "record", "fault.rule.metric-name", ["name": name])
    }
    let alertKeys = [
      ("for", definition.holdDuration != nil), ("keep_firing_for", definition.keepFiringFor != nil),
      ("annotations", !definition.annotations.isEmpty), ("watchkeeper", definition.settings != nil),
    ]
    for (key, isSet) in alertKeys where isSet {
      throw RuleError(key: key, "fault.rule.alerts-only")
    }
    self.name = name
    self.place = place
    query = try RuleReading.query(definition.expression, features)
    try RuleReading.checkLabelNames(definition.labels)
    labels = groupLabels.merging(definition.labels) { _, own in own }
  }
}

/// Rules that are evaluated in order, at the same slots.
public struct RuleGroup: Sendable {
  public let name: String
  public let file: String
  public let place: SourcePlace
  /// Between two slots; the default is `RuleDefaults.interval`.
  public let interval: Duration
  /// How many alerts or series a rule may yield; 0 means no limit.
  public let limit: Int
  /// How far queries look back from the slot; their samples are stamped with the shifted time. The default is 0.
  public let queryOffset: Duration
  public let labels: [String: String]
  public let rules: [Rule]

  public var key: RuleGroupKey { RuleGroupKey(file: file, group: name) }
}

/// The identity of a group: its name is unique within its file.
public struct RuleGroupKey: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
  public let file: String
  public let group: String

  public init(file: String, group: String) {
    self.file = file
    self.group = group
  }

  public var description: String { "\(file);\(group)" }
  public static func < (left: Self, right: Self) -> Bool { (left.file, left.group) < (right.file, right.group) }
}

/// What holds where a group says nothing.
public struct RuleDefaults: Sendable, Equatable {
  /// The default is 1 minute, as in Prometheus.
  public var interval = Duration.seconds(60)
  /// The default is 0.
  public var queryOffset = Duration.zero
  /// The experimental parts of PromQL that expressions may use; the default is none, as in Prometheus.
  public var features = LanguageFeatures.stable

  public init() {}
}
