internal import Telemetry

/// What reads took from files.
public struct StoreReads: Sendable, Equatable {
  /// Files that were searched for series.
  public var files: UInt64 = 0
  /// Series whose chunks were asked for, in each file.
  public var series: UInt64 = 0
  /// Rows of chunks that were looked at, for their times at least.
  public var rows: UInt64 = 0
  public var chunks: UInt64 = 0
  /// Of the chunks' samples.
  public var chunkBytes: UInt64 = 0

  mutating func add(_ other: StoreReads) {
    files += other.files
    series += other.series
    rows += other.rows
    chunks += other.chunks
    chunkBytes += other.chunkBytes
  }
}

/// What one read may still cost.
struct ReadBudget {
  let limits: ReadLimits
  private let clock: any WallClock
  private let deadline: Duration
  private let cancellation: CancellationFlag
  private var samples = 0
  /// What was read so far.
  var reads = StoreReads()
  private var series = 0

  /// A read transaction ends after this time, so that checkpoints come through: no query holds one for 2 seconds.
  static let transactionTime = Duration.milliseconds(1500)

  init(_ limits: ReadLimits, _ clock: any WallClock, _ cancellation: CancellationFlag) {
    self.limits = limits
    self.clock = clock
    self.cancellation = cancellation
    deadline = clock.uptime + limits.timeMax
  }

  var uptime: Duration { clock.uptime }

  mutating func spend(samples count: Int) throws(SeriesReadError) {
    samples += count
    if samples > limits.samplesMax { throw .tooManySamples(limit: limits.samplesMax) }
    try checkMemory(series: 0)
  }

  /// - Parameter count: series that the selection in hand has so far.
  func check(series count: Int) throws(SeriesReadError) {
    if count > limits.seriesMax { throw .tooManySeries(limit: limits.seriesMax) }
    try checkMemory(series: count)
  }

  /// A selection is read; its series are held while the next is.
  mutating func hold(series count: Int) throws(SeriesReadError) {
    try check(series: count)
    series += count
  }

  private func checkMemory(series count: Int) throws(SeriesReadError) {
    // A sample is two numbers; `load` counts in numbers what more a histogram is.
    let bytes = samples * SeriesSlice.bytesEach + (series + count) * SeriesSlice.bytesForLabels
    if bytes > limits.bytesMax { throw .tooManyBytes(limit: limits.bytesMax) }
  }

  func checkTime() throws(SeriesReadError) {
    if cancellation.isRaised { throw .cancelled }
    if clock.uptime > deadline { throw .tookTooLong(limit: limits.timeMax) }
  }
}
