import Planner
import Records
import ServiceTime
import Telemetry
import Testing

@Suite("Replay and snapshots")
struct ReplayTests {
  /// Thirty days of a random fleet: planning, the clock, people who finish, put off and skip.
  private func story(_ seed: Int) throws -> (book: MaintenanceBook, facts: [MaintenanceFact], scene: PlanningScene) {
    let fleet = RandomFleet(seed: seed)
    var generator = SplitMix(seed: UInt64(seed) &+ 1000)
    var book = MaintenanceBook()
    var facts: [MaintenanceFact] = []
    let ann = Actor.localUser("ann")
    for step in 0..<96 {
      let now = fleet.now.advanced(by: .seconds(step * 6 * 3600))
      facts += try book.take(step % 4 == 0 ? .plan : .tick, fleet.scene, at: now)
      let open = book.openTasks
      guard !open.isEmpty else { continue }
      let task = open[generator.below(min(open.count, 5))].number
      let inputs: [MaintenanceInput] = [
        .start(task, .respectConstraints, by: ann), .finish(task, .done, TaskResult(text: "ok"), by: ann),
        .postpone(task, until: now.advanced(by: .seconds(90_000)), text: "busy", by: ann),
        .skip(task, text: "not needed", by: ann), .start(task, .override("now"), by: ann),
      ]
      let input = inputs[generator.below(inputs.count)]
      // A refusal is part of the story.
      if generator.below(3) == 0, let decided = try? book.decide(input, in: fleet.scene, at: now) {
        for fact in decided { book.apply(fact) }
        facts += decided
      }
      #expect(book.checkInvariants() == [], "fleet \(seed), step \(step)")
    }
    return (book, facts, fleet.scene)
  }

  @Test(
    "facts through the journal's form give the same book; so do snapshots and the facts after them", arguments: [2, 4])
  func replay(_ seed: Int) async throws {
    let (book, facts, _) = try story(seed)
    #expect(facts.count > 20)
    let journal = MemoryJournal(clock: FixedClock())
    let stored = try await journal.append(facts.map { $0.draft() }, expecting: [:], term: .alone)
    var replayed = MaintenanceBook()
    for fact in stored { replayed.apply(try MaintenanceFact(fact)) }
    #expect(replayed == book)
    #expect(try MaintenanceBook(restoring: book.snapshots()) == book)
    var half = MaintenanceBook()
    for fact in facts.prefix(facts.count / 2) { half.apply(fact) }
    var resumed = try MaintenanceBook(restoring: half.snapshots())
    for fact in facts.dropFirst(facts.count / 2) { resumed.apply(fact) }
    #expect(resumed == book)
    #expect(resumed.snapshots() == book.snapshots())
  }

  @Test("every reason is in the catalogue with its arguments", arguments: [2, 4])
  func reasons(_ seed: Int) throws {
    for task in try story(seed).book.allTasks {
      for reason in task.slotReasons + task.moves + [task.origin] + [task.decision].compactMap(\.self) {
        #expect(PlannerReasons.catalogue[reason.id] == Set(reason.arguments.keys), "\(reason)")
      }
    }
  }

  @Test("what has left memory does not come back")
  func forgotten() throws {
    let scene = PlanningScene(plans: [Make.plan(rule: "FREQ=DAILY")], items: [Make.item("web01")])
    var book = MaintenanceBook()
    let start = Make.at("2026-11-20T12:00")
    for day in 0..<60 {
      let now = start.advanced(by: .seconds(day * 86_400))
      try book.take(.plan, scene, at: now)
      for task in book.openTasks where task.terms.dueAt <= now {
        try book.take(.finish(task.number, .done, TaskResult(text: "ok"), by: .localUser("ann")), scene, at: now)
      }
    }
    let now = start.advanced(by: .seconds(60 * 86_400))
    try book.take(.plan, scene, at: now)
    let highest = book.lastTask
    let gone = book.forget(finishedBefore: now)
    #expect(gone.count > 40)
    #expect(book.checkInvariants() == [])
    try book.take(.plan, scene, at: now)
    #expect(book.lastTask == highest)
    #expect(try MaintenanceBook(restoring: book.snapshots()) == book)
    #expect(gone.allSatisfy { book.snapshot(of: $0).body.isEmpty })
  }

  @Test("a newer fact and a damaged one are refused")
  func unreadable() throws {
    let draft = FactDraft(
      stream: .maintenance, entity: EntityID("task/MT-1"), kind: FactKind("task.teleported"), validAt: .epoch,
      actor: .program("planner"), payload: [])
    let fact = Fact(position: JournalPosition(1), version: StreamVersion(1), recordedAt: .epoch, content: draft)
    #expect(throws: FactReadError.unknownKind("task.teleported")) { try MaintenanceFact(fact) }
    let row = EntitySnapshot(entity: EntityID("task/MT-1"), schema: 2, body: [1])
    #expect(throws: FactReadError.self) { try MaintenanceBook(restoring: [row]) }
  }
}

struct FixedClock: WallClock {
  let now = Timestamp.epoch
  let uptime = Duration.zero
  func sleep(untilUptime deadline: Duration) async throws {}
}
