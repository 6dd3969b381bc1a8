internal import Records
internal import Telemetry
internal import Wording

/// A bar with ticks every 10 % and a mark where a rule speaks.
enum GaugeDrawing {
  static func view(share: Double, thresholdShare: Double?, state: PageState, label: String) -> View {
    var view: View = [
      "width": Geometry.percent(min(1, max(0, share))), "label": label,
      "tone": state == .warning ? "warn" : state == .critical ? "crit" : "",
    ]
    if let thresholdShare { view["threshold"] = Geometry.percent(min(1, max(0, thresholdShare))) }
    return view
  }

  /// The ticks, which are the same in every gauge.
  static var ticks: [View] { (0...10).map { ["x": "\($0 * 10)%", "foot": $0 % 5 == 0 ? "15" : "13"] } }
}

extension Readout {
  func view(_ parts: ViewParts) -> View {
    let (number, symbol) = value.map(unit.pieces) ?? ("–", "")
    var view: View = ["id": id, "label": parts.text(label), "number": number, "symbol": symbol, "unit": unit.rawValue]
    if let remark {
      view["remark"] = ["text": parts.text(remark), "tone": state == .ok ? "" : "c-" + ViewParts.styleName(state)]
    }
    if let suffix { view["suffix"] = parts.text(suffix) }
    if let full, full > 0 {
      let words = parts.reader.text(
        "host.gauge", ["value": value.map(unit.text) ?? "–", "full": unit.text(threshold ?? full)])
      var gauge = GaugeDrawing.view(
        share: (value ?? 0) / full, thresholdShare: threshold.map { $0 / full }, state: state, label: words)
      gauge["full"] = PrometheusJSON.number(full)
      view["gauge"] = gauge
    }
    return view
  }
}

extension FilesystemRow {
  func view(_ parts: ViewParts) -> View {
    let share = sizeBytes > 0 ? usedBytes / sizeBytes : 0
    var view: View = [
      "mountpoint": mountpoint,
      "gauge": GaugeDrawing.view(
        share: share, thresholdShare: thresholdPercent.map { $0 / 100 }, state: state,
        label: parts.reader.text(
          "host.filesystem.label", ["mountpoint": mountpoint, "share": String(share * 100)])),
      "sizes": "\(Quantity.bytes(usedBytes)) / \(Quantity.bytes(sizeBytes))", "share": Quantity.percent(share * 100),
    ]
    if let outlook {
      view["outlook"] = [
        "text": parts.text(outlook), "tone": state == .ok ? "muted" : "c-" + ViewParts.styleName(state),
      ]
    }
    return view
  }
}

extension HostsPage {
  func view(_ parts: ViewParts) -> View {
    let troubled = hosts.count { $0.state != .ok && $0.state != .maintenance }
    return [
      "rows": hosts.map { $0.view(parts) }, "hasRows": !hosts.isEmpty,
      "sum": parts.reader.text("hosts.sum", ["count": String(hosts.count), "troubled": String(troubled)]),
    ]
  }
}

extension HostRow {
  func view(_ parts: ViewParts) -> View {
    var view = parts.state(state)
    view["name"] = name
    view["href"] = PageTarget.host(name).path
    view["summary"] = parts.text(summary)
    view["cpu"] = cpuPercent.map(Quantity.percent) ?? "–"
    view["memory"] = memoryPercent.map(Quantity.percent) ?? "–"
    view["disk"] = worstFilesystemPercent.map { Quantity.percent($0) + " " + (worstFilesystem ?? "") } ?? "–"
    if let lastSample { view["seen"] = parts.ago(lastSample) }
    return view
  }
}

extension HostPage {
  func view(_ parts: ViewParts, path: String) -> View {
    var contents: [View] = sections.map { section in
      var view: View = ["id": section.id, "title": parts.text(section.title)]
      if section.charts.count > 1 { view["count"] = String(section.charts.count) }
      return view
    }
    if !filesystems.isEmpty {
      contents.append([
        "id": "filesystems", "title": parts.reader.text("host.filesystems.title"), "count": String(filesystems.count),
      ])
    }
    var view: View = [
      "name": name, "head": parts.state(state), "badges": badges.map(parts.stated), "summary": parts.rich(summary),
      "readouts": readouts.map { $0.view(parts) }, "hasReadouts": !readouts.isEmpty,
      "sections": zip(sections, Self.widths(of: sections)).map { section, width -> View in
        [
          "id": section.id, "title": parts.text(section.title), "width": width.rawValue,
          "charts": section.charts.map { ChartDrawing($0, parts).view },
        ]
      },
      "contents": contents, "filesystems": filesystems.map { $0.view(parts) },
      "hasFilesystems": !filesystems.isEmpty, "gaugeTicks": GaugeDrawing.ticks,
      "ranges": RangeChoice.view(range, path: path, parts.reader), "live": name,
      "isLive": range != .week, "hasCharts": sections.contains { !$0.charts.isEmpty },
      "rhythm": parts.reader.text("host.live", ["interval": String(intervalSeconds)]),
    ]
    if let itemID { view["itemHref"] = PageTarget.item(itemID).path }
    return view
  }
}

extension HostPage {
  /// Sections of one half chart stand in pairs; one that is left over takes the whole row.
  static func widths(of sections: [ChartSection]) -> [ChartWidth] {
    var widths: [ChartWidth] = []
    var open: Int?
    for section in sections {
      let isHalf = section.charts.count == 1 && section.charts[0].width == .half
      widths.append(isHalf ? .half : .full)
      guard isHalf else {
        if let left = open { widths[left] = .full }
        open = nil
        continue
      }
      open = open == nil ? widths.count - 1 : nil
    }
    if let left = open { widths[left] = .full }
    return widths
  }
}

/// The segment that chooses how much of the past a page shows.
enum RangeChoice {
  static func view(_ current: PageRange, path: String, _ reader: Reader) -> [View] {
    PageRange.allCases.map { range in
      var view: View = [
        "text": reader.age(seconds: range.duration.inSeconds), "href": "\(path)?range=\(range.rawValue)",
      ]
      if range == current { view["current"] = true }
      return view
    }
  }
}
