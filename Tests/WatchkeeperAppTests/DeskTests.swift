import Incidents
import Inventory
import Records
import Synchronization
import Telemetry
import Testing

@testable import WatchkeeperApp

@Suite("Desk")
struct DeskTests {
  private let clock = TestClock()
  /// What desks said last.
  private let cutOff = Shared()

  private final class Shared: Sendable {
    private let errors = Mutex<[JournalError]>([])
    func add(_ error: JournalError) { errors.withLock { $0.append(error) } }
    var all: [JournalError] { errors.withLock { $0 } }
  }

  private func round(_ firing: Int...) -> IncidentInput {
    let rule = RuleReference(group: "g", alertName: "Down")
    return .round(
      RuleRound(
        rule,
        firing: firing.map { number in
          AlertReport(
            rule: rule, labels: LabelSet(["instance": "h\(number)", "severity": "critical"]), activeAt: clock.now,
            value: 0, subject: .unbound(why: Reason("reason.binding.no-labels")))
        }))
  }

  private func desk(
    _ journal: any FactJournal & RowStore,
    verification: Verification = IncidentSettings().verification,
    prepare: @escaping @Sendable ([IncidentFact]) async -> Void = { _ in }
  ) async throws -> Desk<IncidentState> {
    let world = World(clock: clock, identifiers: CountingIdentifiers(), journal: journal, rows: journal)
    let settings = IncidentSettings(
      verification: verification,
      notification: NotificationPolicy(receivers: [NotificationPolicy.Receiver("a/webhook")]))
    return try await Desk(
      try await IncidentState(from: world, settings: settings), world: world, log: .test,
      DeskNeighbours(prepare: prepare, cutOff: { [cutOff] error in cutOff.add(error) }))
  }

  @Test("1,000 firing rounds are one incident, counted, in few facts") func deduplicates() async throws {
    let journal = MemoryJournal(clock: clock)
    let desk = try await desk(journal)
    let running = Task { await desk.run() }
    for _ in 0..<1000 {
      try await desk.perform(round(1))
      clock.advance(by: .seconds(15))
    }
    let state = desk.state
    #expect(state.book.all.count == 1)
    let incident = try #require(state.book.all.first)
    #expect(state.tally.progress(of: incident).count == 1000)
    // Opened, intended, and one progress per 5 minutes of 15,000 seconds.
    let facts = try await journal.head().position.number
    #expect(facts <= 2 + 15_000 / 300)
    desk.close()
    await running.value
  }

  @Test("what a restart reads back is what was shown") func restarts() async throws {
    let journal = MemoryJournal(clock: clock)
    let first = try await desk(journal)
    let running = Task { await first.run() }
    try await first.perform(round(1, 2))
    try await first.perform(.acknowledge(RecordNumber(.incident, 1), by: .localUser("ann"), note: ""))
    try await first.perform(round(2))
    first.close()
    await running.value
    let second = try await desk(journal)
    #expect(second.state.book == first.state.book)
    #expect(second.state.book.pendingIntentsInOrder.count == 2)
  }

  @Test("a refused command changes nothing and says why") func refuses() async throws {
    let journal = MemoryJournal(clock: clock)
    let desk = try await desk(journal)
    let running = Task { await desk.run() }
    await #expect(throws: CommandFailure<IncidentRefusal>.self) {
      try await desk.perform(.acknowledge(RecordNumber(.incident, 7), by: .localUser("ann"), note: ""))
    }
    #expect(try await journal.head().position == .start)
    desk.close()
    await running.value
  }

  @Test("what a change was decided from is made durable before the change") func prepares() async throws {
    let journal = MemoryJournal(clock: clock)
    let seen = Mutex<[(facts: Int64, ends: Bool)]>([])
    let desk = try await desk(journal, verification: Verification(rounds: 1, duration: .zero)) { facts in
      let position = (try? await journal.head().position.number) ?? -1
      seen.withLock { $0.append((position, facts.contains { if case .resolved = $0.change { true } else { false } })) }
    }
    let running = Task { await desk.run() }
    try await desk.perform(round(1))
    let opened = try await journal.head().position.number
    clock.advance(by: .seconds(15))
    try await desk.perform(round())
    #expect(desk.state.book.all.first?.status == .resolved)
    #expect(seen.withLock { $0.map(\.facts) } == [0, opened])
    #expect(seen.withLock { $0.map(\.ends) } == [false, true])
    desk.close()
    await running.value
  }

  @Test("a desk follows what another writer of its stream wrote, then decides again") func follows() async throws {
    let journal = MemoryJournal(clock: clock)
    let desk = try await desk(journal)
    let other = try await self.desk(journal)
    let running = Task { await desk.run() }
    let othersRun = Task { await other.run() }
    try await other.perform(round(1))
    try await desk.perform(round(1, 2))
    #expect(desk.state.book.all.map(\.number.number) == [2, 1], "the other's incident is counted, not opened twice")
    // And the other way round, with a command.
    try await other.perform(.acknowledge(RecordNumber(.incident, 1), by: .localUser("ann"), note: ""))
    #expect(other.state.book.all.map(\.number.number) == [2, 1])
    #expect(cutOff.all.isEmpty)
    desk.close()
    other.close()
    await running.value
    await othersRun.value
    let third = try await self.desk(journal)
    #expect(third.state.book == other.state.book, "no decision got lost and none was made twice")
  }

  @Test("a desk that cannot follow another writer says so once, shows nothing and writes nothing more")
  func cannotFollow() async throws {
    let journal = MemoryJournal(clock: clock)
    let desk = try await desk(journal)
    try await journal.append(
      [
        FactDraft(
          stream: .incidents, entity: EntityID("incident/INC-9"), kind: FactKind("x"), validAt: clock.now,
          actor: .program("other"), payload: [])
      ],
      expecting: [:], term: .alone)
    let running = Task { await desk.run() }
    for _ in 0..<2 {
      await #expect(throws: CommandFailure<IncidentRefusal>.self) { try await desk.perform(round(1)) }
    }
    #expect(cutOff.all == [.conflict(stream: .incidents, expected: .none, found: StreamVersion(1))])
    #expect(desk.state.book.all.isEmpty)
    desk.close()
    await running.value
    #expect(try await journal.snapshots(of: .incidents) == .none)
  }

  @Test("a writer that never pauses is given up after a bounded number of tries") func givesUp() async throws {
    let journal = RestlessJournal(MemoryJournal(clock: clock))
    let desk = try await desk(journal)
    let running = Task { await desk.run() }
    await #expect(throws: CommandFailure<IncidentRefusal>.self) { try await desk.perform(round(1)) }
    #expect(journal.tries == 1 + DeskLimits.conflictsMax)
    #expect(cutOff.all.count == 1)
    desk.close()
    await running.value
  }

  @Test("what a crash left without a snapshot is in the next one") func snapshotsAfterReplay() async throws {
    let journal = MemoryJournal(clock: clock)
    let killed = try await desk(journal)
    let lost = Task { await killed.run() }
    try await killed.perform(round(1))
    // Killed here: nothing was saved. The next run changes another record and ends cleanly.
    let second = try await desk(journal)
    let running = Task { await second.run() }
    try await second.perform(round(1, 2))
    second.close()
    await running.value
    let third = try await desk(journal)
    #expect(third.state.book == second.state.book)
    #expect(third.state.book.all.map(\.number.number) == [2, 1])
    #expect(third.state.replay.changes.isEmpty, "the snapshots hold everything")
    killed.close()
    await lost.value
  }

  @Test("damaged snapshots are worked out again from all facts, and mended") func damagedSnapshots() async throws {
    let journal = MemoryJournal(clock: clock)
    let first = try await desk(journal)
    let running = Task { await first.run() }
    try await first.perform(round(1, 2))
    first.close()
    await running.value
    let damaged = EntitySnapshot(entity: EntityID("incident/INC-1"), schema: 1, body: Array("{".utf8))
    try await journal.saveSnapshots([damaged], of: .incidents, asOf: try await journal.head().position)
    let second = try await desk(journal)
    #expect(second.state.book == first.state.book)
    second.close()
    await second.run()
    let mended = try await journal.snapshots(of: .incidents)
    #expect(try IncidentBook(mended, settings: second.state.book.settings) == first.state.book)
  }

  @Test("snapshots of facts that were cut off do not come back") func cutTail() async throws {
    let journal = MemoryJournal(clock: clock)
    let first = try await desk(journal)
    let running = Task { await first.run() }
    try await first.perform(round(1))
    first.close()
    await running.value
    let ghost = try await journal.snapshots(of: .incidents)
    let cut = MemoryJournal(clock: clock)
    try await cut.saveSnapshots(ghost.rows, of: .incidents, asOf: ghost.asOf)
    await #expect(throws: JournalError.snapshotsAhead(.incidents, ghost.asOf)) {
      try await cut.snapshots(of: .incidents)
    }
    let second = try await desk(cut)
    #expect(second.state.book.all.isEmpty)
    #expect(try await cut.snapshots(of: .incidents) == .none)
  }

  @Test("damaged snapshots that a full disk keeps stop no start, and go with the next save") func damageStays()
    async throws
  {
    let memory = MemoryJournal(clock: clock)
    let journal = RestlessJournal(memory)
    let first = try await desk(memory)
    let running = Task { await first.run() }
    try await first.perform(round(1))
    first.close()
    await running.value
    let ghost = EntitySnapshot(entity: EntityID("incident/INC-9"), schema: 1, body: Array("{".utf8))
    try await memory.saveSnapshots([ghost], of: .incidents, asOf: try await memory.head().position)
    journal.isFull.withLock { $0 = true }
    let second = try await desk(journal)
    #expect(second.state.book == first.state.book)
    await second.persist()
    #expect(try await memory.snapshots(of: .incidents).rows.contains(ghost))
    journal.isFull.withLock { $0 = false }
    await second.persist()
    let rows = try await memory.snapshots(of: .incidents)
    #expect(!rows.rows.contains(ghost))
    #expect(try IncidentBook(rows, settings: second.state.book.settings) == first.state.book)
  }

  @Test("a desk that is cut off writes no rows over those of the other writer") func rowsOfAnother() async throws {
    let journal = MemoryJournal(clock: clock)
    let desk = try await desk(journal)
    let running = Task { await desk.run() }
    try await desk.perform(round(1))
    await desk.persist()
    let kept = try await journal.rows(of: .breachTallies).map(\.value)
    try await desk.perform(round(1))
    journal.raiseTerm(to: LeaseTerm(1))
    await #expect(throws: CommandFailure<IncidentRefusal>.self) { try await desk.perform(round(1, 2)) }
    desk.close()
    await running.value
    #expect(!kept.isEmpty)
    #expect(try await journal.rows(of: .breachTallies).map(\.value) == kept)
  }

  @Test("settings hold although the journal refuses the inputs beside them") func adoptsWithoutJournal() async throws {
    let journal = MemoryJournal(clock: clock)
    let desk = try await desk(journal)
    journal.raiseTerm(to: LeaseTerm(1))
    desk.submit(round(1))
    desk.adopt { $0.book.settings = IncidentSettings(reopenWindow: .seconds(7)) }
    desk.close()
    await desk.run()
    #expect(desk.state.book.settings.reopenWindow == .seconds(7))
    #expect(desk.state.book.all.isEmpty)
    #expect(cutOff.all == [.staleTerm(held: .alone, current: LeaseTerm(1))], "a lost lease ends the program")
  }

  @Test("new settings keep their place among the inputs") func adopts() async throws {
    let desk = try await desk(MemoryJournal(clock: clock))
    desk.adopt { $0.book.settings = IncidentSettings(reopenWindow: .seconds(7)) }
    desk.submit(round(1))
    desk.close()
    await desk.run()
    #expect(desk.state.book.settings.reopenWindow == .seconds(7))
    #expect(desk.state.book.all.count == 1)
  }

  @Test("a full mailbox says so") func full() {
    let mailbox = Mailbox<Int>(limit: 1)
    #expect(mailbox.offer(1) == .accepted)
    #expect(mailbox.offer(2) == .mailboxFull)
    mailbox.close()
    #expect(mailbox.offer(3) == .closed)
  }

  @Test("a mailbox hands over all that waits, then ends") func drains() async {
    let mailbox = Mailbox<Int>(limit: 10)
    for number in 1...3 { _ = mailbox.offer(number) }
    mailbox.close()
    #expect(await mailbox.next(upTo: 2) == [1, 2])
    #expect(await mailbox.next(upTo: 2) == [3])
    #expect(await mailbox.next(upTo: 2) == nil)
  }
}

/// Says with every append that somebody else was faster; may have no room to drop snapshots.
private final class RestlessJournal: FactJournal, RowStore {
  private let journal: MemoryJournal
  private let count = Mutex(0)
  let isFull = Mutex(false)

  init(_ journal: MemoryJournal) { self.journal = journal }

  var tries: Int { count.withLock { $0 } }

  func append(
    _ batch: [FactDraft], expecting versions: [Records.Stream: StreamVersion], term: LeaseTerm
  ) async throws(JournalError) -> [Fact] {
    count.withLock { $0 += 1 }
    throw .conflict(stream: .incidents, expected: .none, found: StreamVersion(1))
  }

  func facts(after position: JournalPosition, limit: Int) async throws(JournalError) -> [Fact] {
    try await journal.facts(after: position, limit: limit)
  }

  func facts(
    of stream: Records.Stream, after position: JournalPosition, limit: Int
  ) async throws(JournalError) -> [Fact] { try await journal.facts(of: stream, after: position, limit: limit) }

  func history(of entity: EntityID, limit: Int) async throws(JournalError) -> [Fact] {
    try await journal.history(of: entity, limit: limit)
  }

  func head() async throws(JournalError) -> JournalHead { try await journal.head() }

  func digest(at position: JournalPosition) async throws(JournalError) -> Digest? {
    try await journal.digest(at: position)
  }

  func saveSnapshots(
    _ rows: [EntitySnapshot], of stream: Records.Stream, asOf position: JournalPosition
  ) async throws(JournalError) { try await journal.saveSnapshots(rows, of: stream, asOf: position) }

  func snapshots(of stream: Records.Stream) async throws(JournalError) -> SnapshotSet {
    try await journal.snapshots(of: stream)
  }

  func dropSnapshots(of stream: Records.Stream) async throws(JournalError) {
    if isFull.withLock({ $0 }) { throw .storage("no space") }
    try await journal.dropSnapshots(of: stream)
  }

  func write(_ changes: [String: [UInt8]?], to table: RowTable) async throws(JournalError) {
    try await journal.write(changes, to: table)
  }

  func rows(of table: RowTable) async throws(JournalError) -> [(key: String, value: [UInt8])] {
    try await journal.rows(of: table)
  }
}
