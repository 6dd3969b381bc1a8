import Foundation
import GRDB
import Journal
import Records
import Telemetry
import Testing

/// A journal as format 1 writes it, kept as text. Every later program must read it; never change it.
@Suite("Journal of format 1", .ownFolder)
struct FormatOneTests {
  static let dump = """
    CREATE TABLE meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    INSERT INTO meta VALUES('term',2);
    CREATE TABLE fact(
      position INTEGER PRIMARY KEY, stream TEXT NOT NULL, version INTEGER NOT NULL, entity TEXT NOT NULL,
      kind TEXT NOT NULL, schema INTEGER NOT NULL, recorded_at INTEGER NOT NULL, valid_at INTEGER NOT NULL,
      actor TEXT NOT NULL, scope TEXT NOT NULL, cause INTEGER NOT NULL,
      payload_digest BLOB NOT NULL, chain BLOB NOT NULL) STRICT;
    INSERT INTO fact VALUES(1,'incidents',1,'incident/INC-1','incident.opened',1,1000000000,7,'rule:disk','/',0,
      X'015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862',
      X'2e4b3e417afe7f72ccde2739c39182672d0e62ecbefffa182e0f707b4ebd92dc');
    INSERT INTO fact VALUES(2,'inventory',1,'item/host/web01','thing.happened',1,1000000000,7,'person:amy','/berlin',1,
      X'66a7030e2f886a36cc26afc285543405b58e3aa76ef4b0384178477c79508c34',
      X'c8be8c67dc339e7e9134eeb6922ca420256c5545df77cf3e3035b0471362fddb');
    INSERT INTO fact VALUES(3,'incidents',2,'incident/INC-1','incident.noted',2,1000060000,-1,'local-user:root','/',0,
      X'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      X'390c0fa0c148463e2963e4eb7b77e8e6546f6ad851ed8a6ba1d973d1608027c9');
    CREATE TABLE payload(position INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
    INSERT INTO payload VALUES(1,X'7b2261223a317d');
    INSERT INTO payload VALUES(2,X'7b226e616d65223a22e7bd91227d');
    INSERT INTO payload VALUES(3,X'');
    CREATE TABLE snapshot(
      stream TEXT NOT NULL, entity TEXT NOT NULL, schema INTEGER NOT NULL, body BLOB NOT NULL, digest BLOB NOT NULL)
      STRICT;
    INSERT INTO snapshot VALUES('incidents','incident/INC-1',2,
      X'7b7d',
      X'02c9549b452f2e25caac231a1288c15cbd1dbd4e74b24e5344765f7fe73a19ba');
    CREATE TABLE snapshot_position(stream TEXT PRIMARY KEY, position INTEGER NOT NULL, digest BLOB NOT NULL)
      STRICT, WITHOUT ROWID;
    INSERT INTO snapshot_position VALUES('incidents',3,
      X'924d3e74e4f5d758d8a4149598caf66c9a28d2cb5b7f38999e1797cd8e2cfb52');
    CREATE TABLE plain_row(table_name TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL) STRICT;
    INSERT INTO plain_row VALUES('deliveries','empty',X'');
    INSERT INTO plain_row VALUES('deliveries','k',X'00ff');
    CREATE INDEX fact_by_stream ON fact(stream);
    CREATE INDEX fact_by_entity ON fact(entity);
    CREATE UNIQUE INDEX snapshot_key ON snapshot(stream, entity);
    CREATE UNIQUE INDEX plain_row_key ON plain_row(table_name, key);
    """

  func restore() throws {
    let queue = try DatabaseQueue(path: OwnFolder.journalFile)
    try queue.write { db in
      try db.execute(sql: Self.dump)
      try db.execute(sql: "PRAGMA application_id = 1464552012")
      try db.execute(sql: "PRAGMA user_version = 1")
    }
    try queue.close()
  }

  @Test("opens with its facts, head, term, snapshots and rows")
  func opens() async throws {
    try restore()
    let journal = try SQLiteJournal(folder: OwnFolder.path, clock: TurnedClock())
    let head = try await journal.head()
    #expect(head.digest.hexadecimal == "390c0fa0c148463e2963e4eb7b77e8e6546f6ad851ed8a6ba1d973d1608027c9")
    #expect(head.versions == [.incidents: version(2), .inventory: version(1)])
    #expect(head.recordedAt == Timestamp(milliseconds: 1_000_060_000))
    let facts = try await journal.facts(after: .start, limit: 9)
    #expect(facts.map(\.kind.name) == ["incident.opened", "thing.happened", "incident.noted"])
    #expect(facts.map(\.actor) == [.rule("disk"), .person("amy"), .localUser("root")])
    #expect(String(decoding: facts[1].payload, as: UTF8.self) == #"{"name":"网"}"#)
    #expect(try await journal.snapshots(of: .incidents).asOf == position(3))
    #expect(try await journal.rows(of: .deliveries).map(\.value) == [[], [0, 255]])
    await #expect(throws: JournalError.staleTerm(held: LeaseTerm(1), current: LeaseTerm(2))) {
      try await journal.append([], expecting: [:], term: LeaseTerm(1))
    }
  }

  @Test("verifies against the digest it was published with")
  func verifies() throws {
    try restore()
    let bytes = stride(from: 0, to: 64, by: 2).compactMap { index in
      UInt8("390c0fa0c148463e2963e4eb7b77e8e6546f6ad851ed8a6ba1d973d1608027c9".dropFirst(index).prefix(2), radix: 16)
    }
    let digest = try #require(Digest(bytes: bytes))
    let published = [PublishedDigest(position: position(3), digest: digest)]
    #expect(JournalVerifier.verify(file: OwnFolder.journalFile, published: published) == [])
  }

  @Test("is what this program still writes")
  func isWritten() async throws {
    let clock = TurnedClock()
    let journal = try SQLiteJournal(folder: OwnFolder.path, clock: clock)
    let first = [
      draft("incident/INC-1", kind: "incident.opened"),
      draft(
        "item/host/web01", in: .inventory, actor: .person("amy"), scope: Scope("/berlin"), cause: 1,
        payload: #"{"name":"网"}"#),
    ]
    try await journal.append(first, expecting: [:], term: LeaseTerm(2))
    clock.turn(by: .seconds(60))
    let noted = draft(
      "incident/INC-1", kind: "incident.noted", schema: 2, validAt: -1, actor: .localUser("root"), payload: "")
    try await journal.append([noted], expecting: [.incidents: version(1)], term: LeaseTerm(2))
    let head = try await journal.head()
    #expect(head.digest.hexadecimal == "390c0fa0c148463e2963e4eb7b77e8e6546f6ad851ed8a6ba1d973d1608027c9")
  }
}
