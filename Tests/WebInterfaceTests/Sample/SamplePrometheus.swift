import Records
import Telemetry
import WebInterface

extension SampleConsole {
  private var up: LabelSet { LabelSet(["__name__": "up", "job": "node", "instance": "db01"]) }

  func query(
    _ text: String, at time: Timestamp, _ options: PrometheusQueryOptions
  ) async throws(PrometheusFailure) -> PrometheusResult {
    switch text {
    case "up": return PrometheusResult(.vector([PrometheusSample(up, PrometheusPoint(at: time, 1))]))
    case "1": return PrometheusResult(.scalar(PrometheusPoint(at: time, 1)), warnings: ["w"], infos: ["i", "\"j\""])
    case "\"x\"": return PrometheusResult(.string(at: time, "x"))
    case "options": return PrometheusResult(.string(at: time, "\(options)"))
    case "endless":
      endless.continuation.yield("asked")
      _ = await never()
      endless.continuation.yield("cancelled")
      throw PrometheusFailure(.canceled, "cancelled")
    case "slow": throw PrometheusFailure(.timeout, "query timed out")
    default: throw PrometheusFailure(.badData, "1:1: parse error: unexpected \"\(text)\"")
    }
  }

  func queryRange(
    _ text: String, from start: Timestamp, through end: Timestamp, step: Duration, _ options: PrometheusQueryOptions
  ) async throws(PrometheusFailure) -> PrometheusResult {
    PrometheusResult(
      .matrix([
        SeriesSlice(
          labels: up, milliseconds: [start.milliseconds, start.advanced(by: step).milliseconds], values: [1, .infinity])
      ]))
  }

  func formatted(_ text: String) throws(PrometheusFailure) -> String { text }

  func runtime() async -> PrometheusRuntime {
    PrometheusRuntime(
      startedAt: ago(60), workingFolder: "/", isConfigurationCurrent: true, retention: .seconds(15 * 86_400),
      lookback: .seconds(300), queryTimeout: .seconds(120), activeSeries: 12)
  }

  func targets() async -> [PrometheusTarget] {
    [
      PrometheusTarget(
        pool: "node", labels: up, health: .up, lastError: "", lastScrape: now, lastScrapeSeconds: 0.001,
        interval: .seconds(10))
    ]
  }

  func labelSets(
    matching selectors: [String], from start: Timestamp, through end: Timestamp
  ) async throws(PrometheusFailure) -> [LabelSet] { content == .full ? [up] : [] }

  func labelNames(matching selectors: [String]) async throws(PrometheusFailure) -> [String] {
    content == .full ? up.map(\.name) : []
  }

  func labelValues(of name: String, matching selectors: [String]) async throws(PrometheusFailure) -> [String] {
    content == .full ? up[name].map { [$0] } ?? [] : []
  }

  func latest(
    matching selectors: [String]
  ) async throws(PrometheusFailure) -> [(labels: LabelSet, sample: Sample)] {
    if selectors.contains("up(") { throw PrometheusFailure(.badData, "no selector") }
    return [
      (LabelSet(["__name__": "up", "job": "node", "instance": "web01"]), Sample(at: ago(2), 1)),
      (LabelSet(["__name__": "a:b", "x": "\"\n"]), Sample(at: ago(1), .infinity)),
      (LabelSet(["__name__": "up", "job": "db"]), Sample(at: ago(3), 0.5)),
    ]
  }

  func alertingRules() async throws(PrometheusFailure) -> [PrometheusRuleGroup] {
    let alert = PrometheusAlert(
      labels: LabelSet(["alertname": "ReplicaLag", "instance": "db01"]), annotations: ["summary": "db01 is behind"],
      state: .firing, activeAt: ago(12), keepFiringSince: ago(3), value: 340)
    let rule = PrometheusRule(
      kind: .alerting, name: "ReplicaLag", query: "mysql_replica_lag_seconds > 60",
      labels: LabelSet(["severity": "critical"]), lastEvaluation: now, state: .firing, forSeconds: 300, alerts: [alert])
    return [
      PrometheusRuleGroup(
        name: "db", file: "rules/db.yaml", intervalSeconds: 15, limit: 40, lastEvaluation: now,
        evaluationSeconds: 0.001,
        rules: [
          rule, PrometheusRule(kind: .recording, name: "job:up:sum", query: "sum by (job) (up)", lastEvaluation: now),
        ])
    ]
  }
}
