internal import Telemetry

/// Values between samples, for the experimental `anchored` and `smoothed` modifiers.
enum Smoothing {
  /// Appends a row: the value at each instant on the line between its neighbours, both at most `lookback` away.
  static func append(
    _ slice: SeriesSlice, to block: inout SeriesBlock, _ reference: Timing.Reference, _ grid: StepGrid,
    _ lookback: Int64, _ remarks: inout Remarks, at span: SourceSpan
  ) {
    let window = Window(slice, nameFate: .stays)
    let row = block.addRow(slice.labels, nameFate: .stays)
    let everything = window.histograms.isEmpty ? [] : window.everything
    for step in 0..<grid.count {
      let instant = reference.time(at: grid.time(step))
      if window.histograms.isEmpty {
        block[row, step] = value(window, instant, lookback) ?? .absent
        continue
      }
      let next = everything.partitionIndex { $0.time > instant }
      guard next > 0, everything[next - 1].time > instant &- lookback else { continue }
      let before = everything[next - 1]
      guard next < everything.count, everything[next].time <= instant &+ lookback, before.time != instant else {
        block.set(row, step, before.sample)
        continue
      }
      let sample = between(before, everything[next], instant, isCounter: false).sample
      if sample == nil { remark(before, everything[next], slice.labels.metric ?? "", &remarks, at: span) }
      block.set(row, step, sample)
    }
  }

  private static func value(_ window: Window, _ instant: Int64, _ lookback: Int64) -> Double? {
    let next = window.times.partitionIndex { $0 > instant }
    guard next > 0, window.times[next - 1] > instant &- lookback else { return nil }
    let before = next - 1
    guard next < window.times.count, window.times[next] <= instant &+ lookback, window.times[before] != instant else {
      return window.values[before]
    }
    return line(window, before, next, instant)
  }

  static func line(_ window: Window, _ before: Int, _ after: Int, _ instant: Int64) -> Double {
    let share = Double(instant &- window.times[before]) / Double(window.times[after] &- window.times[before])
    return window.values[before] + (window.values[after] - window.values[before]) * share
  }

  /// On the line between two samples; a counter that was reset between them restarted from zero.
  /// - Returns: no sample when the two have nothing in common.
  static func between(
    _ before: Window.Mixed, _ after: Window.Mixed, _ instant: Int64, isCounter: Bool
  ) -> (sample: SampleValue?, isAfterReset: Bool) {
    let share = Double(instant &- before.time) / Double(after.time &- before.time)
    switch (before.sample, after.sample) {
    case (.float(let one), .float(let other)):
      if isCounter, other < one { return (.float(other * share), true) }
      return (.float(one + (other - one) * share), false)
    case (.histogram(let one), .histogram(let other)):
      guard one.hasCustomBounds == other.hasCustomBounds else { return (nil, false) }
      if isCounter, other.isReset(since: one) { return (.histogram(other.scaled(by: share)), true) }
      var sum = HistogramSum(other)
      do throws(HistogramSum.Incompatible) {
        _ = try sum.subtract(one)
        sum.scale(by: share)
        _ = try sum.add(one)
      } catch {
        return (nil, false)
      }
      sum.mark(one.resetHint == .gauge || other.resetHint == .gauge ? .gauge : .unknown)
      return (.histogram(sum.value), false)
    default: return (nil, false)
    }
  }

  static func remark(
    _ before: Window.Mixed, _ after: Window.Mixed, _ metric: String, _ remarks: inout Remarks, at span: SourceSpan
  ) {
    if before.sample.histogram != nil, after.sample.histogram != nil {
      remarks.warnOfMixedSchemas(metric, at: span)
    } else {
      remarks.warnOfMixedSamples(metric, at: span)
    }
  }
}
