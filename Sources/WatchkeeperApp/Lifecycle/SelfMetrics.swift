internal import Interchange
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

  /// A counter is called what its samples are called.
  var metadata: MetricMetadata {
    MetricMetadata(family: name, type: kind == .counter ? .counter : .gauge, help: help)
  }

  /// The same with every value 0.
  var beginning: SelfMetric { SelfMetric(name, kind, help, values.map { ($0.labels, 0) }) }
}

extension [SelfMetric] {
  var families: [ExpositionFamily] { map { ExpositionFamily($0.metadata, $0.values) } }
}
