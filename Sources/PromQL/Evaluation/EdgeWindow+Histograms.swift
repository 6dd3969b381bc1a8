internal import Telemetry

/// `anchored` and `smoothed` over a series that has native histograms.
extension EdgeWindow {
  /// What a window holds, and what stands for its edges.
  private struct Edged {
    var samples: [Window.Mixed] = []
    /// The first sample within the window is no reset when what stands for the left edge lies after that already.
    var beginsAfterReset = false
  }

  static func sample(
    _ window: inout Window, _ edges: EdgeTreatment, end: Int64, length: Int64, lookback: Int64,
    _ context: inout CallContext
  ) -> SampleValue? {
    window.slide(to: end, length: length)
    let function = context.call.name
    let edged =
      edges == .anchored
      ? anchored(window.everything, window.start, end, lookback)
      : smoothed(window.everything, window.start, end, lookback, isCounter: function != "delta", &context)
    guard let edged, !edged.samples.isEmpty else { return nil }
    switch function {
    case "changes": return .float(OverTime.changes(edged.samples))
    case "resets": return .float(OverTime.resets(edged.samples))
    default: return difference(edged, function, seconds: Double(length) / 1000, &context)
    }
  }

  private static func difference(
    _ edged: Edged, _ function: String, seconds: Double, _ context: inout CallContext
  ) -> SampleValue? {
    let histograms = edged.samples.compactMap(\.sample.histogram)
    guard histograms.count == edged.samples.count else {
      if histograms.isEmpty { return floatDifference(edged, function, seconds: seconds) }
      context.remarks.warnOfMixedSamples(context.metricName, at: context.rangeSpan)
      return nil
    }
    var resets: [Bool]?
    if function != "delta" {
      var found = HistogramIncrease.resets(histograms, times: edged.samples.map(\.time), starts: [])
      if edged.beginsAfterReset, found.count > 1 { found[1] = false }
      resets = found
    }
    guard var sum = HistogramIncrease.difference(histograms, resets: resets, &context) else { return nil }
    if function == "rate" { sum.divide(by: seconds) }
    return .histogram(sum.value)
  }

  private static func floatDifference(_ edged: Edged, _ function: String, seconds: Double) -> SampleValue? {
    let values = edged.samples.compactMap(\.sample.float)
    guard let first = values.first, let last = values.last else { return nil }
    var difference = last - first
    if function != "delta" {
      for (previous, next) in zip(values, values.dropFirst()) where next < previous { difference += previous }
    }
    return .float(function == "rate" ? difference / seconds : difference)
  }

  private static func anchored(
    _ all: [Window.Mixed], _ start: Int64, _ end: Int64, _ lookback: Int64
  ) -> Edged? {
    let lower = all.partitionIndex { $0.time > start }
    let upper = all.partitionIndex { $0.time > end }
    guard lower < upper else { return nil }
    var samples = Array(all[lower..<upper])
    let hasBefore = lower > 0 && all[lower - 1].time > start &- lookback
    samples.insert(hasBefore ? all[lower - 1] : samples[0], at: 0)
    return Edged(samples: samples, beginsAfterReset: !hasBefore)
  }

  private static func smoothed(
    _ all: [Window.Mixed], _ start: Int64, _ end: Int64, _ lookback: Int64, isCounter: Bool,
    _ context: inout CallContext
  ) -> Edged? {
    let lower = all.partitionIndex { $0.time > start }
    let upper = all.partitionIndex { $0.time > end }
    let before = lower > 0 && all[lower - 1].time > start &- lookback
    let after = upper < all.count && all[upper].time <= end &+ lookback
    guard lower < upper || (before && after) else { return nil }
    var edged = Edged(samples: Array(all[lower..<upper]))
    let left = edge(all, at: start, next: lower, lookback, isCounter: isCounter, &context)
    let right =
      lower < upper && all[upper - 1].time == end
      ? nil : edge(all, at: end, next: upper, lookback, isCounter: isCounter, &context)
    if left?.isMixed == true || right?.isMixed == true { return nil }
    if let left {
      edged.samples.insert((start, 0, left.sample), at: 0)
      edged.beginsAfterReset = left.isAfterReset || !before
    }
    if let right {
      var sample = right.sample
      if case .histogram(var histogram) = sample, histogram.resetHint != .gauge {
        histogram.resetHint = right.isAfterReset ? .reset : .notReset
        sample = .histogram(histogram)
      }
      edged.samples.append((end, 0, sample))
    }
    return edged
  }

  private struct Edge {
    var sample: SampleValue
    var isAfterReset = false
    /// The neighbours have nothing in common; that has been remarked.
    var isMixed = false
  }

  private static func edge(
    _ all: [Window.Mixed], at instant: Int64, next: Int, _ lookback: Int64, isCounter: Bool,
    _ context: inout CallContext
  ) -> Edge? {
    let before: Int? = next > 0 && all[next - 1].time > instant &- lookback ? next - 1 : nil
    let after: Int? = next < all.count && all[next].time <= instant &+ lookback ? next : nil
    switch (before, after) {
    case (let before?, let after?):
      guard all[before].time < instant else { return Edge(sample: all[before].sample) }
      let outcome = Smoothing.between(all[before], all[after], instant, isCounter: isCounter)
      guard let sample = outcome.sample else {
        Smoothing.remark(all[before], all[after], context.metricName, &context.remarks, at: context.rangeSpan)
        return Edge(sample: all[before].sample, isMixed: true)
      }
      return Edge(sample: sample, isAfterReset: outcome.isAfterReset)
    case (let only?, nil), (nil, let only?): return Edge(sample: all[only].sample)
    case (nil, nil): return nil
    }
  }
}
