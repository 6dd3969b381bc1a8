/// The only source of time. Made once by `WatchkeeperApp`; `Simulation` has a virtual one.
public protocol WallClock: Sendable {
  /// The wall-clock instant: a label, never a basis for deadlines; it may step both ways.
  var now: Timestamp { get }

  /// Time since an arbitrary start that never steps.
  var uptime: Duration { get }

  /// Returns when `uptime` has reached `deadline`; throws `CancellationError` when the task is cancelled first.
  func sleep(untilUptime deadline: Duration) async throws
}

extension WallClock {
  public func sleep(for duration: Duration) async throws {
    try await sleep(untilUptime: uptime + duration)
  }
}
