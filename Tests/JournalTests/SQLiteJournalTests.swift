import Foundation
import GRDB
import Records
import Telemetry
import Testing

@testable import Journal

/// What the file adds to the contract: it survives, refuses what it does not know, and fails without harm.
@Suite("SQLite journal", .ownFolder)
struct SQLiteJournalTests {
  func open() throws -> SQLiteJournal { try SQLiteJournal(folder: OwnFolder.path, clock: TurnedClock()) }

  @Test("facts, head, term, snapshots and rows are there after reopening")
  func reopens() async throws {
    let first = try open()
    try await first.append([draft("a"), draft("x", in: .desk)], expecting: [:], term: LeaseTerm(3))
    let snapshot = EntitySnapshot(entity: EntityID("a"), schema: 2, body: [1])
    try await first.saveSnapshots([snapshot], of: .incidents, asOf: position(1))
    try await first.write(["k": [7]], to: .deliveries)
    let head = try await first.head()
    try first.close()

    let second = try open()
    #expect(try await second.head() == head)
    #expect(try await second.snapshots(of: .incidents) == SnapshotSet(rows: [snapshot], asOf: position(1)))
    #expect(try await second.rows(of: .deliveries).map(\.value) == [[7]])
    await #expect(throws: JournalError.staleTerm(held: .alone, current: LeaseTerm(3))) {
      try await second.append([draft("b")], expecting: [.incidents: version(1)], term: .alone)
    }
    try await second.append([draft("b")], expecting: [.incidents: version(1)], term: LeaseTerm(3))
    #expect(try await second.facts(after: .start, limit: 9).count == 3)
  }

  @Test("recordedAt does not run backwards over a restart with an older clock")
  func recordedAtOverRestart() async throws {
    let first = try SQLiteJournal(folder: OwnFolder.path, clock: TurnedClock(5000))
    try await first.append([draft("a")], expecting: [:], term: .alone)
    try first.close()
    let second = try SQLiteJournal(folder: OwnFolder.path, clock: TurnedClock(1000))
    let facts = try await second.append([draft("b")], expecting: [.incidents: version(1)], term: .alone)
    #expect(facts.map(\.recordedAt.milliseconds) == [5_000_000])
  }

  @Test("the writer syncs every commit, in a write-ahead log with pages of 8 KiB, for the owner only")
  func syncs() async throws {
    let journal = try open()
    let read = try await journal.pool.writeWithoutTransaction { db in
      [
        try String.fetchOne(db, sql: "PRAGMA synchronous"), try String.fetchOne(db, sql: "PRAGMA journal_mode"),
        try String.fetchOne(db, sql: "PRAGMA page_size"),
      ]
    }
    #expect(read == ["2", "wal", "8192"])
    for file in try FileManager.default.contentsOfDirectory(atPath: OwnFolder.path) {
      let mode = try FileManager.default.attributesOfItem(atPath: OwnFolder.path + "/" + file)[.posixPermissions]
      #expect(mode as? Int == 0o600, "\(file)")
    }
  }

  @Test("a newer format is refused and its file stays as it is")
  func refusesNewerFormat() async throws {
    let journal = try open()
    try await journal.append([draft("a")], expecting: [:], term: .alone)
    try journal.close()
    let queue = try DatabaseQueue(path: OwnFolder.journalFile)
    try await queue.write { try $0.execute(sql: "PRAGMA user_version = 2") }
    try queue.close()
    let before = try Data(contentsOf: URL(filePath: OwnFolder.journalFile))
    #expect(throws: JournalError.newerFormat(found: 2, known: 1)) { try open() }
    #expect(try Data(contentsOf: URL(filePath: OwnFolder.journalFile)) == before)
  }

  @Test("another program's file is refused and stays as it is", arguments: ["text", "sqlite"])
  func refusesForeignFile(_ kind: String) async throws {
    if kind == "text" {
      try Data("not a database, and longer than a header, which has a hundred bytes: \(kind)\(kind)\(kind)\(kind)".utf8)
        .write(to: URL(filePath: OwnFolder.journalFile))
    } else {
      let queue = try DatabaseQueue(path: OwnFolder.journalFile)
      try await queue.write { try $0.execute(sql: "CREATE TABLE other(a)") }
      try queue.close()
    }
    let before = try Data(contentsOf: URL(filePath: OwnFolder.journalFile))
    #expect {
      try open()
    } throws: { error in
      guard case .damaged = error as? JournalError else { return false }
      return true
    }
    #expect(try Data(contentsOf: URL(filePath: OwnFolder.journalFile)) == before)
  }

  @Test("an empty file, left by a crash while it was made, is an empty journal")
  func acceptsEmptyFile() async throws {
    try Data().write(to: URL(filePath: OwnFolder.journalFile))
    #expect(try await open().head() == .empty)
  }

  @Test("a folder that is not there is named")
  func namesFolder() {
    #expect {
      try SQLiteJournal(folder: OwnFolder.path + "/none", clock: TurnedClock())
    } throws: { error in
      "\(error)".contains(OwnFolder.path + "/none/journal.sqlite: No such file")
    }
  }

  @Test("a full disk refuses a batch whole, and the next one works when there is space again")
  func survivesFullDisk() async throws {
    let journal = try open()
    try await journal.append([draft("a")], expecting: [:], term: .alone)
    let before = try await journal.head()
    try await limitPages(journal, "PRAGMA max_page_count = 1")
    let large = (0..<200).map { draft("e\($0)", payload: String(repeating: "x", count: 1000)) }
    for _ in 0..<3 {
      await #expect(throws: JournalError.storage("database or disk is full (SQLite 13)")) {
        try await journal.append(large, expecting: [.incidents: version(1)], term: .alone)
      }
    }
    #expect(try await journal.head() == before)
    #expect(try await journal.facts(after: .start, limit: 999).count == 1)
    try await limitPages(journal, "PRAGMA max_page_count = 1073741823")
    try await journal.append(large, expecting: [.incidents: version(1)], term: .alone)
    #expect(try await journal.head().position == position(201))
    try journal.close()
    #expect(JournalVerifier.verify(file: OwnFolder.journalFile).allSatisfy { $0.severity == .note })
  }

  /// SQLite raises the limit to the pages in use, so 1 means: not one more.
  private func limitPages(_ journal: SQLiteJournal, _ pragma: String) async throws {
    _ = try await journal.pool.writeWithoutTransaction { db in try Int.fetchOne(db, sql: pragma) }
  }

  @Test("a second program's facts are a conflict, never overwritten")
  func seesOtherWriters() async throws {
    let one = try open()
    let other = try open()
    try await one.append([draft("a")], expecting: [:], term: .alone)
    let expected = JournalError.conflict(stream: .incidents, expected: .none, found: version(1))
    await #expect(throws: expected) { try await other.append([draft("b")], expecting: [:], term: .alone) }
    try await other.append([draft("c", in: .desk)], expecting: [:], term: .alone)
    #expect(try await other.facts(after: .start, limit: 9).map(\.entity.text) == ["a", "c"])
    #expect(JournalVerifier.verify(file: OwnFolder.journalFile).allSatisfy { $0.severity == .note })
  }

  @Test("a cancelled caller does not tear a write")
  func ignoresCancellation() async throws {
    let journal = try open()
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await journal.append([draft("a")], expecting: [:], term: .alone)
    }
    #expect(try await task.value.count == 1)
    #expect(try await journal.head().position == position(1))
  }

  @Test("a reader that is slow keeps no writer waiting")
  func readsBesideWrites() async throws {
    let journal = try open()
    try await journal.append([draft("a")], expecting: [:], term: .alone)
    try await journal.pool.read { db in
      let before = try Int.fetchOne(db, sql: "SELECT count(*) FROM fact")
      let done = DispatchSemaphore(value: 0)
      Task {
        try await journal.append([draft("b")], expecting: [.incidents: version(1)], term: .alone)
        done.signal()
      }
      #expect(done.wait(timeout: .now() + 20) == .success)
      #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM fact") == before)
    }
  }

  @Test(
    "history and stream reads use an index",
    arguments: [
      "SELECT position FROM fact WHERE fact.entity = CAST(ifnull(?, x'') AS TEXT) ORDER BY fact.position DESC LIMIT 5",
      "SELECT position FROM fact WHERE fact.stream = ? AND fact.position > 4 ORDER BY fact.position LIMIT 5",
    ])
  func usesIndex(_ query: String) async throws {
    let journal = try open()
    let plan = try await journal.pool.read { db in
      try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + query, arguments: ["a"]).map { $0["detail"] as String }
    }
    #expect(plan.count == 1 && plan[0].contains("USING COVERING INDEX fact_by_"), "\(plan)")
  }

  @Test(
    "a changed payload or a lost fact is an error for readers, not an answer",
    arguments: [
      "UPDATE payload SET body = x'7b7d' WHERE position = 2", "DELETE FROM payload WHERE position = 2",
      "DELETE FROM fact WHERE position = 2", "UPDATE fact SET actor = 'nobody' WHERE position = 2",
    ])
  func refusesDamage(_ statement: String) async throws {
    let journal = try open()
    try await journal.append([draft("a"), draft("b"), draft("c")], expecting: [:], term: .alone)
    try await journal.pool.write { try $0.execute(sql: statement) }
    await #expect {
      try await journal.facts(after: .start, limit: 9)
    } throws: { error in
      guard case .damaged = error as? JournalError else { return false }
      return true
    }
  }

  @Test("a changed snapshot is refused, so that the caller replays the facts")
  func refusesChangedSnapshot() async throws {
    let journal = try open()
    try await journal.saveSnapshots(
      [EntitySnapshot(entity: EntityID("a"), schema: 1, body: [1])], of: .desk, asOf: position(0))
    try await journal.pool.write { try $0.execute(sql: "UPDATE snapshot SET body = x'02'") }
    await #expect(throws: JournalError.damaged("a snapshot of stream 'desk' was changed")) {
      try await journal.snapshots(of: .desk)
    }
  }

  @Test("a closed journal says so")
  func closed() async throws {
    let journal = try open()
    try journal.close()
    await #expect(throws: JournalError.self) {
      try await journal.append([draft("a")], expecting: [:], term: .alone)
    }
    await #expect(throws: JournalError.self) { try await journal.facts(after: .start, limit: 1) }
  }

  @Test("a backup is a whole journal of its own, and never replaces a file")
  func backsUp() async throws {
    let journal = try open()
    let digest = try await journal.append([draft("a"), draft("b")], expecting: [:], term: .alone)
      .reduce(FactChain.origin) { FactChain.digest(after: $0, $1) }
    let copy = OwnFolder.path + "/copy.sqlite"
    try await journal.backup(to: copy)
    try await journal.append([draft("c")], expecting: [.incidents: version(2)], term: .alone)
    let published = PublishedDigest(position: position(2), digest: digest)
    #expect(JournalVerifier.verify(file: copy, published: [published]) == [])
    await #expect(throws: JournalError.storage("\(copy) exists already")) { try await journal.backup(to: copy) }
    let nowhere = OwnFolder.path + "/none/copy.sqlite"
    await #expect(throws: JournalError.self) { try await journal.backup(to: nowhere) }
  }

  @Test(
    "the innermost mount above a folder decides, and network ones are known",
    arguments: [
      ("/", "ext4"), ("/var/lib/wk", "ext4"), ("/mnt/a b/c", "nfs4"), ("/mnt/a bc", "ext4"), ("/mnt/over", "cifs"),
      ("/mnt/a b/local/x", "xfs"),
    ])
  func knowsMounts(_ folder: String, _ expected: String) {
    let mounts = """
      23 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
      40 23 0:40 / /mnt/a\\040b rw shared:2 master:1 - nfs4 host:/x rw
      41 40 8:2 / /mnt/a\\040b/local rw - xfs /dev/sdb rw
      42 23 0:42 / /mnt/over rw - tmpfs tmpfs rw
      43 42 0:43 / /mnt/over rw - cifs //host/x rw
      damaged line
      """
    #expect(FileSystemKind.kind(of: folder, mounts: mounts) == expected)
    #expect(FileSystemKind.isNetwork(expected) == ["nfs4", "cifs"].contains(expected))
  }
}
