internal import HashTreeCollections
internal import Records
internal import ServiceTime
internal import Telemetry

extension Deliberation {
  /// Takes selected items under care, and gives up those that are no longer selected.
  mutating func enrol() {
    var selected: Set<Enrolment> = []
    for plan in scene.plans {
      for item in scene.items.values where plan.selector.selects(item) {
        selected.insert(Enrolment(plan: plan.name, item: item.id))
      }
    }
    for enrolment in book.enrolments.keys.filter({ !selected.contains($0) }).sorted() {
      let reason = PlannerReasons.withdrawn(enrolment, in: scene)
      record(.withdrawn(ItemWithdrawn(plan: enrolment.plan, item: enrolment.item, reason: reason)))
      for task in tasks(of: enrolment) where task.state.isPlannable {
        record(.skipped(TaskSkipped(number: task.number, reason: reason)))
      }
    }
    for enrolment in selected.filter({ book.enrolments[$0] == nil }).sorted() {
      record(.enrolled(ItemEnrolled(plan: enrolment.plan, item: enrolment.item)))
    }
  }

  /// Makes the tasks of the horizon that were not made before.
  mutating func generate() {
    let budget = book.lastTask + book.settings.tasksPerRoundMax
    for plan in scene.plans {
      let enrolments = book.enrolments.keys.filter { $0.plan == plan.name }.sorted()
      let starts = enrolments.map { (enrolment: $0, from: generatedThrough($0)) }
      guard let first = starts.map(\.from).min() else { continue }
      let occurrences = plan.recurrence.occurrences(
        from: first, before: now.advanced(by: book.settings.horizon), limit: Self.occurrencesMax
      ).occurrences
      for (enrolment, from) in starts {
        let pending = occurrences.filter {
          $0.instant >= from && book.byKey[enrolment.key($0.local.date)] == nil
        }
        generate(pending, plan, enrolment)
        supersede(enrolment)
        if book.lastTask >= budget { return }
      }
    }
  }

  /// Occurrences of one plan in one decision.
  private static let occurrencesMax = 5_000

  /// The latest occurrence of the past that is a task already, or when care began. Occurrences before it are settled.
  private func generatedThrough(_ enrolment: Enrolment) -> Timestamp {
    let past = tasks(of: enrolment).map(\.terms.dueAt).filter { $0 <= now }.max()
    let since = book.enrolments[enrolment] ?? now
    return max(past ?? since, since)
  }

  private mutating func generate(_ pending: [Occurrence], _ plan: MaintenancePlan, _ enrolment: Enrolment) {
    let missed = pending.filter { $0.instant < now }
    if let latest = missed.last {
      skip(missed.dropLast(), inFavourOf: latest, plan, enrolment)
      generate(latest, plan, enrolment, catchingUp: missed.count)
    }
    for occurrence in pending where occurrence.instant >= now {
      generate(occurrence, plan, enrolment, catchingUp: nil)
    }
  }

  /// Of several missed runs only the latest is caught up; the others are listed.
  private mutating func skip(
    _ missed: ArraySlice<Occurrence>, inFavourOf latest: Occurrence, _ plan: MaintenancePlan, _ enrolment: Enrolment
  ) {
    let listed = missed.suffix(book.settings.skippedListedMax)
    for (index, occurrence) in listed.enumerated() {
      let reason = PlannerReasons.missedRun(
        latest: latest.instant, unlisted: index == 0 ? missed.count - listed.count : 0)
      let number = generate(occurrence, plan, enrolment, catchingUp: nil)
      record(.skipped(TaskSkipped(number: number, reason: reason)))
    }
  }

  @discardableResult
  private mutating func generate(
    _ occurrence: Occurrence, _ plan: MaintenancePlan, _ enrolment: Enrolment, catchingUp missed: Int?
  ) -> RecordNumber {
    let number = RecordNumber(.maintenanceTask, book.lastTask + 1)
    var terms = TaskTerms(plan, item: scene.items[enrolment.item]?.name ?? enrolment.item.text, due: occurrence.instant)
    if missed != nil {
      terms = terms.with(
        earliest: terms.earliest, deadline: max(terms.deadline, now.advanced(by: plan.tolerance)))
    }
    let origin =
      missed.map { PlannerReasons.caughtUp(plan, missed: $0, due: occurrence.instant) }
      ?? PlannerReasons.generated(plan, due: occurrence.instant)
    record(
      .generated(
        TaskGenerated(number: number, key: enrolment.key(occurrence.local.date), terms: terms, origin: origin)))
    return number
  }

  /// An overdue task ends when the next run of the same work is due.
  private mutating func supersede(_ enrolment: Enrolment) {
    let due = tasks(of: enrolment).filter { $0.terms.dueAt <= now && $0.state != .skipped }
    guard let newest = due.max(by: { ($0.terms.dueAt, $0.number) < ($1.terms.dueAt, $1.number) }) else { return }
    for task in due where task.terms.dueAt < newest.terms.dueAt && task.state.isPlannable && task.isOverdue(at: now) {
      record(.skipped(TaskSkipped(number: task.number, reason: PlannerReasons.superseded(by: newest))))
    }
  }

  /// Carries changes of the plans into the tasks that have not begun.
  mutating func revise() {
    for plan in scene.plans {
      let tasks = openTasks { $0.key.plan == plan.name && $0.state.isPlannable }
      guard let first = tasks.map(\.terms.dueAt).min() else { continue }
      // A day more on both sides, because a change of the plan may move a time within its day.
      let named = Dictionary(
        plan.recurrence.occurrences(
          from: min(first, now).advanced(by: .seconds(-86_400)),
          before: now.advanced(by: book.settings.horizon + .seconds(2 * 86_400)), limit: Self.occurrencesMax
        ).occurrences.map { ($0.local.date, $0.instant) }
      ) { first, _ in first }
      for task in tasks { revise(task, plan, due: named[task.key.nominal]) }
    }
  }

  private mutating func revise(_ task: MaintenanceTask, _ plan: MaintenancePlan, due: Timestamp?) {
    guard due != nil || task.terms.dueAt <= now else {
      record(.skipped(TaskSkipped(number: task.number, reason: PlannerReasons.noLongerNamed(plan))))
      return
    }
    let name = scene.items[task.key.item]?.name ?? task.terms.itemName
    var terms = TaskTerms(plan, item: name, due: task.keepsDates ? task.terms.dueAt : due ?? task.terms.dueAt)
    if task.keepsDates { terms = terms.with(earliest: task.terms.earliest, deadline: task.terms.deadline) }
    if terms != task.terms { record(.revised(TaskRevised(number: task.number, terms: terms))) }
  }

  private func tasks(of enrolment: Enrolment) -> [MaintenanceTask] {
    (book.byEnrolment[enrolment] ?? []).sorted().compactMap { book.tasks[$0] }
  }
}

extension Enrolment {
  fileprivate func key(_ date: CivilDate) -> OccurrenceKey { OccurrenceKey(plan: plan, item: item, nominal: date) }
}

extension MaintenanceTask {
  /// Whether a person or a missed run set its dates, so that the plan's no longer count.
  fileprivate var keepsDates: Bool { decision != nil || origin.id == PlannerReasons.caughtUpID }
}

extension TaskTerms {
  fileprivate init(_ plan: MaintenancePlan, item: String, due: Timestamp) {
    self.init(
      activity: plan.activity, itemName: item, window: plan.window.name,
      durationSeconds: plan.duration.components.seconds, priority: plan.priority, opening: plan.opening, dueAt: due,
      earliest: due.advanced(by: .zero - plan.lead), deadline: due.advanced(by: plan.tolerance))
  }
}
