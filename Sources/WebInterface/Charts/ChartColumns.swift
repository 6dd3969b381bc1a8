/// A series reduced to what a screen can show: least, mean and greatest value of each column, gaps kept.
struct ChartColumns: Sendable {
  struct Column: Sendable, Equatable {
    /// The mean time of its samples.
    var milliseconds: Int64
    var low: Double
    var mean: Double
    var high: Double
  }

  /// Runs of columns without a gap between them.
  let runs: [[Column]]

  /// - Parameters:
  ///   - width: milliseconds of one column.
  ///   - gap: a longer distance between neighbours is a gap, in milliseconds.
  init(_ series: ChartSeries, from start: Int64, through end: Int64, width: Int64, gap: Int64) {
    var runs: [[Column]] = []
    var run: [Column] = []
    var bucket: (index: Int64, values: [Double], times: [Int64])?
    var lastTime: Int64?

    func close() {
      guard let full = bucket, !full.values.isEmpty else { return }
      let mean = full.values.reduce(0, +) / Double(full.values.count)
      let time = full.times.reduce(0) { $0 + ($1 - full.times[0]) } / Int64(full.times.count) + full.times[0]
      run.append(
        Column(
          milliseconds: time, low: full.values.min() ?? mean, mean: mean, high: full.values.max() ?? mean))
      bucket = nil
    }

    for (time, value) in zip(series.milliseconds, series.values) where time > start && time <= end {
      // Staleness markers and other NaN are the absence of a value.
      guard value.isFinite else { continue }
      if let lastTime, time - lastTime > gap {
        close()
        if !run.isEmpty { runs.append(run) }
        run = []
      }
      let index = time / width
      if bucket?.index != index {
        close()
        bucket = (index, [], [])
      }
      bucket?.values.append(value)
      bucket?.times.append(time)
      lastTime = time
    }
    close()
    if !run.isEmpty { runs.append(run) }
    self.runs = runs
  }

  var last: Double? { runs.last?.last?.mean }
  var lowest: Double? { runs.joined().map(\.low).min() }
  var highest: Double? { runs.joined().map(\.high).max() }
}
