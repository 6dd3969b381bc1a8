internal import Telemetry

/// Notices that the wall clock was set: it moves against the clock that never steps. A value; it reads no clock.
struct ClockWatch: Sendable {
  /// A smaller difference between two looks is slewing, or a look that took long. The default is 2 s.
  static let stepMin = Duration.seconds(2)
  /// How long a step is shown, for a rule to see it. The default is 15 minutes.
  static let shownFor = Duration.seconds(900)

  private var offset: Duration?
  private var last: (step: Duration, uptime: Duration)?

  /// - Returns: how far the clock was set since the look before; negative is back.
  mutating func look(now: Timestamp, uptime: Duration) -> Duration? {
    let current = now.elapsed(since: .epoch) - uptime
    defer { offset = current }
    guard let offset else { return nil }
    let step = current - offset
    guard step >= Self.stepMin || step <= .zero - Self.stepMin else { return nil }
    last = (step, uptime)
    return step
  }

  /// The last step while it is shown; else zero.
  func shown(at uptime: Duration) -> Duration {
    guard let last, uptime - last.uptime < Self.shownFor else { return .zero }
    return last.step
  }
}
