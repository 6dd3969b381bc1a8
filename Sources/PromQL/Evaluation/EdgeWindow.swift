/// The experimental `anchored` and `smoothed` range selectors: instead of extrapolating, the value at the edges of the
/// window is taken from the samples just outside it.
enum EdgeWindow {
  static func value(
    _ window: inout Window, _ edges: EdgeTreatment, end: Int64, length: Int64, lookback: Int64, function: String
  ) -> Double? {
    window.slide(to: end, length: length)
    let start = end &- length
    let samples =
      edges == .anchored
      ? anchored(window, start: start, end: end, lookback: lookback)
      : smoothed(window, start: start, end: end, lookback: lookback, isCounter: function != "delta")
    guard let samples, let first = samples.first, let last = samples.last else { return nil }
    switch function {
    case "changes":
      return Double(zip(samples, samples.dropFirst()).count { $0 != $1 && !($0.isNaN && $1.isNaN) })
    case "resets": return Double(zip(samples, samples.dropFirst()).count { $1 < $0 })
    case "delta": return last - first
    default:
      var increase = last - first
      for (previous, next) in zip(samples, samples.dropFirst()) where next < previous { increase += previous }
      return function == "rate" ? increase / (Double(length) / 1000) : increase
    }
  }

  /// The last sample at or before the start stands for the start, the last one inside for the end.
  private static func anchored(_ window: Window, start: Int64, end: Int64, lookback: Int64) -> [Double]? {
    guard window.count > 0 else { return nil }
    var samples = Array(window.samples)
    let before = window.lower - 1
    if before >= 0, window.times[before] > start &- lookback {
      samples.insert(window.values[before], at: 0)
    } else {
      samples.insert(samples[0], at: 0)
    }
    return samples
  }

  /// Both edges are interpolated between their neighbours, or take the nearest sample.
  private static func smoothed(
    _ window: Window, start: Int64, end: Int64, lookback: Int64, isCounter: Bool
  ) -> [Double]? {
    let hasBefore = window.lower > 0 && window.times[window.lower - 1] > start &- lookback
    let hasAfter = window.upper < window.times.count && window.times[window.upper] <= end &+ lookback
    guard window.count > 0 || (hasBefore && hasAfter) else { return nil }
    var samples = Array(window.samples)
    let first = edge(window, at: start, next: window.lower, isCounter: isCounter, lookback: lookback)
    let last = edge(window, at: end, next: window.upper, isCounter: isCounter, lookback: lookback)
    if let first { samples.insert(first, at: 0) }
    if let last, window.count == 0 || window.lastTime < end { samples.append(last) }
    return samples
  }

  private static func edge(
    _ window: Window, at instant: Int64, next: Int, isCounter: Bool, lookback: Int64
  ) -> Double? {
    let before: Int? = next > 0 && window.times[next - 1] > instant &- lookback ? next - 1 : nil
    let after: Int? = next < window.times.count && window.times[next] <= instant &+ lookback ? next : nil
    switch (before, after) {
    case (let before?, let after?):
      guard window.times[before] < instant else { return window.values[before] }
      if isCounter, window.values[after] < window.values[before] {
        // A reset between the neighbours: the counter restarted from zero.
        let share = Double(instant &- window.times[before]) / Double(window.times[after] &- window.times[before])
        return window.values[after] * share
      }
      return Smoothing.line(window, before, after, instant)
    case (let before?, nil): return window.values[before]
    case (nil, let after?): return window.values[after]
    case (nil, nil): return nil
    }
  }
}
