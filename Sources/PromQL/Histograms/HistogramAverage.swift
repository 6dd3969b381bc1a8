internal import Telemetry

/// Sums and averages of many native histograms, over series or over time.
enum HistogramAverage {
  struct Outcome {
    /// `nil` when exponential and custom buckets are mixed.
    var histogram: NativeHistogram?
    var hasMixedSchemas = false
    var reconciliation = HistogramSum.Reconciliation()
  }

  static func sum(_ samples: some Collection<NativeHistogram>) -> Outcome {
    accumulate(samples) { sum, sample, _ throws(HistogramSum.Incompatible) in try sum.add(sample) }.outcome
  }

  /// Sums while the sum fits, else takes a running mean.
  static func average(_ samples: some Collection<NativeHistogram>) -> Outcome {
    var (outcome, total) = accumulate(samples) { sum, sample, _ throws(HistogramSum.Incompatible) in
      try sum.add(sample)
    }
    guard var total, outcome.histogram != nil else { return outcome }
    if total.hasOverflow {
      (outcome, _) = accumulate(samples) { mean, sample, count throws(HistogramSum.Incompatible) in
        mean.scale(by: (count - 1) / count)
        return try mean.add(sample.divided(by: count))
      }
    } else {
      total.divide(by: Double(samples.count))
      outcome.histogram = total.value
    }
    return outcome
  }

  private static func accumulate(
    _ samples: some Collection<NativeHistogram>,
    _ add: (inout HistogramSum, NativeHistogram, Double) throws(HistogramSum.Incompatible) ->
      HistogramSum.Reconciliation
  ) -> (outcome: Outcome, sum: HistogramSum?) {
    guard let first = samples.first else { return (Outcome(), nil) }
    var outcome = Outcome()
    var sum = HistogramSum(first)
    var count = 1.0
    for sample in samples.dropFirst() {
      count += 1
      do throws(HistogramSum.Incompatible) {
        if try add(&sum, sample, count).mismatchedBounds { outcome.reconciliation.mismatchedBounds = true }
      } catch {
        outcome.hasMixedSchemas = true
        return (outcome, nil)
      }
    }
    // Hints may contradict each other although an unknown one stands between them.
    let hints = samples.lazy.map(\.resetHint)
    outcome.reconciliation.conflictingResets = hints.contains(.reset) && hints.contains(.notReset)
    outcome.histogram = sum.value
    return (outcome, sum)
  }
}
