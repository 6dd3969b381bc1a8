internal import Foundation
internal import Glibc
internal import Wording

/// Writes what was accepted into a configuration folder, always into new files: what a person wrote stays as it is.
struct ProposalFiles {
  let folder: String

  /// Files of one name in a folder; the default is 1000.
  private static let numbersMax = 1000

  /// Where the next files would stand.
  func paths() -> (probes: String, items: String) {
    let number = (1...Self.numbersMax).first { number in
      Self.parts.allSatisfy { access(path($0, number), F_OK) != 0 }
    }
    return (path("probes", number ?? Self.numbersMax), path("inventory", number ?? Self.numbersMax))
  }

  private static let parts = ["probes", "inventory"]

  private func path(_ part: String, _ number: Int) -> String {
    SourcePath.join(folder, "\(part)/discovered\(number == 1 ? "" : "-\(number)").yaml")
  }

  /// - Returns: the paths that were written.
  func write(_ diff: DiscoveryDiff, _ reader: Reader) throws(UsageError) -> [String] {
    let (probes, items) = paths()
    guard let itemsText = diff.itemsText else {
      try Self.write(diff.probesText(reader), to: probes)
      return [probes]
    }
    try Self.write(itemsText, to: items)
    do throws(UsageError) {
      try Self.write(diff.probesText(reader), to: probes)
    } catch {
      unlink(items)
      throw error
    }
    return [probes, items]
  }

  func remove(_ paths: [String]) { for path in paths { unlink(path) } }

  private static func write(_ text: String, to path: String) throws(UsageError) {
    let folder = SourcePath.folder(of: path)
    if mkdir(folder, 0o755) != 0, errno != EEXIST { throw refusal(folder) }
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw refusal(path) }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else {
        let refusal = refusal(path)
        unlink(path)
        throw refusal
      }
      sent += count
    }
  }

  private static func refusal(_ path: String) -> UsageError {
    UsageError("usage.discover-write", ["path": path, "problem": String(cString: strerror(errno))])
  }
}
