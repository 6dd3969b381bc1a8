import Planner
import Records
import ServiceTime
import Telemetry
import Testing

@Suite("Slots and their reasons")
struct SlotTests {
  private let now = Make.at("2026-11-20T12:00")

  private func planned(_ scene: PlanningScene, at now: Timestamp? = nil) throws -> MaintenanceBook {
    var book = MaintenanceBook()
    try book.take(.plan, scene, at: now ?? self.now)
    #expect(book.checkInvariants() == [])
    #expect(PlanChecker(scene).violations(in: book.allTasks.compactMap(PlanChecker.Entry.init)) == [])
    return book
  }

  @Test("two tasks in one window get different slots and name the other or the window")
  func sharedWindow() throws {
    let scene = PlanningScene(
      plans: [Make.plan(items: ["web01", "web02"], rule: "FREQ=WEEKLY;BYDAY=MO;COUNT=4")],
      items: [Make.item("web01"), Make.item("web02")])
    let book = try planned(scene)
    let first = try #require(book.task(1))
    let second = try #require(
      book[OccurrenceKey(plan: "patch", item: EntityID("item/web02"), nominal: first.key.nominal)])
    #expect(first.slot == Make.interval("2026-11-23T00:00", "2026-11-23T02:00"))
    #expect(second.slot == Make.interval("2026-11-23T02:00", "2026-11-23T04:00"))
    #expect(first.slotReasons.contains { $0.id == "reason.slot.earliest-fit" && $0.arguments["window"] == "night" })
    #expect(second.slotReasons.contains { $0.id == "reason.slot.window-full" && $0.arguments["tasks"] == "MT-1" })
  }

  @Test("a redundancy pair is never down together, and the reason names group and task")
  func redundancyPair() throws {
    let pair = Make.group("web", ["web01", "web02"], minAlive: 1)
    let scene = PlanningScene(
      plans: [
        Make.plan(items: ["web01", "web02"], rule: "FREQ=MONTHLY;BYMONTHDAY=24", window: Make.hours(tasksAtOnceMax: 9))
      ], items: [Make.item("web01", groups: [pair]), Make.item("web02", groups: [pair])])
    let book = try planned(scene)
    let slots = book.openTasks.compactMap(\.slot)
    #expect(slots.count == 4)
    #expect(!slots[0].overlaps(slots[1]))
    let reason = try #require(book.openTasks[1].slotReasons.first { $0.id == "reason.slot.redundancy" })
    #expect(reason.arguments["group"] == "web")
    #expect(reason.arguments["tasks"] == "MT-1")
  }

  @Test("a task that waits for work on what depends on its item names that item as people do")
  func relatedItem() throws {
    let item = PlannedItem(
      id: EntityID("item/web01"), name: "Web 1", className: "host", labels: [:],
      dependants: [EntityID("item/shop")], redundancyGroups: [])
    let scene = PlanningScene(
      plans: [
        Make.plan("a", items: ["web01"], window: Make.hours(tasksAtOnceMax: 9)),
        Make.plan("b", items: ["shop"], window: Make.hours(tasksAtOnceMax: 9)),
      ], items: [item, Make.item("shop")])
    let reasons = try planned(scene).openTasks.flatMap(\.slotReasons).filter { $0.id == "reason.slot.related-item" }
    #expect(!reasons.isEmpty)
    #expect(reasons.allSatisfy { ["Web 1", "shop"].contains($0.arguments["item"]) })
  }

  @Test("work on what a member depends on counts as the member's outage")
  func dependants() throws {
    let pair = Make.group("web", ["web01", "web02"], minAlive: 1)
    let scene = PlanningScene(
      plans: [
        Make.plan(
          items: ["switch", "web02"], rule: "FREQ=MONTHLY;BYMONTHDAY=24", window: Make.hours(tasksAtOnceMax: 9))
      ],
      items: [
        Make.item("switch", dependants: ["web01"]), Make.item("web01", groups: [pair]),
        Make.item("web02", groups: [pair]),
      ])
    let slots = try planned(scene).openTasks.compactMap(\.slot)
    #expect(slots.count == 4)
    #expect(!slots[0].overlaps(slots[1]))
  }

  @Test("an incident on the partner keeps a slot away for a day")
  func incident() throws {
    let pair = Make.group("web", ["web01", "web02"], minAlive: 1)
    let items = [Make.item("web01", groups: [pair]), Make.item("web02", groups: [pair])]
    let plan = Make.plan(rule: "FREQ=WEEKLY;BYDAY=FR", start: "2026-11-20T20:00") {
      $0.tolerance = .seconds(3 * 86_400)
    }
    let broken = OpenDisturbance(item: EntityID("item/web02"), incident: RecordNumber(.incident, 7))
    let calm = try planned(PlanningScene(plans: [plan], items: items))
    #expect(calm.task(1)?.slot?.from == Make.at("2026-11-20T22:00"))
    let scene = PlanningScene(plans: [plan], items: items, disturbances: [broken])
    let book = try planned(scene)
    #expect(book.task(1)?.slot?.from == Make.at("2026-11-21T22:00"))
    #expect(
      book.task(1)?.slotReasons.contains {
        $0.id == "reason.slot.incident" && $0.arguments["incidents"] == "INC-7" && $0.arguments["group"] == "web"
      } == true)
    // The slot placed in calm is moved, and only that one.
    var moved = calm
    let facts = try moved.take(.plan, scene, at: now)
    #expect(moved.task(1)?.slot?.from == Make.at("2026-11-21T22:00"))
    guard case .replanned(let replanned)? = facts.last?.change else { Issue.record("not replanned"); return }
    #expect(replanned.moved == 1)
    #expect(replanned.kept == calm.openTasks.count - 1)
    #expect(replanned.reasons.first?.id == "reason.slot.incident")
  }

  @Test("a window without room names the tasks that have it")
  func windowTaken() throws {
    let night = Make.hours("night", [.monday], "22:00", "00:00", tasksAtOnceMax: 1)
    let plans = ["a", "b"].map { Make.plan($0, window: night) { $0.tolerance = .seconds(5 * 86_400) } }
    let book = try planned(PlanningScene(plans: plans, items: [Make.item("web01")]))
    let waiting = try #require(book.openTasks.first { $0.slot == nil })
    let reason = try #require(waiting.slotReasons.first { $0.id == "reason.unscheduled.window-taken" })
    #expect(reason.arguments["window"] == "night")
    let holder = try #require(reason.arguments["tasks"].flatMap { RecordNumber($0) })
    #expect(book[holder]?.slot != nil)
    #expect(book[holder]?.key.nominal == waiting.key.nominal)
  }

  @Test("a window that is too short is named also when the deadline alone would forbid the rest")
  func tooShortAndLate() throws {
    // Without the window's hours the other task would still push it past its deadline.
    let plans = [
      Make.plan("a") { $0.tolerance = .seconds(2 * 3600) },
      Make.plan("long", hoursLong: 7) { $0.tolerance = .seconds(8 * 3600) },
    ]
    let book = try planned(PlanningScene(plans: plans, items: [Make.item("web01")]))
    let task = try #require(book.openTasks.first { $0.key.plan == "long" })
    #expect(task.slotReasons.first?.id == "reason.unscheduled.window-shorter")
    #expect(!task.slotReasons.contains { $0.id == "reason.slot.outside-window" })
  }

  @Test("hours that follow each other without a gap are called open, not until the end of the plan")
  func always() throws {
    let zone = TimeZoneRules.utc
    let day = WindowDefinition(
      name: "any", schedule: .weekly(days: Set(Weekday.allCases), from: .midnight, to: .midnight), zone: zone)
    let plan = Make.plan(window: MaintenanceHours(day, tasksAtOnceMax: 1))
    let task = try #require(try planned(PlanningScene(plans: [plan], items: [Make.item("web01")])).task(1))
    #expect(task.slotReasons.map(\.id) == ["reason.slot.earliest-fit-always"])
  }

  @Test("a task that is longer than its window is unscheduled, and the reason says so")
  func tooLong() throws {
    let scene = PlanningScene(plans: [Make.plan(hoursLong: 7)], items: [Make.item("web01")])
    let task = try #require(try planned(scene).task(1))
    #expect(task.state == .generated)
    #expect(task.slot == nil)
    let reason = try #require(task.slotReasons.first)
    #expect(reason.id == "reason.unscheduled.window-too-short")
    #expect(reason.arguments["longestSeconds"] == "21600")
  }

  @Test(
    "what forbids a slot is named, and lifting it really makes the task fit",
    arguments: [
      "freeze", "capacity", "other-task", "redundancy", "deadline", "several",
    ])
  func forbidden(_ constraint: String) throws {
    let pair = Make.group("web", ["web01", "web02"], minAlive: 1)
    let freeze = Freeze(name: "sale", interval: Make.interval("2026-11-22T00:00", "2026-11-25T00:00"))
    let monday = Make.hours("monday", [.monday], "22:00", "00:00", tasksAtOnceMax: constraint == "capacity" ? 1 : 9)
    let plan = { (name: String, items: [String]) in
      Make.plan(name, items: items, rule: "FREQ=MONTHLY;BYMONTHDAY=23", window: monday) {
        $0.tolerance = .seconds(86_400)
      }
    }
    let tuesday = Make.hours("tuesday", [.tuesday], "22:00", "00:00")
    let outline: (plans: [MaintenancePlan], items: [PlannedItem], freezes: [Freeze]) =
      switch constraint {
      case "freeze": ([plan("a", ["web01"])], [Make.item("web01")], [freeze])
      case "capacity": ([plan("a", ["web01", "web02"])], [Make.item("web01"), Make.item("web02")], [])
      case "other-task": ([plan("a", ["web01"]), plan("b", ["web01"])], [Make.item("web01")], [])
      case "redundancy":
        (
          [plan("a", ["web01", "web02"])], [Make.item("web01", groups: [pair]), Make.item("web02", groups: [pair])], []
        )
      case "deadline":
        (
          [Make.plan("a", rule: "FREQ=MONTHLY;BYMONTHDAY=25", window: tuesday) { $0.tolerance = .seconds(86_400) }],
          [Make.item("web01")], []
        )
      default:
        ([plan("a", ["web01"]), plan("b", ["web01"])], [Make.item("web01")], [freeze])
      }
    let scene = PlanningScene(plans: outline.plans, items: outline.items, freezes: outline.freezes)
    let book = try planned(scene)
    let unscheduled = book.openTasks.filter { $0.slot == nil }
    let task = try #require(unscheduled.last)
    let ids = Set(unscheduled.flatMap(\.slotReasons).map(\.id))
    let expected = constraint == "several" ? "freeze" : constraint
    #expect(ids.contains("reason.unscheduled.\(expected)"), "\(task.slotReasons)")
    // Lifted for real:
    var lifted = MaintenanceBook()
    let calmer: PlanningScene
    switch constraint {
    case "freeze", "several": calmer = PlanningScene(plans: outline.plans, items: outline.items)
    case "deadline":
      calmer = PlanningScene(
        plans: [
          Make.plan("a", rule: "FREQ=MONTHLY;BYMONTHDAY=25", window: tuesday) { $0.tolerance = .seconds(7 * 86_400) }
        ],
        items: outline.items)
    case "capacity":
      let wider = Make.hours("monday", [.monday], "22:00", "00:00", tasksAtOnceMax: 2)
      calmer = PlanningScene(
        plans: [
          Make.plan("a", items: ["web01", "web02"], rule: "FREQ=MONTHLY;BYMONTHDAY=23", window: wider) {
            $0.tolerance = .seconds(86_400)
          }
        ], items: outline.items)
    case "redundancy":
      calmer = PlanningScene(plans: outline.plans, items: [Make.item("web01"), Make.item("web02")])
    default:
      calmer = PlanningScene(plans: [outline.plans[1]], items: outline.items)
    }
    try lifted.take(.plan, calmer, at: now)
    let scheduled = lifted.openTasks.filter { $0.state == .scheduled }.count
    #expect(scheduled > (constraint == "other-task" ? 0 : book.openTasks.filter { $0.state == .scheduled }.count))
  }

  @Test("a slot keeps its local time across the change of clocks")
  func daylight() throws {
    let night = Make.hours("night", [.sunday], "02:00", "05:00", zone: Make.berlin)
    let plan = Make.plan(rule: "FREQ=WEEKLY;BYDAY=SU", start: "2026-03-01T02:30", window: night, hoursLong: 1) {
      $0.zone = Make.berlin
    }
    let scene = PlanningScene(plans: [plan], items: [Make.item("web01")])
    let book = try planned(scene, at: Make.at("2026-03-16T12:00"))
    #expect(
      book.openTasks.compactMap(\.slot).map { Make.berlin.text(of: $0.from) } == [
        "2026-03-22T02:30+01:00", "2026-03-29T03:30+02:00", "2026-04-05T02:30+02:00", "2026-04-12T02:30+02:00",
        "2026-04-19T02:30+02:00",
      ])
  }

  @Test("a freeze moves only what lies in it")
  func freezeMoves() throws {
    let plans = [Make.plan(rule: "FREQ=DAILY", start: "2026-11-02T20:00")]
    let items = [Make.item("web01")]
    var book = try planned(PlanningScene(plans: plans, items: items))
    let before = book.openTasks
    let frozen = PlanningScene(
      plans: plans, items: items,
      freezes: [Freeze(name: "sale", interval: Make.interval("2026-11-24T12:00", "2026-11-24T23:00"))])
    try book.take(.plan, frozen, at: now)
    let moved = before.filter { book[$0.number]?.slot != $0.slot }
    #expect(moved.map(\.key.nominal) == [CivilDate("2026-11-24")])
    #expect(book[moved[0].number]?.slot?.from == Make.at("2026-11-24T23:00"))
    #expect(book[moved[0].number]?.moves.last?.id == "reason.slot.freeze")
  }

  @Test(
    "random fleets get plans without violations, and every slot and every lack of one has a reason", arguments: 1...60)
  func fleets(_ seed: Int) throws {
    let fleet = RandomFleet(seed: seed)
    let book = try planned(fleet.scene, at: fleet.now)
    #expect(!book.openTasks.isEmpty)
    for task in book.openTasks {
      #expect(!task.slotReasons.isEmpty, "\(task.number) in fleet \(seed)")
      #expect(task.slotReasons.allSatisfy { PlannerReasons.catalogue[$0.id] == Set($0.arguments.keys) })
      if let slot = task.slot { #expect(slot.to <= task.terms.deadline || task.isOverdue(at: fleet.now)) }
    }
    #expect(try book.decide(.plan, in: fleet.scene, at: fleet.now).isEmpty)
    #expect(try planned(fleet.scene, at: fleet.now) == book)
  }
}
