internal import Records
internal import Telemetry
internal import Wording

extension OverviewPage {
  /// Rows of "needs you" before the rest is counted.
  static let needsMax = 5

  func view(_ parts: ViewParts) -> View {
    var view: View = [
      "verdict": parts.stated(verdict), "needs": needs.prefix(Self.needsMax).map { $0.view(parts) },
      "hasNeeds": !needs.isEmpty,
      "needsTitle": parts.reader.text("overview.needs.title", ["count": String(needs.count)]),
      "watch": WatchDrawing(watch, parts).view, "endpoints": endpoints.map { $0.view(parts) },
      "hasEndpoints": !endpoints.isEmpty,
      "endpointsEmpty": TextParts.view(parts.reader.text("overview.endpoints.empty")),
      "fleet": fleet.map { $0.view(parts) },
      "fleetCount": parts.reader.text(
        "overview.fleet.count", ["count": String(fleet.reduce(0) { $0 + $1.hosts.count })]),
      "totals": totals.map(parts.fact), "hasTotals": !totals.isEmpty,
      "next": next.map { $0.view(parts) }, "hasNext": !next.isEmpty,
      "activity": activity.map { $0.view(parts) }, "hasActivity": !activity.isEmpty,
      "hasUptime": endpoints.contains { !$0.days.isEmpty },
    ]
    if needs.count > Self.needsMax {
      view["needsMore"] = parts.reader.text("overview.needs.more", ["count": String(needs.count - Self.needsMax)])
    }
    return view
  }
}

extension ComingEntry {
  func view(_ parts: ViewParts) -> View {
    var view: View = ["time": parts.time(at), "what": parts.rich(what)]
    if let detail {
      view["second"] = ["tone": state.map { "c-" + ViewParts.styleName($0) } ?? "soft", "what": parts.rich(detail)]
    }
    return view
  }
}

extension ActivityEntry {
  func view(_ parts: ViewParts) -> View {
    var view = parts.icon(icon)
    view["time"] = parts.time(at)
    view["what"] = parts.rich(what)
    if let title { view["title"] = parts.text(title) }
    return view
  }
}

extension FleetSite {
  /// Hosts of a place that are few enough to stand there by name.
  static let namedMax = 6

  func view(_ parts: ViewParts) -> View {
    let troubled = PageState.allCases.filter { $0 != .ok }.sorted { $0.rank < $1.rank }
      .compactMap { state -> View? in
        let count = hosts.count { $0.state == state }
        guard count > 0 else { return nil }
        var view = parts.state(state)
        view["count"] = String(count)
        return view
      }
    return [
      "name": name.isEmpty ? parts.reader.text("overview.fleet.unplaced") : name, "sums": troubled,
      "inOrder": troubled.isEmpty, "named": hosts.count <= Self.namedMax,
      "hosts": hosts.map { host -> View in
        var view = parts.state(host.state)
        view["href"] = PageTarget.host(host.name).path
        view["name"] = host.name
        view["label"] = host.name + parts.reader.text("unit.colon") + parts.reader.text("state.\(host.state.rawValue)")
        return view
      },
    ]
  }
}

extension EndpointRow {
  func view(_ parts: ViewParts) -> View {
    var view = parts.state(state)
    view["name"] = name
    view["href"] = target.path
    view["answer"] = parts.text(answer)
    if !days.isEmpty { view["uptime"] = UptimeDrawing(name: name, days: days).view(parts) }
    return view
  }
}
