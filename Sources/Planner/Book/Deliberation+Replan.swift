internal import Records
internal import ServiceTime
internal import Telemetry

extension Deliberation {
  /// Keeps every slot that still holds, gives up the others, and places what has none.
  mutating func replan() {
    let tasks = openTasks { $0.state.isPlannable }.filter { scene.items[$0.key.item] != nil }
    guard !tasks.isEmpty else { return }
    let ground = SlotGround(scene: scene, settings: book.settings, now: now, reaching: reach(of: tasks))
    var timeline = runningTimeline()
    let held = tasks.filter { $0.slot != nil }
    let displaced = keep(held, ground, &timeline)
    let waiting = openTasks { $0.state.isPlannable && $0.slot == nil }.filter { scene.items[$0.key.item] != nil }
    var moved: [Reason] = []
    var unplaced: [MaintenanceTask] = []
    for task in inOrderOfNeed(waiting, ground) {
      if place(task, ground, &timeline) == .nowhere { unplaced.append(task) }
      if let lost = displaced[task.number] { moved.append(lost) }
    }
    // Explained last, so that the reasons name what stands in the way in the end.
    for task in unplaced { explain(task, ground, timeline) }
    guard !moved.isEmpty else { return }
    let distinct = moved.reduce(into: [Reason]()) { if !$0.contains($1) { $0.append($1) } }
    record(
      .replanned(
        PlanReplanned(
          moved: moved.count, kept: held.count - moved.count,
          reasons: Array(distinct.prefix(book.settings.reasonsMax)))))
  }

  /// How far windows have to be known for these tasks.
  private func reach(of tasks: [MaintenanceTask]) -> [Interval] {
    let from = (tasks.map(\.terms.earliest) + tasks.compactMap { $0.slot?.from } + [now]).min() ?? now
    let to = (tasks.map(\.terms.deadline) + tasks.compactMap { $0.slot?.to } + [now]).max() ?? now
    return [Interval(from: from, to: to.advanced(by: book.settings.lateness + .seconds(86_400)))].compactMap { $0 }
  }

  /// Books the slots that still hold; the more urgent and the earlier keep theirs before others.
  /// - Returns: why the others lost theirs.
  private mutating func keep(
    _ held: [MaintenanceTask], _ ground: SlotGround, _ timeline: inout SlotTimeline
  ) -> [RecordNumber: Reason] {
    var displaced: [RecordNumber: Reason] = [:]
    let ordered = held.sorted {
      ($0.terms.priority, $0.orderingTime, $0.number) < ($1.terms.priority, $1.orderingTime, $1.number)
    }
    for task in ordered {
      guard let slot = task.slot else { continue }
      let job = SlotJob(task, scene)
      if let reason = loss(of: task, job, slot, SlotCheck(ground: ground, timeline: timeline)) {
        displace(task, from: slot, reason, missed: slot.to <= now ? .passedUnused : .givenUp)
        displaced[task.number] = reason
      } else {
        timeline.insert(SlotBooking(job, at: slot))
      }
    }
    return displaced
  }

  private func loss(of task: MaintenanceTask, _ job: SlotJob, _ slot: Interval, _ check: SlotCheck) -> Reason? {
    if slot.to <= now { return PlannerReasons.missed(slot) }
    if slot.duration != job.duration || slot.from < job.earliest { return PlannerReasons.planChanged(task) }
    let refusal = check.refusals(of: job, at: slot, relaxing: [.deadline]).first
    return refusal.map { PlannerReasons.refusal($0, at: slot) }
  }

  /// Least time left first, then the more urgent, then those with fewer windows to choose from.
  private func inOrderOfNeed(_ tasks: [MaintenanceTask], _ ground: SlotGround) -> [MaintenanceTask] {
    let keyed = tasks.map { task -> (key: (Timestamp, Int, Int, RecordNumber), task: MaintenanceTask) in
      let job = job(for: task, ground)
      let choices = ground.window(job.window).intervals.count { job.earliest < $0.to && $0.from < job.deadline }
      return ((job.latestStart, job.priority, choices, job.number), task)
    }
    return keyed.sorted { $0.key < $1.key }.map(\.task)
  }

  /// A task that can no longer end by its deadline is placed as soon as possible instead.
  private func job(for task: MaintenanceTask, _ ground: SlotGround) -> SlotJob {
    let job = SlotJob(task, scene)
    guard isLate(job, ground) else { return job }
    return job.within(earliest: job.earliest, deadline: ground.now.advanced(by: book.settings.lateness))
  }

  private func isLate(_ job: SlotJob, _ ground: SlotGround) -> Bool { job.latestStart < ground.onGrid(now) }

  private enum Placement { case placed, nowhere }

  private mutating func explain(_ task: MaintenanceTask, _ ground: SlotGround, _ timeline: SlotTimeline) {
    let job = job(for: task, ground)
    let search = SlotSearch(check: SlotCheck(ground: ground, timeline: timeline))
    let reasons = Explanation(search: search, job: job).reasons(after: search.earliest(of: job))
    guard task.slotReasons.map(\.withoutTimes) != reasons.map(\.withoutTimes) else { return }
    record(.unscheduled(TaskUnscheduled(number: task.number, reasons: reasons)))
  }

  private mutating func place(
    _ task: MaintenanceTask, _ ground: SlotGround, _ timeline: inout SlotTimeline
  ) -> Placement {
    let job = job(for: task, ground)
    let outcome = SlotSearch(check: SlotCheck(ground: ground, timeline: timeline)).earliest(of: job)
    guard let slot = outcome.slot else { return .nowhere }
    timeline.insert(SlotBooking(job, at: slot))
    var reasons: [Reason] = []
    if isLate(SlotJob(task, scene), ground) { reasons.append(PlannerReasons.late(task)) }
    if let hours = ground.window(job.window).interval(at: slot.from) {
      reasons.append(PlannerReasons.earliestFit(job.window, hours))
    }
    reasons += outcome.refused.map { PlannerReasons.refusal($0.refusal, at: $0.first) }
    record(
      .scheduled(
        TaskScheduled(
          number: task.number, slot: slot, reasons: Array(reasons.prefix(book.settings.reasonsMax)))))
    return .placed
  }
}

extension Reason {
  /// Times move with the clock; a reason that differs only in them is not news.
  fileprivate var withoutTimes: Reason { Reason(id, arguments.filter { !$0.key.hasSuffix("At") }) }
}
