internal import Telemetry
internal import Wording

/// Rules and alerts in the form of Prometheus' HTTP API.
enum PrometheusRuleJSON {
  private static func text(_ text: String) -> String { TextNotation.json.quoted(text) }

  static func group(_ group: PrometheusRuleGroup) -> String {
    PrometheusJSON.object([
      ("name", text(group.name)), ("file", text(group.file)),
      ("rules", PrometheusJSON.list(group.rules.map(rule))),
      ("interval", PrometheusJSON.number(group.intervalSeconds)), ("limit", String(group.limit)),
      ("evaluationTime", PrometheusJSON.number(group.evaluationSeconds)),
      ("lastEvaluation", text(instant(group.lastEvaluation))),
    ])
  }

  static func rule(_ rule: PrometheusRule) -> String {
    var fields = [("name", text(rule.name)), ("query", text(rule.query))]
    if rule.kind == .alerting {
      fields += [
        ("state", text(rule.state.rawValue)), ("duration", PrometheusJSON.number(rule.forSeconds)),
        ("keepFiringFor", PrometheusJSON.number(rule.keepFiringForSeconds)),
        ("annotations", annotations(rule.annotations)), ("alerts", PrometheusJSON.list(rule.alerts.map(alert))),
      ]
    }
    fields += [("labels", PrometheusJSON.labels(rule.labels)), ("health", text(rule.health.rawValue))]
    if let lastError = rule.lastError { fields.append(("lastError", text(lastError))) }
    fields += [
      ("evaluationTime", PrometheusJSON.number(rule.evaluationSeconds)),
      ("lastEvaluation", text(instant(rule.lastEvaluation))), ("type", text(rule.kind.rawValue)),
    ]
    return PrometheusJSON.object(fields)
  }

  static func alert(_ alert: PrometheusAlert) -> String {
    var fields = [
      ("labels", PrometheusJSON.labels(alert.labels)), ("annotations", annotations(alert.annotations)),
      ("state", text(alert.state.rawValue)), ("activeAt", text(instant(alert.activeAt))),
    ]
    if let since = alert.keepFiringSince { fields.append(("keepFiringSince", text(instant(since)))) }
    // Prometheus writes this one with an exponent: it is meant for people.
    fields.append(("value", text(exponent(alert.value))))
    return PrometheusJSON.object(fields)
  }

  private static func annotations(_ annotations: [String: String]) -> String {
    PrometheusJSON.object(annotations.sorted { $0.key < $1.key }.map { ($0.key, text($0.value)) })
  }

  static func instant(_ instant: Timestamp) -> String {
    let zone = ClockZone.utc
    let milliseconds = String(((instant.milliseconds % 1000) + 1000) % 1000)
    let fraction = String(repeating: "0", count: 3 - milliseconds.count) + milliseconds
    return "\(zone.day(instant.milliseconds))T\(zone.timeWithSeconds(instant.milliseconds)).\(fraction)Z"
  }

  /// Go's `strconv.FormatFloat(v, 'e', -1, 64)`.
  static func exponent(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return value == 0 ? "0e+00" : PrometheusJSON.number(value) }
    let sign = value < 0 ? "-" : ""
    return sign + PrometheusJSON.scientific(abs(value))
  }
}
