internal import Telemetry

/// The samples of one series in (end − length, end]. Its bounds slide forward; the samples are never copied.
///
/// Numbers and native histograms stand apart, each with its own bounds.
struct Window {
  let labels: LabelSet
  let nameFate: NameFate
  /// Without stale markers.
  let times: [Int64]
  let values: [Double]
  /// As in `SeriesSlice`.
  let starts: [Int64]
  let histograms: HistogramColumns
  private(set) var lower = 0
  private(set) var upper = 0
  private(set) var lowerHistogram = 0
  private(set) var upperHistogram = 0
  /// The last number so far that is below the one before it; most counters have none.
  private var lastFall = 0
  /// Exclusive.
  private(set) var start: Int64 = 0
  /// Inclusive.
  private(set) var end: Int64 = 0

  init(_ slice: SeriesSlice, nameFate: NameFate) {
    labels = slice.labels
    self.nameFate = nameFate
    histograms = slice.histograms.withoutStaleMarkers
    guard slice.values.contains(where: \.isStaleMarker) else {
      times = slice.milliseconds
      values = slice.values
      starts = slice.starts
      return
    }
    let kept = slice.values.indices.filter { !slice.values[$0].isStaleMarker }
    times = kept.map { slice.milliseconds[$0] }
    values = kept.map { slice.values[$0] }
    starts = slice.starts.isEmpty ? [] : kept.map { slice.starts[$0] }
  }

  /// The samples of a row of a block.
  init(_ block: SeriesBlock, _ row: Int, times: [Int64]) {
    var histograms = HistogramColumns()
    if !block.histograms.isEmpty {
      for step in 0..<block.steps {
        guard var histogram = block.histogram(row, step) else { continue }
        // A hint is about the sample before in the store, not about the one a step ago.
        if histogram.resetHint != .gauge { histogram.resetHint = .unknown }
        histograms.append(times[step], histogram)
      }
    }
    let cells = Array(block.values[(row * block.steps)..<((row + 1) * block.steps)])
    self.init(
      SeriesSlice(labels: block.labels[row], milliseconds: times, values: cells, histograms: histograms),
      nameFate: block.nameFates[row])
  }

  /// Bounds that were computed elsewhere.
  init(labels: LabelSet, times: [Int64], values: [Double], start: Int64, end: Int64) {
    self.labels = labels
    nameFate = .stays
    self.times = times
    self.values = values
    starts = []
    histograms = HistogramColumns()
    self.start = start
    self.end = end
    upper = times.count
    lastFall = upper
  }

  /// `end` must not go back from call to call.
  mutating func slide(to end: Int64, length: Int64) {
    self.end = end
    start = end &- length
    while upper < times.count, times[upper] <= end {
      if upper > 0, values[upper] < values[upper - 1] { lastFall = upper }
      upper += 1
    }
    while lower < upper, times[lower] <= start { lower += 1 }
    if histograms.isEmpty { return }
    while upperHistogram < histograms.count, histograms.milliseconds[upperHistogram] <= end { upperHistogram += 1 }
    while lowerHistogram < upperHistogram, histograms.milliseconds[lowerHistogram] <= start { lowerHistogram += 1 }
  }

  /// Numbers only.
  @inline(__always) var count: Int { upper &- lower }
  @inline(__always) func value(_ index: Int) -> Double { values[lower &+ index] }
  @inline(__always) func time(_ index: Int) -> Int64 { times[lower &+ index] }
  @inline(__always) var samples: ArraySlice<Double> { values[lower..<upper] }
  @inline(__always) var last: Double { values[upper &- 1] }
  @inline(__always) var lastTime: Int64 { times[upper &- 1] }

  /// Whether a number in the window may be below the one before it.
  @inline(__always) var mayFall: Bool { lastFall > lower }

  @inline(__always) var histogramCount: Int { upperHistogram &- lowerHistogram }
  var histogramSamples: ArraySlice<NativeHistogram> { histograms.values[lowerHistogram..<upperHistogram] }

  /// A sample of either kind; `start` as in `SeriesSlice`.
  typealias Mixed = (time: Int64, start: Int64, sample: SampleValue)

  /// Samples of both kinds in the order of time.
  var mixed: [Mixed] { mixed(lower..<upper, lowerHistogram..<upperHistogram) }

  /// All samples that were read, also those outside the window.
  var everything: [Mixed] { mixed(times.indices, histograms.milliseconds.indices) }

  private func mixed(_ numbers: Range<Int>, _ others: Range<Int>) -> [Mixed] {
    var result: [Mixed] = []
    result.reserveCapacity(numbers.count + others.count)
    var next = others.lowerBound
    func takeHistograms(before time: Int64) {
      while next < others.upperBound, histograms.milliseconds[next] < time {
        result.append((histograms.milliseconds[next], histograms.starts[next], .histogram(histograms.values[next])))
        next += 1
      }
    }
    for index in numbers {
      takeHistograms(before: times[index])
      result.append((times[index], starts.isEmpty ? 0 : starts[index], .float(values[index])))
    }
    takeHistograms(before: .max)
    return result
  }
}

/// A range vector: the windows of all its series.
struct WindowSource {
  var windows: [Window]
  let reference: Timing.Reference
  let length: Int64
  let edges: EdgeTreatment?
}

extension HistogramColumns {
  /// A stale marker among histograms is one whose sum is the marker.
  var withoutStaleMarkers: HistogramColumns {
    guard values.contains(where: \.sum.isStaleMarker) else { return self }
    var kept = HistogramColumns()
    for index in values.indices where !values[index].sum.isStaleMarker {
      kept.append(milliseconds[index], values[index], start: starts[index])
    }
    return kept
  }

  /// With what is unknown about counter resets found out from each predecessor.
  var withDetectedResets: HistogramColumns {
    var result = HistogramColumns()
    for index in values.indices {
      var histogram = values[index]
      if index > 0, histogram.resetHint == .unknown {
        histogram.resetHint = histogram.isReset(since: values[index - 1]) ? .reset : .notReset
      }
      result.append(milliseconds[index], histogram, start: starts[index])
    }
    return result
  }
}
