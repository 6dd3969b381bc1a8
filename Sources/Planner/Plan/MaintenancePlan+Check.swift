internal import Records
public import ServiceTime
internal import Telemetry

extension MaintenancePlan {
  /// Checks a draft whole.
  public init(_ draft: PlanDraft) throws(PlanError) {
    name = try Self.name(draft.name)
    activity = try Self.activity(draft)
    selector = try Self.selector(draft)
    recurrence = try Self.recurrence(draft)
    window = try Self.window(draft)
    duration = try Self.duration(draft.duration)
    lead = try Self.margin(draft.lead, key: "lead") ?? .zero
    tolerance = try Self.margin(draft.tolerance, key: "tolerance") ?? Self.standardTolerance(of: recurrence.rule)
    guard lead + tolerance >= duration else {
      throw PlanError("tolerance", "fault.plan.slack")
    }
    priority = draft.priority ?? 3
    guard PlanLimits.priorities.contains(priority) else {
      throw PlanError("priority", "fault.plan.priority", ["number": String(priority)])
    }
    opening = try Self.opening(draft.opening)
    source = draft.source
  }

  /// A fifth of the interval, at least a day: a weekly task may slip by a day and a half, a monthly one by six days.
  public static func standardTolerance(of rule: RecurrenceRule) -> Duration {
    let days =
      switch rule.frequency {
      case .daily: 1
      case .weekly: 7
      case .monthly: 30
      }
    return .seconds(max(86_400, days * rule.interval * 86_400 / 5))
  }

  private static func name(_ text: String) throws(PlanError) -> String {
    let letters = text.utf8
    let isWord = { (byte: UInt8) in
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
    let isPunctuation = { (byte: UInt8) in [UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-")].contains(byte) }
    guard let first = letters.first, isWord(first), letters.allSatisfy({ isWord($0) || isPunctuation($0) }),
      letters.count <= PlanLimits.nameBytesMax
    else {
      throw PlanError(
        "name", "fault.plan.name", ["name": text, "limit": String(PlanLimits.nameBytesMax)])
    }
    return text
  }

  private static func activity(_ draft: PlanDraft) throws(PlanError) -> Activity {
    for (key, title) in [("activity.title", draft.title), ("activity.title_zh_cn", draft.titleChinese)] {
      guard let title, title.isEmpty || title.utf8.count > PlanLimits.titleBytesMax else { continue }
      throw PlanError(
        key, "fault.plan.activity", ["count": String(title.utf8.count), "limit": String(PlanLimits.titleBytesMax)])
    }
    let chinese = draft.checklistChinese
    for (key, entries) in [("activity.checklist", draft.checklist), ("activity.checklist_zh_cn", chinese ?? [])] {
      guard entries.count <= PlanLimits.checklistMax,
        entries.allSatisfy({ !$0.isEmpty && $0.utf8.count <= PlanLimits.checklistEntryBytesMax })
      else {
        throw PlanError(
          key, "fault.plan.checklist",
          ["limit": String(PlanLimits.checklistMax), "bytes": String(PlanLimits.checklistEntryBytesMax)])
      }
    }
    guard chinese == nil || chinese?.count == draft.checklist.count else {
      throw PlanError(
        "activity.checklist_zh_cn", "fault.plan.checklist-translation",
        ["count": String(chinese?.count ?? 0), "wanted": String(draft.checklist.count)])
    }
    return Activity(
      title: BilingualText(draft.title, chinese: draft.titleChinese),
      checklist: draft.checklist.enumerated().map { BilingualText($1, chinese: chinese?[$0]) })
  }

  private static func selector(_ draft: PlanDraft) throws(PlanError) -> ItemSelector {
    guard !draft.items.isEmpty || !draft.classes.isEmpty || !draft.labels.isEmpty else {
      throw PlanError("items", "fault.plan.no-items")
    }
    return ItemSelector(items: Set(draft.items), classes: Set(draft.classes), labels: draft.labels)
  }

  private static func recurrence(_ draft: PlanDraft) throws(PlanError) -> Recurrence {
    guard let start = CivilDateTime(draft.start) else {
      throw PlanError("recurrence.start", "fault.plan.start", ["text": draft.start])
    }
    let rule: RecurrenceRule
    do { rule = try RecurrenceRule(draft.rule) } catch {
      throw PlanError("recurrence.rule", error.fault)
    }
    let recurrence = Recurrence(start: start, rule: rule, zone: draft.zone)
    guard !recurrence.occurrences(limit: 1).occurrences.isEmpty else {
      throw PlanError("recurrence.rule", "fault.plan.no-day", ["rule": draft.rule])
    }
    return recurrence
  }

  private static func window(_ draft: PlanDraft) throws(PlanError) -> MaintenanceHours {
    guard let window = draft.window else {
      throw PlanError("window", "fault.plan.window", ["name": draft.windowName])
    }
    return window
  }

  private static func duration(_ value: Duration) throws(PlanError) -> Duration {
    guard value >= PlanLimits.durationMin, value <= PlanLimits.durationMax, value.components.attoseconds == 0 else {
      throw PlanError("duration", "fault.plan.duration")
    }
    return value
  }

  private static func margin(_ value: Duration?, key: String) throws(PlanError) -> Duration? {
    guard let value else { return nil }
    guard value >= .zero, value <= PlanLimits.marginMax else {
      throw PlanError(key, "fault.plan.margin")
    }
    return value
  }

  private static func opening(_ text: String?) throws(PlanError) -> WindowOpening {
    guard let text else { return .automatic }
    guard let opening = WindowOpening(rawValue: text) else {
      let known = Spelling.argument(for: text, among: WindowOpening.allCases.map(\.rawValue))
      throw PlanError("opening", "fault.plan.opening", ["word": text, "known": known])
    }
    return opening
  }
}
