internal import Telemetry

/// Differences between native histograms of one series.
///
/// - Source: Prometheus, `rate()` of native histograms.
enum HistogramIncrease {
  /// From the first to the last sample.
  /// - Parameters:
  ///   - resets: for every sample whether a counter was reset before it; `nil` for gauges.
  /// - Returns: `nil` when exponential and custom buckets are mixed.
  static func difference(
    _ samples: [NativeHistogram], resets: [Bool]?, _ context: inout CallContext
  ) -> HistogramSum? {
    guard let first = samples.first, let last = samples.last else { return nil }
    remarkKind(samples, isCounter: resets != nil, &context)
    // After a reset the first sample does not matter, nor does its layout.
    let startsAnew = resets.map { $0.count > 1 && $0[1] } ?? false
    let compared = resets == nil ? [first, last] : Array(samples.dropFirst(startsAnew ? 1 : 0))
    guard compared.allSatisfy({ $0.hasCustomBounds == last.hasCustomBounds }) else {
      context.remarks.warnOfMixedSchemas(context.metricName, at: context.rangeSpan)
      return nil
    }
    var sum = HistogramSum(last)
    // Resets are dealt with below, so hints that contradict each other are no surprise.
    if !startsAnew { combine(&sum, .subtraction, first, &context) }
    if let resets {
      for index in resets.indices.dropFirst(startsAnew ? 2 : 1) where resets[index] {
        combine(&sum, .addition, samples[index - 1], &context)
      }
    }
    sum.mark(.gauge)
    return sum
  }

  private static func combine(
    _ sum: inout HistogramSum, _ operation: Remarks.Operation, _ other: NativeHistogram, _ context: inout CallContext
  ) {
    do throws(HistogramSum.Incompatible) {
      var reconciliation = operation == .addition ? try sum.add(other) : try sum.subtract(other)
      reconciliation.conflictingResets = false
      context.remarks.remark(reconciliation, in: operation, at: context.rangeSpan)
    } catch {
      context.remarks.warnOfMixedSchemas(context.metricName, at: context.rangeSpan)
    }
  }

  private static func remarkKind(_ samples: [NativeHistogram], isCounter: Bool, _ context: inout CallContext) {
    if isCounter {
      guard samples.contains(where: { $0.resetHint == .gauge }) else { return }
      context.remarks.warnNotCounter(context.metricName, at: context.rangeSpan)
    } else if samples.first?.resetHint != .gauge || samples.last?.resetHint != .gauge {
      context.remarks.warnNotGauge(context.metricName, at: context.rangeSpan)
    }
  }

  /// For every sample whether a counter was reset before it.
  static func resets(_ samples: [NativeHistogram], times: [Int64], starts: [Int64]) -> [Bool] {
    samples.indices.map { index in
      index > 0
        && (samples[index].isReset(since: samples[index - 1]) || CounterStart.isReset(index, times, starts))
    }
  }
}

/// What start timestamps tell: when the counter behind a sample began.
enum CounterStart {
  /// Whether the counter began anew between a sample and its predecessor.
  ///
  /// A start at the very predecessor counts only when that had a start itself: otherwise the predecessor is where an
  /// unknown start was first seen.
  static func isReset(_ index: Int, _ times: [Int64], _ starts: [Int64]) -> Bool {
    guard index > 0, !starts.isEmpty, isKnown(index, times, starts) else { return false }
    if starts[index] > times[index - 1] { return true }
    return starts[index] == times[index - 1] && isKnown(index - 1, times, starts)
  }

  /// Whether a counter claims to have begun anew before its predecessor was measured.
  static func overlaps(_ index: Int, _ times: [Int64], _ starts: [Int64]) -> Bool {
    guard index > 0, !starts.isEmpty, isKnown(index, times, starts), isKnown(index - 1, times, starts) else {
      return false
    }
    return starts[index] != starts[index - 1] && starts[index] < times[index - 1]
  }

  /// A start after the sample is none.
  static func isKnown(_ index: Int, _ times: [Int64], _ starts: [Int64]) -> Bool {
    !starts.isEmpty && starts[index] != 0 && starts[index] < times[index]
  }
}
