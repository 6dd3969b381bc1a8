internal import Telemetry

/// A number about Watchkeeper itself.
struct SelfMetric: Sendable {
  enum Kind: String, Sendable { case counter, gauge }

  let name: String
  let kind: Kind
  let help: String
  let values: [(labels: LabelSet, value: Double)]

  init(_ name: String, _ kind: Kind, _ help: String, _ value: Double) {
    self.init(name, kind, help, [(.empty, value)])
  }

  init(_ name: String, _ kind: Kind, _ help: String, _ values: [(labels: LabelSet, value: Double)]) {
    self.name = name
    self.kind = kind
    self.help = help
    self.values = values
  }

  /// The same with every value 0.
  var beginning: SelfMetric { SelfMetric(name, kind, help, values.map { ($0.labels, 0) }) }
}

extension [SelfMetric] {
  /// Prometheus' text format, version 0.0.4.
  var exposition: String {
    var text = ""
    for metric in self {
      text += "# HELP \(metric.name) \(metric.help)\n# TYPE \(metric.name) \(metric.kind.rawValue)\n"
      for (labels, value) in metric.values {
        text += labels.setting(LabelSet.metricName, to: metric.name).description + " \(Self.number(value))\n"
      }
    }
    return text
  }

  private static func number(_ value: Double) -> String {
    if let whole = Int64(exactly: value) { return String(whole) }
    return value.isNaN ? "NaN" : value.isInfinite ? (value < 0 ? "-Inf" : "+Inf") : String(value)
  }
}
