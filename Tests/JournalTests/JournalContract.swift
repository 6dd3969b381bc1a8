import Journal
import Records
import Telemetry
import Testing

/// What every implementation of `FactJournal` and `RowStore` promises.
@Suite("Journal contract", .ownFolder)
struct JournalContract {
  @Test("an empty journal has the empty head", arguments: JournalKind.allCases)
  func startsEmpty(_ kind: JournalKind) async throws {
    let journal = try JournalFixture(kind).journal
    #expect(try await journal.head() == .empty)
    #expect(try await journal.facts(after: .start, limit: 10).isEmpty)
    #expect(try await journal.snapshots(of: .incidents) == .none)
  }

  @Test("a batch is numbered from 1 without gaps, per journal and per stream", arguments: JournalKind.allCases)
  func numbers(_ kind: JournalKind) async throws {
    let journal = try JournalFixture(kind).journal
    let batch = [draft("a"), draft("x", in: .inventory), draft("b")]
    let facts = try await journal.append(batch, expecting: [:], term: .alone)
    #expect(facts.map(\.position.number) == [1, 2, 3])
    #expect(facts.map(\.version.number) == [1, 1, 2])
    try await journal.append([draft("c")], expecting: [.incidents: version(2)], term: .alone)
    let head = try await journal.head()
    #expect(head.position == position(4))
    #expect(head.versions == [.incidents: version(3), .inventory: version(1)])
  }

  @Test("each fact's digest is the head's when it was the last", arguments: JournalKind.allCases)
  func digests(_ kind: JournalKind) async throws {
    let journal = try JournalFixture(kind).journal
    for number in 1...3 {
      try await journal.append([draft("a")], expecting: [.incidents: version(Int64(number) - 1)], term: .alone)
      let head = try await journal.head()
      #expect(try await journal.digest(at: head.position) == head.digest)
    }
    let digests = [try await journal.digest(at: position(1)), try await journal.digest(at: position(2))]
    #expect(digests[0] != nil && digests[0] != digests[1])
    for number: Int64 in [0, 4] { #expect(try await journal.digest(at: position(number)) == nil) }
  }

  @Test("every field comes back as it was written", arguments: JournalKind.allCases)
  func keepsFields(_ kind: JournalKind) async throws {
    let fixture = try JournalFixture(kind)
    let drafts = [
      draft("a", schema: 3, validAt: -5, actor: .person("amy:1"), scope: Scope("/平台"), payload: ""),
      draft("e\u{301}\0z", in: .people, actor: .localUser(""), cause: 1, payload: #"{"t":"\u0000é"}"#),
    ]
    let written = try await fixture.journal.append(drafts, expecting: [:], term: .alone)
    let read = try await fixture.journal.facts(after: .start, limit: 10)
    #expect(read.map(FactChain.header(of:)) == written.map(FactChain.header(of:)))
    #expect(read.map(\.payload) == drafts.map(\.payload))
    #expect(read.map { $0.content.cause?.number } == [nil, 1])
    #expect(try await fixture.journal.history(of: drafts[1].entity, limit: 9).map(\.position.number) == [2])
  }

  @Test("a refused batch leaves nothing, even when another of its streams was right", arguments: JournalKind.allCases)
  func isAtomic(_ kind: JournalKind) async throws {
    let journal = try JournalFixture(kind).journal
    try await journal.append([draft("a")], expecting: [:], term: .alone)
    let before = try await journal.head()
    let expected = JournalError.conflict(stream: .incidents, expected: .none, found: version(1))
    await #expect(throws: expected) {
      try await journal.append([draft("x", in: .inventory), draft("b")], expecting: [:], term: .alone)
    }
    #expect(try await journal.head() == before)
    #expect(try await journal.facts(after: .start, limit: 10).count == 1)
  }

  @Test("a lower term is refused once a higher one has written", arguments: JournalKind.allCases)
  func fencesTerms(_ kind: JournalKind) async throws {
    let journal = try JournalFixture(kind).journal
    try await journal.append([draft("a")], expecting: [:], term: LeaseTerm(5))
    await #expect(throws: JournalError.staleTerm(held: LeaseTerm(4), current: LeaseTerm(5))) {
      try await journal.append([draft("b")], expecting: [.incidents: version(1)], term: LeaseTerm(4))
    }
    try await journal.append([draft("b")], expecting: [.incidents: version(1)], term: LeaseTerm(5))
    #expect(try await journal.head().position == position(2))
  }

  @Test("recordedAt stands still while the clock runs backwards", arguments: JournalKind.allCases)
  func recordedAtNeverBackwards(_ kind: JournalKind) async throws {
    let fixture = try JournalFixture(kind)
    for (number, step) in [0, 60, -7200, 30, 9000].enumerated() {
      fixture.clock.turn(by: .seconds(step))
      try await fixture.journal.append([draft("a")], expecting: [.incidents: version(Int64(number))], term: .alone)
    }
    let seconds = try await fixture.journal.facts(after: .start, limit: 9).map { $0.recordedAt.milliseconds / 1000 }
    #expect(seconds == [1_000_000, 1_000_060, 1_000_060, 1_000_060, 1_001_890])
  }

  @Test("pages ascend, keep to the limit and end", arguments: JournalKind.allCases)
  func pages(_ kind: JournalKind) async throws {
    let journal = try JournalFixture(kind).journal
    let batch = (0..<7).map { draft("e\($0 % 2)", in: $0 % 3 == 0 ? .desk : .incidents) }
    try await journal.append(batch, expecting: [:], term: .alone)
    #expect(try await journal.facts(after: position(2), limit: 3).map(\.position.number) == [3, 4, 5])
    #expect(try await journal.facts(after: position(7), limit: 3).isEmpty)
    #expect(try await journal.facts(after: .start, limit: 0).isEmpty)
    #expect(try await journal.facts(of: .desk, after: position(1), limit: 9).map(\.position.number) == [4, 7])
    #expect(try await journal.facts(of: .incidents, after: .start, limit: 2).map(\.position.number) == [2, 3])
    #expect(try await journal.history(of: EntityID("e0"), limit: 2).map(\.position.number) == [5, 7])
  }

  @Test("an empty batch changes nothing", arguments: JournalKind.allCases)
  func acceptsNothing(_ kind: JournalKind) async throws {
    let journal = try JournalFixture(kind).journal
    #expect(try await journal.append([], expecting: [:], term: .alone).isEmpty)
    #expect(try await journal.head() == .empty)
  }

  @Test("snapshots are replaced, deleted by an empty body, and apart per stream", arguments: JournalKind.allCases)
  func keepsSnapshots(_ kind: JournalKind) async throws {
    let journal = try JournalFixture(kind).journal
    func row(_ name: String, _ body: String) -> EntitySnapshot {
      EntitySnapshot(entity: EntityID(name), schema: 1, body: Array(body.utf8))
    }
    try await journal.append((1...6).map { draft("e\($0)") }, expecting: [:], term: .alone)
    try await journal.saveSnapshots([row("b", "1"), row("a", "2")], of: .incidents, asOf: position(4))
    try await journal.saveSnapshots([row("z", "9")], of: .people, asOf: position(5))
    try await journal.saveSnapshots([row("b", "3"), row("a", ""), row("c", "4")], of: .incidents, asOf: position(6))
    let expected = SnapshotSet(rows: [row("b", "3"), row("c", "4")], asOf: position(6))
    #expect(try await journal.snapshots(of: .incidents) == expected)
    #expect(try await journal.snapshots(of: .people).rows == [row("z", "9")])
    try await journal.dropSnapshots(of: .incidents)
    #expect(try await journal.snapshots(of: .incidents) == .none)
    #expect(try await journal.snapshots(of: .people).rows == [row("z", "9")])
    try await journal.saveSnapshots([row("b", "1")], of: .incidents, asOf: position(7))
    await #expect(throws: JournalError.snapshotsAhead(.incidents, position(7))) {
      try await journal.snapshots(of: .incidents)
    }
  }

  @Test("rows are replaced, deleted and read in order, apart per table", arguments: JournalKind.allCases)
  func keepsRows(_ kind: JournalKind) async throws {
    let journal = try JournalFixture(kind).journal
    try await journal.write(["b": [1], "a": [], "c\0": [3]], to: .sightings)
    try await journal.write(["b": [9]], to: .sessions)
    try await journal.write(["b": nil, "ä": [4]], to: .sightings)
    let rows = try await journal.rows(of: .sightings)
    #expect(rows.map(\.key) == ["a", "c\0", "ä"].sorted())
    #expect(rows.first { $0.key == "a" }?.value == [])
    #expect(try await journal.rows(of: .sessions).map(\.value) == [[9]])
  }

  @Test("of many writers of one version, one wins", arguments: JournalKind.allCases)
  func oneWins(_ kind: JournalKind) async throws {
    let journal = try JournalFixture(kind).journal
    let wins = await withTaskGroup(of: Int.self) { group in
      for number in 0..<20 {
        group.addTask {
          do {
            try await journal.append([draft("e\(number)")], expecting: [:], term: .alone)
            return 1
          } catch {
            return 0
          }
        }
      }
      return await group.reduce(0, +)
    }
    #expect(wins == 1)
    #expect(try await journal.head().position == position(1))
  }

  @Test("many writers of many streams leave one unbroken chain", arguments: JournalKind.allCases)
  func chains(_ kind: JournalKind) async throws {
    let journal = try JournalFixture(kind).journal
    try await withThrowingTaskGroup(of: Void.self) { group in
      for stream in Records.Stream.allCases {
        group.addTask {
          for number in 0..<10 {
            try await journal.append(
              [draft("e", in: stream), draft("f", in: stream)], expecting: [stream: version(Int64(number * 2))],
              term: .alone)
          }
        }
      }
      try await group.waitForAll()
    }
    let facts = try await journal.facts(after: .start, limit: 1000)
    #expect(facts.map(\.position.number) == Array(1...120))
    let digest = facts.reduce(FactChain.origin) { FactChain.digest(after: $0, $1) }
    #expect(try await journal.head().digest == digest)
  }
}
