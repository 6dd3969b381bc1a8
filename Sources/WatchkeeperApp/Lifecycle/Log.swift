internal import CLinux
internal import Glibc
internal import Synchronization
internal import Telemetry

/// The program's own log: one line an event on standard error, English, bounded.
///
/// Where the journal of systemd takes the lines each carries its syslog priority (`<4>`), otherwise the local time. More than `linesPerSecond` in
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
  private let descriptor: Int32
  private let budget = Mutex(Budget())

  init(clock: any WallClock, environment: [String: String], descriptor: Int32 = STDERR_FILENO) {
    self.clock = clock
    self.descriptor = descriptor
    isUnderJournal = Self.isJournal(descriptor, said: environment["JOURNAL_STREAM"])
  }

  /// The variable is inherited by every child, so it counts only when it names the very stream that is written to.
  /// - Source: systemd.exec(5), `$JOURNAL_STREAM`: device and inode number, decimal, parted by a colon.
  private static func isJournal(_ descriptor: Int32, said: String?) -> Bool {
    var (device, inode): (UInt64, UInt64) = (0, 0)
    guard let said, watchkeeper_file_identity(descriptor, &device, &inode) == 0 else { return false }
    return said == "\(device):\(inode)"
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
    let oneLine = Terminal.harmless(text.replacing("\n", with: " ⏎ "))
    let line = (isUnderJournal ? "<\(level.rawValue)>" : Self.localTime(now) + " ") + oneLine + "\n"
    let bytes = Array(line.utf8)
    _ = Glibc.write(descriptor, bytes, bytes.count)
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
