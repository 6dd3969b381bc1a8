import Planner
import Records
import ServiceTime
import Telemetry
import Testing

/// Each test breaks a valid plan in one way; a checker that does not see it is worth nothing.
@Suite("The plan checker finds what is wrong")
struct CheckerTests {
  private let scene: PlanningScene
  private let valid: [PlanChecker.Entry]

  init() throws {
    let pair = Make.group("web", ["web01", "web02"], minAlive: 1)
    let wide = Make.hours("night", tasksAtOnceMax: 2)
    scene = PlanningScene(
      plans: [Make.plan(items: ["web01", "web02", "switch", "lone"], window: wide, hoursLong: 1)],
      items: [
        Make.item("web01", groups: [pair]), Make.item("web02", groups: [pair]),
        Make.item("switch", dependants: ["port"]), Make.item("port"), Make.item("lone"),
      ], freezes: [Freeze(name: "sale", interval: Make.interval("2026-12-10T00:00", "2026-12-12T00:00"))])
    valid = [
      Self.entry(1, "web01", "2026-11-23T22:00"), Self.entry(2, "web02", "2026-11-23T23:00"),
      Self.entry(3, "switch", "2026-11-23T22:00"), Self.entry(4, "lone", "2026-11-24T01:00"),
    ]
  }

  private static func entry(
    _ number: Int, _ item: String, _ from: String, hours: Int = 1, window: String = "night"
  ) -> PlanChecker.Entry {
    let start = Make.at(from)
    guard let slot = Interval(from: start, lasting: .seconds(hours * 3600)) else { preconditionFailure("empty slot") }
    return PlanChecker.Entry(
      task: RecordNumber(.maintenanceTask, number), item: EntityID("item/\(item)"), window: window,
      duration: .seconds(3600), earliest: Make.at("2026-11-23T22:00"), slot: slot)
  }

  private func task(_ number: Int) -> RecordNumber { RecordNumber(.maintenanceTask, number) }

  @Test("a valid plan has no violations")
  func valid_() { #expect(PlanChecker(scene).violations(in: valid) == []) }

  @Test("each broken rule is found, and nothing else")
  func mutations() {
    let mutations: [(PlanChecker.Entry, PlanViolation)] = [
      (Self.entry(9, "lone", "2026-11-24T21:30"), .outsideWindow(task(9), window: "night")),
      (Self.entry(9, "lone", "2026-11-25T03:30"), .outsideWindow(task(9), window: "night")),
      (Self.entry(9, "lone", "2026-11-24T23:00", window: "day"), .outsideWindow(task(9), window: "day")),
      (Self.entry(9, "lone", "2026-11-24T23:00", hours: 2), .wrongDuration(task(9))),
      (Self.entry(9, "lone", "2026-11-22T23:00"), .beforeEarliest(task(9))),
      (Self.entry(9, "lone", "2026-12-10T23:00"), .inFreeze(task(9), freeze: "sale")),
      (Self.entry(9, "ghost", "2026-11-24T23:00"), .unknownItem(task(9))),
      (Self.entry(9, "lone", "2026-11-24T01:30"), .sameItem(task(4), task(9))),
      (Self.entry(9, "web01", "2026-11-23T23:30"), .redundancyLost(group: "web", tasks: [task(2), task(9)])),
      (
        Self.entry(9, "lone", "2026-11-23T22:30"), .windowOverfull(window: "night", tasks: [task(1), task(3), task(9)])
      ),
    ]
    for (entry, violation) in mutations {
      #expect(PlanChecker(scene).violations(in: valid + [entry]).first == violation, "\(violation)")
    }
  }

  @Test("work on an item and on its dependant at once")
  func related() {
    let entries = [Self.entry(1, "switch", "2026-11-23T22:00"), Self.entry(2, "port", "2026-11-23T22:30")]
    #expect(PlanChecker(scene).violations(in: entries) == [.relatedItems(task(1), task(2))])
  }

  @Test("random valid plans with one slot moved onto another are caught", arguments: 1...40)
  func randomMutation(_ seed: Int) throws {
    let fleet = RandomFleet(seed: seed)
    var book = MaintenanceBook()
    try book.take(.plan, fleet.scene, at: fleet.now)
    let entries = book.allTasks.compactMap(PlanChecker.Entry.init)
    #expect(PlanChecker(fleet.scene).violations(in: entries) == [])
    guard let first = entries.first else { return }
    let twin = PlanChecker.Entry(
      task: RecordNumber(.maintenanceTask, 9_999), item: first.item, window: first.window, duration: first.duration,
      earliest: first.earliest, slot: first.slot)
    #expect(
      PlanChecker(fleet.scene).violations(in: entries + [twin]).contains(.sameItem(first.task, twin.task)))
  }
}
