internal import Telemetry

/// The samples of one series in (end − length, end]. Its bounds slide forward; the samples are never copied.
struct Window {
  let labels: LabelSet
  let nameFate: NameFate
  /// Without stale markers.
  let times: [Int64]
  let values: [Double]
  private(set) var lower = 0
  private(set) var upper = 0
  /// Exclusive.
  private(set) var start: Int64 = 0
  /// Inclusive.
  private(set) var end: Int64 = 0

  init(_ slice: SeriesSlice, nameFate: NameFate) {
    labels = slice.labels
    self.nameFate = nameFate
    guard slice.values.contains(where: \.isStaleMarker) else {
      times = slice.milliseconds
      values = slice.values
      return
    }
    let kept = slice.values.indices.filter { !slice.values[$0].isStaleMarker }
    times = kept.map { slice.milliseconds[$0] }
    values = kept.map { slice.values[$0] }
  }

  /// - Parameter cells: `.absent` where there is no sample.
  init(labels: LabelSet, nameFate: NameFate, times: [Int64], cells: ArraySlice<Double>) {
    self.init(SeriesSlice(labels: labels, milliseconds: times, values: Array(cells)), nameFate: nameFate)
  }

  /// Bounds that were computed elsewhere.
  init(labels: LabelSet, times: [Int64], values: [Double], start: Int64, end: Int64) {
    self.labels = labels
    nameFate = .stays
    self.times = times
    self.values = values
    self.start = start
    self.end = end
    upper = times.count
  }

  /// `end` must not go back from call to call.
  mutating func slide(to end: Int64, length: Int64) {
    self.end = end
    start = end &- length
    while upper < times.count, times[upper] <= end { upper += 1 }
    while lower < upper, times[lower] <= start { lower += 1 }
  }

  @inline(__always) var count: Int { upper &- lower }
  @inline(__always) func value(_ index: Int) -> Double { values[lower &+ index] }
  @inline(__always) func time(_ index: Int) -> Int64 { times[lower &+ index] }
  @inline(__always) var samples: ArraySlice<Double> { values[lower..<upper] }
  @inline(__always) var last: Double { values[upper &- 1] }
  @inline(__always) var lastTime: Int64 { times[upper &- 1] }
}

/// A range vector: the windows of all its series.
struct WindowSource {
  var windows: [Window]
  let reference: Timing.Reference
  let length: Int64
  let edges: EdgeTreatment?
}
