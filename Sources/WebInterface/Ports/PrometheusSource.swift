public import Telemetry

/// The answers behind `/api/v1`, built by PromQL and Alerting.
public protocol PrometheusSource: Sendable {
  func query(_ text: String, at time: Timestamp) async throws(PrometheusFailure) -> PrometheusAnswer
  func queryRange(
    _ text: String, from start: Timestamp, through end: Timestamp, step: Duration
  ) async throws(PrometheusFailure) -> PrometheusAnswer
  /// - Parameter selectors: series selectors such as `up{job="node"}`; empty for all series.
  func labelSets(
    matching selectors: [String], from start: Timestamp, through end: Timestamp
  ) async throws(PrometheusFailure) -> [LabelSet]
  func alertingRules() async throws(PrometheusFailure) -> [PrometheusRuleGroup]
}

/// The result of a query, with its type.
public enum PrometheusAnswer: Sendable {
  case vector([PrometheusSample])
  case matrix([PrometheusSeries])
  case scalar(PrometheusPoint)
  case string(at: Timestamp, String)
}

public struct PrometheusPoint: Sendable {
  public var at: Timestamp
  public var value: Double

  public init(at: Timestamp, _ value: Double) {
    self.at = at
    self.value = value
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

public struct PrometheusSeries: Sendable {
  public var labels: LabelSet
  public var points: [PrometheusPoint]

  public init(_ labels: LabelSet, _ points: [PrometheusPoint]) {
    self.labels = labels
    self.points = points
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
  public var lastEvaluation: Timestamp
  public var evaluationSeconds: Double
  public var rules: [PrometheusRule]

  public init(
    name: String, file: String, intervalSeconds: Double, lastEvaluation: Timestamp, evaluationSeconds: Double,
    rules: [PrometheusRule]
  ) {
    self.name = name
    self.file = file
    self.intervalSeconds = intervalSeconds
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
  public var value: Double

  public init(
    labels: LabelSet, annotations: [String: String], state: PrometheusRule.State, activeAt: Timestamp, value: Double
  ) {
    self.labels = labels
    self.annotations = annotations
    self.state = state
    self.activeAt = activeAt
    self.value = value
  }
}
