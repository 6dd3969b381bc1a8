internal import GRDB
internal import Telemetry

extension EmbeddedStore {
  /// Looks at every chunk, batch and series row of every file and says what is damaged and where. Changes nothing.
  /// What was set aside counts too, as its samples are missing, until somebody takes it away.
  public static func verify(folder: String) -> [StoreDamage] {
    let folder = StoreFolder(path: folder)
    do {
      return try folder.dayFiles().flatMap { DayVerification($0, in: folder).run() }
        + folder.quarantined().map { StoreDamage(.quarantined, file: $0) }
    } catch {
      return [StoreDamage(.folderUnreadable, file: folder.path)]
    }
  }
}

/// One damage that `EmbeddedStore.verify` found.
public struct StoreDamage: Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    case folderUnreadable = "folder-unreadable"
    case newerFormat = "newer-format"
    case noDatabase = "no-database"
    case quarantined
    case tableUnreadable = "table-unreadable"
    /// SQLite's own check of the file's pages.
    case structure
    case labelsChecksum = "labels-checksum"
    case labelsMissing = "labels-missing"
    case chunkChecksum = "chunk-checksum"
    case chunkContradiction = "chunk-contradiction"
    case chunkOfAnotherDay = "chunk-of-another-day"
    case batchChecksum = "batch-checksum"
    case postingChecksum = "posting-checksum"
  }

  public let kind: Kind
  /// With `file`, the file's name inside the store's folder.
  public let arguments: [String: String]

  init(_ kind: Kind, file: String, _ arguments: [String: String] = [:]) {
    self.kind = kind
    self.arguments = arguments.merging(["file": file]) { first, _ in first }
  }
}

/// The check of one file.
private struct DayVerification {
  private let name: DayFileName
  private let folder: StoreFolder
  private var damages: [StoreDamage] = []

  init(_ name: DayFileName, in folder: StoreFolder) {
    self.name = name
    self.folder = folder
  }

  func run() -> [StoreDamage] {
    var check = self
    if let version = folder.declaredVersion(of: name), version > SampleFormat.version {
      check.note(.newerFormat, ["found": String(version), "known": String(SampleFormat.version)])
      return check.damages
    }
    do {
      var configuration = Configuration()
      configuration.readonly = true
      configuration.busyMode = .timeout(5)
      let queue = try DatabaseQueue(path: folder.path(of: name), configuration: configuration)
      check.walk(queue)
      try queue.close()
    } catch {
      check.note(.noDatabase, ["problem": "\(error)"])
    }
    return check.damages
  }

  private mutating func walk(_ queue: DatabaseQueue) {
    attempt("pages", queue) { check, db in try check.checkPages(db) }
    attempt("series", queue) { check, db in try check.checkSeries(db) }
    attempt("chunk", queue) { check, db in try check.checkChunks(db) }
    switch name.state {
    case .open: attempt("batch", queue) { check, db in try check.checkBatches(db) }
    case .sealed: attempt("posting", queue) { check, db in try check.checkPostings(db) }
    }
  }

  private mutating func attempt(
    _ table: String, _ queue: DatabaseQueue, _ step: (inout DayVerification, Database) throws -> Void
  ) {
    do {
      try queue.read { try step(&self, $0) }
    } catch {
      note(.tableUnreadable, ["table": table, "problem": "\(error)"])
    }
  }

  private mutating func checkPages(_ db: Database) throws {
    let answers = try String.fetchAll(db, sql: "PRAGMA quick_check(20)")
    for answer in answers where answer != "ok" { note(.structure, ["problem": answer]) }
  }

  private mutating func checkSeries(_ db: Database) throws {
    let rows = try Row.fetchCursor(db, sql: "SELECT id, labels FROM series ORDER BY id")
    while let row = try rows.next() {
      let id = ChunkRow.integer(row, 0)
      if try row.withBytes(1, { SeriesRow.decode($0, number: id) }) == nil {
        note(.labelsChecksum, ["series": String(id)])
      }
    }
    let orphans = try Int64.fetchAll(
      db, sql: "SELECT DISTINCT series FROM chunk WHERE series NOT IN (SELECT id FROM series) LIMIT 100")
    for series in orphans { note(.labelsMissing, ["series": String(series)]) }
  }

  private mutating func checkChunks(_ db: Database) throws {
    let sql = "SELECT series, start, stop, count, crc, late, data FROM chunk"
    let rows = try Row.fetchCursor(db, sql: sql)
    while let row = try rows.next() {
      switch ChunkRow.reading(row) {
      case .damaged(let series, let start):
        note(.chunkChecksum, ["series": String(series), "start": String(start)])
      case .sound(let chunk):
        var columns = SampleColumns()
        let place = ["series": String(chunk.series), "start": String(chunk.image.firstTime)]
        if !chunk.image.decode(.everything, into: &columns) { note(.chunkContradiction, place) }
        if Day(containing: chunk.image.firstTime) != name.day || Day(containing: chunk.image.lastTime) != name.day {
          note(.chunkOfAnotherDay, place)
        }
      }
    }
  }

  private mutating func checkBatches(_ db: Database) throws {
    let rows = try Row.fetchCursor(db, sql: "SELECT seq, data FROM batch ORDER BY seq")
    while let row = try rows.next() {
      if try row.withBytes(1, { BatchRecord(decoding: $0) }) == nil {
        note(.batchChecksum, ["batch": String(ChunkRow.integer(row, 0))])
      }
    }
  }

  private mutating func checkPostings(_ db: Database) throws {
    let rows = try Row.fetchCursor(db, sql: "SELECT ids, name, value FROM posting")
    while let row = try rows.next() {
      if try row.withBytes(0, { SealedIndex.decode($0) }) == nil {
        let label = [row[1] as DatabaseValue, row[2] as DatabaseValue].map(\.description).joined(separator: " = ")
        note(.postingChecksum, ["label": label])
      }
    }
  }

  private mutating func note(_ kind: StoreDamage.Kind, _ arguments: [String: String]) {
    damages.append(StoreDamage(kind, file: name.text, arguments))
  }
}
