public import Interchange
public import Telemetry

/// The answers behind `/api/v1`, built by PromQL and Alerting.
public protocol PrometheusSource: Sendable {
  func query(
    _ text: String, at time: Timestamp, _ options: PrometheusQueryOptions
  ) async throws(PrometheusFailure) -> PrometheusResult
  /// The caller has bounded the number of steps.
  func queryRange(
    _ text: String, from start: Timestamp, through end: Timestamp, step: Duration, _ options: PrometheusQueryOptions
  ) async throws(PrometheusFailure) -> PrometheusResult
  /// The query in one line as the engine understands it.
  func formatted(_ text: String) throws(PrometheusFailure) -> String
  /// - Parameter selectors: series selectors such as `up{job="node"}`; empty for all series.
  func labelSets(
    matching selectors: [String], from start: Timestamp, through end: Timestamp
  ) async throws(PrometheusFailure) -> [LabelSet]
  /// Names of labels of the series known now.
  func labelNames(matching selectors: [String]) async throws(PrometheusFailure) -> [String]
  func labelValues(of name: String, matching selectors: [String]) async throws(PrometheusFailure) -> [String]
  /// What is known of metric families; less while the store cannot be read.
  ///
  /// - Parameter name: of the one that is asked for; `nil` for all.
  func metadata(of name: String?) async -> MetadataTable
  /// The newest number of each series that the look-back shows, of those that satisfy one of `selectors`.
  func latest(
    matching selectors: [String]
  ) async throws(PrometheusFailure) -> [(labels: LabelSet, sample: Sample)]
  func alertingRules() async throws(PrometheusFailure) -> [PrometheusRuleGroup]
  func runtime() async -> PrometheusRuntime
  func targets() async -> [PrometheusTarget]
}

/// What a caller may set for one query.
public struct PrometheusQueryOptions: Sendable, Equatable {
  /// `nil`: the installation's. Never longer than that.
  public var timeout: Duration?
  /// `nil`: the installation's.
  public var lookback: Duration?
  /// The most series in the answer; `nil` for all.
  public var limit: Int?

  public init(timeout: Duration? = nil, lookback: Duration? = nil, limit: Int? = nil) {
    self.timeout = timeout
    self.lookback = lookback
    self.limit = limit
  }
}

/// An answer with what the engine remarked about it.
public struct PrometheusResult: Sendable {
  public var answer: PrometheusAnswer
  public var warnings: [String]
  public var infos: [String]

  public init(_ answer: PrometheusAnswer, warnings: [String] = [], infos: [String] = []) {
    self.answer = answer
    self.warnings = warnings
    self.infos = infos
  }
}

/// The store and the process, for `/api/v1/status/…`.
public struct PrometheusRuntime: Sendable {
  public var startedAt: Timestamp
  public var workingFolder: String
  public var isConfigurationCurrent: Bool
  public var retention: Duration
  public var lookback: Duration
  public var queryTimeout: Duration
  public var activeSeries: Int

  public init(
    startedAt: Timestamp, workingFolder: String, isConfigurationCurrent: Bool, retention: Duration, lookback: Duration,
    queryTimeout: Duration, activeSeries: Int
  ) {
    self.startedAt = startedAt
    self.workingFolder = workingFolder
    self.isConfigurationCurrent = isConfigurationCurrent
    self.retention = retention
    self.lookback = lookback
    self.queryTimeout = queryTimeout
    self.activeSeries = activeSeries
  }
}

/// One thing that is sampled, as `/api/v1/targets` shows it.
public struct PrometheusTarget: Sendable {
  public enum Health: String, Sendable { case up, down, unknown }

  public var pool: String
  public var labels: LabelSet
  public var health: Health
  public var lastError: String
  public var lastScrape: Timestamp
  public var lastScrapeSeconds: Double
  public var interval: Duration

  public init(
    pool: String, labels: LabelSet, health: Health, lastError: String, lastScrape: Timestamp,
    lastScrapeSeconds: Double, interval: Duration
  ) {
    self.pool = pool
    self.labels = labels
    self.health = health
    self.lastError = lastError
    self.lastScrape = lastScrape
    self.lastScrapeSeconds = lastScrapeSeconds
    self.interval = interval
  }
}

/// The result of a query, with its type.
public enum PrometheusAnswer: Sendable {
  case vector([PrometheusSample])
  case matrix([SeriesSlice])
  case scalar(PrometheusPoint)
  case string(at: Timestamp, String)
}

public struct PrometheusPoint: Sendable {
  public var at: Timestamp
  /// Not looked at when there is a histogram.
  public var value: Double
  public var histogram: NativeHistogram?

  public init(at: Timestamp, _ value: Double, histogram: NativeHistogram? = nil) {
    self.at = at
    self.value = value
    self.histogram = histogram
  }
}

public struct PrometheusSample: Sendable {
  public var labels: LabelSet
  public var point: PrometheusPoint

  public init(_ labels: LabelSet, _ point: PrometheusPoint) {
    self.labels = labels
    self.point = point
  }
}

/// A failure of the query API with Prometheus' error types.
public struct PrometheusFailure: Error, Sendable, Equatable {
  public enum Kind: String, CaseIterable, Sendable {
    case badData = "bad_data"
    case execution
    case canceled
    case timeout
    case `internal`
    case unavailable
    case notFound = "not_found"
  }

  public let kind: Kind
  public let message: String

  public init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }
}

/// A rule group as `/api/v1/rules` shows it.
public struct PrometheusRuleGroup: Sendable {
  public var name: String
  public var file: String
  public var intervalSeconds: Double
  /// How many alerts or series a rule may yield; 0 means no limit.
  public var limit: Int
  public var lastEvaluation: Timestamp
  public var evaluationSeconds: Double
  public var rules: [PrometheusRule]

  public init(
    name: String, file: String, intervalSeconds: Double, limit: Int = 0, lastEvaluation: Timestamp,
    evaluationSeconds: Double, rules: [PrometheusRule]
  ) {
    self.name = name
    self.file = file
    self.intervalSeconds = intervalSeconds
    self.limit = limit
    self.lastEvaluation = lastEvaluation
    self.evaluationSeconds = evaluationSeconds
    self.rules = rules
  }
}

public struct PrometheusRule: Sendable {
  public enum Kind: String, Sendable { case alerting, recording }
  public enum Health: String, Sendable { case ok, err, unknown }
  public enum State: String, Sendable { case inactive, pending, firing }

  public var kind: Kind
  public var name: String
  public var query: String
  public var labels: LabelSet
  public var health: Health
  public var lastError: String?
  public var lastEvaluation: Timestamp
  public var evaluationSeconds: Double
  /// The rest only for alerting rules.
  public var state: State
  public var forSeconds: Double
  public var keepFiringForSeconds: Double
  public var annotations: [String: String]
  public var alerts: [PrometheusAlert]

  public init(
    kind: Kind, name: String, query: String, labels: LabelSet = .empty, health: Health = .ok,
    lastError: String? = nil, lastEvaluation: Timestamp, evaluationSeconds: Double = 0, state: State = .inactive,
    forSeconds: Double = 0, keepFiringForSeconds: Double = 0, annotations: [String: String] = [:],
    alerts: [PrometheusAlert] = []
  ) {
    self.kind = kind
    self.name = name
    self.query = query
    self.labels = labels
    self.health = health
    self.lastError = lastError
    self.lastEvaluation = lastEvaluation
    self.evaluationSeconds = evaluationSeconds
    self.state = state
    self.forSeconds = forSeconds
    self.keepFiringForSeconds = keepFiringForSeconds
    self.annotations = annotations
    self.alerts = alerts
  }
}

public struct PrometheusAlert: Sendable {
  public var labels: LabelSet
  public var annotations: [String: String]
  /// `pending` or `firing`.
  public var state: PrometheusRule.State
  public var activeAt: Timestamp
  /// Since when its element is gone, while `keep_firing_for` holds it.
  public var keepFiringSince: Timestamp?
  public var value: Double

  public init(
    labels: LabelSet, annotations: [String: String], state: PrometheusRule.State, activeAt: Timestamp,
    keepFiringSince: Timestamp? = nil, value: Double
  ) {
    self.labels = labels
    self.annotations = annotations
    self.state = state
    self.activeAt = activeAt
    self.keepFiringSince = keepFiringSince
    self.value = value
  }
}
