internal import CLinux
internal import Synchronization
internal import Telemetry

/// Lets a few of the visitors' queries run at once; the others wait their turn, first come, first served.
///
/// Rules and the program's own pages do not pass here: a visitor's heavy query must not hold them up.
final class QueryGate: Sendable {
  enum Refusal: Error, Sendable, Equatable, CustomStringConvertible {
    case tooManyWait(limit: Int)
    case waitedTooLong(limit: Duration)
    case cancelled

    var description: String {
      switch self {
      case .tooManyWait(let limit):
        "more than \(limit) queries wait for their turn – ask again later, or raise query.concurrency_max"
      case .waitedTooLong(let limit):
        "query waited \(limit.inSeconds) s for its turn – ask again later, or raise query.concurrency_max"
      case .cancelled: "the query was cancelled"
      }
    }
  }

  private struct State {
    var running = 0
    var waiting: [(ticket: Int, continuation: CheckedContinuation<Refusal?, Never>)] = []
    var tickets = 0
    var releasesMemory = false
  }

  /// Queries that may wait; the default is 100.
  static let waitingMax = 100
  /// What a query must have held for its memory to be given back to the system; the default is 16 MiB.
  static let releaseBytesMin = 16 << 20
  /// The answer is still being written when a query ends; the default is 5 s.
  static let releaseDelay = Duration.seconds(5)

  private let runningMax: Int
  private let clock: any WallClock
  private let release: @Sendable () -> Void
  private let state = Mutex(State())

  init(runningMax: Int, clock: any WallClock, release: @escaping @Sendable () -> Void = watchkeeper_release_idle_memory)
  {
    self.runningMax = runningMax
    self.clock = clock
    self.release = release
  }

  var counts: (running: Int, waiting: Int) { state.withLock { ($0.running, $0.waiting.count) } }

  /// Returns when it is the caller's turn; `leave` must follow.
  func enter(within limit: Duration) async throws(Refusal) {
    let ticket: Int? = state.withLock { state in
      guard state.running >= runningMax else {
        state.running += 1
        return nil
      }
      state.tickets += 1
      return state.tickets
    }
    guard let ticket else { return }
    let deadline = clock.uptime + limit
    let timer = Task {
      guard (try? await self.clock.sleep(untilUptime: deadline)) != nil else { return }
      self.refuse(ticket, .waitedTooLong(limit: limit))
    }
    defer { timer.cancel() }
    let refusal: Refusal? = await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: CheckedContinuation<Refusal?, Never>) in
        state.withLock { state in
          if Task.isCancelled { return continuation.resume(returning: .cancelled) }
          if state.running < runningMax {
            state.running += 1
            return continuation.resume(returning: nil)
          }
          if state.waiting.count >= Self.waitingMax {
            return continuation.resume(returning: .tooManyWait(limit: Self.waitingMax))
          }
          state.waiting.append((ticket, continuation))
        }
      }
    } onCancel: {
      self.refuse(ticket, .cancelled)
    }
    if let refusal { throw refusal }
  }

  private func refuse(_ ticket: Int, _ refusal: Refusal) {
    state.withLock { state in
      guard let place = state.waiting.firstIndex(where: { $0.ticket == ticket }) else { return }
      state.waiting.remove(at: place).continuation.resume(returning: refusal)
    }
  }

  /// The next one may run. Memory that a large query took goes back to the system a little later, once for all
  /// that end until then: malloc would keep it.
  func leave(havingHeld bytes: Int) {
    let releases = state.withLock { state in
      if state.waiting.isEmpty {
        state.running -= 1
      } else {
        state.waiting.removeFirst().continuation.resume(returning: nil)
      }
      guard bytes >= Self.releaseBytesMin, !state.releasesMemory else { return false }
      state.releasesMemory = true
      return true
    }
    guard releases else { return }
    let moment = clock.uptime + Self.releaseDelay
    Task {
      try? await clock.sleep(untilUptime: moment)
      state.withLock { $0.releasesMemory = false }
      release()
    }
  }
}
