internal import Records
internal import ServiceTime
internal import Telemetry

/// Every reason that the planner gives: the ids and their arguments, for the `Wording` catalogue.
///
/// Arguments that end in `At` are milliseconds since 1970 UTC, those that end in `Seconds` are seconds. `tasks`,
/// `freezes`, `groups`, `incidents` and `constraints` list names divided by `, `; `constraints` holds the raw names
/// window, freeze, capacity, otherTask, redundancy, incident, deadline.
public enum PlannerReasons {
  /// Every id with the names of its arguments.
  public static let catalogue: [String: Set<String>] = [
    "reason.task.occurrence": ["plan", "rule", "dueAt"],
    "reason.task.caught-up": ["plan", "missed", "dueAt"],
    "reason.slot.earliest-fit-always": ["window"],
    "reason.slot.earliest-fit": ["window", "opensAt", "closesAt"],
    "reason.slot.late": ["deadlineAt"],
    "reason.slot.outside-window": ["window", "fromAt", "untilAt"],
    "reason.slot.freeze": ["freeze", "fromAt", "untilAt"],
    "reason.slot.window-full": ["window", "limit", "tasks", "fromAt", "untilAt"],
    "reason.slot.same-item": ["task", "fromAt", "untilAt"],
    "reason.slot.related-item": ["task", "item", "fromAt", "untilAt"],
    "reason.slot.redundancy": ["group", "minAlive", "tasks", "fromAt", "untilAt"],
    "reason.slot.redundancy-alone": ["group", "minAlive", "fromAt", "untilAt"],
    "reason.slot.incident": ["group", "minAlive", "incidents", "fromAt", "untilAt"],
    "reason.slot.after-deadline": ["deadlineAt", "fromAt", "untilAt"],
    "reason.slot.missed": ["fromAt", "untilAt"],
    "reason.slot.plan-changed": ["plan"],
    "reason.unscheduled.window": ["window", "fitsAt"],
    "reason.unscheduled.window-taken": ["window", "tasks", "fitsAt"],
    "reason.unscheduled.window-shorter": ["window", "longestSeconds", "neededSeconds"],
    "reason.unscheduled.window-too-short": ["window", "longestSeconds", "neededSeconds", "fitsAt"],
    "reason.unscheduled.freeze": ["freezes", "fitsAt"],
    "reason.unscheduled.capacity": ["window", "limit", "tasks", "fitsAt"],
    "reason.unscheduled.other-task": ["tasks", "fitsAt"],
    "reason.unscheduled.redundancy": ["groups", "tasks", "fitsAt"],
    "reason.unscheduled.incident": ["groups", "incidents", "fitsAt"],
    "reason.unscheduled.deadline": ["deadlineAt", "fitsAt"],
    "reason.unscheduled.several": ["constraints", "fitsAt"],
    "reason.skipped.missed-run": ["latestAt", "unlisted"],
    "reason.skipped.superseded": ["task"],
    "reason.skipped.plan-removed": ["plan"],
    "reason.skipped.item-removed": ["item"],
    "reason.skipped.not-selected": ["plan", "item"],
    "reason.skipped.no-longer-named": ["plan", "rule"],
    "reason.skipped.operator": ["by", "text"],
    "reason.deferred.operator": ["by", "text", "untilAt"],
    "reason.started.operator": ["by"],
    "reason.started.overridden": ["by", "text"],
    "reason.window.item": ["task", "title", "item"],
    "reason.window.dependant": ["task", "title", "item"],
  ]

  static let caughtUpID = "reason.task.caught-up"

  static func generated(_ plan: MaintenancePlan, due: Timestamp) -> Reason {
    Reason(
      "reason.task.occurrence", ["plan": plan.name, "rule": plan.recurrence.rule.text, "dueAt": due.argument])
  }

  static func caughtUp(_ plan: MaintenancePlan, missed: Int, due: Timestamp) -> Reason {
    Reason(caughtUpID, ["plan": plan.name, "missed": String(missed), "dueAt": due.argument])
  }

  /// Hours that never end for a week are days without a gap: where they end is only how far the plan looked.
  static func earliestFit(_ window: String, _ hours: Interval) -> Reason {
    guard hours.duration < .seconds(7 * 86_400) else {
      return Reason("reason.slot.earliest-fit-always", ["window": window])
    }
    return Reason(
      "reason.slot.earliest-fit",
      ["window": window, "opensAt": hours.from.argument, "closesAt": hours.to.argument])
  }

  static func late(_ task: MaintenanceTask) -> Reason {
    Reason("reason.slot.late", ["deadlineAt": task.terms.deadline.argument])
  }

  static func missed(_ slot: Interval) -> Reason { Reason("reason.slot.missed", span(slot)) }

  static func planChanged(_ task: MaintenanceTask) -> Reason {
    Reason("reason.slot.plan-changed", ["plan": task.key.plan])
  }

  static func refusal(_ refusal: SlotRefusal, at slot: Interval) -> Reason {
    switch refusal {
    case .outsideWindow(let window): Reason("reason.slot.outside-window", span(slot, ["window": window]))
    case .freeze(let freeze): Reason("reason.slot.freeze", span(slot, ["freeze": freeze]))
    case .windowFull(let window, let limit, let tasks):
      Reason("reason.slot.window-full", span(slot, ["window": window, "limit": String(limit), "tasks": list(tasks)]))
    case .sameItem(let task): Reason("reason.slot.same-item", span(slot, ["task": task.description]))
    case .relatedItem(let task, let item):
      Reason("reason.slot.related-item", span(slot, ["task": task.description, "item": item]))
    case .redundancy(let group, let minAlive, let tasks):
      Reason(
        "reason.slot.redundancy",
        span(slot, ["group": group, "minAlive": String(minAlive), "tasks": list(tasks)]))
    case .redundancyAlone(let group, let minAlive):
      Reason("reason.slot.redundancy-alone", span(slot, ["group": group, "minAlive": String(minAlive)]))
    case .disturbed(let group, let minAlive, let incidents):
      Reason(
        "reason.slot.incident",
        span(slot, ["group": group, "minAlive": String(minAlive), "incidents": list(incidents)]))
    case .afterDeadline(let deadline):
      Reason("reason.slot.after-deadline", span(slot, ["deadlineAt": deadline.argument]))
    }
  }

  private static func span(_ slot: Interval, _ arguments: [String: String] = [:]) -> [String: String] {
    arguments.merging(["fromAt": slot.from.argument, "untilAt": slot.to.argument]) { own, _ in own }
  }

  private static func list(_ numbers: some Sequence<RecordNumber>) -> String {
    numbers.map(\.description).joined(separator: ", ")
  }
}

// MARK: - Why a task has no slot

extension PlannerReasons {
  /// - Parameter refusals: inside the window; the tasks that they name take its room.
  static func forbiddenByWindow(_ window: String, beside refusals: [SlotRefusal], fitsAt: Timestamp) -> Reason {
    var names = Blockers()
    for refusal in refusals { names.add(refusal) }
    let arguments = names.only(["tasks"], and: ["window": window, "fitsAt": fitsAt.argument])
    guard arguments["tasks"]?.isEmpty == true else { return Reason("reason.unscheduled.window-taken", arguments) }
    return Reason("reason.unscheduled.window", ["window": window, "fitsAt": fitsAt.argument])
  }

  static func windowShorter(_ window: String, longest: Duration, needed: Duration) -> Reason {
    Reason(
      "reason.unscheduled.window-shorter",
      [
        "window": window, "longestSeconds": String(longest.components.seconds),
        "neededSeconds": String(needed.components.seconds),
      ])
  }

  static func windowTooShort(_ window: String, longest: Duration, needed: Duration, fitsAt: Timestamp) -> Reason {
    Reason(
      "reason.unscheduled.window-too-short",
      [
        "window": window, "longestSeconds": String(longest.components.seconds),
        "neededSeconds": String(needed.components.seconds), "fitsAt": fitsAt.argument,
      ])
  }

  static func forbiddenByDeadline(_ deadline: Timestamp, fitsAt: Timestamp) -> Reason {
    Reason("reason.unscheduled.deadline", ["deadlineAt": deadline.argument, "fitsAt": fitsAt.argument])
  }

  static func forbiddenBySeveral(_ constraints: [SlotConstraint], fitsAt: Timestamp) -> Reason {
    Reason(
      "reason.unscheduled.several",
      ["constraints": constraints.map(\.rawValue).joined(separator: ", "), "fitsAt": fitsAt.argument])
  }

  /// - Parameter refusals: all of this constraint, to name what stands in the way.
  static func forbidden(
    _ constraint: SlotConstraint, by refusals: [SlotRefusal], fitsAt: Timestamp
  ) -> Reason {
    var names = Blockers()
    for refusal in refusals { names.add(refusal) }
    let fits = ["fitsAt": fitsAt.argument]
    switch constraint {
    case .freeze: return Reason("reason.unscheduled.freeze", names.only(["freezes"], and: fits))
    case .capacity: return Reason("reason.unscheduled.capacity", names.only(["window", "limit", "tasks"], and: fits))
    case .redundancy: return Reason("reason.unscheduled.redundancy", names.only(["groups", "tasks"], and: fits))
    case .incident: return Reason("reason.unscheduled.incident", names.only(["groups", "incidents"], and: fits))
    case .otherTask, .window, .deadline:
      return Reason("reason.unscheduled.other-task", names.only(["tasks"], and: fits))
    }
  }

  /// The names in some refusals, each once.
  private struct Blockers {
    private var names: [String: [String]] = [:]

    mutating func add(_ refusal: SlotRefusal) {
      switch refusal {
      case .freeze(let freeze): add(freeze, to: "freezes")
      case .windowFull(let window, let limit, let tasks):
        add(window, to: "window")
        add(String(limit), to: "limit")
        for task in tasks { add(task.description, to: "tasks") }
      case .sameItem(let task), .relatedItem(let task, _): add(task.description, to: "tasks")
      case .redundancy(let group, _, let tasks):
        add(group, to: "groups")
        for task in tasks { add(task.description, to: "tasks") }
      case .redundancyAlone(let group, _): add(group, to: "groups")
      case .disturbed(let group, _, let incidents):
        add(group, to: "groups")
        for incident in incidents { add(incident.description, to: "incidents") }
      case .outsideWindow, .afterDeadline: break
      }
    }

    func only(_ keys: [String], and others: [String: String]) -> [String: String] {
      keys.reduce(into: others) { $0[$1] = (names[$1] ?? []).joined(separator: ", ") }
    }

    private mutating func add(_ name: String, to key: String) {
      if names[key]?.contains(name) != true { names[key, default: []].append(name) }
    }
  }
}

// MARK: - Why a task ended, began or covers an item

extension PlannerReasons {
  static func missedRun(latest: Timestamp, unlisted: Int) -> Reason {
    Reason("reason.skipped.missed-run", ["latestAt": latest.argument, "unlisted": String(unlisted)])
  }

  static func superseded(by task: MaintenanceTask) -> Reason {
    Reason("reason.skipped.superseded", ["task": task.number.description])
  }

  static func withdrawn(_ enrolment: Enrolment, in scene: PlanningScene) -> Reason {
    guard scene.plan(named: enrolment.plan) != nil else {
      return Reason("reason.skipped.plan-removed", ["plan": enrolment.plan])
    }
    guard let item = scene.items[enrolment.item] else {
      return Reason("reason.skipped.item-removed", ["item": enrolment.item.text])
    }
    return Reason("reason.skipped.not-selected", ["plan": enrolment.plan, "item": item.name])
  }

  static func noLongerNamed(_ plan: MaintenancePlan) -> Reason {
    Reason("reason.skipped.no-longer-named", ["plan": plan.name, "rule": plan.recurrence.rule.text])
  }

  static func skipped(_ text: String, by actor: Actor) -> Reason {
    Reason("reason.skipped.operator", ["by": actor.name, "text": text])
  }

  static func postponed(_ text: String, by actor: Actor, until: Timestamp) -> Reason {
    Reason("reason.deferred.operator", ["by": actor.name, "text": text, "untilAt": until.argument])
  }

  static func started(by actor: Actor) -> Reason { Reason("reason.started.operator", ["by": actor.name]) }

  static func overridden(_ text: String, by actor: Actor) -> Reason {
    Reason("reason.started.overridden", ["by": actor.name, "text": text])
  }

  static func covers(_ task: MaintenanceTask) -> Reason { window("reason.window.item", task) }

  static func coversDependant(_ task: MaintenanceTask) -> Reason { window("reason.window.dependant", task) }

  private static func window(_ id: String, _ task: MaintenanceTask) -> Reason {
    let facts = ["task": task.number.description, "item": task.terms.itemName]
    return Reason(id, task.terms.activity.title.arguments("title").merging(facts) { $1 })
  }
}

extension Timestamp {
  /// The form that reasons carry.
  fileprivate var argument: String { String(milliseconds) }
}
