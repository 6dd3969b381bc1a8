internal import GRDB
internal import Telemetry

/// The label index of a sealed file: for each label pair a row with the series that carry it.
struct SealedIndex: SearchableIndex {
  let db: Database

  struct Damage: Error {}

  func allSeries() throws -> [UInt32] {
    try Int64.fetchAll(db, sql: "SELECT id FROM series ORDER BY id").compactMap { UInt32(exactly: $0) }
  }

  func series(name: String, value: String) throws -> [UInt32] {
    let statement = try db.cachedStatement(sql: "SELECT ids FROM posting WHERE name = ? AND value = ?")
    guard let row = try Row.fetchOne(statement, arguments: [name, value]) else { return [] }
    guard let series = try row.withBytes(0, { Self.decode($0) }) else { throw Damage() }
    return series
  }

  func values(of name: String) throws -> [String] {
    try String.fetchAll(db, sql: "SELECT value FROM posting WHERE name = ?", arguments: [name])
  }

  /// `crc32c · (distance to the series before)…`
  static func encode(_ series: [UInt32]) -> [UInt8] {
    var writer = ByteWriter()
    var previous: UInt32 = 0
    for number in series {
      writer.appendVarint(UInt64(number &- previous))
      previous = number
    }
    return writer.bytes.withUnsafeBytes { bytes in
      withUnsafeBytes(of: CRC32C.of(bytes).littleEndian) { Array($0) } + writer.bytes
    }
  }

  /// - Returns: `nil` when the row is damaged.
  static func decode(_ row: UnsafeRawBufferPointer) -> [UInt32]? {
    var outer = ByteCursor(row)
    guard let stored = outer.slice(4), let body = outer.slice(row.count - 4) else { return nil }
    guard UInt32(littleEndian: stored.loadUnaligned(as: UInt32.self)) == CRC32C.of(body) else { return nil }
    var cursor = ByteCursor(body)
    var series: [UInt32] = []
    var previous: UInt32 = 0
    while !cursor.isAtEnd {
      guard let step = cursor.varint(), let exact = UInt32(exactly: step) else { return nil }
      previous = previous &+ exact
      series.append(previous)
    }
    return series
  }
}

extension SealedDayFile {
  /// Series that satisfy one of the selectors, ascending. A damaged index costs time, not answers: the series rows
  /// themselves are then looked through.
  func series(matching selectors: [[LabelMatcher]]) throws -> [UInt32] {
    try reader.read { db in
      let index = SealedIndex(db: db)
      do {
        let found = try selectors.map { try index.series(matching: $0) }
        return found.count == 1 ? found[0] : Set(found.joined()).sorted()
      } catch {
        return try Self.scan(db) { labels in
          selectors.contains { matchers in matchers.allSatisfy { $0.accepts(labels) } }
        }
      }
    }
  }

  func labels(of numbers: [UInt32]) throws -> [LabelSet?] {
    try reader.read { db in
      let statement = try db.cachedStatement(sql: "SELECT labels FROM series WHERE id = ?")
      return try numbers.map { number in
        try Row.fetchOne(statement, arguments: [Int64(number)])?
          .withBytes(0) { SeriesRow.decode($0, number: Int64(number)) } ?? nil
      }
    }
  }

  private static func scan(_ db: Database, _ isWanted: (LabelSet) -> Bool) throws -> [UInt32] {
    var found: [UInt32] = []
    let rows = try Row.fetchCursor(db, sql: "SELECT id, labels FROM series ORDER BY id")
    while let row = try rows.next() {
      let id = ChunkRow.integer(row, 0)
      guard let number = UInt32(exactly: id) else { continue }
      if let labels = try row.withBytes(1, { SeriesRow.decode($0, number: id) }), isWanted(labels) {
        found.append(number)
      }
    }
    return found
  }
}
