internal import Glibc
internal import Synchronization
internal import UnixSignals

/// What signals ask of the program, from before the start until its very end.
///
/// During the start nothing is half done that the next start would miss, so the program leaves at once. A second
/// request to stop ends a stop that takes too long.
final class SignalListener: Sendable {
  enum Request: Sendable, Equatable { case reload, stop }

  private enum Phase { case starting, running, stopping }

  let requests: AsyncStream<Request>
  private let asking: AsyncStream<Request>.Continuation
  private let phase = Mutex(Phase.starting)

  init() { (requests, asking) = AsyncStream.makeStream() }

  /// From here on SIGTERM and SIGINT ask for an orderly stop.
  func begin() { phase.withLock { $0 = .running } }

  /// - Returns: the status with which to leave at once; `nil` when the request goes its orderly way.
  func take(_ signal: UnixSignal) -> Int32? {
    if signal == .sighup {
      asking.yield(.reload)
      return nil
    }
    return phase.withLock { phase in
      switch phase {
      case .starting: return 0
      case .stopping: return 1
      case .running:
        phase = .stopping
        asking.yield(.stop)
        return nil
      }
    }
  }

  /// The program's own request for an orderly stop, as if SIGTERM had come.
  func stop() {
    phase.withLock { if $0 == .running { $0 = .stopping } }
    asking.yield(.stop)
  }

  /// Signals are caught when this returns; the task listens until it is cancelled.
  func listen() async -> Task<Void, Never> {
    let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
    return Task {
      for await signal in signals {
        guard let status = take(signal) else { continue }
        Terminal.tell("watchkeeper: stopped at once; the next start takes up what is recorded")
        _exit(status)
      }
    }
  }
}
