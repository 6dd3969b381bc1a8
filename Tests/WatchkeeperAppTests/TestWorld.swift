import Foundation
import Records
import Synchronization
import Telemetry

@testable import WatchkeeperApp

/// A clock that moves when the test says so.
final class TestClock: WallClock {
  private let state: Mutex<(now: Timestamp, uptime: Duration)>

  init(now: Timestamp = Timestamp(milliseconds: 1_795_000_000_000)) { state = Mutex((now, .seconds(1000))) }

  var now: Timestamp { state.withLock { $0.now } }
  var uptime: Duration { state.withLock { $0.uptime } }

  func advance(by duration: Duration) {
    state.withLock { state in
      state.now = state.now.advanced(by: duration)
      state.uptime += duration
    }
  }

  /// Sets the clock on the wall; uptime knows nothing of it.
  func set(by step: Duration) {
    state.withLock { $0.now = $0.now.advanced(by: step) }
  }

  /// Returns at once when the deadline has passed, else only when the task is cancelled.
  func sleep(untilUptime deadline: Duration) async throws {
    while uptime < deadline {
      try Task.checkCancellation()
      await Task.yield()
    }
  }
}

final class CountingIdentifiers: IdentifierSource {
  private let count = Mutex(0)

  func next() -> String {
    let number = count.withLock { count in
      count += 1
      return count
    }
    let text = String(number, radix: 16)
    return String(repeating: "0", count: 32 - text.count) + text
  }

  func nextSecret() -> Secret { Secret(next()) }
}

extension World {
  /// Everything in memory.
  static func test(_ clock: TestClock, _ journal: MemoryJournal? = nil) -> World {
    let journal = journal ?? MemoryJournal(clock: clock)
    return World(clock: clock, identifiers: CountingIdentifiers(), journal: journal, rows: journal)
  }
}

extension Log {
  static var test: Log { Log(clock: TestClock(), environment: [:]) }
}
