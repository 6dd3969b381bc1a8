internal import GRDB
internal import Telemetry

extension EmbeddedStore {
  /// Looks at every chunk, batch and series row of every file and says what is damaged and where. Changes nothing.
  public static func verify(folder: String) -> [StoreFinding] {
    let folder = StoreFolder(path: folder)
    do {
      return try folder.dayFiles().flatMap { DayVerification($0, in: folder).run() }
    } catch {
      return [StoreFinding(.damage, file: folder.path, place: "", problem: error.description)]
    }
  }
}

/// The check of one file.
private struct DayVerification {
  private let name: DayFileName
  private let folder: StoreFolder
  private var findings: [StoreFinding] = []

  init(_ name: DayFileName, in folder: StoreFolder) {
    self.name = name
    self.folder = folder
  }

  func run() -> [StoreFinding] {
    var check = self
    if let version = folder.declaredVersion(of: name), version > SampleFormat.version {
      check.note("", "sample format \(version) is newer than this program's \(SampleFormat.version)")
      return check.findings
    }
    do {
      var configuration = Configuration()
      configuration.readonly = true
      configuration.busyMode = .timeout(5)
      let queue = try DatabaseQueue(path: folder.path(of: name), configuration: configuration)
      check.walk(queue)
      try queue.close()
    } catch {
      check.note("", "is no readable database: \(error)")
    }
    return check.findings
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
      note("table \(table)", "cannot be read to its end: \(error)")
    }
  }

  private mutating func checkPages(_ db: Database) throws {
    let answers = try String.fetchAll(db, sql: "PRAGMA quick_check(20)")
    for answer in answers where answer != "ok" { note("pages", answer) }
  }

  private mutating func checkSeries(_ db: Database) throws {
    let rows = try Row.fetchCursor(db, sql: "SELECT id, labels FROM series ORDER BY id")
    while let row = try rows.next() {
      let id = ChunkRow.integer(row, 0)
      if try row.withBytes(1, { SeriesRow.decode($0, number: id) }) == nil {
        note("series \(id)", "labels do not match their checksum")
      }
    }
    let orphans = try Int64.fetchAll(
      db, sql: "SELECT DISTINCT series FROM chunk WHERE series NOT IN (SELECT id FROM series) LIMIT 100")
    for series in orphans { note("series \(series)", "has chunks and no row of labels") }
  }

  private mutating func checkChunks(_ db: Database) throws {
    let sql = "SELECT series, start, stop, count, crc, late, data FROM chunk"
    let rows = try Row.fetchCursor(db, sql: sql)
    while let row = try rows.next() {
      switch ChunkRow.reading(row) {
      case .damaged(let series, let start):
        note("chunk of series \(series) from \(start)", "does not match its checksum")
      case .sound(let chunk):
        var columns = SampleColumns()
        let place = "chunk of series \(chunk.series) from \(chunk.image.firstTime)"
        if !chunk.image.decode(.everything, into: &columns) { note(place, "its bits contradict themselves") }
        if Day(containing: chunk.image.firstTime) != name.day || Day(containing: chunk.image.lastTime) != name.day {
          note(place, "does not belong to this day")
        }
      }
    }
  }

  private mutating func checkBatches(_ db: Database) throws {
    let rows = try Row.fetchCursor(db, sql: "SELECT seq, data FROM batch ORDER BY seq")
    while let row = try rows.next() {
      if try row.withBytes(1, { BatchRecord(decoding: $0) }) == nil {
        note("batch \(ChunkRow.integer(row, 0))", "does not match its checksum")
      }
    }
  }

  private mutating func checkPostings(_ db: Database) throws {
    let rows = try Row.fetchCursor(db, sql: "SELECT ids, name, value FROM posting")
    while let row = try rows.next() {
      if try row.withBytes(0, { SealedIndex.decode($0) }) == nil {
        let label = [row[1] as DatabaseValue, row[2] as DatabaseValue].map(\.description).joined(separator: " = ")
        note("label \(label)", "its list does not match its checksum")
      }
    }
  }

  private mutating func note(_ place: String, _ problem: String) {
    findings.append(StoreFinding(.damage, file: name.text, place: place, problem: problem))
  }
}
