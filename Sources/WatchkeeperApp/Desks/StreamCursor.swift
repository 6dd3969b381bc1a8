internal import Records

/// How far the one writer of a stream has come: what it decides from, and how far its snapshots lag behind.
struct StreamCursor: Sendable {
  let stream: Stream
  private(set) var version: StreamVersion
  private(set) var position: JournalPosition
  private(set) var factsSinceSnapshot = 0

  /// How many facts a start may have to replay before snapshots are due; the default is 500.
  static let factsPerSnapshot = 500

  init(_ stream: Stream, in world: World) async throws(JournalError) {
    self.stream = stream
    let head = try await world.journal.head()
    version = head.versions[stream] ?? .none
    position = head.position
  }

  mutating func advance(past facts: [Fact]) {
    version = version.advanced(by: facts.count)
    position = facts.last?.position ?? position
    factsSinceSnapshot += facts.count
  }

  mutating func snapshotsSaved(covering count: Int) { factsSinceSnapshot -= count }

  var isSnapshotDue: Bool { factsSinceSnapshot >= Self.factsPerSnapshot }
}

extension World {
  /// Appends as the stream's writer; durable when it returns. The caller advances its cursor past the facts.
  func append(_ drafts: [FactDraft], at cursor: StreamCursor) async throws(JournalError) -> [Fact] {
    guard !drafts.isEmpty else { return [] }
    Failpoint.appendBefore.pass()
    let facts = try await journal.append(drafts, expecting: [cursor.stream: cursor.version], term: term)
    Failpoint.appendAfter.pass()
    return facts
  }

  /// - Parameter rows: of every entity that the facts since the last save changed, as of the cursor's position.
  func save(_ rows: [EntitySnapshot], at cursor: StreamCursor) async throws(JournalError) {
    Failpoint.snapshotBefore.pass()
    try await journal.saveSnapshots(rows, of: cursor.stream, asOf: cursor.position)
    Failpoint.snapshotAfter.pass()
  }

  /// Reads a stream's facts after `position` in pages and hands each over.
  func replay(
    _ stream: Stream, after position: JournalPosition, _ take: (Fact) throws -> Void
  ) async throws {
    var last = position
    while true {
      let page = try await journal.facts(of: stream, after: last, limit: 1000)
      for fact in page { try take(fact) }
      guard let end = page.last, page.count == 1000 else { return }
      last = end.position
    }
  }
}
