internal import Foundation
internal import GRDB
internal import Telemetry

/// Rewrites a finished day in (series, start) order: reading a series then touches neighbouring pages.
///
/// The original stays until the rewrite is durable under its own name. Damaged rows are carried over as they are.
struct DaySealing {
  private let file: OpenDayFile
  private let folder: StoreFolder

  init(_ file: OpenDayFile, in folder: StoreFolder) {
    self.file = file
    self.folder = folder
  }

  private struct CountDiffers: Error, CustomStringConvertible {
    let description: String
  }

  func run() throws -> SealedDayFile {
    let name = DayFileName(day: file.name.day, part: file.name.part, state: .sealed)
    let draft = folder.path(of: name) + ".draft"
    // A rest of an interrupted try; its journal must not be applied to the new draft.
    for tail in ["", "-journal"] { try? FileManager.default.removeItem(atPath: draft + tail) }
    try rewrite(into: draft)
    guard StoreFolder.synchronize(draft), rename(draft, folder.path(of: name)) == 0 else {
      throw CountDiffers(description: "the rewritten file cannot be synced or renamed")
    }
    folder.synchronize()
    return try SealedDayFile(name, in: folder)
  }

  private func rewrite(into draft: String) throws {
    var configuration = Configuration()
    configuration.busyMode = .timeout(5)
    configuration.prepareDatabase { db in
      try db.execute(sql: "PRAGMA page_size = \(SampleFormat.pageSizeBytes)")
    }
    let queue = try DatabaseQueue(path: draft, configuration: configuration)
    try queue.writeWithoutTransaction { db in
      try db.execute(sql: "PRAGMA synchronous = FULL")
      try db.execute(sql: "ATTACH DATABASE ? AS source", arguments: [folder.path(of: file.name)])
      try db.inTransaction {
        try Self.copyRows(db)
        try Self.writePostings(db)
        try db.execute(sql: "PRAGMA application_id = \(SampleFormat.applicationIdentifier)")
        try db.execute(sql: "PRAGMA user_version = \(SampleFormat.version)")
        return .commit
      }
      try db.execute(sql: "DETACH DATABASE source")
    }
    try queue.close()
  }

  private static func copyRows(_ db: Database) throws {
    try db.execute(
      sql: """
        CREATE TABLE main.series(id INTEGER PRIMARY KEY, labels BLOB NOT NULL);
        CREATE TABLE main.chunk(
          series INTEGER NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL, count INTEGER NOT NULL,
          crc INTEGER NOT NULL, late INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY(series, start)) WITHOUT ROWID;
        CREATE TABLE main.posting(
          name TEXT NOT NULL, value TEXT NOT NULL, ids BLOB NOT NULL, PRIMARY KEY(name, value)) WITHOUT ROWID;
        INSERT INTO main.series SELECT id, labels FROM source.series ORDER BY id;
        """)
    try copyChunks(db)
    let pairs = [
      ("SELECT COUNT(*) FROM main.series", "SELECT COUNT(*) FROM source.series NOT INDEXED"),
      (
        "SELECT TOTAL(ABS(CAST(count AS REAL))) FROM main.chunk",
        "SELECT TOTAL(ABS(CAST(count AS REAL))) FROM source.chunk NOT INDEXED"
      ),
    ]
    for (copy, original) in pairs {
      guard try Int.fetchOne(db, sql: copy) == Int.fetchOne(db, sql: original) else {
        throw CountDiffers(description: "the rewritten file has another number of series or samples")
      }
    }
  }

  /// Joins short chunks: on disk a row of its own costs more than an idle series' samples.
  private static func copyChunks(_ db: Database) throws {
    let insertion = try db.cachedStatement(sql: ChunkRow.insertion.replacing("INTO chunk", with: "INTO main.chunk"))
    let copy = try db.cachedStatement(
      sql: """
        INSERT INTO main.chunk SELECT series, start, stop, count, crc, late, data FROM source.chunk WHERE rowid = ?
        """)
    var run = ChunkRun()
    let rows = try Row.fetchCursor(
      db, sql: "SELECT series, start, stop, count, crc, late, data, rowid FROM source.chunk ORDER BY series, start")
    while let row = try rows.next() {
      if case .sound(let chunk) = ChunkRow.reading(row) {
        if run.join(chunk) { continue }
        if let joined = run.end() { try insertion.execute(arguments: joined.arguments) }
        if run.join(chunk) { continue }
      }
      try copy.execute(arguments: [ChunkRow.integer(row, 7)])
    }
    if let joined = run.end() { try insertion.execute(arguments: joined.arguments) }
  }

  private static func writePostings(_ db: Database) throws {
    var lists: [Label: [UInt32]] = [:]
    let rows = try Row.fetchCursor(db, sql: "SELECT id, labels FROM main.series ORDER BY id")
    while let row = try rows.next() {
      let id = ChunkRow.integer(row, 0)
      guard let number = UInt32(exactly: id) else { continue }
      let labels = try row.withBytes(1) { SeriesRow.decode($0, number: id) }
      for label in labels ?? .empty { lists[label, default: []].append(number) }
    }
    let statement = try db.cachedStatement(sql: "INSERT INTO main.posting(name, value, ids) VALUES(?, ?, ?)")
    for (label, numbers) in lists.sorted(by: { ($0.key.name, $0.key.value) < ($1.key.name, $1.key.value) }) {
      try statement.execute(arguments: [label.name, label.value, SealedIndex.encode(numbers).blob])
    }
  }
}

/// Neighbouring chunks of one series that make one.
private struct ChunkRun {
  private var first: ChunkRow?
  private var count = 0
  private var bytes = 0
  private var columns = SampleColumns()

  /// A row longer than a quarter of a page goes on in a page of its own, and the longer rows are, the more of a page stays
  /// empty.
  private static let bytesMax = 512

  private static let limits = ChunkLimits(
    samples: 4096, spanMilliseconds: SampleFormat.chunkSpanMax.wholeMilliseconds)

  /// - Returns: `false` when the chunk does not belong to the run, or to none.
  mutating func join(_ chunk: ChunkRow) -> Bool {
    let image = chunk.image
    guard image.kind == .numbers, chunk.lateThrough == 0 else { return false }
    if let first {
      guard chunk.series == first.series, let last = columns.times.last, image.firstTime > last,
        image.lastTime < Self.limits.cutTime(after: first.image.firstTime),
        columns.times.count + image.count <= Self.limits.samples, bytes + image.bytes.count <= Self.bytesMax
      else { return false }
    }
    guard image.decode(.everything, into: &columns) else { return false }
    if first == nil { first = chunk }
    count += 1
    bytes += image.bytes.count
    return true
  }

  /// The run as one chunk; the next begins a new one.
  mutating func end() -> ChunkRow? {
    defer { self = ChunkRun() }
    guard let first, count > 1, let image = ChunkImage.images(of: columns, limits: Self.limits).first else {
      return first
    }
    return ChunkRow(series: first.series, image: image, lateThrough: 0)
  }
}
