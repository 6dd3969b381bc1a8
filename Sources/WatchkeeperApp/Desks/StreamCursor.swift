internal import Records

/// How far the one writer of a stream has come: what it decides from, and how far its snapshots lag behind.
struct StreamCursor: Sendable {
  let stream: Stream
  private(set) var version: StreamVersion
  private(set) var position: JournalPosition
  private(set) var factsSinceSnapshot = 0
  /// Damaged snapshots lie in the journal still: they go before others come, because rows of records that no fact
  /// speaks of would come back with those.
  var mustDropSnapshots = false

  /// How many facts a start may have to replay before snapshots are due; the default is 500.
  static let factsPerSnapshot = 500

  /// - Parameter count: facts that the start replayed, because no snapshot holds them.
  init(_ stream: Stream, in world: World, replayed count: Int = 0) async throws(JournalError) {
    self.stream = stream
    factsSinceSnapshot = count
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

/// What a start took from facts and not from snapshots.
struct Replay<Change: Sendable>: Sendable {
  /// The changes that no sound snapshot holds yet: they belong to the next save, else a later one would stand for a
  /// position that its rows do not have.
  var changes: [Change] = []
  /// What is wrong with the stream's snapshots, `nil` when nothing is.
  var damage: String?
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

  /// A stream's state: its snapshots, then the facts after them. Where snapshots are damaged, all facts say the same.
  /// Writes nothing.
  func fold<Book, Change>(
    _ stream: Stream, from begin: (SnapshotSet) throws -> Book, reading: (Fact) throws -> Change,
    applying: (inout Book, Change) -> Void
  ) async throws -> (book: Book, replay: Replay<Change>) {
    var book: Book
    var position = JournalPosition.start
    var replay = Replay<Change>()
    do {
      let rows = try await journal.snapshots(of: stream)
      book = try begin(rows)
      position = rows.asOf
    } catch  where Self.isDamage(error) {
      replay.damage = "\(error)"
      book = try begin(.none)
    }
    try await self.replay(stream, after: position) { fact in
      let change = try reading(fact)
      applying(&book, change)
      replay.changes.append(change)
    }
    return (book, replay)
  }

  /// A newer schema is no damage: its rows are right, and this program must leave them alone.
  private static func isDamage(_ error: any Error) -> Bool {
    switch error {
    case JournalError.damaged, FactReadError.damaged: true
    default: false
    }
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
