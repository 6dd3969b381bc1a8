import Planner
import Records
import ServiceTime
import Telemetry
import Testing

@Suite("Occurrences become tasks exactly once")
struct OccurrenceTests {
  private let scene = PlanningScene(
    plans: [Make.plan(items: ["web01", "web02"])], items: [Make.item("web01"), Make.item("web02")])
  private let now = Make.at("2026-11-20T12:00")

  @Test("one task per item and nominal day within the horizon")
  func horizon() throws {
    var book = MaintenanceBook()
    try book.take(.plan, scene, at: now)
    #expect(book.allTasks.count == 10)
    #expect(Set(book.allTasks.map(\.key)).count == 10)
    #expect(book.checkInvariants().isEmpty)
    #expect(book.items(ofPlan: "patch") == [EntityID("item/web01"), EntityID("item/web02")])
  }

  @Test("deciding again makes nothing new")
  func idempotent() throws {
    var book = MaintenanceBook()
    try book.take(.plan, scene, at: now)
    #expect(try book.decide(.plan, in: scene, at: now).isEmpty)
    #expect(try book.decide(.plan, in: scene, at: now.advanced(by: .seconds(3600))).isEmpty)
  }

  @Test("a crash after any fact loses and repeats no task")
  func crash() throws {
    let facts = try MaintenanceBook().decide(.plan, in: scene, at: now)
    var whole = MaintenanceBook()
    for fact in facts { whole.apply(fact) }
    for length in facts.indices {
      var book = MaintenanceBook()
      for fact in facts.prefix(length) { book.apply(fact) }
      try book.take(.plan, scene, at: now.advanced(by: .seconds(1)))
      #expect(Set(book.allTasks.map(\.key)) == Set(whole.allTasks.map(\.key)), "after \(length) facts")
      #expect(book.allTasks.count == whole.allTasks.count)
      #expect(Set(book.allTasks.map(\.number.number)) == Set(1...book.allTasks.count), "numbers have no gaps")
      #expect(book.checkInvariants().isEmpty)
      #expect(PlanChecker(scene).violations(in: book.allTasks.compactMap(PlanChecker.Entry.init)).isEmpty)
    }
  }

  @Test("after a long stop the latest missed run is caught up, the others are listed")
  func missedRuns() throws {
    let scene = PlanningScene(
      plans: [Make.plan(rule: "FREQ=WEEKLY;BYDAY=MO")], items: [Make.item("web01")])
    var book = MaintenanceBook()
    try book.take(.plan, scene, at: Make.at("2026-11-20T12:00"))
    let before = book.allTasks.count
    // Runs up to 21 December exist; nothing runs until 5 February.
    let later = Make.at("2027-02-05T12:00")
    try book.take(.plan, scene, at: later)
    let made = book.allTasks.filter { $0.number.number > before }
    let skipped = made.filter { $0.state == .skipped }
    #expect(skipped.map(\.key.nominal.description).sorted().first == "2026-12-28")
    #expect(skipped.allSatisfy { $0.decision?.id == "reason.skipped.missed-run" })
    let caughtUp = try #require(made.first { $0.origin.id == "reason.task.caught-up" })
    #expect(caughtUp.key.nominal == CivilDate("2027-02-01"))
    #expect(caughtUp.state == .scheduled)
    #expect(made.filter { $0.terms.dueAt <= later && !$0.state.isFinished }.count == 1)
    // The five of before the stop gave way to the one that is caught up.
    #expect(book.allTasks.filter { $0.decision?.id == "reason.skipped.superseded" }.count == before)
    #expect(book.checkInvariants().isEmpty)
    #expect(try book.decide(.plan, in: scene, at: later).isEmpty)
  }

  @Test("many missed runs are counted, not all listed")
  func manyMissedRuns() throws {
    let scene = PlanningScene(plans: [Make.plan(rule: "FREQ=DAILY")], items: [Make.item("web01")])
    var book = MaintenanceBook()
    try book.take(.plan, scene, at: Make.at("2026-11-20T12:00"))
    try book.take(.plan, scene, at: Make.at("2027-11-20T12:00"))
    let skipped = book.allTasks.filter { $0.decision?.id == "reason.skipped.missed-run" }
    #expect(skipped.count == 31)
    #expect(skipped.first?.decision?.arguments["unlisted"] == "298")
  }

  @Test("a new plan does not catch up what was before it")
  func newPlan() throws {
    var book = MaintenanceBook()
    try book.take(.plan, scene, at: now)
    #expect(book.allTasks.allSatisfy { $0.terms.dueAt >= now })
  }

  @Test("a removed plan or item ends its tasks, with the reason")
  func withdrawn() throws {
    var book = MaintenanceBook()
    try book.take(.plan, scene, at: now)
    let less = PlanningScene(plans: scene.plans, items: [Make.item("web01")])
    try book.take(.plan, less, at: now)
    let ended = book.allTasks.filter { $0.key.item == EntityID("item/web02") }
    #expect(ended.allSatisfy { $0.state == .skipped && $0.decision?.id == "reason.skipped.item-removed" })
    try book.take(.plan, PlanningScene(plans: [], items: [Make.item("web01")]), at: now)
    #expect(book.openTasks.isEmpty)
    #expect(book.items(ofPlan: "patch").isEmpty)
  }

  @Test("a changed plan changes the tasks that have not begun")
  func revised() throws {
    var book = MaintenanceBook()
    try book.take(.plan, scene, at: now)
    let longer = PlanningScene(
      plans: [Make.plan(items: ["web01", "web02"], hoursLong: 3)], items: [Make.item("web01"), Make.item("web02")])
    let facts = try book.take(.plan, longer, at: now)
    #expect(facts.contains { $0.change.kindName == "task.revised" })
    #expect(book.openTasks.allSatisfy { $0.slot?.duration == .seconds(3 * 3600) })
    let otherDay = PlanningScene(
      plans: [Make.plan(items: ["web01", "web02"], rule: "FREQ=WEEKLY;BYDAY=TH", hoursLong: 3)],
      items: [Make.item("web01"), Make.item("web02")])
    try book.take(.plan, otherDay, at: now)
    #expect(book.openTasks.allSatisfy { $0.key.nominal.weekday == .thursday })
    #expect(book.allTasks.contains { $0.decision?.id == "reason.skipped.no-longer-named" })
  }
}
