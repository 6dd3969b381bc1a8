import Planner
import Records
import ServiceTime
import Telemetry

/// Short spellings for tests. A literal that does not parse is a mistake of the test itself.
enum Make {
  static let berlin = zone("Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3")

  static func zone(_ name: String, _ rule: String) -> TimeZoneRules {
    do { return try TimeZoneRules(name: name, rule: rule) } catch { preconditionFailure("\(error)") }
  }

  static func at(_ text: String, in zone: TimeZoneRules = .utc) -> Timestamp {
    guard let local = CivilDateTime(text) else { preconditionFailure("not a time: \(text)") }
    return zone.instant(of: local)
  }

  static func interval(_ from: String, _ to: String, in zone: TimeZoneRules = .utc) -> Interval {
    guard let value = Interval(from: at(from, in: zone), to: at(to, in: zone)) else {
      preconditionFailure("not an interval: \(from) to \(to)")
    }
    return value
  }

  static func hours(
    _ name: String = "night", _ days: Set<Weekday> = Set(Weekday.allCases), _ from: String = "22:00",
    _ to: String = "04:00", zone: TimeZoneRules = .utc, tasksAtOnceMax: Int = 1
  ) -> MaintenanceHours {
    guard let from = CivilTime(from), let to = CivilTime(to) else { preconditionFailure("not a time of day") }
    return MaintenanceHours(
      WindowDefinition(name: name, schedule: .weekly(days: days, from: from, to: to), zone: zone),
      tasksAtOnceMax: tasksAtOnceMax)
  }

  static func plan(
    _ name: String = "patch", items: [String] = ["web01"], rule: String = "FREQ=WEEKLY;BYDAY=MO",
    start: String = "2026-11-02T00:00", window: MaintenanceHours = hours(), hoursLong: Int = 2,
    _ change: (inout PlanDraft) -> Void = { _ in }
  ) -> MaintenancePlan {
    do { return try MaintenancePlan(draft(name, items, rule, start, window, hoursLong, change)) } catch {
      preconditionFailure("\(error)")
    }
  }

  static func draft(
    _ name: String = "patch", _ items: [String] = ["web01"], _ rule: String = "FREQ=WEEKLY;BYDAY=MO",
    _ start: String = "2026-11-02T00:00", _ window: MaintenanceHours? = hours(), _ hoursLong: Int = 2,
    _ change: (inout PlanDraft) -> Void = { _ in }
  ) -> PlanDraft {
    var draft = PlanDraft()
    draft.name = name
    draft.title = "Do \(name)"
    draft.checklist = ["drain", "patch", "verify"]
    draft.items = items.map { EntityID("item/\($0)") }
    draft.start = start
    draft.rule = rule
    draft.window = window
    draft.windowName = window?.name ?? "nowhere"
    draft.duration = .seconds(hoursLong * 3600)
    draft.source = "plans/\(name).yaml:1:1"
    change(&draft)
    return draft
  }

  static func item(
    _ name: String, dependants: [String] = [], groups: [RedundancyGroup] = [], className: String = "host",
    labels: [String: String] = [:]
  ) -> PlannedItem {
    PlannedItem(
      id: EntityID("item/\(name)"), name: name, className: className, labels: labels,
      dependants: dependants.map { EntityID("item/\($0)") }, redundancyGroups: groups)
  }

  static func group(_ name: String, _ members: [String], minAlive: Int) -> RedundancyGroup {
    RedundancyGroup(name: name, members: Set(members.map { EntityID("item/\($0)") }), minAlive: minAlive)
  }
}

extension MaintenanceBook {
  /// Decides and applies, as the actor does; invariants hold after every fact.
  @discardableResult
  mutating func take(
    _ input: MaintenanceInput, _ scene: PlanningScene, at now: Timestamp
  ) throws -> [MaintenanceFact] {
    let facts = try decide(input, in: scene, at: now)
    for fact in facts { apply(fact) }
    return facts
  }

  func task(_ number: Int) -> MaintenanceTask? { self[RecordNumber(.maintenanceTask, number)] }
}

/// A seeded generator, so that a failure repeats.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}

/// A fleet drawn from a seed: hosts in redundancy groups, what runs on them, plans, freezes and incidents.
struct RandomFleet {
  let scene: PlanningScene
  let now = Make.at("2026-11-20T12:00")

  init(seed: Int) {
    var generator = SplitMix(seed: UInt64(seed))
    let hosts = (0..<(2 + generator.below(8))).map { "host\($0)" }
    let group = { (index: Int, members: [String]) in
      Make.group("pool\(index)", members, minAlive: max(1, members.count - 1 - index % 2))
    }
    let pools = stride(from: 0, to: hosts.count, by: 3).map { start in
      group(start / 3, Array(hosts[start..<min(start + 3, hosts.count)]))
    }
    var items: [PlannedItem] = []
    for (index, host) in hosts.enumerated() {
      let next = index + 1 < hosts.count && generator.below(6) == 0 ? [hosts[index + 1]] : []
      items.append(Make.item(host, dependants: ["\(host)-db"] + next, groups: [pools[index / 3]]))
      items.append(Make.item("\(host)-db", className: "database"))
    }
    let windows = [
      Make.hours("night", tasksAtOnceMax: 1 + generator.below(3)),
      Make.hours("weekend", [.saturday, .sunday], "08:00", "18:00", zone: Make.berlin),
      Make.hours("short", [.wednesday], "01:00", "02:30"),
    ]
    let rules = ["FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY;BYDAY=MO,FR", "FREQ=MONTHLY;BYDAY=-1SA", "FREQ=MONTHLY"]
    let plans = (0..<(1 + generator.below(5))).map { index in
      Make.plan(
        "plan\(index)", items: hosts.filter { _ in generator.below(2) == 0 } + ["host0"],
        rule: rules[generator.below(rules.count)], window: windows[generator.below(windows.count)],
        hoursLong: 1 + generator.below(3)
      ) { draft in
        draft.priority = 1 + generator.below(4)
        if generator.below(3) == 0 { draft.classes = ["database"] }
      }
    }
    let freezes =
      generator.below(2) == 0
      ? [Freeze(name: "sale", interval: Make.interval("2026-11-27T00:00", "2026-12-01T00:00"))] : []
    let broken = generator.below(2) == 0 ? [hosts[0]] : []
    scene = PlanningScene(
      plans: plans, items: items, freezes: freezes,
      disturbances: broken.map {
        OpenDisturbance(item: EntityID("item/\($0)"), incident: RecordNumber(.incident, 1))
      })
  }
}
