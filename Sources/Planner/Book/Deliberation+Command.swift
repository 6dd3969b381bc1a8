internal import Records
internal import ServiceTime
internal import Telemetry

extension Deliberation {
  mutating func start(
    _ number: RecordNumber, _ policy: StartPolicy, by actor: Actor
  ) throws(MaintenanceRefusal) {
    let task = try task(number, for: "start") { $0.isPlannable }
    guard let slot = Interval(from: now, lasting: task.terms.duration) else { throw .timePassed(number) }
    let ground = SlotGround(scene: scene, settings: book.settings, now: now, reaching: [slot])
    let refusals = SlotCheck(ground: ground, timeline: runningTimeline())
      .refusals(of: SlotJob(task, scene), at: slot, relaxing: [.deadline])
    var reasons = refusals.map { PlannerReasons.refusal($0, at: slot) }
    switch policy {
    case .respectConstraints:
      // A person may begin outside the hours; it stays on the record. What breaks a service needs an override.
      let hard = refusals.filter { $0.constraint != .window && $0.constraint != .capacity }
      guard hard.isEmpty else {
        throw .blocked(number, reasons: hard.map { PlannerReasons.refusal($0, at: slot) })
      }
    case .override(let text):
      try check(text, command: "start")
      reasons.append(PlannerReasons.overridden(text, by: actor))
    }
    begin(task, slot, by: actor, reasons: [PlannerReasons.started(by: actor)] + reasons)
    replan()
  }

  mutating func finish(
    _ number: RecordNumber, _ outcome: TaskFinished.Outcome, _ result: TaskResult, by actor: Actor
  ) throws(MaintenanceRefusal) {
    let task = try task(number, for: outcome == .done ? "finish" : "fail") { !$0.isFinished }
    try check(result.text, command: outcome == .done ? "finish" : "fail")
    if let wrong = result.checked.first(where: { !task.terms.activity.checklist.indices.contains($0) }) {
      throw .checklistEntryUnknown(number, index: wrong)
    }
    if let open = task.window.flatMap({ book[window: $0] }), open.isOpen {
      record(.windowClosed(WindowClosed(number: open.number, ending: .finished)), by: actor)
    }
    let overrun = task.state == .inProgress ? task.slot.map { now.elapsed(since: $0.to) } ?? .zero : .zero
    record(
      .finished(
        TaskFinished(
          number: number, outcome: outcome, result: result, overrunSeconds: max(0, overrun.components.seconds))),
      by: actor)
    replan()
  }

  mutating func postpone(
    _ number: RecordNumber, until: Timestamp, text: String, by actor: Actor
  ) throws(MaintenanceRefusal) {
    let task = try task(number, for: "defer") { $0.isPlannable || $0 == .awaitingConfirmation }
    try check(text, command: "defer")
    guard until > now else { throw .timePassed(number) }
    let tolerance = max(task.terms.deadline.elapsed(since: task.terms.dueAt), task.terms.duration)
    record(
      .deferred(
        TaskDeferred(
          number: number, earliest: until, deadline: until.advanced(by: tolerance),
          reason: PlannerReasons.postponed(text, by: actor, until: until))), by: actor)
    replan()
  }

  mutating func skip(_ number: RecordNumber, text: String, by actor: Actor) throws(MaintenanceRefusal) {
    let task = try task(number, for: "skip") { $0.isPlannable || $0 == .awaitingConfirmation }
    try check(text, command: "skip")
    record(
      .skipped(TaskSkipped(number: task.number, reason: PlannerReasons.skipped(text, by: actor))), by: actor)
    replan()
  }

  private func task(
    _ number: RecordNumber, for command: String, _ allows: (TaskState) -> Bool
  ) throws(MaintenanceRefusal) -> MaintenanceTask {
    guard let task = book[number] else { throw .unknown(number) }
    guard allows(task.state) else { throw .notPossible(command: command, number, state: task.state) }
    return task
  }

  private func check(_ text: String, command: String) throws(MaintenanceRefusal) {
    guard text.contains(where: { !$0.isWhitespace }) else { throw .textMissing(command: command) }
    guard text.utf8.count <= MaintenanceRefusal.textBytesMax else { throw .textTooLong(bytes: text.utf8.count) }
  }
}
