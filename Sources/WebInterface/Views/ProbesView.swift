internal import Telemetry
internal import Wording

extension ProbesFilter {
  init(_ request: WebRequest) {
    self.init(
      which: request.parameter("which").flatMap(Which.init(rawValue:)) ?? .all,
      sort: request.parameter("sort").flatMap(Sort.init(rawValue:)) ?? .state,
      words: String((request.parameter("q") ?? "").prefix(IncidentFilter.wordsMax)))
  }

  var address: String {
    var fields: [String] = []
    if which != .all { fields.append("which=\(which.rawValue)") }
    if sort != .state { fields.append("sort=\(sort.rawValue)") }
    if !words.isEmpty { fields.append("q=\(PercentCoding.encode(words))") }
    return "/probes" + (fields.isEmpty ? "" : "?" + fields.joined(separator: "&"))
  }
}

extension ProbesPage {
  func view(_ parts: ViewParts) -> View {
    let reader = parts.reader
    func chip(_ text: String, count: Int? = nil, isCurrent: Bool, _ change: (inout ProbesFilter) -> Void) -> View {
      var choice = filter
      change(&choice)
      var view: View = ["text": text, "href": choice.address]
      if let count { view["count"] = String(count) }
      if isCurrent { view["current"] = true }
      return view
    }
    return [
      "probes": rows.map { $0.view(parts) }, "hasProbes": !rows.isEmpty, "isFull": total > 0,
      "sum": reader.text("probes.sum", ["count": String(total), "wrong": String(wrong)]),
      "sources": sources.map { $0.view(parts) }, "hasSources": !sources.isEmpty,
      "empty": TextParts.view(reader.text(total == 0 ? "probes.empty" : "probes.none-found")),
      "words": filter.words, "which": filter.which.rawValue, "sort": filter.sort.rawValue,
      "choices": ProbesFilter.Which.allCases.map { which in
        chip(
          reader.text("probes.which.\(which.rawValue)"), count: which == .all ? total : wrong,
          isCurrent: filter.which == which
        ) { $0.which = which }
      },
      "sorts": ProbesFilter.Sort.allCases.map { sort in
        chip(reader.text("probes.sort.\(sort.rawValue)"), isCurrent: filter.sort == sort) { $0.sort = sort }
      },
    ]
  }
}

extension TargetSourceRow {
  func view(_ parts: ViewParts) -> View {
    var view = parts.state(remarks.isEmpty ? .ok : .warning)
    view["name"] = name
    view["mechanism"] = parts.reader.text("probes.targets.\(mechanism)")
    view["place"] = place
    view["targets"] = String(targets)
    if let lastRead { view["seen"] = parts.ago(lastRead) }
    view["remarks"] = remarks.map { remark -> View in ["place": remark.place, "fault": parts.text(remark.fault)] }
    return view
  }
}

extension ProbeRow {
  func view(_ parts: ViewParts) -> View {
    var view = parts.state(state)
    view["name"] = name
    view["href"] = PageTarget.probe(name).path
    view["kind"] = kind
    view["every"] = parts.reader.age(seconds: intervalSeconds)
    if let item { view["item"] = parts.link(item) }
    if let lastRun {
      view["seen"] = parts.ago(lastRun)
      view["took"] = ChartUnit.seconds.text(tookSeconds)
      view["late"] = ChartUnit.seconds.text(lateSeconds)
      view["samples"] = String(samples)
    }
    let cost = [
      cpuSeconds.map { ChartUnit.seconds.text($0) },
      packets.map { parts.reader.text("probes.packets", ["count": String($0)]) },
      bytes.map { ChartUnit.bytes.text(Double($0)) },
    ].compactMap { $0 }
    view["cost"] = cost.isEmpty ? "–" : cost.joined(separator: " · ")
    if let remark { view["remark"] = parts.text(remark) }
    if let pace { view["pace"] = parts.text(pace) }
    return view
  }
}

extension ProbePage {
  func view(_ parts: ViewParts) -> View {
    [
      "probe": row.view(parts), "facts": facts.map(parts.fact), "gaps": gaps.gaps.map { $0.view(parts) },
      "hasGaps": !gaps.gaps.isEmpty, "remarks": gaps.remarks.map(parts.rich), "rules": rules.map(parts.link),
      "hasRules": !rules.isEmpty, "series": "/explore?q=" + PercentCoding.encode(query),
    ]
  }
}

extension GapRow {
  func view(_ parts: ViewParts) -> View {
    let end = to?.milliseconds ?? parts.reader.now
    func time(_ instant: Timestamp) -> View {
      var view = parts.time(instant)
      let zone = parts.reader.zone
      view["text"] = "\(zone.day(instant.milliseconds)) \(zone.timeWithSeconds(instant.milliseconds))"
      return view
    }
    var view: View = [
      "from": time(from), "why": parts.text(reason), "runs": runs.map(String.init) ?? "–",
      "missing": parts.reader.text("gaps.extent.\(extent)"),
      "length": parts.reader.age(seconds: Double(end - from.milliseconds) / 1000),
    ]
    if let to { view["to"] = time(to) }
    return view
  }
}
