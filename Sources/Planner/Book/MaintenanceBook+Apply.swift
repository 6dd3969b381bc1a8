internal import HashTreeCollections
internal import Records
internal import ServiceTime
internal import Telemetry

extension MaintenanceBook {
  /// Takes up a fact. Facts about records that have left memory change nothing.
  public mutating func apply(_ fact: MaintenanceFact) {
    switch fact.change {
    case .enrolled(let content):
      enrolments[Enrolment(plan: content.plan, item: content.item)] = fact.at
    case .withdrawn(let content):
      enrolments[Enrolment(plan: content.plan, item: content.item)] = nil
    case .generated(let content):
      lastTask = max(lastTask, content.number.number)
      put(MaintenanceTask(content))
    case .revised(let content): change(content.number) { $0.terms = content.terms }
    case .scheduled(let content):
      change(content.number) { task in
        task.state = .scheduled
        task.slot = content.slot
        task.slotReasons = content.reasons
      }
    case .unscheduled(let content):
      change(content.number) { task in
        task.slot = nil
        task.slotReasons = content.reasons
        if task.state == .scheduled { task.state = .generated }
      }
    case .displaced(let content): displace(content)
    case .skipped(let content):
      change(content.number) { task in
        task.state = .skipped
        task.slot = nil
        task.decision = content.reason
        task.endedAt = fact.at
        task.endedBy = fact.actor
      }
    case .started, .elapsed, .finished, .deferred: applyWork(fact)
    case .windowOpened(let content):
      lastWindow = max(lastWindow, content.number.number)
      put(
        TaskWindow(
          number: content.number, task: content.task, title: content.title, planned: content.planned,
          coverage: content.coverage))
    case .windowClosed(let content):
      guard var window = windows[content.number.number] else { return }
      window.closedAt = fact.at
      window.ending = content.ending
      put(window)
    case .replanned: break
    }
  }

  private mutating func applyWork(_ fact: MaintenanceFact) {
    switch fact.change {
    case .started(let content):
      change(content.number) { task in
        task.state = .inProgress
        task.slot = content.slot
        task.slotReasons = content.reasons
        task.window = content.window
        task.startedAt = fact.at
        task.startedBy = fact.actor
      }
    case .elapsed(let content): change(content.number) { $0.state = .awaitingConfirmation }
    case .finished(let content):
      change(content.number) { task in
        task.state = content.outcome == .done ? .done : .failed
        task.result = content.result
        task.endedAt = fact.at
        task.endedBy = fact.actor
      }
    case .deferred(let content):
      change(content.number) { task in
        task.state = .deferred
        task.slot = nil
        task.slotReasons = []
        task.decision = content.reason
        task.terms = task.terms.with(earliest: content.earliest, deadline: content.deadline)
      }
    default: break
    }
  }

  private mutating func displace(_ content: TaskDisplaced) {
    change(content.number) { task in
      task.state = task.decision == nil ? .generated : .deferred
      task.slot = nil
      task.slotReasons = []
      if content.wasMissed { task.missedSlots += 1 }
      task.moves = Array((task.moves + [content.reason]).suffix(MaintenanceTask.movesMax))
    }
  }

  private mutating func change(_ number: RecordNumber, _ body: (inout MaintenanceTask) -> Void) {
    guard var task = tasks[number.number] else { return }
    body(&task)
    put(task)
  }
}

extension TaskTerms {
  func with(earliest: Timestamp, deadline: Timestamp) -> TaskTerms {
    TaskTerms(
      activity: activity, itemName: itemName, window: window, durationSeconds: durationSeconds, priority: priority,
      opening: opening, dueAt: dueAt, earliest: earliest, deadline: deadline)
  }
}
