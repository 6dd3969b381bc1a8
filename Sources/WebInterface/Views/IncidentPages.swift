internal import Records
internal import Telemetry
internal import Wording

extension IncidentsPage {
  func view(_ parts: ViewParts) -> View {
    let reader = parts.reader
    let pages = max(1, (total + IncidentFilter.pageSize - 1) / IncidentFilter.pageSize)
    var view: View = [
      "rows": rows.map { $0.view(parts) }, "hasRows": !rows.isEmpty,
      "sum": reader.text(
        "incidents.sum", ["open": String(counts[.open] ?? 0), "waiting": String(counts[.waiting] ?? 0)]),
      "choices": IncidentFilter.Which.allCases.map { which -> View in
        var choice = filter
        choice.which = which
        choice.page = 1
        var view: View = [
          "text": reader.text("incidents.which.\(which.rawValue)"), "href": choice.address,
          "count": String(counts[which] ?? 0),
        ]
        if which == filter.which { view["current"] = true }
        return view
      },
      "priorities": (0...4).map { number -> View in
        var choice = filter
        choice.priority = number == 0 ? nil : number
        choice.page = 1
        var view: View = [
          "text": number == 0 ? reader.text("incidents.anyPriority") : "P\(number)", "href": choice.address,
        ]
        if choice.priority == filter.priority { view["current"] = true }
        return view
      },
      "words": filter.words, "which": filter.which.rawValue,
      "empty": TextParts.view(
        reader.text(filter.words.isEmpty ? "incidents.empty.\(filter.which.rawValue)" : "incidents.empty.words")),
    ]
    if pages > 1 { view["pager"] = pager(pages, reader) }
    return view
  }

  private func pager(_ pages: Int, _ reader: Reader) -> View {
    var view: View = [
      "text": reader.text("list.page", ["page": String(filter.page), "pages": String(pages)])
    ]
    var other = filter
    if filter.page > 1 {
      other.page = filter.page - 1
      view["previous"] = other.address
    }
    if filter.page < pages {
      other.page = filter.page + 1
      view["next"] = other.address
    }
    return view
  }
}

extension IncidentFilter {
  /// The list that shows this choice; defaults are left out.
  var address: String {
    var fields: [String] = []
    if which != .open { fields.append("which=\(which.rawValue)") }
    if let priority { fields.append("priority=\(priority)") }
    if !words.isEmpty { fields.append("q=\(PercentCoding.encode(words))") }
    if page > 1 { fields.append("page=\(page)") }
    return "/incidents" + (fields.isEmpty ? "" : "?" + fields.joined(separator: "&"))
  }

  /// Unknown values fall back to the default: an old bookmark still opens.
  init(_ request: WebRequest) {
    let priority = request.parameter("priority").flatMap { Int($0) }
    self.init(
      which: request.parameter("which").flatMap(Which.init(rawValue:)) ?? .open,
      priority: priority.flatMap { (1...4).contains($0) ? $0 : nil },
      words: String((request.parameter("q") ?? "").prefix(Self.wordsMax)),
      page: max(1, min(100_000, request.parameter("page").flatMap { Int($0) } ?? 1)))
  }

  /// Characters of a search that are looked at.
  static let wordsMax = 200
}

extension IncidentPage {
  func view(_ parts: ViewParts, path: String) -> View {
    let reader = parts.reader
    var view: View = [
      "incident": head(parts), "facts": factViews(parts), "why": parts.rich(why),
      "told": told.map(parts.stated), "hasTold": !told.isEmpty,
      "timeline": timeline.map { $0.view(parts) }, "hasTimeline": !timeline.isEmpty,
      "labels": labels.map { ["name": $0.name, "value": $0.value] as View }, "hasLabels": !labels.isEmpty,
      "related": related.map(parts.fact), "hasRelated": !related.isEmpty,
      "actions": actions.enumerated().map { action($0.element, isFirst: $0.offset == 0, reader) },
      "hasActions": !actions.isEmpty, "noteMax": String(ConsoleAction.noteLengthMax),
    ]
    if let subtitle { view["subtitle"] = parts.rich(subtitle) }
    if let expression { view["expression"] = expression }
    if let rule { view["rule"] = parts.link(rule) }
    if let runbook { view["runbook"] = RunbookLink.view(runbook) }
    if let item { view["item"] = parts.link(item) }
    if let chart {
      var drawing = ChartDrawing(chart, parts, height: 270).view
      drawing["ownRanges"] = ["choices": RangeChoice.view(range, path: path, reader)] as View
      if !chart.bands.isEmpty || !chart.marks.isEmpty { drawing["ownKey"] = key(chart) }
      view["chart"] = drawing
    }
    if !impact.isEmpty { view["graph"] = RelationDrawing(columns: impact).view(parts) }
    return view
  }

  private func head(_ parts: ViewParts) -> View {
    var view = row.view(parts)
    let isFiring = row.until == nil && row.state != .maintenance && row.state != .ok
    view["badge"] =
      isFiring
      ? parts.reader.text("state.firing", ["state": "state.\(row.state.rawValue)"])
      : parts.reader.text("state.\(row.state.rawValue)")
    view["solid"] = isFiring && row.state == .critical
    return view
  }

  /// Since and owner stand in every incident; what more there is comes from the port.
  private func factViews(_ parts: ViewParts) -> [View] {
    let zone = parts.reader.zone
    let since = row.since.milliseconds
    let sinceFact: View = [
      "label": parts.reader.text("incident.fact.since"),
      "value": TextParts.view(
        row.until == nil
          ? "\(parts.reader.moment(since)) · \(parts.reader.age(seconds: Double(parts.reader.now - since) / 1000))"
          : parts.reader.moment(since)),
      "detail": TextParts.view("\(zone.day(since)) \(zone.offsetName(since))"),
    ]
    var owner: View = ["label": parts.reader.text("incident.fact.owner")]
    let progress = row.progressView(parts)
    owner["value"] = TextParts.view(progress["text"] as? String ?? "")
    if let detail = row.ownerDetail { owner["detail"] = parts.rich(detail) }
    return [sinceFact, owner] + facts.map(parts.fact)
  }

  private func action(_ action: IncidentAction, isFirst: Bool, _ reader: Reader) -> View {
    var view: View = [
      "text": reader.text("action.\(action.rawValue)"), "style": isFirst ? "btn-primary" : "",
      "path": "\(PageTarget.incident(row.number).path)/\(action.rawValue)",
    ]
    // Resolving ends the paging of others, so it asks; acknowledging can be handed on.
    if action == .resolve {
      view["confirm"] = [
        "title": reader.text("confirm.resolve.title", ["number": row.number.description]),
        "text": reader.text("confirm.resolve.text"),
      ]
    }
    return view
  }

  private func key(_ chart: Chart) -> View {
    let kinds = Set(chart.bands.map(\.kind))
    return [
      "maintenance": kinds.contains(.maintenance), "pending": kinds.contains(.pending),
      "firing": kinds.contains(.firing), "change": !chart.marks.isEmpty,
    ]
  }
}

extension TimelineEntry {
  func view(_ parts: ViewParts) -> View {
    var view = parts.icon(icon)
    view["time"] = parts.time(at)
    view["what"] = parts.rich(what)
    if let detail { view["detail"] = parts.rich(detail) }
    return view
  }
}
