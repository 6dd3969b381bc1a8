import Records
import Telemetry
import WebInterface

extension SampleConsole {
  private var up: LabelSet { LabelSet(["__name__": "up", "job": "node", "instance": "db01"]) }

  func query(_ text: String, at time: Timestamp) async throws(PrometheusFailure) -> PrometheusAnswer {
    switch text {
    case "up": return .vector([PrometheusSample(up, PrometheusPoint(at: time, 1))])
    case "1": return .scalar(PrometheusPoint(at: time, 1))
    case "\"x\"": return .string(at: time, "x")
    case "slow": throw PrometheusFailure(.timeout, "query timed out")
    default: throw PrometheusFailure(.badData, "1:1: parse error: unexpected \"\(text)\"")
    }
  }

  func queryRange(
    _ text: String, from start: Timestamp, through end: Timestamp, step: Duration
  ) async throws(PrometheusFailure) -> PrometheusAnswer {
    .matrix([
      PrometheusSeries(up, [PrometheusPoint(at: start, 1), PrometheusPoint(at: start.advanced(by: step), .infinity)])
    ])
  }

  func labelSets(
    matching selectors: [String], from start: Timestamp, through end: Timestamp
  ) async throws(PrometheusFailure) -> [LabelSet] { content == .full ? [up] : [] }

  func alertingRules() async throws(PrometheusFailure) -> [PrometheusRuleGroup] {
    let alert = PrometheusAlert(
      labels: LabelSet(["alertname": "ReplicaLag", "instance": "db01"]), annotations: ["summary": "db01 is behind"],
      state: .firing, activeAt: ago(12), value: 340)
    let rule = PrometheusRule(
      kind: .alerting, name: "ReplicaLag", query: "mysql_replica_lag_seconds > 60",
      labels: LabelSet(["severity": "critical"]), lastEvaluation: now, state: .firing, forSeconds: 300, alerts: [alert])
    return [
      PrometheusRuleGroup(
        name: "db", file: "rules/db.yaml", intervalSeconds: 15, lastEvaluation: now, evaluationSeconds: 0.001,
        rules: [
          rule, PrometheusRule(kind: .recording, name: "job:up:sum", query: "sum by (job) (up)", lastEvaluation: now),
        ])
    ]
  }
}
