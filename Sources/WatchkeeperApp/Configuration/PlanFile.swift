internal import Planner
internal import Records
internal import ServiceTime
internal import Telemetry

/// A file under `plans/`: windows, and plans that refer to windows of any file.
struct PlanFile: Decodable, Sendable {
  let windows: [WindowEntry]
  let plans: [PlanEntry]

  private enum CodingKeys: String, CodingKey, CaseIterable { case windows, plans }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    windows = try fields.decodeIfPresent([WindowEntry].self, forKey: .windows) ?? []
    plans = try fields.decodeIfPresent([PlanEntry].self, forKey: .plans) ?? []
  }
}

/// `{name: night, days: [sat, sun], from: "22:00", to: "04:00", zone: Europe/Berlin, tasks_at_once: 1}`
struct WindowEntry: Decodable, Sendable {
  let hours: MaintenanceHours

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case name, days, from, to, zone
    case tasksAtOnce = "tasks_at_once"
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    func time(_ key: CodingKeys, _ text: String) throws -> CivilTime {
      guard let time = CivilTime(text) else {
        throw fields.problem(key, "fault.window.time", ["text": text])
      }
      return time
    }
    let from = try time(.from, try fields.decode(String.self, forKey: .from))
    // The end of a day is the midnight with which the next begins.
    let end = try fields.decode(String.self, forKey: .to)
    let endsWithDay = end == "24:00" || end == "24:00:00"
    let to = endsWithDay ? .midnight : try time(.to, end)
    guard from != to || endsWithDay else {
      throw fields.problem(.to, "fault.window.empty", ["time": to.description], beside: .from)
    }
    let days = try fields.decodeIfPresent([WeekdaySetting].self, forKey: .days)?.map(\.day)
    let capacity = try fields.decodeIfPresent(Int.self, forKey: .tasksAtOnce) ?? 1
    guard capacity >= 1 else {
      throw fields.problem(.tasksAtOnce, "fault.window.tasks", ["number": String(capacity)])
    }
    let definition = WindowDefinition(
      name: try fields.decode(String.self, forKey: .name),
      schedule: .weekly(days: Set(days ?? Weekday.allCases), from: from, to: to),
      zone: try fields.decodeIfPresent(ZoneSetting.self, forKey: .zone)?.zone ?? ZoneLibrary().local)
    hours = MaintenanceHours(definition, tasksAtOnceMax: capacity)
  }
}

/// `mon` … `sun`, or the full English name.
private struct WeekdaySetting: Decodable {
  let day: Weekday

  init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    let names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    let word = text.lowercased()
    guard let index = names.firstIndex(where: { $0 == word || $0.prefix(3) == word }) else {
      if let near = Spelling.nearest(to: word, among: names) {
        throw DecodingError.refused("fault.window.day-meant", ["text": text, "word": near], at: decoder.codingPath)
      }
      throw DecodingError.refused("fault.window.day", ["text": text], at: decoder.codingPath)
    }
    day = Weekday.allCases[index]
  }
}

struct ZoneSetting: Decodable, Sendable {
  let zone: TimeZoneRules

  init(from decoder: any Decoder) throws {
    let name = try decoder.singleValueContainer().decode(String.self)
    do {
      zone = try ZoneLibrary().zone(named: name)
    } catch {
      throw DecodingError.refused(error.fault, at: decoder.codingPath)
    }
  }
}

/// One plan, not yet checked: its window may stand in another file.
struct PlanEntry: Decodable, Sendable {
  private(set) var draft: PlanDraft

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case name, activity, checklist, items, classes, labels, start, `repeat`, zone, window, duration, lead, tolerance
    case priority, opening
    case activityChinese = "activity_zh_cn"
    case checklistChinese = "checklist_zh_cn"
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    func duration(_ key: CodingKeys) throws -> Duration? {
      try fields.decodeIfPresent(DurationSetting.self, forKey: key)?.duration
    }
    var draft = PlanDraft()
    draft.name = try fields.decode(String.self, forKey: .name)
    draft.title = try fields.decode(String.self, forKey: .activity)
    draft.checklist = try fields.decodeIfPresent([String].self, forKey: .checklist) ?? []
    draft.titleChinese = try fields.decodeIfPresent(String.self, forKey: .activityChinese)
    draft.checklistChinese = try fields.decodeIfPresent([String].self, forKey: .checklistChinese)
    draft.items = try fields.decodeIfPresent([String].self, forKey: .items)?.map { EntityID("item/" + $0) } ?? []
    draft.classes = try fields.decodeIfPresent([String].self, forKey: .classes) ?? []
    draft.labels = try fields.decodeIfPresent([String: String].self, forKey: .labels) ?? [:]
    draft.start = try fields.decode(String.self, forKey: .start)
    draft.rule = try fields.decode(String.self, forKey: .repeat)
    draft.zone = try fields.decodeIfPresent(ZoneSetting.self, forKey: .zone)?.zone ?? ZoneLibrary().local
    draft.windowName = try fields.decode(String.self, forKey: .window)
    draft.duration = try fields.decode(DurationSetting.self, forKey: .duration).duration
    draft.lead = try duration(.lead)
    draft.tolerance = try duration(.tolerance)
    draft.priority = try fields.decodeIfPresent(Int.self, forKey: .priority)
    draft.opening = try fields.decodeIfPresent(String.self, forKey: .opening)
    self.draft = draft
  }

  /// The key in a file for a key of the planner's message.
  static func key(forPlannerKey key: String) -> String {
    switch key {
    case "activity.title": "activity"
    case "activity.checklist": "checklist"
    case "activity.title_zh_cn": "activity_zh_cn"
    case "activity.checklist_zh_cn": "checklist_zh_cn"
    case "recurrence.start": "start"
    case "recurrence.rule": "repeat"
    default: key
    }
  }

  func plan(with windows: [String: MaintenanceHours], source: String) throws(PlanError) -> MaintenancePlan {
    guard windows[draft.windowName] != nil else {
      guard !windows.isEmpty else { throw PlanError("window", "fault.plan.no-windows", ["name": draft.windowName]) }
      let known = Spelling.argument(for: draft.windowName, among: windows.keys.sorted())
      throw PlanError("window", "fault.plan.no-such-window", ["name": draft.windowName, "known": known])
    }
    var complete = draft
    complete.window = windows[draft.windowName]
    complete.source = source
    return try MaintenancePlan(complete)
  }
}
