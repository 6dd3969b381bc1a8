internal import CLinux
internal import Glibc
internal import Telemetry

/// The machine's clocks.
struct LiveClock: WallClock {
  var now: Timestamp {
    Timestamp(milliseconds: watchkeeper_clock_nanoseconds(CLOCK_REALTIME) / 1_000_000)
  }

  /// Counts suspended time too, so that a deadline is due when the machine wakes.
  var uptime: Duration { .nanoseconds(watchkeeper_clock_nanoseconds(CLOCK_BOOTTIME)) }

  func sleep(untilUptime deadline: Duration) async throws {
    let remaining = deadline - uptime
    guard remaining > .zero else { return try Task.checkCancellation() }
    try await Task.sleep(for: remaining, clock: .continuous)
  }
}
