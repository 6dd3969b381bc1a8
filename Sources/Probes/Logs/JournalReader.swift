internal import CLinux
internal import Glibc

/// Follows systemd's journal.
final class JournalReader {
  private let journal: OpaquePointer
  private(set) var cursor: String?

  /// Entries that are read in one run, the rest in the next; the default is 100,000.
  private static let entriesMax = 100_000

  /// - Parameter cursor: of the last entry that an earlier program read.
  init(_ choice: JournalChoice, resuming cursor: String?, startingAt start: LogsSettings.Start) throws(HostReadError) {
    var opened: OpaquePointer?
    let code = watchkeeper_journal_open(choice.directory, &opened)
    guard code == 0, let opened else {
      throw HostReadError(path: choice.directory ?? "the journal (libsystemd.so.0)", code: -code)
    }
    journal = opened
    for unit in choice.units { watchkeeper_journal_match(opened, "_SYSTEMD_UNIT=\(unit)") }
    if choice.directory == nil, let code = Self.fault(in: Self.folders) {
      throw HostReadError(path: Self.folders.map { $0 + "/*/system.journal" }.joined(separator: ", "), code: code)
    }
    self.cursor = cursor
    if let cursor {
      watchkeeper_journal_seek_cursor(opened, cursor)
    } else if start == .end {
      watchkeeper_journal_seek_end(opened)
    }
  }

  deinit { watchkeeper_journal_close(journal) }

  private static let folders = ["/var/log/journal", "/run/log/journal"]

  /// The library opens what it may and is silent about the rest, also where there is no journal at all.
  static func fault(in folders: [String]) -> Int32? {
    for folder in folders where access(folder, F_OK) == 0 {
      let paths: [String] = Folder.names(in: folder).map { "\(folder)/\($0)/system.journal" }
      let files = paths.filter { access($0, F_OK) == 0 || errno == EACCES }
      if !files.isEmpty { return files.contains { access($0, R_OK) == 0 } ? nil : EACCES }
    }
    return ENOENT
  }

  func read(_ body: (Bytes) -> Void) throws(HostReadError) {
    var text = [CChar](repeating: 0, count: 1024)
    var isNew = false
    for _ in 0..<Self.entriesMax {
      let code = watchkeeper_journal_next(journal)
      guard code >= 0 else { throw HostReadError(path: "the journal", code: -code) }
      if code == 0 { break }
      isNew = true
      var data: UnsafeRawPointer?
      var length = 0
      if watchkeeper_journal_field(journal, "MESSAGE", &data, &length) == 0 { body(Bytes(start: data, count: length)) }
    }
    if isNew, watchkeeper_journal_cursor(journal, &text, text.count) == 0 {
      cursor = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
  }
}
