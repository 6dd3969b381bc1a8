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

  private func desk(_ journal: MemoryJournal) async throws -> Desk<IncidentState> {
    let world = World.test(clock, journal)
    let settings = IncidentSettings(
      notification: NotificationPolicy(receivers: [NotificationPolicy.Receiver("a/webhook")]))
    return try await Desk(try await IncidentState(from: world, settings: settings), world: world, log: .test) { _, _ in
    }
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

  @Test("what the journal refuses is not shown, and the next input still works") func journalFails() async throws {
    let journal = MemoryJournal(clock: clock)
    let desk = try await desk(journal)
    // Another writer takes the stream, then this desk's versions are wrong.
    try await journal.append(
      [
        FactDraft(
          stream: .incidents, entity: EntityID("incident/INC-9"), kind: FactKind("x"), validAt: clock.now,
          actor: .program("other"), payload: [])
      ],
      expecting: [:], term: .alone)
    let running = Task { await desk.run() }
    await #expect(throws: CommandFailure<IncidentRefusal>.self) { try await desk.perform(round(1)) }
    #expect(desk.state.book.all.isEmpty)
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
    #expect(third.state.replayed.isEmpty, "the snapshots hold everything")
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
