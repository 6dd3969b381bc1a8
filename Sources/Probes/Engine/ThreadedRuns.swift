internal import CLinux
internal import Glibc
internal import Synchronization

/// Runs of a probe on a thread made for each: what they read may hang, and nothing else is to hang with it.
///
/// A run takes the probe's state with it; the next one finds none until it is back.
final class ThreadedRuns<State>: Sendable {
  /// Unchecked, because the compiler cannot see that taking it out of `idle` hands the state over whole: never do two
  /// threads hold it.
  private struct Held: @unchecked Sendable { let state: State }
  private let idle: Mutex<Held?>
  /// As in 'the last … has not come back yet'.
  private let name: String

  init(_ name: String, _ state: State) {
    self.name = name
    idle = Mutex(Held(state: state))
  }

  func report(_ work: @escaping @Sendable (State) -> ProbeReport) async -> ProbeReport {
    let taken = idle.withLock { idle in
      defer { idle = nil }
      return idle
    }
    guard let held = taken else { return .unknown("reason.probe.hangs", "the last \(name) has not come back yet") }
    return await withCheckedContinuation { continuation in
      let isStarted = DetachedThread.start {
        var report = work(held.state)
        // The thread is the run's own.
        report.cost.cpu = .nanoseconds(watchkeeper_clock_nanoseconds(CLOCK_THREAD_CPUTIME_ID))
        self.idle.withLock { $0 = held }
        continuation.resume(returning: report)
      }
      if !isStarted {
        idle.withLock { $0 = held }
        continuation.resume(returning: .unknown("reason.probe.local", "this host has no thread left for \(name)"))
      }
    }
  }
}
