public import Telemetry

/// A rule test file in promtool's format, as written: decoded by the app, which refuses unknown keys.
///
/// - Source: Prometheus "Unit testing for rules".
public struct UnitTestFile: Decodable, Sendable {
  /// Globs relative to the test file; the app reads and checks them.
  public var ruleFiles: [String] = []
  /// The default is 1 minute.
  public var evaluationInterval = Duration.seconds(60)
  /// Names of groups that are evaluated first, in this order.
  public var groupOrder: [String] = []
  public var comparison = ValueComparison.exact
  public var tests: [UnitTest] = []

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case tests
    case ruleFiles = "rule_files"
    case evaluationInterval = "evaluation_interval"
    case groupOrder = "group_eval_order"
    case fuzzyCompare = "fuzzy_compare"
  }

  public init() {}

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    ruleFiles = try fields.decodeIfPresent([String].self, forKey: .ruleFiles) ?? []
    evaluationInterval = try fields.duration(forKey: .evaluationInterval) ?? .seconds(60)
    groupOrder = try fields.decodeIfPresent([String].self, forKey: .groupOrder) ?? []
    comparison = try fields.decodeIfPresent(Bool.self, forKey: .fuzzyCompare) == true ? .lastBitFree : .exact
    tests = try fields.decodeIfPresent([UnitTest].self, forKey: .tests) ?? []
  }
}

/// How expected and found values are compared.
public enum ValueComparison: Sendable {
  case exact
  /// `fuzzy_compare`: values that differ in the last bit only are equal.
  case lastBitFree

  func accepts(_ found: Double, _ expected: Double) -> Bool {
    if found == expected || (found.isNaN && expected.isNaN) { return true }
    guard case .lastBitFree = self, found.isFinite, expected.isFinite else { return false }
    return found.nextUp == expected || found.nextDown == expected
  }
}

/// One test: series, and what must come of them.
public struct UnitTest: Decodable, Sendable {
  public var name = ""
  /// Between two values of a series; the default is the file's evaluation interval.
  public var interval: Duration?
  /// When the series begin; the default is the epoch.
  public var start = Timestamp.epoch
  public var inputSeries: [InputSeries] = []
  public var external = ExternalIdentity.none
  public var alertCases: [AlertCase] = []
  public var queryCases: [QueryCase] = []

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case name, interval
    case start = "start_timestamp"
    case inputSeries = "input_series"
    case externalLabels = "external_labels"
    case externalURL = "external_url"
    case alertCases = "alert_rule_test"
    case queryCases = "promql_expr_test"
  }

  public init() {}

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    name = try fields.decodeIfPresent(String.self, forKey: .name) ?? ""
    interval = try fields.duration(forKey: .interval)
    start = try fields.instant(forKey: .start) ?? .epoch
    inputSeries = try fields.decodeIfPresent([InputSeries].self, forKey: .inputSeries) ?? []
    external = ExternalIdentity(
      labels: LabelSet(try fields.decodeIfPresent([String: String].self, forKey: .externalLabels) ?? [:]),
      url: try fields.decodeIfPresent(String.self, forKey: .externalURL) ?? "")
    alertCases = try fields.decodeIfPresent([AlertCase].self, forKey: .alertCases) ?? []
    queryCases = try fields.decodeIfPresent([QueryCase].self, forKey: .queryCases) ?? []
  }
}

public struct InputSeries: Decodable, Sendable {
  public var series: String
  public var values: String

  private enum CodingKeys: String, CodingKey, CaseIterable { case series, values }

  public init(_ series: String, _ values: String) {
    self.series = series
    self.values = values
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    series = try fields.decode(String.self, forKey: .series)
    values = try fields.decode(String.self, forKey: .values)
  }
}

/// Which alerts of a name must fire at a time: all of them, and no others.
public struct AlertCase: Decodable, Sendable {
  public var evalTime: Duration
  public var alertName: String
  public var expected: [ExpectedAlert]

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case evalTime = "eval_time"
    case alertName = "alertname"
    case expected = "exp_alerts"
  }

  public init(at evalTime: Duration, _ alertName: String, _ expected: [ExpectedAlert]) {
    self.evalTime = evalTime
    self.alertName = alertName
    self.expected = expected
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    evalTime = try fields.duration(forKey: .evalTime) ?? .zero
    alertName = try fields.decode(String.self, forKey: .alertName)
    expected = try fields.decodeIfPresent([ExpectedAlert].self, forKey: .expected) ?? []
  }
}

public struct ExpectedAlert: Decodable, Sendable {
  /// Without `alertname`.
  public var labels: [String: String]
  public var annotations: [String: String]

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case labels = "exp_labels"
    case annotations = "exp_annotations"
  }

  public init(labels: [String: String] = [:], annotations: [String: String] = [:]) {
    self.labels = labels
    self.annotations = annotations
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    labels = try fields.decodeIfPresent([String: String].self, forKey: .labels) ?? [:]
    annotations = try fields.decodeIfPresent([String: String].self, forKey: .annotations) ?? [:]
  }
}

/// What a query must give at a time.
public struct QueryCase: Decodable, Sendable {
  public var expression: String
  public var evalTime: Duration
  public var expected: [ExpectedSample]

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case expression = "expr"
    case evalTime = "eval_time"
    case expected = "exp_samples"
  }

  public init(_ expression: String, at evalTime: Duration, _ expected: [ExpectedSample]) {
    self.expression = expression
    self.evalTime = evalTime
    self.expected = expected
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    expression = try fields.decode(String.self, forKey: .expression)
    evalTime = try fields.duration(forKey: .evalTime) ?? .zero
    expected = try fields.decodeIfPresent([ExpectedSample].self, forKey: .expected) ?? []
  }
}

public struct ExpectedSample: Decodable, Sendable {
  /// A series description; empty for an element without labels.
  public var labels: String
  public var value: Double
  /// A native histogram, in place of the value: `{{…}}`.
  public var histogram: String?

  private enum CodingKeys: String, CodingKey, CaseIterable { case labels, value, histogram }

  public init(_ labels: String = "", _ value: Double) {
    self.labels = labels
    self.value = value
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    labels = try fields.decodeIfPresent(String.self, forKey: .labels) ?? ""
    histogram = try fields.decodeIfPresent(String.self, forKey: .histogram)
    let text = try fields.decodeIfPresent(String.self, forKey: .value) ?? "0"
    guard let number = GoNumberText.number(text) else {
      throw fields.problem(.value, "fault.rule-test.number", ["text": text])
    }
    value = number
  }
}

extension KeyedDecodingContainer {
  fileprivate func duration(forKey key: Key) throws -> Duration? {
    try decodeIfPresent(DurationSetting.self, forKey: key)?.duration
  }

  fileprivate func instant(forKey key: Key) throws -> Timestamp? {
    guard let text = try decodeIfPresent(String.self, forKey: key) else { return nil }
    if let seconds = GoNumberText.number(text), seconds.isFinite { return Timestamp(seconds: seconds) }
    guard let instant = Timestamp(rfc3339: text) else {
      throw problem(key, "fault.rule-test.time", ["text": text])
    }
    return instant
  }
}
