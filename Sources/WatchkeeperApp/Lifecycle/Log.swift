internal import Glibc
internal import Synchronization
internal import Telemetry

/// The program's own log: one line an event on standard error, English, bounded.
///
/// Under systemd each line carries its syslog priority (`<4>`), otherwise the local time. More than `linesPerSecond` in
/// a second are counted and told in one line instead.
final class Log: Sendable {
  enum Level: Int, Sendable {
    case error = 3
    case warning = 4
    case notice = 5
    case information = 6
  }

  /// The default is 100.
  static let linesPerSecond = 100

  private struct Budget {
    var second: Int64 = 0
    var used = 0
    var suppressed = 0
  }

  private let clock: any WallClock
  private let isUnderJournal: Bool
  private let budget = Mutex(Budget())

  init(clock: any WallClock, environment: [String: String]) {
    self.clock = clock
    isUnderJournal = environment["JOURNAL_STREAM"] != nil
  }

  func error(_ text: @autoclosure () -> String) { write(.error, text()) }
  func warning(_ text: @autoclosure () -> String) { write(.warning, text()) }
  func notice(_ text: @autoclosure () -> String) { write(.notice, text()) }
  func information(_ text: @autoclosure () -> String) { write(.information, text()) }

  private func write(_ level: Level, _ text: String) {
    let now = clock.now
    let verdict = budget.withLock { budget -> (admitted: Bool, suppressed: Int) in
      let second = now.milliseconds / 1000
      var suppressed = 0
      if budget.second != second {
        suppressed = budget.suppressed
        budget = Budget(second: second)
      }
      budget.used += 1
      let admitted = budget.used <= Self.linesPerSecond
      if !admitted { budget.suppressed += 1 }
      return (admitted, suppressed)
    }
    if verdict.suppressed > 0 { emit(.warning, "\(verdict.suppressed) log lines suppressed", at: now) }
    if verdict.admitted { emit(level, text, at: now) }
  }

  private func emit(_ level: Level, _ text: String, at now: Timestamp) {
    let oneLine = text.replacing("\n", with: " ⏎ ")
    let line = (isUnderJournal ? "<\(level.rawValue)>" : Self.localTime(now) + " ") + oneLine + "\n"
    let bytes = Array(line.utf8)
    _ = Glibc.write(STDERR_FILENO, bytes, bytes.count)
  }

  private static func localTime(_ now: Timestamp) -> String {
    var seconds = time_t(now.milliseconds / 1000)
    var parts = tm()
    localtime_r(&seconds, &parts)
    return [parts.tm_hour, parts.tm_min, parts.tm_sec].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
  }
}

internal import Logging

extension Log {
  /// For libraries that want a logger; the program has one log of its own.
  static var silentLogger: Logger { Logger(label: "watchkeeper") { _ in SwiftLogNoOpLogHandler() } }
}
