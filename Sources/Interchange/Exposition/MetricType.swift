/// The types of metric families in both text formats; the text format's `untyped` is `unknown`.
public enum MetricType: String, Sendable, Hashable, CaseIterable {
  case counter, gauge, histogram, gaugehistogram, summary, info, stateset, unknown
}
