internal import Records
internal import Telemetry
internal import Wording

extension ItemFilter {
  var address: String {
    var fields: [String] = []
    if let itemClass { fields.append("class=\(PercentCoding.encode(itemClass))") }
    if !words.isEmpty { fields.append("q=\(PercentCoding.encode(words))") }
    if page > 1 { fields.append("page=\(page)") }
    return "/cmdb" + (fields.isEmpty ? "" : "?" + fields.joined(separator: "&"))
  }

  init(_ request: WebRequest) {
    let itemClass = request.parameter("class")
    self.init(
      itemClass: itemClass?.isEmpty == false ? itemClass : nil,
      words: String((request.parameter("q") ?? "").prefix(IncidentFilter.wordsMax)),
      page: max(1, min(100_000, request.parameter("page").flatMap { Int($0) } ?? 1)))
  }
}

extension ItemsPage {
  func view(_ parts: ViewParts) -> View {
    let reader = parts.reader
    let pages = max(1, (total + ItemFilter.pageSize - 1) / ItemFilter.pageSize)
    var all = filter
    all.itemClass = nil
    all.page = 1
    var allView: View = [
      "text": reader.text("items.allClasses"), "href": all.address,
      "count": String(classes.reduce(0) { $0 + $1.count }),
    ]
    if filter.itemClass == nil { allView["current"] = true }
    var view: View = [
      "rows": rows.map { $0.view(parts) }, "hasRows": !rows.isEmpty,
      "sum": reader.text("items.sum", ["count": String(total)]), "words": filter.words,
      "classes": [allView]
        + classes.map { entry -> View in
          var choice = filter
          choice.itemClass = entry.name
          choice.page = 1
          var view: View = ["text": parts.text(entry.label), "href": choice.address, "count": String(entry.count)]
          if entry.name == filter.itemClass { view["current"] = true }
          return view
        },
      "findings": findings.map(parts.stated), "hasFindings": !findings.isEmpty,
      "empty": TextParts.view(reader.text("items.empty")),
    ]
    if let itemClass = filter.itemClass { view["class"] = itemClass }
    if pages > 1 {
      var pager: View = ["text": reader.text("list.page", ["page": String(filter.page), "pages": String(pages)])]
      var other = filter
      other.page = filter.page - 1
      if filter.page > 1 { pager["previous"] = other.address }
      other.page = filter.page + 1
      if filter.page < pages { pager["next"] = other.address }
      view["pager"] = pager
    }
    return view
  }
}

extension ItemRow {
  func view(_ parts: ViewParts) -> View {
    var view = parts.state(state)
    view["name"] = name
    view["id"] = id
    view["href"] = PageTarget.item(id).path
    view["class"] = parts.text(itemClass)
    view["home"] = parts.reader.text("item.home.\(home.rawValue)")
    view["owner"] = owner ?? "–"
    view["criticality"] = criticality.map(String.init) ?? "–"
    if let parent { view["parent"] = parent }
    return view
  }
}

extension ItemPage {
  /// Tasks that stand on the page; the rest is counted.
  static let tasksMax = 6

  func view(_ parts: ViewParts) -> View {
    var view: View = [
      "item": row.view(parts), "badges": badges.map(parts.stated), "facts": facts.map(parts.fact),
      "hasFacts": !facts.isEmpty, "attributes": attributes.map { $0.view(parts) },
      "hasAttributes": !attributes.isEmpty, "charts": charts.map { ChartDrawing($0, parts).view },
      "hasCharts": !charts.isEmpty, "probes": probes.map { $0.view(parts) }, "hasProbes": !probes.isEmpty,
      "incidents": incidents.map { $0.view(parts) },
      "hasIncidents": !incidents.isEmpty, "tasks": tasks.prefix(Self.tasksMax).map { $0.view(parts) },
      "hasTasks": !tasks.isEmpty,
      "history": HistoryEntry.entries(history).map { $0.view(parts) }, "hasHistory": !history.isEmpty,
      "homeText": TextParts.view(
        parts.reader.text("item.homeText.\(row.home.rawValue)", ["source": source ?? "inventory/"])),
    ]
    if tasks.count > Self.tasksMax {
      view["tasksMore"] = parts.reader.text("overview.needs.more", ["count": String(tasks.count - Self.tasksMax)])
    }
    if let summary { view["summary"] = parts.rich(summary) }
    if !relations.isEmpty { view["graph"] = RelationDrawing(columns: relations).view(parts) }
    if let host { view["hostHref"] = PageTarget.host(host).path }
    return view
  }
}

extension AttributeRow {
  func view(_ parts: ViewParts) -> View {
    var view: View = [
      "name": parts.reader.word(name, in: "field."),
      "declared": declared.map { Quantity.attribute($0, named: name) } ?? "–",
      "observed": observed.map { Quantity.attribute($0, named: name) } ?? parts.reader.text("item.notObserved"),
      "isObserved": observed != nil,
    ]
    if let driftSince {
      view["drift"] = parts.reader.text("item.drift", ["since": String(driftSince.milliseconds)])
    } else if let seenAt {
      view["seen"] = parts.ago(seenAt)
    }
    return view
  }
}

/// Changes that one hand made at one time, told once: a first sighting is one entry and not one for each attribute.
struct HistoryEntry {
  private let first: ItemChange
  private var changes: [ItemChange]

  /// One look of a probe writes its attributes one after the other.
  private static let together = Duration.seconds(60)

  /// In the order of the changes.
  static func entries(_ changes: [ItemChange]) -> [HistoryEntry] {
    var entries: [HistoryEntry] = []
    for change in changes {
      if let last = entries.last?.first,
        abs(last.at.milliseconds - change.at.milliseconds) < together.wholeMilliseconds,
        last.actor == change.actor, last.what == change.what
      {
        entries[entries.count - 1].changes.append(change)
      } else {
        entries.append(HistoryEntry(first: change, changes: [change]))
      }
    }
    return entries
  }

  func view(_ parts: ViewParts) -> View {
    let lines = changes.flatMap { change in
      [
        change.before.map { ["before": "− " + parts.text($0)] }, change.after.map { ["after": "+ " + parts.text($0)] },
      ].compactMap { $0 }
    }
    return [
      "time": parts.time(first.at), "actor": parts.text(first.actor), "what": parts.rich(first.what),
      "lines": lines, "hasDiff": !lines.isEmpty,
    ]
  }
}
