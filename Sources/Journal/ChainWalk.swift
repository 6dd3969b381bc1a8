internal import FoundationEssentials
internal import GRDB
internal import Records
internal import Telemetry

/// Walks the facts in order and, where one does not follow on, finds the smallest change that explains it.
///
/// Every stored digest is both the proof of its own row and the base of the next, so a row that fails is judged by
/// whether the next one follows from its stored or from its recomputed digest.
struct ChainWalk {
  private let db: Database
  /// The digest that the next fact must follow; `nil` where the link is lost and the next one is taken on trust.
  private var trusted: Digest? = FactChain.origin
  /// The physical position read last.
  private var physical: Int64 = 0
  /// Rows found to be inserted so far: later facts were chained under a position lower by this.
  private var insertedCount: Int64 = 0
  /// Inserted rows end here; they take no part.
  private var skipThrough: Int64 = 0
  /// Contents that belong at a later position and were met earlier, by that position.
  private var displaced: [Int64: StoredFact] = [:]
  /// Versions seen per stream; a stream that is absent here may start anywhere, because facts before were damaged.
  private var versions: [Stream: StreamVersion]
  private var recordedAt: Timestamp?
  private var searchesLeft = Self.searchesMax

  /// Where rows were put in, as the positions they took, and how many.
  private var insertions: [(at: Int64, count: Int64)] = []

  /// The position of the last row.
  private(set) var last = JournalPosition.start

  /// Inserted rows are recognised in runs up to this length.
  private static let insertedRunMax: Int64 = 16
  /// Searches of the whole journal for the other one of two swapped facts.
  private static let searchesMax = 8

  init(_ db: Database) {
    self.db = db
    versions = Dictionary(uniqueKeysWithValues: Stream.allCases.map { ($0, StreamVersion.none) })
  }

  /// Where a fact lies now that was written as the one at `position`.
  func place(of position: JournalPosition) -> JournalPosition {
    JournalPosition(insertions.reduce(position.number) { $0 >= $1.at ? $0 + $1.count : $0 })
  }

  mutating func run(into report: inout FindingList) throws {
    let rows = try Row.fetchCursor(db, sql: "\(StoredFact.selection) ORDER BY fact.position")
    while !report.isFull, let row = try rows.next() {
      do {
        try visit(try StoredFact(row), into: &report)
      } catch let problem as ColumnProblem {
        step(to: problem.position, into: &report)
        report.add(.columnUnreadable(JournalPosition(problem.position), column: problem.column))
        loseTrack()
        trusted = try chain(at: problem.position)
      }
    }
  }

  private mutating func visit(_ stored: StoredFact, into report: inout FindingList) throws {
    step(to: stored.position, into: &report)
    try checkPayload(of: stored, into: &report)
    guard stored.position > skipThrough else { return }
    let logical = stored.position - insertedCount
    let row = displaced.removeValue(forKey: stored.position) ?? stored
    guard let trusted else { return accept(row, unproven: true, into: &report) }
    if row.follows(trusted, at: logical) {
      accept(row, unproven: false, into: &report)
    } else {
      try explain(stored, after: trusted, at: logical, into: &report)
    }
  }

  /// Moves on and names the positions left out.
  private mutating func step(to position: Int64, into report: inout FindingList) {
    if position > physical + 1 {
      report.add(.missing(JournalPosition(physical + 1), JournalPosition(position - 1)))
      loseTrack()
    }
    physical = position
    last = JournalPosition(position)
  }

  private func checkPayload(of stored: StoredFact, into report: inout FindingList) throws {
    let place = JournalPosition(stored.position)
    if !stored.hasPayload {
      report.add(.payloadMissing(place))
    } else if !stored.payloadIsIntact, !digestColumnExplains(stored) {
      report.add(try stored.erasure(in: db).map { .payloadErased(place, by: $0) } ?? .payloadChanged(place))
    }
  }

  /// Whether the payload is the one that was chained, so that its digest's column is what changed.
  private func digestColumnExplains(_ stored: StoredFact) -> Bool {
    guard let trusted else { return false }
    return stored.withDigestOfPayload.follows(trusted, at: stored.position - insertedCount)
  }

  private mutating func loseTrack() {
    trusted = nil
    versions = [:]
  }

  private mutating func accept(_ row: StoredFact, unproven: Bool, into report: inout FindingList) {
    trusted = row.chain
    let place = JournalPosition(physical)
    let stream = row.fact.stream
    if !unproven {
      if let known = versions[stream], row.fact.version != known.advanced(by: 1) {
        report.add(
          .versionOutOfStep(place, stream: stream, expected: known.advanced(by: 1), found: row.fact.version))
      }
      if let recordedAt, row.fact.recordedAt < recordedAt { report.add(.recordedAtBackwards(place)) }
    }
    versions[stream] = row.fact.version
    recordedAt = row.fact.recordedAt
  }
}

// MARK: - Explaining a break

extension ChainWalk {
  private mutating func explain(
    _ row: StoredFact, after digest: Digest, at logical: Int64, into report: inout FindingList
  ) throws {
    let place = JournalPosition(row.position)
    if row.withDigestOfPayload.follows(digest, at: logical) {
      report.add(.payloadDigestChanged(place))
      return accept(row, unproven: false, into: &report)
    }
    let next = try fact(at: row.position + 1)
    if let next, next.follows(row.recomputed(after: digest, at: logical), at: logical + 1) {
      report.add(.chainChanged(place))
      accept(row, unproven: false, into: &report)
      trusted = row.recomputed(after: digest, at: logical)
      return
    }
    if let next, !next.follows(row.chain, at: logical + 1),
      try explainMove(of: row, after: digest, at: logical, into: &report)
    {
      return
    }
    report.add(.headerChanged(place))
    versions = [:]
    trusted = row.chain
  }

  /// Rows put in before this one's rightful successor, or this row exchanged with a later one.
  private mutating func explainMove(
    of row: StoredFact, after digest: Digest, at logical: Int64, into report: inout FindingList
  ) throws -> Bool {
    for run in 1...Self.insertedRunMax {
      guard let candidate = try fact(at: row.position + run) else { break }
      guard candidate.follows(digest, at: logical),
        try restIsShifted(behind: candidate, insteadOf: row, at: logical)
      else { continue }
      report.add(.inserted(JournalPosition(row.position), JournalPosition(row.position + run - 1)))
      insertedCount += run
      insertions.append((row.position, run))
      skipThrough = row.position + run - 1
      return true
    }
    guard let other = try partner(for: logical, after: digest, beyond: row.position) else { return false }
    report.add(.swapped(JournalPosition(row.position), JournalPosition(other.position)))
    displaced[other.position] = row
    accept(other, unproven: false, into: &report)
    return true
  }

  /// Tells an insertion from a swap with a near neighbour: behind an insertion everything is renumbered.
  private func restIsShifted(
    behind candidate: StoredFact, insteadOf row: StoredFact, at logical: Int64
  ) throws -> Bool {
    guard let next = try fact(at: candidate.position + 1) else {
      let successor = candidate.position == row.position + 1 ? row : try fact(at: row.position + 1)
      return successor?.follows(candidate.chain, at: logical + 1) != true
    }
    return next.follows(candidate.chain, at: logical + 1)
  }

  /// The later row whose content belongs at `logical`.
  private mutating func partner(
    for logical: Int64, after digest: Digest, beyond position: Int64
  ) throws -> StoredFact? {
    guard searchesLeft > 0 else { return nil }
    searchesLeft -= 1
    let rows = try Row.fetchCursor(
      db, sql: "\(StoredFact.selection) WHERE fact.position > ? ORDER BY fact.position", arguments: [position])
    while let row = try rows.next() {
      if let stored = try? StoredFact(row), stored.follows(digest, at: logical) { return stored }
    }
    return nil
  }

  /// The stored digest alone, when another column of the row cannot be read.
  private func chain(at position: Int64) throws -> Digest? {
    let row = try Row.fetchOne(db, sql: "SELECT chain FROM fact WHERE position = ?", arguments: [position])
    guard let row, case .blob(let bytes) = (row[0] as DatabaseValue).storage else { return nil }
    return Digest(bytes: [UInt8](bytes))
  }

  private func fact(at position: Int64) throws -> StoredFact? {
    let row = try Row.fetchOne(
      db, sql: "\(StoredFact.selection) WHERE fact.position = ?", arguments: [position])
    return row.flatMap { try? StoredFact($0) }
  }
}

extension StoredFact {
  /// The digest that the columns give behind `previous`, were the fact at `position`.
  func recomputed(after previous: Digest, at position: Int64) -> Digest {
    let moved = Fact(
      position: JournalPosition(position), version: fact.version, recordedAt: fact.recordedAt, content: fact.content)
    return FactChain.digest(after: previous, header: FactChain.header(of: moved), payloadDigest: payloadDigest)
  }

  func follows(_ previous: Digest, at position: Int64) -> Bool {
    recomputed(after: previous, at: position) == chain
  }

  /// The same row, did its payload and not the digest's column count.
  var withDigestOfPayload: StoredFact {
    hasPayload ? StoredFact(fact: fact, payloadDigest: Digest(of: fact.payload), chain: chain, hasPayload: true) : self
  }
}
