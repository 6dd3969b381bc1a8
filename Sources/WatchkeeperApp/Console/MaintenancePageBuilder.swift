internal import Inventory
internal import Planner
internal import Records
internal import ServiceTime
internal import Telemetry
internal import WebInterface

/// A week of maintenance. Pure.
struct MaintenancePageBuilder {
  let maintenance: MaintenanceBook
  let inventory: InventoryBook
  let plans: [MaintenancePlan]
  let zone: TimeZoneRules
  let now: Timestamp

  /// Lanes of one page: items with plans.
  static let lanesMax = 200

  /// The week from Monday to Monday that contains `instant`.
  func week(of instant: Timestamp) -> Interval? {
    let date = zone.local(at: instant).date
    let monday = date.advanced(byDays: 1 - date.weekday.rawValue)
    return Interval(
      from: zone.instant(of: CivilDateTime(monday, .midnight)),
      to: zone.instant(of: CivilDateTime(monday.advanced(byDays: 7), .midnight)))
  }

  /// What the page opens with: this week, or when nothing is to come or to be done in it, the week of the next task, so
  /// that a plan's first task is seen on every day of the week.
  var opening: Timestamp {
    if maintenance.openTasks.contains(where: waits) { return now }
    let coming = maintenance.openTasks.compactMap { task -> Timestamp? in
      if let slot = task.slot { return slot.to > now ? max(slot.from, now) : nil }
      return max(task.terms.dueAt, now)
    }
    return coming.min() ?? now
  }

  /// - Parameter chosen: a task that is shown even when it has no slot in this week.
  func page(weekOf instant: Timestamp, chosen: RecordNumber? = nil) -> MaintenancePage {
    guard let week = week(of: instant) else {
      return MaintenancePage(start: instant, now: now, lanes: [], tasks: [])
    }
    let rows = TaskRows(maintenance: maintenance, now: now)
    let shown = maintenance.allTasks.map { (task: $0, row: rows.row($0)) }.filter { entry in
      entry.row.number == chosen || isShown(entry.task, entry.row, in: week)
    }
    let sorted = shown.map(\.row).sorted { left, right in
      (left.slot?.start.milliseconds ?? .max, left.number) < (right.slot?.start.milliseconds ?? .max, right.number)
    }
    return MaintenancePage(
      start: week.from, now: now, lanes: lanes(week, shown.map(\.task)), tasks: sorted, problems: problems(sorted),
      plans: plans.map(row), chosen: chosen, following: following(week, rows))
  }

  /// The first task after the week; for a week that is over the first one still to come.
  private func following(_ week: Interval, _ rows: TaskRows) -> TaskRow? {
    let after = max(week.to, now)
    let next = maintenance.openTasks.filter { ($0.slot?.from ?? .epoch) >= after }
      .min { ($0.slot?.from ?? after, $0.number) < ($1.slot?.from ?? after, $1.number) }
    return next.map(rows.row)
  }

  /// Whether the task is under way or somebody has to see to it now, however long its slot is over.
  private func waits(_ task: MaintenanceTask) -> Bool {
    switch TaskRows(maintenance: maintenance, now: now).progress(of: task) {
    case .running: true
    case .due, .late: task.slot.map { $0.from <= now } ?? true
    case .planned, .unplaced, .done, .cancelled: false
    }
  }

  /// Tasks that lie in the week, and those without a slot that are due in it or overdue.
  private func isShown(_ task: MaintenanceTask, _ row: TaskRow, in week: Interval) -> Bool {
    if let slot = row.slot { return slot.start < week.to && slot.end > week.from }
    guard !task.state.isFinished else { return false }
    let isThisWeek = week.contains(now)
    return week.contains(task.terms.dueAt) || (isThisWeek && task.terms.dueAt < week.from)
  }

  // MARK: - Lanes

  private func lanes(_ week: Interval, _ tasks: [MaintenanceTask]) -> [MaintenanceLane] {
    var windows: [EntityID: [WindowDefinition]] = [:]
    for plan in plans {
      for item in maintenance.items(ofPlan: plan.name) where !(windows[item] ?? []).contains(plan.window.definition) {
        windows[item, default: []].append(plan.window.definition)
      }
    }
    let items = Set(windows.keys).union(tasks.map(\.key.item)).sorted()
    let byItem = Dictionary(grouping: tasks, by: \.key.item)
    return items.prefix(Self.lanesMax).map { item in
      let definitions = windows[item] ?? []
      let id = ItemID(item)
      return MaintenanceLane(
        itemID: id?.text ?? item.text,
        item: id.flatMap { inventory[$0]?.name } ?? byItem[item]?.first?.terms.itemName ?? item.text,
        remark: definitions.isEmpty
          ? nil
          : Phrase("console.lane.windows", ["names": definitions.map(\.name).joined(separator: ", ")]),
        windows: spans(definitions, week), tasks: (byItem[item] ?? []).map(\.number))
    }
  }

  private func spans(_ definitions: [WindowDefinition], _ week: Interval) -> [TimeSpan] {
    IntervalList(definitions.flatMap { $0.intervals(over: week).intervals }).intervals
      .map { TimeSpan(from: $0.from, to: $0.to) }
  }

  // MARK: - The rest

  private func problems(_ rows: [TaskRow]) -> [StatedPhrase] {
    rows.compactMap { row in
      let arguments = ["task": row.number.description, "item": row.item]
      return switch row.progress {
      case .unplaced:
        StatedPhrase(.critical, Phrase("console.problem.unplaced", arguments), detail: row.reasons.first?.phrase)
      case .late: StatedPhrase(.warning, Phrase("console.problem.late", arguments))
      case .planned, .due, .running, .done, .cancelled: nil
      }
    }
  }

  private func row(_ plan: MaintenancePlan) -> PlanRow {
    let items = maintenance.items(ofPlan: plan.name)
    let next = maintenance.openTasks.filter { $0.key.plan == plan.name }.compactMap { $0.slot?.from }.filter {
      $0 > now
    }.min()
    let due = plan.recurrence.occurrences(from: now, limit: 1).occurrences.first?.instant
    return PlanRow(
      name: plan.name, activity: Phrase(plan.activity.title), rhythm: RhythmWords.phrase(plan.recurrence),
      next: next ?? due, items: items.count)
  }
}

/// How often a plan comes round.
enum RhythmWords {
  /// Days of a month that have a word: the first to the fourth, and the last.
  private static let ordinals: Set<Int> = [1, 2, 3, 4, -1]

  static func phrase(_ recurrence: Recurrence) -> Phrase {
    let rule = recurrence.rule
    let arguments = ["count": String(rule.interval), "time": recurrence.start.time.description]
    // What a sentence would not tell exactly is shown as its author wrote it.
    guard rule.ending == .never, rule.monthDays.isEmpty else { return .verbatim(rule.text) }
    let isEach = rule.interval == 1
    switch rule.frequency {
    case .daily where rule.days.isEmpty:
      return Phrase(isEach ? "console.rhythm.each.daily" : "console.rhythm.daily", arguments)
    case .weekly where rule.days.count == 1:
      let day = rule.days[0].weekday.code
      return Phrase(isEach ? "console.rhythm.each.\(day)" : "console.rhythm.weekly.\(day)", arguments)
    case .weekly where rule.days.count > 1:
      let days = Set(rule.days.map(\.weekday)).sorted { $0.rawValue < $1.rawValue }.map(\.code)
      return Phrase(
        isEach ? "console.rhythm.each.days" : "console.rhythm.days",
        arguments.merging(["days": days.joined(separator: ", ")]) { $1 })
    case .monthly where rule.days.isEmpty:
      return Phrase(
        isEach ? "console.rhythm.each.monthly" : "console.rhythm.monthly",
        arguments.merging(["day": String(recurrence.start.date.day)]) { $1 })
    case .monthly where rule.days.count == 1 && ordinals.contains(rule.days[0].ordinal ?? 0):
      let day = [
        "nth": "console.ordinal.\(rule.days[0].ordinal ?? 0)", "day": "console.weekday.\(rule.days[0].weekday.code)",
      ]
      let id = isEach ? "console.rhythm.each.nth" : "console.rhythm.nth"
      return Phrase(id, arguments.merging(day) { $1 })
    case .daily, .weekly, .monthly: return .verbatim(rule.text)
    }
  }
}
