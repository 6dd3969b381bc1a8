internal import HashTreeCollections
internal import Records
internal import ServiceTime
internal import Telemetry

extension Deliberation {
  enum Passage { case quiet, slotsLost }

  /// Ends the windows whose time is over, gives up the slots that passed, begins what begins by the clock.
  mutating func passTime() -> Passage {
    for number in book.openWindows.sorted() {
      guard let window = book.windows[number], window.planned.to <= now else { continue }
      end(window)
    }
    var passage = Passage.quiet
    for task in openTasks({ $0.state == .scheduled }) {
      guard let slot = task.slot, slot.from <= now else { continue }
      if slot.to <= now {
        displace(task, from: slot, PlannerReasons.missed(slot), missed: .passedUnused)
        passage = .slotsLost
      } else if task.terms.opening == .automatic {
        if let refusal = beginByClock(task, slot) {
          displace(task, from: slot, refusal, missed: .givenUp)
          passage = .slotsLost
        }
      }
    }
    return passage
  }

  private mutating func end(_ window: TaskWindow) {
    let task = book[window.task]
    let isUnattended = task?.state == .inProgress && task?.startedBy == Self.planner
    record(
      .windowClosed(WindowClosed(number: window.number, ending: isUnattended ? .slotEnded : .overrun)),
      at: window.planned.to)
    if isUnattended { record(.elapsed(TaskElapsed(number: window.task)), at: window.planned.to) }
  }

  /// Checked again at the last moment, against what runs and what is broken now.
  /// - Returns: why it must not begin.
  private mutating func beginByClock(_ task: MaintenanceTask, _ slot: Interval) -> Reason? {
    let ground = SlotGround(scene: scene, settings: book.settings, now: now, reaching: [slot])
    let check = SlotCheck(ground: ground, timeline: runningTimeline())
    if let refusal = check.refusals(of: SlotJob(task, scene), at: slot, relaxing: [.deadline]).first {
      return PlannerReasons.refusal(refusal, at: slot)
    }
    begin(task, slot, by: Self.planner, reasons: task.slotReasons)
    return nil
  }

  mutating func begin(_ task: MaintenanceTask, _ slot: Interval, by actor: Actor, reasons: [Reason]) {
    let number = RecordNumber(.maintenanceWindow, book.lastWindow + 1)
    record(
      .windowOpened(
        WindowOpened(
          number: number, task: task.number, title: task.terms.activity.title, planned: slot,
          coverage: coverage(of: task))), by: actor)
    record(
      .started(TaskStarted(number: task.number, slot: slot, window: number, reasons: reasons)), by: actor)
  }

  private func coverage(of task: MaintenanceTask) -> [TaskWindow.Coverage] {
    let dependants = Set(scene.items[task.key.item]?.dependants ?? []).subtracting([task.key.item]).sorted()
    return [TaskWindow.Coverage(item: task.key.item, why: PlannerReasons.covers(task))]
      + dependants.map { TaskWindow.Coverage(item: $0, why: PlannerReasons.coversDependant(task)) }
  }

  enum Loss { case passedUnused, givenUp }

  mutating func displace(_ task: MaintenanceTask, from slot: Interval, _ reason: Reason, missed: Loss) {
    record(
      .displaced(
        TaskDisplaced(number: task.number, from: slot, reason: reason, wasMissed: missed == .passedUnused)))
  }

  /// What runs now.
  func runningTimeline() -> SlotTimeline {
    var timeline = SlotTimeline()
    for task in openTasks({ $0.state == .inProgress }) {
      if let booking = SlotBooking(task, scene, now: now, grid: book.settings.slotGrid) { timeline.insert(booking) }
    }
    return timeline
  }
}
