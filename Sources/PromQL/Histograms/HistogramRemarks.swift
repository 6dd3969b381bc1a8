internal import Telemetry

/// What is said about histograms, worded as Prometheus words it.
extension Remarks {
  enum Operation: String { case addition, subtraction, aggregation }

  mutating func remark(_ reconciliation: HistogramSum.Reconciliation, in operation: Operation, at span: SourceSpan) {
    if reconciliation.mismatchedBounds {
      inform("mismatched custom buckets were reconciled during \(operation.rawValue)", at: span)
    }
    if reconciliation.conflictingResets { warnOfConflictingResets(in: operation, at: span) }
  }

  mutating func warnOfConflictingResets(in operation: Operation, at span: SourceSpan) {
    warn("conflicting counter resets during histogram \(operation.rawValue)", at: span)
  }

  mutating func warnOfMixedSchemas(_ metric: String, at span: SourceSpan) {
    warn(
      "vector contains a mix of histograms with exponential and custom buckets schemas for metric name "
        + LabelSet.quoted(metric), at: span)
  }

  mutating func warnOfMixedSamples(_ metric: String, at span: SourceSpan) {
    warn("encountered a mix of histograms and floats for metric name \(LabelSet.quoted(metric))", at: span)
  }

  mutating func warnNotCounter(_ metric: String, at span: SourceSpan) {
    warn("this native histogram metric is not a counter: \(LabelSet.quoted(metric))", at: span)
  }

  mutating func warnNotGauge(_ metric: String, at span: SourceSpan) {
    warn("this native histogram metric is not a gauge: \(LabelSet.quoted(metric))", at: span)
  }

  static func forMetric(_ name: String) -> String {
    name.isEmpty ? "" : " for metric name \(LabelSet.quoted(name))"
  }
}
