internal import FoundationEssentials
internal import GRDB
internal import Records

/// Proves that a journal is as it was written, or names each place where it is not. Changes nothing.
public enum JournalVerifier {
  /// The default length of the list of findings: 1,000.
  public static let findingsMax = 1000

  /// Recomputes the chain from the columns, in one read transaction; a running program is not disturbed.
  ///
  /// - Parameter published: digests kept elsewhere, in any order. Without one that covers the newest fact, a cut tail
  ///   cannot be seen and a note says so.
  /// - Returns: nothing but notes when the journal is whole.
  public static func verify(file: String, published: [PublishedDigest] = []) -> [JournalFinding] {
    var configuration = Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(SQLiteJournal.busySeconds)
    do {
      let queue = try DatabaseQueue(path: file, configuration: configuration)
      defer { try? queue.close() }
      return try queue.read { db in try findings(in: db, published: published) }
    } catch {
      return [.unreadable("\(file): \(JournalError(error))")]
    }
  }

  private static func findings(in db: Database, published: [PublishedDigest]) throws -> [JournalFinding] {
    var report = FindingList(limit: findingsMax)
    guard try JournalFormat.content(of: db) == .journal else {
      try check(published, in: db, last: .start, into: &report) { $0 }
      return report.findings
    }
    do {
      try checkStructure(db, into: &report)
      var walk = ChainWalk(db)
      try walk.run(into: &report)
      try check(published, in: db, last: walk.last, into: &report) { [walk] in walk.place(of: $0) }
      try checkPayloads(db, into: &report)
      try checkSnapshots(db, last: walk.last, into: &report)
    } catch {
      report.add(.unreadable("\(JournalError(error))"))
    }
    return report.findings
  }

  private static func checkStructure(_ db: Database, into report: inout FindingList) throws {
    for line in try String.fetchAll(db, sql: "PRAGMA quick_check(20)") where line != "ok" {
      report.add(.structure(line))
    }
  }

  /// - Parameter place: where a fact lies now, behind inserted ones.
  private static func check(
    _ published: [PublishedDigest], in db: Database, last: JournalPosition, into report: inout FindingList,
    place: (JournalPosition) -> JournalPosition
  ) throws {
    let witnesses = published.filter { $0.position > .start }.sorted { $0.position < $1.position }
    var agreed = JournalPosition.start
    var differs = false
    for witness in witnesses where place(witness.position) <= last {
      let row = try Row.fetchOne(
        db, sql: "SELECT chain FROM fact WHERE position = ?", arguments: [place(witness.position).number])
      if let row, case .blob(let bytes) = (row[0] as DatabaseValue).storage, [UInt8](bytes) == witness.digest.bytes {
        agreed = witness.position
        differs = false
      } else if !differs {
        // Behind one change every digest differs: the first says it all.
        report.add(.publishedDigestDiffers(witness, agreed: agreed))
        differs = true
      }
    }
    guard let newest = witnesses.last else { return report.add(.cutTailCannotBeSeen(after: nil)) }
    if place(newest.position) > last {
      report.add(.tailCut(published: newest, last: last))
    } else if place(newest.position) < last {
      report.add(.cutTailCannotBeSeen(after: newest))
    }
  }

  private static func checkPayloads(_ db: Database, into report: inout FindingList) throws {
    let orphans = try Int64.fetchCursor(
      db,
      sql: """
        SELECT position FROM payload WHERE position NOT IN (SELECT position FROM fact) ORDER BY position LIMIT 1000
        """)
    while let position = try orphans.next() { report.add(.payloadWithoutFact(JournalPosition(position))) }
  }

  private static func checkSnapshots(
    _ db: Database, last: JournalPosition, into report: inout FindingList
  ) throws {
    let rows = try Row.fetchCursor(db, sql: "\(StoredSnapshot.selection) ORDER BY stream, entity")
    while let row = try rows.next() {
      guard let stored = StoredSnapshot(row) else {
        report.add(.snapshotChanged(stream: "?", entity: "?"))
        continue
      }
      if !stored.isIntact {
        report.add(.snapshotChanged(stream: stored.stream, entity: stored.snapshot.entity.text))
      }
    }
    let positions = try Row.fetchCursor(db, sql: "\(SnapshotPosition.selection) ORDER BY stream")
    while let row = try positions.next() {
      guard let stored = SnapshotPosition(row), stored.isIntact else {
        report.add(.snapshotChanged(stream: SnapshotPosition(row)?.stream ?? "?", entity: "position"))
        continue
      }
      if stored.position > last { report.add(.snapshotAhead(stream: stored.stream, position: stored.position)) }
    }
  }
}

/// Findings up to a limit; one more says that there were more.
struct FindingList {
  private(set) var findings: [JournalFinding] = []
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  var isFull: Bool { findings.count > limit }

  mutating func add(_ finding: JournalFinding) {
    if findings.count < limit {
      findings.append(finding)
    } else if findings.count == limit {
      findings.append(.tooManyFindings(limit: limit))
    }
  }
}
