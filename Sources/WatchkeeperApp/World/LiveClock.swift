internal import Foundation
internal import Glibc
internal import Telemetry

/// The machine's clocks.
struct LiveClock: WallClock {
  var now: Timestamp {
    let time = Self.read(CLOCK_REALTIME)
    return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }

  /// Counts suspended time too, so that a deadline is due when the machine wakes.
  var uptime: Duration {
    let time = Self.read(CLOCK_BOOTTIME)
    return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
  }

  func sleep(untilUptime deadline: Duration) async throws {
    let remaining = deadline - uptime
    guard remaining > .zero else { return try Task.checkCancellation() }
    try await Task.sleep(for: remaining, clock: .continuous)
  }

  private static func read(_ clock: clockid_t) -> timespec {
    var time = timespec()
    clock_gettime(clock, &time)
    return time
  }
}
