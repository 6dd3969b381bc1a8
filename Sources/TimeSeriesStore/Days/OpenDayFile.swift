internal import GRDB
internal import Synchronization
internal import Telemetry

/// A day that still takes samples.
///
/// The series numbers of a file are its own, handed out in order of first commit; the head's slots map to them here.
final class OpenDayFile: Sendable {
  let name: DayFileName
  private let pool: DatabasePool
  /// A connection of its own: a checkpoint on the writer's would stand in front of the next commit.
  private let checkpointer: DatabaseQueue
  private let state = Mutex(FileState())

  private struct FileState: Sendable {
    /// By slot; 0 for a series of which the file has nothing.
    var numbers: [UInt32] = []
    /// The other way round, from when somebody asks for it.
    var slots: SlotsByNumber?
    var lastNumber: UInt32 = 0
    var lastChunkRow: Int64 = 0
  }

  init(_ name: DayFileName, in folder: StoreFolder) throws {
    self.name = name
    let path = folder.path(of: name)
    let isNew = StoreFolder.size(path) == 0 && StoreFolder.size(path + "-wal") == 0
    pool = try DatabasePool(path: path, configuration: Self.configuration())
    // GRDB's set-up of the write-ahead log sets NORMAL; a commit must survive a power cut, so FULL comes after it.
    let level = try pool.writeWithoutTransaction { db -> Int in
      try db.execute(sql: "PRAGMA synchronous = FULL")
      try db.execute(sql: "PRAGMA wal_autocheckpoint = 0")
      return try Int.fetchOne(db, sql: "PRAGMA synchronous") ?? 0
    }
    guard level == 2 else { throw DatabaseError(resultCode: .SQLITE_ERROR, message: "synchronous is not FULL") }
    try pool.write { try Self.prepare($0) }
    checkpointer = try DatabaseQueue(path: path, configuration: Self.configuration())
    if isNew {
      try checkpoint(.truncate)
      folder.synchronize()
    }
  }

  private static func configuration() -> Configuration {
    var configuration = Configuration()
    configuration.label = "samples"
    configuration.busyMode = .timeout(5)
    configuration.maximumReaderCount = 4
    configuration.prepareDatabase { db in
      try db.execute(sql: "PRAGMA page_size = \(SampleFormat.pageSizeBytes)")
    }
    return configuration
  }

  private static func prepare(_ db: Database) throws {
    let version = try Int32.fetchOne(db, sql: "PRAGMA user_version") ?? 0
    if version == SampleFormat.version { return }
    guard version == 0 else { throw NewerFormat(version: version) }
    try db.execute(
      sql: """
        CREATE TABLE series(id INTEGER PRIMARY KEY, labels BLOB NOT NULL);
        CREATE TABLE batch(seq INTEGER PRIMARY KEY, data BLOB NOT NULL);
        CREATE TABLE chunk(
          series INTEGER NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL, count INTEGER NOT NULL,
          crc INTEGER NOT NULL, late INTEGER NOT NULL, data BLOB NOT NULL);
        CREATE UNIQUE INDEX chunk_key ON chunk(series, start);
        """)
    try db.execute(sql: "PRAGMA application_id = \(SampleFormat.applicationIdentifier)")
    try db.execute(sql: "PRAGMA user_version = \(SampleFormat.version)")
  }

  struct NewerFormat: Error { let version: Int32 }

  var reader: any DatabaseReader { pool }

  /// By slot; 0 for a series of which the file has nothing.
  var numbers: [UInt32] { state.withLock { $0.numbers } }

  func numbers(of slots: [UInt32]) -> [UInt32?] {
    state.withLock { state in
      slots.map { slot in
        guard Int(slot) < state.numbers.count, case let number = state.numbers[Int(slot)], number > 0 else {
          return nil
        }
        return number
      }
    }
  }

  /// A series of which an open file has something stays in the head, and so in its slot.
  ///
  /// - Returns: `nil` for a number whose row is damaged, or whose commit has only just reached the disk.
  func slots(of numbers: [UInt32]) -> [UInt32?] {
    state.withLock { state in
      let known = state.slots ?? SlotsByNumber(state.numbers)
      state.slots = known
      return numbers.map { known[$0] }
    }
  }

  /// Those of `slots` of which this file has nothing.
  func unknown(of slots: [UInt32]) -> [UInt32] {
    state.withLock { state in slots.filter { Int($0) >= state.numbers.count || state.numbers[Int($0)] < 1 } }
  }

  /// Remembers what a successful transaction added.
  func remember(_ added: [(slot: UInt32, number: UInt32)], lastChunkRow: Int64) {
    state.withLock { state in
      state.lastChunkRow = max(state.lastChunkRow, lastChunkRow)
      // A commit may still hold the numbers: without a change they are not copied.
      if added.isEmpty { return }
      let slotCount = added.reduce(state.numbers.count) { max($0, Int($1.slot) + 1) }
      state.numbers.append(contentsOf: repeatElement(0, count: slotCount - state.numbers.count))
      for (slot, number) in added {
        state.numbers[Int(slot)] = number
        state.slots?.add(slot, under: number)
        state.lastNumber = max(state.lastNumber, number)
      }
    }
  }

  /// Numbers up to this one are never handed out again, even when their row is damaged.
  func reserve(through number: UInt32) {
    state.withLock { $0.lastNumber = max($0.lastNumber, number) }
  }

  var lastNumber: UInt32 { state.withLock { $0.lastNumber } }
  var lastChunkRow: Int64 { state.withLock { $0.lastChunkRow } }

  func write(_ body: (Database) throws -> Void) throws { try pool.write { try body($0) } }

  /// Moves committed pages into the main file. Never blocks a commit unless `truncate` is asked for.
  func checkpoint(_ kind: Database.CheckpointMode) throws {
    try checkpointer.writeWithoutTransaction { db in _ = try db.checkpoint(kind) }
  }

  /// The writer's `PRAGMA synchronous`; 2 is FULL.
  var synchronousLevel: Int? {
    try? pool.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA synchronous") }
  }

  var batchRows: Int? { try? pool.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM batch") } }

  /// For tests: the disk is full when the file has this many pages.
  func limitPages(_ count: Int) {
    try? pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = \(count)") }
  }

  func close() {
    try? checkpointer.close()
    try? pool.close()
  }
}
