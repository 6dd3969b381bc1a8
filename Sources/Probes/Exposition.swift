public import Interchange
internal import Telemetry

/// What probes measured, in the text format.
public enum Exposition {
  /// Families in the order of their names, each with type and help where they are known.
  ///
  /// - Parameter told: what the probes said of metrics that only they know; the default is nothing.
  public static func text(_ samples: [ProbeSample], told: MetadataTable = MetadataTable()) -> String {
    var families: [String: [ProbeSample]] = [:]
    for sample in samples { families[sample.series.metric ?? "", default: []].append(sample) }
    let written = families.sorted { $0.key < $1.key }.filter { !$0.key.isEmpty }.map { name, members in
      ExpositionFamily(
        told.families[name]?.first(where: \.isOfOneSeries) ?? metadata(of: name),
        members.sorted { $0.series < $1.series }.map { ($0.series.removingMetricName(), $0.value) })
    }
    return ExpositionFormat.text.text(written)
  }

  /// In the text format every family has a type and a help text.
  private static func metadata(of name: String) -> MetricMetadata {
    let metric = MetricDictionary.metric(name)
    return MetricMetadata(family: name, type: MetricType(rawValue: metric.type) ?? .unknown, help: metric.help)
  }
}

extension MetricMetadata {
  /// Whether a sample bears the family's own name: those of histograms and summaries have endings.
  fileprivate var isOfOneSeries: Bool { type == .counter || type == .gauge }
}
