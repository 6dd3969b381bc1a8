/// A rule file as written: decoded by the app, whose YAML decoder knows the lines and refuses unknown keys, and checked
/// by `RuleFile`.
public struct RuleFileDefinition: Decodable, Sendable {
  public var groups: [RuleGroupDefinition]

  private enum CodingKeys: String, CodingKey, CaseIterable { case groups }

  public init(groups: [RuleGroupDefinition] = []) { self.groups = groups }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    groups = try fields.decodeIfPresent([RuleGroupDefinition].self, forKey: .groups) ?? []
  }
}

public struct RuleGroupDefinition: Decodable, Sendable {
  public var name: String
  public var interval: String?
  public var queryOffset: String?
  public var limit: Int?
  public var labels: [String: String]
  public var rules: [RuleDefinition]

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case name, interval, limit, labels, rules
    case queryOffset = "query_offset"
  }

  public init(
    name: String, interval: String? = nil, queryOffset: String? = nil, limit: Int? = nil,
    labels: [String: String] = [:], rules: [RuleDefinition] = []
  ) {
    self.name = name
    self.interval = interval
    self.queryOffset = queryOffset
    self.limit = limit
    self.labels = labels
    self.rules = rules
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    name = try fields.decodeIfPresent(String.self, forKey: .name) ?? ""
    interval = try fields.decodeIfPresent(String.self, forKey: .interval)
    queryOffset = try fields.decodeIfPresent(String.self, forKey: .queryOffset)
    limit = try fields.decodeIfPresent(Int.self, forKey: .limit)
    labels = try fields.decodeIfPresent([String: String].self, forKey: .labels) ?? [:]
    rules = try fields.decodeIfPresent([RuleDefinition].self, forKey: .rules) ?? []
  }
}

/// One entry of `rules:`; which of `alert` and `record` is set decides its kind.
public struct RuleDefinition: Decodable, Sendable {
  public var alert: String?
  public var record: String?
  public var expression: String?
  public var holdDuration: String?
  public var keepFiringFor: String?
  public var labels: [String: String] = [:]
  public var annotations: [String: String] = [:]
  /// Watchkeeper's own, under the key `watchkeeper:`.
  public var settings: RuleSettingsDefinition?

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case alert, record, labels, annotations
    case expression = "expr"
    case holdDuration = "for"
    case keepFiringFor = "keep_firing_for"
    case settings = "watchkeeper"
  }

  public init(alert: String? = nil, record: String? = nil, expression: String?) {
    self.alert = alert
    self.record = record
    self.expression = expression
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    alert = try fields.decodeIfPresent(String.self, forKey: .alert)
    record = try fields.decodeIfPresent(String.self, forKey: .record)
    expression = try fields.decodeIfPresent(String.self, forKey: .expression)
    holdDuration = try fields.decodeIfPresent(String.self, forKey: .holdDuration)
    keepFiringFor = try fields.decodeIfPresent(String.self, forKey: .keepFiringFor)
    labels = try fields.decodeIfPresent([String: String].self, forKey: .labels) ?? [:]
    annotations = try fields.decodeIfPresent([String: String].self, forKey: .annotations) ?? [:]
    settings = try fields.decodeIfPresent(RuleSettingsDefinition.self, forKey: .settings)
  }
}

/// What a rule may say to Watchkeeper alone; Prometheus does not know this key.
public struct RuleSettingsDefinition: Decodable, Sendable {
  /// Names of labels that do not belong to the incident's identity, because they change while the cause stays.
  public var volatileLabels: [String]
  public var impact: String?
  /// A query: the alert ends only where it has an element.
  public var recovery: String?
  public var noData: String?
  public var noDataFor: String?

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case impact
    case volatileLabels = "volatile_labels"
    case recovery = "recover"
    case noData = "no_data"
    case noDataFor = "no_data_for"
  }

  public init(
    volatileLabels: [String] = [], impact: String? = nil, recovery: String? = nil, noData: String? = nil,
    noDataFor: String? = nil
  ) {
    self.volatileLabels = volatileLabels
    self.impact = impact
    self.recovery = recovery
    self.noData = noData
    self.noDataFor = noDataFor
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    volatileLabels = try fields.decodeIfPresent([String].self, forKey: .volatileLabels) ?? []
    impact = try fields.decodeIfPresent(String.self, forKey: .impact)
    recovery = try fields.decodeIfPresent(String.self, forKey: .recovery)
    noData = try fields.decodeIfPresent(String.self, forKey: .noData)
    noDataFor = try fields.decodeIfPresent(String.self, forKey: .noDataFor)
  }
}
