internal import CLinux
internal import Glibc
internal import Synchronization
internal import Telemetry

/// Work on a thread of its own, one at a time; its result stays until the next. What never ends holds up nothing else.
final class BackgroundWork<Result: Sendable>: Sendable {
  private struct State {
    var isGoing = false
    var result: Result?
  }

  private let state = Mutex(State())

  var result: Result? { state.withLock { $0.result } }

  /// - Returns: false when the last work still goes on, or there is no thread.
  func begin(_ work: @escaping @Sendable () -> Result) -> Bool {
    let isFree = state.withLock { state in
      defer { state.isGoing = true }
      return !state.isGoing
    }
    guard isFree else { return false }
    let isStarted = DetachedThread.start {
      let found = work()
      self.state.withLock { $0 = State(result: found) }
    }
    if !isStarted { state.withLock { $0.isGoing = false } }
    return isStarted
  }

  /// Waits for the work that goes on, at most so long.
  func wait(atMost limit: Duration) {
    let end = Self.nanoseconds + Int64(limit.inSeconds * 1e9)
    while state.withLock({ $0.isGoing }), Self.nanoseconds < end { poll(nil, 0, Self.stepMilliseconds) }
  }

  private static var nanoseconds: Int64 { Int64(watchkeeper_clock_nanoseconds(Int32(CLOCK_MONOTONIC))) }

  /// From one look to the next.
  private static var stepMilliseconds: Int32 { 5 }

  /// For tests.
  func wait() { while state.withLock({ $0.isGoing }) { sched_yield() } }
}
