import Foundation
import GRDB
import Journal
import Records
import Telemetry
import Testing

/// Each test writes twelve facts, changes the file behind the journal's back and expects the place to be named.
@Suite("Journal verification", .ownFolder)
struct JournalVerifierTests {
  typealias Finding = JournalFinding

  static let streams: [Records.Stream] = [.incidents, .inventory, .incidents]

  /// - Returns: the digest after each fact.
  @discardableResult
  func write(_ count: Int = 12) async throws -> [PublishedDigest] {
    let clock = TurnedClock()
    let journal = try SQLiteJournal(folder: OwnFolder.path, clock: clock)
    var digests: [PublishedDigest] = []
    for number in 0..<count {
      clock.turn(by: .seconds(1))
      let stream = Self.streams[number % 3]
      let versions = try await journal.head().versions
      try await journal.append(
        [draft("e\(number)", in: stream, payload: #"{"n":\#(number)}"#)], expecting: versions, term: .alone)
      let head = try await journal.head()
      digests.append(PublishedDigest(position: head.position, digest: head.digest, publishedAt: clock.now))
    }
    try await journal.saveSnapshots(
      [EntitySnapshot(entity: EntityID("e1"), schema: 1, body: [123, 125])], of: .incidents, asOf: position(12))
    try journal.close()
    return digests
  }

  func edit(_ change: (Database) throws -> Void) throws {
    let queue = try DatabaseQueue(path: OwnFolder.journalFile)
    try queue.write(change)
    try queue.close()
  }

  func damage(published: [PublishedDigest] = []) -> [Finding] {
    JournalVerifier.verify(file: OwnFolder.journalFile, published: published).filter { $0.severity == .damage }
  }

  @Test("a whole journal has no damage, and a note says what cannot be seen")
  func whole() async throws {
    let digests = try await write()
    #expect(JournalVerifier.verify(file: OwnFolder.journalFile) == [.cutTailCannotBeSeen(after: nil)])
    let upToNine = Array(digests.prefix(9))
    #expect(
      JournalVerifier.verify(file: OwnFolder.journalFile, published: upToNine)
        == [.cutTailCannotBeSeen(after: digests[8])])
    #expect(JournalVerifier.verify(file: OwnFolder.journalFile, published: digests) == [])
  }

  struct Flip: Sendable, CustomTestStringConvertible {
    let column: String
    let statement: String
    let at: [Int64]
    let expected: @Sendable (JournalPosition) -> Finding
    var testDescription: String { column }

    static func header(_ column: String, _ statement: String) -> Flip {
      Flip(column: column, statement: statement, at: [1, 5, 11, 12]) { .headerChanged($0) }
    }
  }

  static let flips: [Flip] = [
    .header("version", "UPDATE fact SET version = version | 64 WHERE position = ?"),
    .header("schema", "UPDATE fact SET schema = 3 WHERE position = ?"),
    .header("recorded_at", "UPDATE fact SET recorded_at = recorded_at + 1 WHERE position = ?"),
    .header("valid_at", "UPDATE fact SET valid_at = -valid_at WHERE position = ?"),
    .header("cause", "UPDATE fact SET cause = 1 WHERE position = ?"),
    .header("entity", "UPDATE fact SET entity = 'f' || substr(entity, 2) WHERE position = ?"),
    .header("entity, a zero byte", "UPDATE fact SET entity = entity || char(0) WHERE position = ?"),
    .header("kind", "UPDATE fact SET kind = 'thing.happenee' WHERE position = ?"),
    .header("scope", "UPDATE fact SET scope = '.' WHERE position = ?"),
    .header("actor", "UPDATE fact SET actor = 'rule:dish' WHERE position = ?"),
    .header("stream", "UPDATE fact SET stream = 'desk' WHERE position = ?"),
    Flip(column: "actor kind", statement: "UPDATE fact SET actor = 'rulf:disk' WHERE position = ?", at: [1, 12]) {
      .columnUnreadable($0, column: "actor")
    },
    Flip(column: "stream name", statement: "UPDATE fact SET stream = 'incidentt' WHERE position = ?", at: [1, 12]) {
      .columnUnreadable($0, column: "stream")
    },
    Flip(
      column: "entity, bad UTF-8", statement: "UPDATE fact SET entity = CAST(x'65ff' AS TEXT) WHERE position = ?",
      at: [3]
    ) { .columnUnreadable($0, column: "entity") },
    Flip(column: "negative schema", statement: "UPDATE fact SET schema = -1 WHERE position = ?", at: [3]) {
      .columnUnreadable($0, column: "schema")
    },
    Flip(column: "short digest", statement: "UPDATE fact SET chain = x'00' WHERE position = ?", at: [3]) {
      .columnUnreadable($0, column: "chain")
    },
    Flip(
      column: "payload_digest",
      statement: "UPDATE fact SET payload_digest = zeroblob(31) || x'01' WHERE position = ?", at: []
    ) { .payloadDigestChanged($0) },
    Flip(
      column: "payload", statement: "UPDATE payload SET body = CAST('{\"n\":99}' AS BLOB) WHERE position = ?",
      at: [1, 6, 12]
    ) { .payloadChanged($0) },
    Flip(column: "payload row", statement: "DELETE FROM payload WHERE position = ?", at: [1, 12]) {
      .payloadMissing($0)
    },
  ]

  @Test("a changed column is named with its fact, and nothing else is", arguments: flips)
  func namesColumns(_ flip: Flip) async throws {
    try await write()
    for number in flip.at {
      try FileManager.default.copyItem(atPath: OwnFolder.journalFile, toPath: OwnFolder.path + "/kept")
      try edit { try $0.execute(sql: flip.statement, arguments: [number]) }
      #expect(damage() == [flip.expected(position(number))], "fact \(number)")
      try FileManager.default.removeItem(atPath: OwnFolder.journalFile)
      try FileManager.default.moveItem(atPath: OwnFolder.path + "/kept", toPath: OwnFolder.journalFile)
    }
  }

  @Test("a changed digest column is told from a changed header", arguments: [1, 5, 11] as [Int64])
  func namesDigests(_ number: Int64) async throws {
    try await write()
    let zero = Data(count: 32)
    try edit {
      try $0.execute(sql: "UPDATE fact SET payload_digest = ? WHERE position = ?", arguments: [zero, number])
    }
    #expect(damage() == [.payloadDigestChanged(position(number))])
    let right = Data(Digest(of: Array(#"{"n":\#(number - 1)}"#.utf8)).bytes)
    try edit {
      try $0.execute(
        sql: "UPDATE fact SET payload_digest = ?, chain = ? WHERE position = ?", arguments: [right, zero, number])
    }
    #expect(damage() == [.chainChanged(position(number))])
  }

  @Test("deleted facts are a gap", arguments: [(1, 1), (5, 5), (5, 8)] as [(Int64, Int64)])
  func namesGaps(_ first: Int64, _ last: Int64) async throws {
    try await write()
    try edit {
      try $0.execute(sql: "DELETE FROM fact WHERE position BETWEEN ? AND ?", arguments: [first, last])
      try $0.execute(sql: "DELETE FROM payload WHERE position BETWEEN ? AND ?", arguments: [first, last])
    }
    #expect(damage() == [.missing(position(first), position(last))])
  }

  @Test("a fact deleted without its payload leaves an orphan")
  func namesOrphans() async throws {
    try await write()
    try edit { try $0.execute(sql: "DELETE FROM fact WHERE position = 5") }
    #expect(damage() == [.missing(position(5), position(5)), .payloadWithoutFact(position(5))])
  }

  @Test("two swapped facts are named as such", arguments: [(5, 6), (3, 9), (11, 12), (1, 12)] as [(Int64, Int64)])
  func namesSwaps(_ one: Int64, _ other: Int64) async throws {
    try await write()
    try edit { db in
      for table in ["fact", "payload"] {
        try db.execute(sql: "UPDATE \(table) SET position = -1 WHERE position = ?", arguments: [one])
        try db.execute(sql: "UPDATE \(table) SET position = ? WHERE position = ?", arguments: [one, other])
        try db.execute(sql: "UPDATE \(table) SET position = ? WHERE position = -1", arguments: [other])
      }
    }
    #expect(damage() == [.swapped(position(one), position(other))])
  }

  @Test("inserted facts are named though all behind them are renumbered", arguments: [(5, 1), (1, 1), (12, 2), (7, 3)])
  func namesInsertions(_ place: Int64, _ count: Int64) async throws {
    let digests = try await write()
    try edit { db in
      for table in ["fact", "payload"] {
        try db.execute(
          sql: "UPDATE \(table) SET position = -position - ? WHERE position >= ?", arguments: [count, place])
        try db.execute(sql: "UPDATE \(table) SET position = -position WHERE position < 0")
      }
      for number in place..<(place + count) { try insertForgery(at: number, in: db) }
    }
    #expect(damage() == [.inserted(position(place), position(place + count - 1))])
    #expect(damage(published: digests) == damage(), "what was published is there, further on")
  }

  private func insertForgery(at number: Int64, in db: Database) throws {
    let payload: [UInt8] = [123, 125]
    try db.execute(
      sql: """
        INSERT INTO fact SELECT ?, stream, version, 'forged', kind, schema, recorded_at, valid_at, actor, scope, cause,
          ?, zeroblob(32) FROM fact WHERE position > ? LIMIT 1
        """, arguments: [number, Data(Digest(of: payload).bytes), number])
    try db.execute(sql: "INSERT INTO payload VALUES (?, ?)", arguments: [number, Data(payload)])
  }

  @Test("a forged fact at the end is named")
  func namesForgedTail() async throws {
    try await write()
    try edit { db in
      try db.execute(
        sql: """
          INSERT INTO fact SELECT 13, stream, version + 1, entity, kind, schema, recorded_at, valid_at, actor, scope,
            cause, payload_digest, chain FROM fact WHERE position = 12
          """)
      try db.execute(sql: "INSERT INTO payload SELECT 13, body FROM payload WHERE position = 12")
    }
    #expect(damage() == [.headerChanged(position(13))])
  }

  @Test("a cut tail shows only against a published digest")
  func namesCutTail() async throws {
    let digests = try await write()
    try edit {
      try $0.execute(sql: "DELETE FROM fact WHERE position > 9")
      try $0.execute(sql: "DELETE FROM payload WHERE position > 9")
      try $0.execute(sql: "DELETE FROM snapshot_position")
    }
    #expect(JournalVerifier.verify(file: OwnFolder.journalFile) == [.cutTailCannotBeSeen(after: nil)])
    #expect(damage(published: Array(digests.prefix(9))) == [])
    #expect(damage(published: digests) == [.tailCut(published: digests[11], last: position(9))])
    let line = "Nov 21 06:30:00 web01 watchkeeper[7]: " + digests[11].line
    let named = damage(published: PublishedDigest.all(in: "something else\n\(line)\n")).map(\.reason)
    let published = "journal: position 12, digest \(digests[11].digest), at 1970-01-12T13:46:52Z"
    #expect(
      named == [
        Reason("verify.journal.tail-cut", ["facts": "10–12", "count": "3", "published": published])
      ])
  }

  @Test("a rewritten and rechained journal shows against a published digest only")
  func namesRewriting() async throws {
    let digests = try await write()
    try edit { db in
      try db.execute(sql: "UPDATE fact SET actor = 'rule:other' WHERE position = 4")
      try rechain(db)
    }
    #expect(damage() == [])
    #expect(damage(published: [digests[2], digests[7]]) == [.publishedDigestDiffers(digests[7], agreed: position(3))])
    #expect(damage(published: digests) == [.publishedDigestDiffers(digests[3], agreed: position(3))])
  }

  @Test("versions that skip and times that run backwards are named even when the chain was made anew")
  func namesBadWriters() async throws {
    try await write()
    try edit { db in
      try db.execute(sql: "UPDATE fact SET version = version + 1 WHERE position >= 7 AND stream = 'incidents'")
      try db.execute(sql: "UPDATE fact SET recorded_at = recorded_at - 5000 WHERE position = 10")
      try rechain(db)
    }
    #expect(
      damage() == [
        .versionOutOfStep(position(7), stream: .incidents, expected: version(5), found: version(6)),
        .recordedAtBackwards(position(10)),
      ])
  }

  /// What a forger would do: recompute every digest from the columns.
  private func rechain(_ db: Database) throws {
    var digest = FactChain.origin
    for row in try Row.fetchAll(db, sql: "SELECT * FROM fact JOIN payload USING (position) ORDER BY position") {
      let named = Records.Actor(row["actor"] as String)
      let actor = try #require(named)
      let known = Records.Stream(rawValue: row["stream"])
      let stream = try #require(known)
      let content = FactDraft(
        stream: stream, entity: EntityID(row["entity"]), kind: FactKind(row["kind"], schema: row["schema"]),
        validAt: Timestamp(milliseconds: row["valid_at"]), actor: actor, scope: Scope(row["scope"]),
        payload: [UInt8](row["body"] as Data))
      let fact = Fact(
        position: JournalPosition(row["position"]), version: StreamVersion(row["version"]),
        recordedAt: Timestamp(milliseconds: row["recorded_at"]), content: content)
      digest = FactChain.digest(after: digest, fact)
      try db.execute(
        sql: "UPDATE fact SET chain = ? WHERE position = ?", arguments: [Data(digest.bytes), fact.position.number])
    }
  }

  @Test("several changes are each named")
  func namesEach() async throws {
    try await write()
    try edit { db in
      try db.execute(sql: "UPDATE fact SET kind = 'x' WHERE position IN (3, 4, 10)")
      try db.execute(sql: "UPDATE payload SET body = x'00' WHERE position = 7")
    }
    #expect(
      damage() == [
        .headerChanged(position(3)), .headerChanged(position(4)), .payloadChanged(position(7)),
        .headerChanged(position(10)),
      ])
  }

  @Test(
    "snapshots are checked by their own digests",
    arguments: [
      ("UPDATE snapshot SET body = x'7b20'", Finding.snapshotChanged(stream: "incidents", entity: "e1")),
      ("UPDATE snapshot SET entity = 'e2'", Finding.snapshotChanged(stream: "incidents", entity: "e2")),
      ("UPDATE snapshot SET schema = 2", Finding.snapshotChanged(stream: "incidents", entity: "e1")),
      ("UPDATE snapshot_position SET position = 11", Finding.snapshotChanged(stream: "incidents", entity: "position")),
    ])
  func namesSnapshots(_ statement: String, _ expected: Finding) async throws {
    try await write()
    try edit { try $0.execute(sql: statement) }
    #expect(damage() == [expected])
  }

  @Test("any byte string is an answer, not a trap", arguments: 0..<40)
  func survivesBytes(_ seed: UInt64) async throws {
    try await write()
    var bytes = try [UInt8](Data(contentsOf: URL(filePath: OwnFolder.journalFile)))
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    for _ in 0..<(1 + seed % 5) {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let place = Int(state >> 33) % bytes.count
      bytes[place] ^= UInt8(1 << (state >> 60 & 7))
    }
    if seed % 4 == 3 { bytes.removeLast(Int(state >> 40) % bytes.count) }
    try Data(bytes).write(to: URL(filePath: OwnFolder.journalFile))
    _ = JournalVerifier.verify(file: OwnFolder.journalFile)
    _ = try? SQLiteJournal(folder: OwnFolder.path, clock: TurnedClock())
  }

  @Test("a file that is not there or not ours is one finding")
  func refusesOthers() async throws {
    let none = JournalVerifier.verify(file: OwnFolder.path + "/none.sqlite")
    #expect(none.count == 1 && none.first?.severity == .damage)
    try Data("hello, this is text".utf8).write(to: URL(filePath: OwnFolder.journalFile))
    #expect(damage().count == 1)
  }

  @Test("a published line that is false is named beside later ones that agree")
  func namesFalseWitness() async throws {
    var digests = try await write()
    digests[4] = PublishedDigest(position: position(5), digest: .zero)
    #expect(damage(published: digests) == [.publishedDigestDiffers(digests[4], agreed: position(4))])
  }

  @Test("findings name their places")
  func speaks() {
    let reasons = [
      Finding.missing(position(5), position(5)), .missing(position(5), position(8)),
      .versionOutOfStep(position(7), stream: .desk, expected: version(2), found: version(4)),
    ].map(\.reason)
    #expect(
      reasons == [
        Reason("verify.journal.missing", ["facts": "5", "count": "1"]),
        Reason("verify.journal.missing", ["facts": "5–8", "count": "4"]),
        Reason(
          "verify.journal.version-out-of-step", ["fact": "7", "stream": "desk", "expected": "2", "found": "4"]),
      ])
  }
}
