internal import Inventory
internal import Planner
internal import Records
internal import ServiceTime
internal import Telemetry
internal import WebInterface

/// Maintenance tasks as rows.
struct TaskRows {
  let maintenance: MaintenanceBook
  let now: Timestamp

  func row(_ task: MaintenanceTask) -> TaskRow {
    let progress = progress(of: task)
    return TaskRow(
      number: task.number, plan: task.key.plan, activity: Phrase(task.terms.activity.title),
      checklist: task.terms.activity.checklist.map { Phrase($0) },
      itemID: ItemID(task.key.item)?.text ?? task.key.item.text, item: task.terms.itemName, progress: progress,
      slot: slot(of: task), reasons: reasons(of: task, progress), actions: actions(for: task))
  }

  func progress(of task: MaintenanceTask) -> TaskProgress {
    switch task.state {
    case .done: return .done
    case .failed, .skipped: return .cancelled
    case .inProgress: return (windowEnd(of: task) ?? now) < now ? .late : .running
    case .awaitingConfirmation: return task.isOverdue(at: now) ? .late : .due
    case .generated, .deferred: return task.isOverdue(at: now) ? .late : .unplaced
    case .scheduled:
      guard let slot = task.slot else { return .unplaced }
      if task.isOverdue(at: now) { return .late }
      return slot.from <= now ? .due : .planned
    }
  }

  private func windowEnd(of task: MaintenanceTask) -> Timestamp? {
    task.window.flatMap { maintenance[window: $0] }?.planned.to ?? task.slot?.to
  }

  /// What was done stands where it was done, not where it was planned.
  private func slot(of task: MaintenanceTask) -> TimeSpan? {
    if let started = task.startedAt {
      let end = task.endedAt ?? max(now, windowEnd(of: task) ?? now)
      return TimeSpan(from: started, to: max(end, started))
    }
    guard task.state != .generated, task.state != .deferred else { return nil }
    return task.slot.map { TimeSpan(from: $0.from, to: $0.to) }
  }

  private func reasons(of task: MaintenanceTask, _ progress: TaskProgress) -> [StatedPhrase] {
    if let decision = task.decision, task.state.isFinished || task.state == .deferred {
      return [StatedPhrase(.unknown, .message(decision))]
    }
    let state: PageState = progress == .unplaced ? .critical : .ok
    // The first reason says why this slot; those behind it why none before.
    return task.slotReasons.enumerated().map { index, reason in
      StatedPhrase(index == 0 || progress == .unplaced ? state : .warning, .message(reason))
    }
  }

  private func actions(for task: MaintenanceTask) -> [TaskAction] {
    switch task.state {
    case .generated, .scheduled, .deferred: [.start]
    case .inProgress, .awaitingConfirmation: [.finish]
    case .done, .failed, .skipped: []
    }
  }
}
