import Planner
import Records
import ServiceTime
import Telemetry
import Testing

@Suite("Work and its windows")
struct WorkTests {
  private let web = EntityID("item/web01")
  private let database = EntityID("item/db")
  private let ann = Actor.localUser("ann")
  private let first = RecordNumber(.maintenanceTask, 1)

  private func scene(_ change: (inout PlanDraft) -> Void = { _ in }) -> PlanningScene {
    PlanningScene(
      plans: [Make.plan(window: Make.hours(), change)],
      items: [Make.item("web01", dependants: ["db"]), Make.item("db"), Make.item("other")])
  }

  private func planned(_ scene: PlanningScene) throws -> MaintenanceBook {
    var book = MaintenanceBook()
    try book.take(.plan, scene, at: Make.at("2026-11-20T12:00"))
    return book
  }

  @Test("by the clock: a window opens with the slot, closes with it, and the task waits for a word")
  func automatic() throws {
    let scene = scene()
    var book = try planned(scene)
    let slot = try #require(book.task(1)?.slot)
    #expect(book.nextMoment(after: Make.at("2026-11-20T12:00")) == slot.from)
    #expect(try book.decide(.tick, in: scene, at: slot.from.advanced(by: .seconds(-1))).isEmpty)
    #expect(!book.isTickDue(at: slot.from.advanced(by: .seconds(-1))), "an idle book wants no scene")
    #expect(book.isTickDue(at: slot.from) && book.isTickDue(at: slot.from.advanced(by: .seconds(60))))
    try book.take(.tick, scene, at: slot.from)
    #expect(!book.isTickDue(at: slot.from))
    #expect(book.task(1)?.state == .inProgress)
    let held = try #require(book.withholding(item: database, at: slot.from))
    #expect(held.window == RecordNumber(.maintenanceWindow, 1))
    #expect(held.until == slot.to)
    #expect(held.why.id == "reason.window.dependant")
    #expect(book.withholding(item: web, at: slot.from)?.why.id == "reason.window.item")
    #expect(book.withholding(item: EntityID("item/other"), at: slot.from) == nil)
    #expect(book.withholding(item: web, at: slot.from.advanced(by: .seconds(-7200))) != nil, "the clock was set back")
    let farBehind = slot.from.advanced(by: .zero - MaintenanceBook.clockSetBackMax - .seconds(1))
    #expect(book.withholding(item: web, at: farBehind) == nil, "it was opened by a clock that stood far ahead")
    #expect(book.withholding(item: web, at: slot.to) == nil, "half-open, even before the end is recorded")
    #expect(book.nextMoment(after: slot.from) == slot.to)
    try book.take(.tick, scene, at: slot.to)
    #expect(book.task(1)?.state == .awaitingConfirmation)
    #expect(book[window: held.window]?.ending == .slotEnded)
    try book.take(.finish(first, .done, TaskResult(text: "ok", checked: [0, 2]), by: ann), scene, at: slot.to)
    #expect(book.task(1)?.state == .done)
    #expect(book.task(1)?.result?.checked == [0, 2])
    #expect(book.checkInvariants() == [])
  }

  @Test("by hand: an early start, an early end")
  func manual() throws {
    let scene = scene { $0.opening = "manual" }
    var book = try planned(scene)
    let start = Make.at("2026-11-22T23:00")
    try book.take(.start(first, .respectConstraints, by: ann), scene, at: start)
    #expect(book.withholding(item: web, at: start)?.until == start.advanced(by: .seconds(7200)))
    let end = start.advanced(by: .seconds(1800))
    let facts = try book.take(.finish(first, .done, TaskResult(text: "patched"), by: ann), scene, at: end)
    #expect(book.withholding(item: web, at: end) == nil)
    #expect(facts.map(\.change.kindName) == ["window.closed", "task.finished"])
    #expect(book.allWindows.first?.ending == .finished)
  }

  @Test("who works too long is on record, and withholding ends all the same")
  func overrun() throws {
    let scene = scene { $0.opening = "manual" }
    var book = try planned(scene)
    let start = Make.at("2026-11-23T00:00")
    try book.take(.start(first, .respectConstraints, by: ann), scene, at: start)
    let late = start.advanced(by: .seconds(3 * 3600))
    #expect(book.withholding(item: web, at: late) == nil)
    try book.take(.tick, scene, at: late)
    #expect(book.allWindows.first?.ending == .overrun)
    #expect(book.task(1)?.state == .inProgress)
    let facts = try book.take(.finish(first, .failed, TaskResult(text: "rolled back"), by: ann), scene, at: late)
    guard case .finished(let finished)? = facts.first?.change else { Issue.record("not finished"); return }
    #expect(finished.overrunSeconds == 3600)
    #expect(book.task(1)?.state == .failed)
  }

  @Test("what waits for work that overruns is moved a few times, not every minute")
  func overrunMovesOthers() throws {
    let scene = PlanningScene(
      plans: [
        Make.plan("a", items: ["web01"], rule: "FREQ=MONTHLY;BYMONTHDAY=23") { $0.opening = "manual" },
        Make.plan("b", items: ["other"], rule: "FREQ=MONTHLY;BYMONTHDAY=23") { $0.duration = .seconds(600) },
      ], items: [Make.item("web01"), Make.item("other")])
    var book = try planned(scene)
    let slot = try #require(book.task(1)?.slot)
    let waiting = try #require(book.openTasks.first { $0.key.plan == "b" && $0.slot?.from == slot.to })
    try book.take(.start(first, .respectConstraints, by: ann), scene, at: slot.from)
    var moves = 0
    for minute in 0..<115 {
      let facts = try book.take(.tick, scene, at: slot.to.advanced(by: .seconds(minute * 60)))
      moves += facts.count { $0.change.kindName == "task.displaced" }
      #expect(book[waiting.number]?.state == .scheduled)
    }
    #expect((2...8).contains(moves), "\(moves) moves")
    #expect(book[waiting.number]?.moves.last?.arguments["tasks"] == "MT-1")
  }

  @Test("a slot that passed unused is planned again")
  func missed() throws {
    let scene = scene { $0.opening = "manual" }
    var book = try planned(scene)
    let slot = try #require(book.task(1)?.slot)
    try book.take(.tick, scene, at: slot.to)
    let task = try #require(book.task(1))
    #expect(task.missedSlots == 1)
    #expect(task.moves.last?.id == "reason.slot.missed")
    #expect(task.slot?.from == Make.at("2026-11-23T02:00"))
  }

  @Test("after its deadline a task is late, overdue, and placed as soon as possible")
  func overdue() throws {
    let scene = scene { $0.opening = "manual" }
    var book = try planned(scene)
    let later = Make.at("2026-11-25T12:00")
    try book.take(.tick, scene, at: later)
    let task = try #require(book.task(1))
    #expect(task.isOverdue(at: later))
    #expect(task.slot?.from == Make.at("2026-11-25T22:00"))
    #expect(task.slotReasons.first?.id == "reason.slot.late")
  }

  @Test("the partner that broke just before keeps a task from starting by the clock or by hand")
  func checkedAgainAtStart() throws {
    let pair = Make.group("web", ["web01", "web02"], minAlive: 1)
    let items = [Make.item("web01", groups: [pair]), Make.item("web02", groups: [pair])]
    let calm = PlanningScene(plans: [Make.plan()], items: items)
    let broken = PlanningScene(
      plans: [Make.plan()], items: items,
      disturbances: [OpenDisturbance(item: EntityID("item/web02"), incident: RecordNumber(.incident, 3))])
    var book = try planned(calm)
    let slot = try #require(book.task(1)?.slot)
    #expect(throws: MaintenanceRefusal.self) {
      try book.decide(.start(first, .respectConstraints, by: ann), in: broken, at: slot.from)
    }
    let forced = try book.decide(.start(first, .override("the site is closed"), by: ann), in: broken, at: slot.from)
    #expect(forced.contains { $0.change.kindName == "window.opened" })
    try book.take(.tick, broken, at: slot.from)
    #expect(book.task(1)?.state == .scheduled)
    #expect(book.task(1)?.slot?.from != slot.from)
    #expect(book.task(1)?.moves.last?.arguments["incidents"] == "INC-3")
    #expect(book.allWindows.isEmpty)
  }

  @Test("put off, then done; skipped for good")
  func postponed() throws {
    let scene = scene()
    var book = try planned(scene)
    let now = Make.at("2026-11-20T13:00")
    let until = Make.at("2026-11-24T00:00")
    try book.take(.postpone(first, until: until, text: "release week", by: ann), scene, at: now)
    #expect(book.task(1)?.slot?.from == until)
    #expect(book.task(1)?.decision?.arguments["text"] == "release week")
    #expect(try book.decide(.plan, in: scene, at: now).isEmpty, "the new dates stay")
    try book.take(.skip(first, text: "replaced", by: ann), scene, at: now)
    #expect(book.task(1)?.state == .skipped)
    #expect(try book.decide(.plan, in: scene, at: now).isEmpty, "a skipped task does not come back")
  }

  @Test("commands that change nothing say why")
  func refused() throws {
    let scene = scene()
    let book = try planned(scene)
    let now = Make.at("2026-11-20T13:00")
    let unknown = RecordNumber(.maintenanceTask, 99)
    let inputs: [(MaintenanceInput, MaintenanceRefusal)] = [
      (.start(unknown, .respectConstraints, by: ann), .unknown(unknown)),
      (.start(RecordNumber(.incident, 1), .respectConstraints, by: ann), .unknown(RecordNumber(.incident, 1))),
      (.finish(first, .done, TaskResult(text: " "), by: ann), .textMissing(command: "finish")),
      (
        .finish(first, .done, TaskResult(text: "ok", checked: [3]), by: ann),
        .checklistEntryUnknown(first, index: 3)
      ),
      (.postpone(first, until: now, text: "later", by: ann), .timePassed(first)),
      (.skip(first, text: String(repeating: "x", count: 10_001), by: ann), .textTooLong(bytes: 10_001)),
      (.start(first, .override(""), by: ann), .textMissing(command: "start")),
    ]
    for (input, refusal) in inputs {
      #expect(throws: refusal) { try book.decide(input, in: scene, at: now) }
    }
    var done = book
    try done.take(.finish(first, .done, TaskResult(text: "ok"), by: ann), scene, at: now)
    #expect(throws: MaintenanceRefusal.notPossible(command: "start", first, state: .done)) {
      try done.decide(.start(first, .respectConstraints, by: ann), in: scene, at: now)
    }
  }
}
