public import Telemetry

/// A family of metrics with its samples.
public struct ExpositionFamily: Sendable {
  public var metadata: MetricMetadata
  /// Without the metric's name, which is the family's.
  public var samples: [(labels: LabelSet, value: Double)]

  public init(_ metadata: MetricMetadata, _ samples: [(labels: LabelSet, value: Double)]) {
    self.metadata = metadata
    self.samples = samples
  }
}

extension ExpositionFormat {
  /// The families in this order. Names that older readers do not know are written in quotes.
  ///
  /// - Source: Prometheus exposition formats, text format 0.0.4; OpenMetrics 1.0.
  public func text(_ families: [ExpositionFamily]) -> String {
    var text = ""
    for family in families {
      let (name, type) = shown(family.metadata)
      let written = Self.isPlain(name) ? name : TextNotation.exposition.quoted(name)
      text += "# HELP \(written) \(helpNotation.escaped(family.metadata.help))\n# TYPE \(written) \(type)\n"
      for sample in family.samples {
        text += Self.series(family.metadata.family, sample.labels) + " \(Self.number(sample.value))\n"
      }
    }
    return self == .openMetrics ? text + "# EOF\n" : text
  }

  /// Single samples with their times in the text format, as Prometheus writes `/federate`: families by name, each
  /// `untyped`, and every series with an `instance`, so that a scraper which honours labels does not set its own.
  public static func federation(_ samples: [(labels: LabelSet, sample: Sample)]) -> String {
    var text = ""
    var family: String?
    let named = samples.map { (name: $0.labels.metric ?? "", labels: $0.labels, sample: $0.sample) }
    for (name, labels, sample) in named.sorted(by: { ($0.name, $0.labels) < ($1.name, $1.labels) }) {
      if name != family {
        text += "# TYPE \(isPlain(name) ? name : TextNotation.exposition.quoted(name)) untyped\n"
        family = name
      }
      var shown = labels.removingMetricName().labels
      if labels["instance"] == nil { shown.insert(Label("instance", ""), at: 0) }
      text += series(name, shown) + " \(number(sample.value)) \(sample.timestamp.milliseconds)\n"
    }
    return text
  }

  /// OpenMetrics names a counter's family without the `_total` of its samples, and knows no other counters.
  private func shown(_ metadata: MetricMetadata) -> (name: String, type: String) {
    switch (self, metadata.type) {
    case (.openMetrics, .counter):
      metadata.family.hasSuffix("_total")
        ? (String(metadata.family.dropLast(6)), "counter") : (metadata.family, "unknown")
    case (.openMetrics, let type): (metadata.family, type.rawValue)
    case (.text, .unknown): (metadata.family, "untyped")
    case (.text, .info), (.text, .stateset): (metadata.family, "gauge")
    case (.text, .gaugehistogram): (metadata.family, "histogram")
    case (.text, let type): (metadata.family, type.rawValue)
    }
  }

  private var helpNotation: TextNotation { self == .text ? .expositionHelp : .exposition }

  private static func series(_ name: String, _ labels: some Sequence<Label>) -> String {
    let notation = TextNotation.exposition
    var inner = labels.map { label in
      (isPlain(label.name) ? label.name : notation.quoted(label.name)) + "=" + notation.quoted(label.value)
    }
    guard isPlain(name) else {
      inner.insert(notation.quoted(name), at: 0)
      return "{\(inner.joined(separator: ","))}"
    }
    return inner.isEmpty ? name : "\(name){\(inner.joined(separator: ","))}"
  }

  private static func isPlain(_ name: String) -> Bool {
    guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { return false }
    return name.utf8.allSatisfy(SeriesText.followsMetricName)
  }

  static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    if let whole = Int64(exactly: value), value != 0 || value.sign == .plus { return String(whole) }
    return "\(value)"
  }

  /// What a reader asks for with `Accept`; the text format when it names neither.
  public init(accept: String?) {
    var best = (format: Self.text, weight: 0.0)
    for choice in (accept ?? "").lowercased().split(separator: ",") {
      let parts = choice.split(separator: ";").map { $0.filter { $0 != " " } }
      let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
      let format: Self
      switch parts.first {
      case "application/openmetrics-text": format = .openMetrics
      case "text/plain", "text/*", "*/*": format = .text
      default: continue
      }
      if weight > best.weight { best = (format, weight) }
    }
    self = best.format
  }
}

extension TextNotation {
  /// A quoted text in both formats, which know three escapes.
  static let exposition = TextNotation(["\\": "\\\\", "\"": "\\\"", "\n": "\\n"])
  /// A help text in the text format, where quotes stand for themselves.
  static let expositionHelp = TextNotation(["\\": "\\\\", "\n": "\\n"])
}
