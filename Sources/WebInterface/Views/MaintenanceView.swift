internal import Records
internal import Telemetry
internal import Wording

extension TaskRow {
  func view(_ parts: ViewParts) -> View {
    let reader = parts.reader
    var view: View = [
      "number": number.description, "href": PageTarget.task(number).path, "plan": plan,
      "activity": parts.text(activity), "item": item, "itemHref": PageTarget.item(itemID).path,
      "word": reader.text("task.\(progress.rawValue)"), "icon": progressIcon.icon, "style": progressIcon.style,
      "reasons": reasons.map(parts.stated), "hasReasons": !reasons.isEmpty,
      "checklist": checklist.map(parts.text), "hasChecklist": !checklist.isEmpty,
      "actions": actions.enumerated().map { offset, action -> View in
        var view: View = [
          "text": reader.text("action.\(action.rawValue)"), "style": offset == 0 ? "btn-primary" : "",
          "path": "\(PageTarget.task(number).path)/\(action.rawValue)",
        ]
        if action == .start {
          view["confirm"] = [
            "title": reader.text("confirm.start.title", ["number": number.description, "item": item]),
            "text": reader.text("confirm.start.text"),
          ]
        }
        return view
      },
    ]
    if let slot {
      view["slot"] = "\(reader.moment(slot.start.milliseconds))–\(reader.zone.time(slot.end.milliseconds))"
    } else {
      view["slot"] = reader.text("task.noSlot")
    }
    return view
  }

  var progressIcon: (icon: String, style: String) {
    switch progress {
    case .planned: ("i-mnt", "mnt")
    case .unplaced: ("i-crit", "crit")
    case .due: ("i-warn", "warn")
    case .running: ("i-ack", "mnt")
    case .late: ("i-warn", "warn")
    case .done: ("i-ok", "ok")
    case .cancelled: ("i-unr", "unr")
    }
  }
}

extension MaintenancePage {
  private static let day: Int64 = 86_400_000

  /// From Monday to Monday on the reader's clock: a week with a clock change has 167 or 169 hours.
  private func bounds(_ reader: Reader) -> (start: Int64, end: Int64) {
    let zone = reader.zone
    return (start.milliseconds, zone.start(ofDay: zone.dayNumber(start.milliseconds) + 7))
  }

  func view(_ parts: ViewParts) -> View {
    let reader = parts.reader
    let (from, until) = bounds(reader)
    let unplaced = tasks.count { $0.progress == .unplaced }
    let late = tasks.count { $0.progress == .late }
    let zone = reader.zone
    var view: View = [
      "heading": reader.text("maintenance.week", ["from": String(from)]),
      "sum": reader.text(
        unplaced + late == 0 ? "maintenance.sumPlaced" : "maintenance.sum",
        ["count": String(tasks.count), "unplaced": String(unplaced), "late": String(late)]),
      "previous": "/maintenance?week=\(zone.day(from - Self.day))", "following": "/maintenance?week=\(zone.day(until))",
      "today": "/maintenance?week=\(zone.day(now.milliseconds))",
      "problems": problems.map(parts.stated), "hasProblems": !problems.isEmpty, "days": days(reader),
      "lanes": lanes.map { lane($0, parts) }, "hasLanes": !lanes.isEmpty, "agenda": agenda(parts),
      "tasks": tasks.map { task -> View in
        var view = task.view(parts)
        if task.number == chosen { view["open"] = true }
        return view
      },
      "hasTasks": !tasks.isEmpty, "plans": plans.map { $0.view(parts) }, "hasPlans": !plans.isEmpty,
      "empty": emptyWeek(reader),
    ]
    let nowShare = Double(now.milliseconds - from) / Double(until - from)
    if nowShare > 0, nowShare < 1 { view["nowX"] = Geometry.percent(nowShare) }
    return view
  }

  /// An empty week says when the next task is, and leads there.
  private func emptyWeek(_ reader: Reader) -> View {
    guard let following, let slot = following.slot else { return TextParts.view(reader.text("maintenance.empty")) }
    return TextParts.view(
      reader.text(
        "maintenance.emptyNext",
        [
          "task": following.number.description, "activity": following.activity.text(for: reader),
          "item": following.item, "at": String(slot.start.milliseconds),
        ]))
  }

  private func share(_ instant: Timestamp, _ reader: Reader) -> Double {
    let (from, until) = bounds(reader)
    return min(1, max(0, Double(instant.milliseconds - from) / Double(until - from)))
  }

  private func days(_ reader: Reader) -> [View] {
    let zone = reader.zone
    let first = zone.dayNumber(start.milliseconds)
    let today = zone.dayNumber(reader.now)
    return (0..<7).map { offset in
      let instant = zone.start(ofDay: first + Int64(offset))
      return [
        "x": Geometry.percent(share(Timestamp(milliseconds: instant), reader)),
        "text": "\(reader.weekday(instant)) \(zone.dayOfMonth(instant))",
        "style": first + Int64(offset) == today ? "today" : "", "isFirst": offset == 0,
      ]
    }
  }

  private func lane(_ lane: MaintenanceLane, _ parts: ViewParts) -> View {
    let reader = parts.reader
    func band(_ span: TimeSpan) -> View? {
      let (from, until) = (share(span.start, reader), share(span.end, reader))
      return until > from ? ["x": Geometry.percent(from), "width": Geometry.percent(until - from)] : nil
    }
    let mine = tasks.filter { lane.tasks.contains($0.number) && $0.slot != nil }
      .sorted { ($0.slot?.start ?? start) < ($1.slot?.start ?? start) }
    var view: View = [
      "item": lane.item, "href": PageTarget.item(lane.itemID).path, "windows": lane.windows.compactMap(band),
      "bars": bars(mine, parts),
    ]
    if let remark = lane.remark { view["remark"] = parts.text(remark) }
    return view
  }

  /// Bars of one lane, in order of time; each label takes the room that its neighbours leave, or shrinks to the number.
  private func bars(_ tasks: [TaskRow], _ parts: ViewParts) -> [View] {
    let spans = tasks.map { task in
      (from: share(task.slot?.start ?? start, parts.reader), until: share(task.slot?.end ?? start, parts.reader))
    }
    var free = 0.0
    return tasks.indices.compactMap { index in
      let (from, until) = spans[index]
      guard until > from else { return nil }
      let next = index + 1 < spans.count ? spans[index + 1].from : 1
      let label = Self.label(tasks[index], parts, before: from - free, after: next - until)
      free = label.standsLeft ? until : until + label.width
      return bar(tasks[index], parts, from: from, until: until, label)
    }
  }

  private struct BarLabel {
    let text: String
    /// As a share of the lane.
    let width: Double
    let standsLeft: Bool
  }

  private static func label(_ task: TaskRow, _ parts: ViewParts, before: Double, after: Double) -> BarLabel {
    let number = task.number.description
    for text in ["\(number) \(parts.text(task.activity))", number] {
      // About 0.7 % of the lane for a character, measured at 1280.
      let width = Double(text.unicodeScalars.reduce(0) { $0 + ($1.value > 0x2e80 ? 2 : 1) }) * 0.007 + 0.014
      if width <= after { return BarLabel(text: text, width: width, standsLeft: false) }
      if width <= before { return BarLabel(text: text, width: width, standsLeft: true) }
    }
    return BarLabel(text: "", width: 0, standsLeft: false)
  }

  private func bar(_ task: TaskRow, _ parts: ViewParts, from: Double, until: Double, _ label: BarLabel) -> View {
    [
      "x": Geometry.percent(from), "width": Geometry.percent(max(until - from, 0.004)),
      "style": Self.style(task.progress), "href": "#\(task.number)", "label": label.text,
      "textX": Geometry.percent(label.standsLeft ? from : until), "dx": label.standsLeft ? "-6" : "6",
      "anchor": label.standsLeft ? "end" : "start",
      "spoken": [
        "\(task.number) \(parts.text(task.activity))", parts.reader.moment((task.slot?.start ?? start).milliseconds),
        parts.reader.text("task.\(task.progress.rawValue)"),
      ].joined(separator: parts.reader.text("unit.comma")),
    ]
  }

  private static func style(_ progress: TaskProgress) -> String {
    switch progress {
    case .planned: "gt-plan"
    case .running: "gt-run"
    case .due, .late: "gt-late"
    case .done: "gt-done"
    case .unplaced, .cancelled: "gt-bad"
    }
  }

  /// The phone's form: by day, in order of time.
  private func agenda(_ parts: ViewParts) -> [View] {
    let reader = parts.reader
    let placed = tasks.filter { $0.slot != nil }
    let byDay = Dictionary(grouping: placed) { reader.zone.dayNumber($0.slot?.start.milliseconds ?? 0) }
    return byDay.keys.sorted().map { day in
      let instant = reader.zone.start(ofDay: day)
      return [
        "day": "\(reader.weekday(instant)) \(reader.zone.dayOfMonth(instant))",
        "entries": (byDay[day] ?? []).map { task -> View in
          var view = task.view(parts)
          view["tone"] = task.progress == .late || task.progress == .due ? "warn" : ""
          view["time"] =
            "\(reader.zone.time(task.slot?.start.milliseconds ?? 0))–\(reader.zone.time(task.slot?.end.milliseconds ?? 0))"
          return view
        },
      ]
    }
  }
}

extension PlanRow {
  func view(_ parts: ViewParts) -> View {
    var view: View = [
      "name": name, "activity": parts.text(activity), "rhythm": parts.text(rhythm), "items": String(items),
    ]
    if let next { view["next"] = parts.time(next) }
    return view
  }
}
