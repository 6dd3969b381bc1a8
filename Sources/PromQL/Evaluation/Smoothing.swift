internal import Telemetry

/// Values between samples, for the experimental `anchored` and `smoothed` modifiers.
enum Smoothing {
  /// The value at each instant on the line between its neighbours, both at most `lookback` away.
  static func fill(
    _ cells: inout [Double], from slice: SeriesSlice, _ reference: Timing.Reference, _ grid: StepGrid,
    _ lookback: Int64
  ) -> Bool {
    let window = Window(slice, nameFate: .stays)
    var found = false
    for step in 0..<grid.count {
      let instant = reference.time(at: grid.time(step))
      let next = window.times.partitionIndex { $0 > instant }
      cells[step] = .absent
      guard next > 0, window.times[next - 1] > instant &- lookback else { continue }
      found = true
      let before = next - 1
      if next < window.times.count, window.times[next] <= instant &+ lookback, window.times[before] != instant {
        cells[step] = line(window, before, next, instant)
      } else {
        cells[step] = window.values[before]
      }
    }
    return found
  }

  static func line(_ window: Window, _ before: Int, _ after: Int, _ instant: Int64) -> Double {
    let share = Double(instant &- window.times[before]) / Double(window.times[after] &- window.times[before])
    return window.values[before] + (window.values[after] - window.values[before]) * share
  }
}
