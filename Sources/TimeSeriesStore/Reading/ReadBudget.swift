internal import Synchronization
internal import Telemetry

/// Set when nobody waits for the answer any more.
final class CancellationFlag: Sendable {
  private let raised = Atomic(false)

  var isRaised: Bool { raised.load(ordering: .relaxed) }
  func raise() { raised.store(true, ordering: .relaxed) }
}

/// What one read may still cost.
struct ReadBudget {
  let limits: ReadLimits
  private let clock: any WallClock
  private let deadline: Duration
  private let cancellation: CancellationFlag
  private var samples = 0

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
  }

  func check(series count: Int) throws(SeriesReadError) {
    if count > limits.seriesMax { throw .tooManySeries(limit: limits.seriesMax) }
  }

  func checkTime() throws(SeriesReadError) {
    if cancellation.isRaised { throw .unreadable("the query was cancelled") }
    if clock.uptime > deadline { throw .tookTooLong(limit: limits.timeMax) }
  }
}
