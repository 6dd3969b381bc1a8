internal import Records
internal import TimeSeriesStore

/// Why the program does not start: one line, with the remedy.
struct StartError: Error, Sendable, CustomStringConvertible {
  let reason: Reason

  /// - Parameter name: of the message `refusal.NAME`.
  init(_ name: String, _ arguments: [String: String] = [:]) { reason = Reason("refusal.\(name)", arguments) }

  var description: String { Terminal.words(reason) }

  /// What ends a start or a run, for the person at the terminal. The log has the error itself, in English.
  static func words(for error: any Error) -> String {
    switch error {
    case let error as StoreError: StartError(error).description
    case let error as JournalError: StartError(error)?.description ?? "\(error)"
    default: "\(error)"
    }
  }

  private init(_ error: StoreError) {
    switch error {
    case .newerFormat(let file, let version):
      self.init(
        "store-newer", ["file": file, "found": String(version), "known": String(StoreStatistics().formatVersion)])
    case .folderUnusable(let path, let problem): self.init("store-folder", ["path": path, "problem": problem])
    case .networkFileSystem(let path, let kind): self.init("store-network", ["path": path, "kind": kind])
    }
  }

  /// `nil` for what two writers of one journal say, which no start meets.
  private init?(_ error: JournalError) {
    switch error {
    case .conflict, .staleTerm: return nil
    case .newerFormat(let found, let known):
      self.init("journal-newer", ["found": String(found), "known": String(known)])
    case .storage(let problem): self.init("journal-storage", ["problem": problem])
    case .damaged(let problem): self.init("journal-damaged", ["problem": problem])
    }
  }
}
