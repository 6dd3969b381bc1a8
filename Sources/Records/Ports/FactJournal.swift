public import Telemetry

/// Where facts survive a restart. Implemented by `Journal` (SQLite) and, for tests, by `MemoryJournal`.
///
/// Contract, proved for every implementation by `JournalContract`:
/// - `append` is atomic and durable when it returns: after a crash either all of its facts are present or none.
/// - Positions start at 1 and have no gaps; the journal alone numbers them. `recordedAt` never runs backwards.
/// - `facts(after:limit:)` returns ascending positions without gaps, at most `limit` of them.
public protocol FactJournal: Sendable {
  /// - Parameter versions: for each stream in the batch, the version that the caller decided from.
  /// - Returns: the facts of the batch, in its order, with what the journal added.
  /// - Throws: `.conflict` when a stream has another writer, `.staleTerm` when the lease was lost.
  @discardableResult
  func append(
    _ batch: [FactDraft], expecting versions: [Stream: StreamVersion], term: LeaseTerm
  ) async throws(JournalError) -> [Fact]

  func facts(after position: JournalPosition, limit: Int) async throws(JournalError) -> [Fact]

  /// The facts of one stream after `position`, ascending, at most `limit`.
  func facts(of stream: Stream, after position: JournalPosition, limit: Int) async throws(JournalError) -> [Fact]

  /// The history of one record: its newest facts, at most `limit`, ascending.
  func history(of entity: EntityID, limit: Int) async throws(JournalError) -> [Fact]

  func head() async throws(JournalError) -> JournalHead

  /// The chain's digest as it is kept with one fact; `nil` when the journal does not have the fact.
  func digest(at position: JournalPosition) async throws(JournalError) -> Digest?

  /// Replaces the snapshot rows of the named entities, and deletes those with an empty body, in one transaction.
  /// The rows together are the stream's state as of `position`.
  func saveSnapshots(
    _ rows: [EntitySnapshot], of stream: Stream, asOf position: JournalPosition
  ) async throws(JournalError)

  /// All snapshot rows of the stream, ascending by entity, and the position they stand for.
  ///
  /// - Throws: `.damaged` when a row was changed, or when they stand for a fact that the journal does not have.
  func snapshots(of stream: Stream) async throws(JournalError) -> SnapshotSet

  /// Removes all snapshot rows of the stream: damaged ones must not outlive the state that all facts give.
  func dropSnapshots(of stream: Stream) async throws(JournalError)
}

/// The end of the journal.
public struct JournalHead: Sendable, Equatable {
  public let position: JournalPosition
  public let versions: [Stream: StreamVersion]
  public let digest: Digest
  /// `recordedAt` of the newest fact, `nil` in an empty journal.
  public let recordedAt: Timestamp?

  public init(
    position: JournalPosition, versions: [Stream: StreamVersion], digest: Digest, recordedAt: Timestamp?
  ) {
    self.position = position
    self.versions = versions
    self.digest = digest
    self.recordedAt = recordedAt
  }

  public static let empty = JournalHead(
    position: .start, versions: [:], digest: FactChain.origin, recordedAt: nil)
}

/// The state of one record, so that a start need not replay its facts.
public struct EntitySnapshot: Sendable, Equatable {
  public let entity: EntityID
  public let schema: Int
  /// JSON; empty means that the record has left memory and its row goes.
  public let body: [UInt8]

  public init(entity: EntityID, schema: Int, body: [UInt8]) {
    self.entity = entity
    self.schema = schema
    self.body = body
  }
}

public struct SnapshotSet: Sendable, Equatable {
  public let rows: [EntitySnapshot]
  public let asOf: JournalPosition

  public init(rows: [EntitySnapshot], asOf: JournalPosition) {
    self.rows = rows
    self.asOf = asOf
  }

  public static let none = SnapshotSet(rows: [], asOf: .start)
}

/// Why the journal refused or failed.
public enum JournalError: Error, Sendable, Equatable, CustomStringConvertible {
  case conflict(stream: Stream, expected: StreamVersion, found: StreamVersion)
  case staleTerm(held: LeaseTerm, current: LeaseTerm)
  case newerFormat(found: Int, known: Int)
  /// No space, an I/O error, a read-only file system. Nothing of the batch was written.
  case storage(String)
  /// What is stored is not what was written.
  case damaged(String)

  public var description: String {
    switch self {
    case .conflict(let stream, let expected, let found):
      "stream '\(stream.rawValue)' is at version \(found.number), the writer expected \(expected.number) – "
        + "another program writes the same journal"
    case .staleTerm(let held, let current):
      "the lease with term \(held.number) was lost to term \(current.number)"
    case .newerFormat(let found, let known):
      "the journal has format \(found), this program knows \(known) – run the newer program that wrote it"
    case .storage(let problem): "the journal cannot be read or written: \(problem) – free space or mend the disk"
    case .damaged(let problem): "the journal is damaged: \(problem) – run: watchkeeper verify"
    }
  }
}

extension JournalError {
  /// The journal ends before the fact that snapshots stand for: its tail was cut off.
  public static func snapshotsAhead(_ stream: Stream, _ position: JournalPosition) -> JournalError {
    .damaged("the snapshots of stream '\(stream.rawValue)' stand for fact \(position.number), which is not there")
  }
}
