internal import Foundation
internal import Glibc
internal import Synchronization

/// Named places at which a crash test ends the program as `kill -9` would.
///
/// `WATCHKEEPER_FAILPOINT=append.after:3` dies at the third pass of `append.after`; without the variable a pass costs
/// one comparison.
enum Failpoint: String, CaseIterable, Sendable {
  case appendBefore = "append.before"
  case appendAfter = "append.after"
  case intentAfter = "intent.after"
  case sendBefore = "send.before"
  case sendAfter = "send.after"
  case outcomeBefore = "outcome.before"
  case outcomeAfter = "outcome.after"
  case snapshotBefore = "snapshot.before"
  case snapshotAfter = "snapshot.after"
  case chunkFlushBefore = "chunk-flush.before"
  case chunkFlushAfter = "chunk-flush.after"

  private static let armed: (point: Failpoint, pass: Int)? = {
    guard let text = ProcessInfo.processInfo.environment["WATCHKEEPER_FAILPOINT"] else { return nil }
    let parts = text.split(separator: ":")
    guard let name = parts.first, let point = Failpoint(rawValue: String(name)) else { return nil }
    return (point, parts.count > 1 ? Int(parts[1]) ?? 1 : 1)
  }()

  private static let passes = Mutex(0)

  func pass() {
    guard let armed = Self.armed, armed.point == self else { return }
    let count = Self.passes.withLock { passes in
      passes += 1
      return passes
    }
    if count == armed.pass { kill(getpid(), SIGKILL) }
  }
}
