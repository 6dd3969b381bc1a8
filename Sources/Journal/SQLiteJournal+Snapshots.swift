internal import FoundationEssentials
internal import GRDB
public import Records

extension SQLiteJournal {
  public func saveSnapshots(
    _ rows: [EntitySnapshot], of stream: Stream, asOf position: JournalPosition
  ) async throws(JournalError) {
    try await write { db in
      let put = try db.cachedStatement(
        sql: """
          INSERT OR REPLACE INTO snapshot(stream, entity, schema, body, digest)
          VALUES (?, CAST(ifnull(?, x'') AS TEXT), ?, ?, ?)
          """)
      let drop = try db.cachedStatement(
        sql: "DELETE FROM snapshot WHERE stream = ? AND entity = CAST(ifnull(?, x'') AS TEXT)")
      for row in rows {
        let entity = Data(row.entity.text.utf8)
        if row.body.isEmpty {
          try drop.execute(arguments: [stream.rawValue, entity])
        } else {
          let digest = StoredSnapshot.digest(of: row, in: stream)
          try put.execute(arguments: [stream.rawValue, entity, row.schema, Data(row.body), Data(digest.bytes)])
        }
      }
      let place = SnapshotPosition(stream: stream.rawValue, position: position)
      try db.cachedStatement(sql: "INSERT OR REPLACE INTO snapshot_position(stream, position, digest) VALUES (?, ?, ?)")
        .execute(arguments: [place.stream, place.position.number, Data(place.digest)])
    }
  }

  /// - Throws: `.damaged` when a row is not as it was written; a full replay then gives the same state.
  public func snapshots(of stream: Stream) async throws(JournalError) -> SnapshotSet {
    try await read { db in
      let asOf = try Self.snapshotPosition(of: stream, in: db)
      let rows = try Row.fetchCursor(
        db, sql: "\(StoredSnapshot.selection) WHERE stream = ?", arguments: [stream.rawValue])
      var snapshots: [EntitySnapshot] = []
      while let row = try rows.next() {
        guard let stored = StoredSnapshot(row), stored.isIntact else {
          throw JournalError.damaged("a snapshot of stream '\(stream.rawValue)' was changed")
        }
        snapshots.append(stored.snapshot)
      }
      return SnapshotSet(rows: snapshots.sorted { $0.entity < $1.entity }, asOf: asOf)
    }
  }

  public func dropSnapshots(of stream: Stream) async throws(JournalError) {
    try await write { db in
      for table in ["snapshot", "snapshot_position"] {
        try db.execute(sql: "DELETE FROM \(table) WHERE stream = ?", arguments: [stream.rawValue])
      }
    }
  }

  private static func snapshotPosition(of stream: Stream, in db: Database) throws -> JournalPosition {
    let row = try Row.fetchOne(
      db, sql: "\(SnapshotPosition.selection) WHERE stream = ?", arguments: [stream.rawValue])
    guard let row else { return .start }
    guard let stored = SnapshotPosition(row), stored.isIntact else {
      throw JournalError.damaged("the position of the snapshots of stream '\(stream.rawValue)' was changed")
    }
    let last = try Int64.fetchOne(db, sql: "SELECT max(position) FROM fact") ?? 0
    guard stored.position.number <= last else { throw JournalError.snapshotsAhead(stream, stored.position) }
    return stored.position
  }
}

/// A row of `snapshot_position`: the fact that a stream's snapshots stand after.
struct SnapshotPosition {
  let stream: String
  let position: JournalPosition
  let digest: [UInt8]

  static let selection = "SELECT stream, position, digest FROM snapshot_position"

  init(stream: String, position: JournalPosition) {
    self.stream = stream
    self.position = position
    digest = Self.digest(stream, position)
  }

  /// - Returns: `nil` when a column holds what was never written there.
  init?(_ row: Row) {
    guard case .string(let stream) = (row[0] as DatabaseValue).storage,
      case .int64(let position) = (row[1] as DatabaseValue).storage,
      case .blob(let digest) = (row[2] as DatabaseValue).storage
    else { return nil }
    self.stream = stream
    self.position = JournalPosition(position)
    self.digest = [UInt8](digest)
  }

  var isIntact: Bool { digest == Self.digest(stream, position) }

  private static func digest(_ stream: String, _ position: JournalPosition) -> [UInt8] {
    Digest(ofParts: [stream, String(position.number)]).bytes
  }
}

/// A row of `snapshot`.
struct StoredSnapshot {
  let stream: String
  let snapshot: EntitySnapshot
  let digest: [UInt8]

  static let selection = "SELECT stream, CAST(entity AS BLOB), schema, body, digest FROM snapshot"

  /// - Returns: `nil` when a column holds what was never written there.
  init?(_ row: Row) {
    guard case .string(let stream) = (row[0] as DatabaseValue).storage,
      case .blob(let entity) = (row[1] as DatabaseValue).storage,
      case .int64(let schema) = (row[2] as DatabaseValue).storage,
      case .blob(let body) = (row[3] as DatabaseValue).storage,
      case .blob(let digest) = (row[4] as DatabaseValue).storage,
      let name = String(validating: entity, as: UTF8.self)
    else { return nil }
    self.stream = stream
    self.digest = [UInt8](digest)
    snapshot = EntitySnapshot(entity: EntityID(name), schema: Int(schema), body: [UInt8](body))
  }

  var isIntact: Bool { Self.digest(of: snapshot, named: stream).bytes == digest }

  static func digest(of row: EntitySnapshot, in stream: Stream) -> Digest { digest(of: row, named: stream.rawValue) }

  private static func digest(of row: EntitySnapshot, named stream: String) -> Digest {
    let name = Digest(ofParts: [stream, row.entity.text, String(row.schema)])
    return Digest(of: name.bytes + row.body)
  }
}
