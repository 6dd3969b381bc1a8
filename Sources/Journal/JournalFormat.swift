internal import GRDB
internal import Records

/// The shape of `journal.sqlite`, described in docs/formats/journal.md. Never change a released shape: add a format.
enum JournalFormat {
  /// Kept in the header's `user_version`.
  static let number = 1

  /// Kept in the header's `application_id`: `WKJL`. Tells our file from another program's.
  static let applicationID = 0x574B_4A4C

  /// Bytes of a page: the size at which the sample store measured the fewest bytes written; both use one.
  static let pageBytes = 8192

  static let fileName = "journal.sqlite"

  enum Content: Equatable { case nothing, journal }

  /// What the file holds, changing nothing in it.
  ///
  /// - Throws: `.newerFormat`, or `.damaged` when this is no journal of ours.
  static func content(of db: Database) throws -> Content {
    let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") ?? 0
    let application = try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0
    let found = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
    if tables == 0, application == 0, found == 0 { return .nothing }
    guard application == applicationID, found > 0 else {
      throw JournalError.damaged("the file is not a Watchkeeper journal")
    }
    guard found <= number else { throw JournalError.newerFormat(found: found, known: number) }
    return .journal
  }

  /// Makes the tables, all or none: the caller holds a transaction.
  static func create(in db: Database) throws {
    try db.execute(sql: tables)
    try db.execute(sql: "PRAGMA application_id = 1464552012")
    try db.execute(sql: "PRAGMA user_version = 1")
  }

  /// `fact.cause` is 0 for none. Payloads lie apart so that one can be erased while the header stays in the chain.
  private static let tables = """
    CREATE TABLE meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    INSERT INTO meta(name, value) VALUES ('term', 0);
    CREATE TABLE fact(
      position INTEGER PRIMARY KEY, stream TEXT NOT NULL, version INTEGER NOT NULL, entity TEXT NOT NULL,
      kind TEXT NOT NULL, schema INTEGER NOT NULL, recorded_at INTEGER NOT NULL, valid_at INTEGER NOT NULL,
      actor TEXT NOT NULL, scope TEXT NOT NULL, cause INTEGER NOT NULL,
      payload_digest BLOB NOT NULL, chain BLOB NOT NULL) STRICT;
    CREATE INDEX fact_by_stream ON fact(stream);
    CREATE INDEX fact_by_entity ON fact(entity);
    CREATE TABLE payload(position INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
    CREATE TABLE snapshot(
      stream TEXT NOT NULL, entity TEXT NOT NULL, schema INTEGER NOT NULL, body BLOB NOT NULL, digest BLOB NOT NULL)
      STRICT;
    CREATE UNIQUE INDEX snapshot_key ON snapshot(stream, entity);
    CREATE TABLE snapshot_position(stream TEXT PRIMARY KEY, position INTEGER NOT NULL, digest BLOB NOT NULL)
      STRICT, WITHOUT ROWID;
    CREATE TABLE plain_row(table_name TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL) STRICT;
    CREATE UNIQUE INDEX plain_row_key ON plain_row(table_name, key);
    """
}
