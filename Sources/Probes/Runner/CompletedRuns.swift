internal import Synchronization

/// Reports on their way from the runs to the runner: many that come together cost one wake.
final class CompletedRuns: Sendable {
  struct Completed: Sendable {
    let place: Int
    let number: Int
    let report: ProbeReport
  }

  enum Delivery { case first, beside }

  private let waiting = Mutex<[Completed]>([])

  /// Whoever delivers the first has to tell the runner.
  func deliver(_ completed: Completed) -> Delivery {
    waiting.withLock { waiting in
      waiting.append(completed)
      return waiting.count == 1 ? .first : .beside
    }
  }

  func takeAll() -> [Completed] {
    waiting.withLock { waiting in
      defer { waiting = [] }
      return waiting
    }
  }
}
