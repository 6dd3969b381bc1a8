internal import GRDB
internal import Glibc
public import Records

extension SQLiteJournal {
  /// Copies the journal as last committed into a new file, while writers go on.
  ///
  /// The copy appears under its name only when it is whole and on disk.
  /// - Throws: `.storage` when `path` exists or cannot be written.
  public func backup(to path: String) async throws(JournalError) {
    try await read { db in
      guard access(path, F_OK) != 0 else { throw JournalError.storage("\(path) exists already") }
      let unfinished = path + ".part"
      _ = unlink(unfinished)
      do {
        let target = try DatabaseQueue(path: unfinished)
        try target.writeWithoutTransaction { copy in try db.backup(to: copy) }
        try target.close()
        try Self.sync(unfinished)
        guard rename(unfinished, path) == 0 else { throw Self.failure(at: path) }
        try Self.sync(Self.folder(of: path))
      } catch {
        _ = unlink(unfinished)
        throw error
      }
    }
  }

  private static func sync(_ path: String) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(at: path) }
    defer { _ = Glibc.close(descriptor) }
    guard fsync(descriptor) == 0 else { throw failure(at: path) }
  }

  private static func failure(at path: String) -> JournalError {
    .storage("\(path): \(String(cString: strerror(errno)))")
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
