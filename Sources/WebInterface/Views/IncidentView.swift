internal import Records
internal import Telemetry
internal import Wording

extension IncidentRow {
  func view(_ parts: ViewParts) -> View {
    let reader = parts.reader
    var view = parts.state(state)
    view["number"] = number.description
    // A withheld breach has no number of its own: its row leads to the window that withholds it.
    view["href"] = TextParts.path(number)
    view["priority"] = String(min(max(priority, 1), 4))
    view["title"] = parts.text(title)
    view["since"] = parts.age(since)
    view["sinceAt"] = parts.time(since)
    view["edge"] = state == .critical ? "" : "is-warn"
    view["countText"] = reader.text("incident.count", ["count": String(count)])
    view["count"] = String(count)
    view["progress"] = progressView(parts)
    view["canAcknowledge"] = progress == .open
    if let impact { view["impact"] = parts.text(impact) }
    if let ownerDetail { view["ownerDetail"] = parts.rich(ownerDetail) }
    if let until {
      view["lasted"] = reader.text(
        "incident.lasted", ["length": "\(until.elapsed(since: since).inSeconds)", "at": "\(until.milliseconds)"])
    }
    if spark.count > 1 {
      view["spark"] = SparkDrawing(values: spark, threshold: sparkThreshold, state: state).view(parts)
    }
    return view
  }

  /// Who has it, as the design's acknowledgement stands beside the state.
  func progressView(_ parts: ViewParts) -> View {
    let reader = parts.reader
    let who = owner ?? ""
    switch progress {
    case .open: return ["nobody": true, "text": reader.text("incident.nobody")]
    case .acknowledged:
      let word = who.isEmpty ? reader.text("incident.acknowledged") : reader.text("incident.has", ["who": who])
      return ["icon": "i-ack", "style": "ack", "text": word]
    case .withheld: return ["icon": "i-mnt", "style": "mnt", "text": reader.text("incident.withheld")]
    case .verifying: return ["icon": "i-ok", "style": "ok", "text": reader.text("incident.verifying")]
    case .resolved: return ["icon": "i-ok", "style": "ok", "text": reader.text("incident.resolved")]
    }
  }
}

/// A line of 120 × 30 with its threshold; never alone, the value stands beside it.
struct SparkDrawing {
  let values: [Double]
  let threshold: Double?
  let state: PageState

  func view(_ parts: ViewParts) -> View {
    let known = values.filter(\.isFinite)
    let high = max(known.max() ?? 1, threshold ?? -.infinity, .leastNormalMagnitude)
    let low = min(known.min() ?? 0, 0)
    func y(_ value: Double) -> Double { 28 - (value - low) / max(high - low, .leastNormalMagnitude) * 24 }
    var path = ""
    var last: (x: Double, y: Double)?
    for (index, value) in values.enumerated() {
      guard value.isFinite else {
        last = nil
        continue
      }
      let x = 116 * Double(index) / Double(max(values.count - 1, 1))
      path += "\(last == nil ? "M" : " ")\(Geometry.number(x)) \(Geometry.number(y(value)))"
      last = (x, y(value))
    }
    var view: View = [
      "path": path, "style": state == .critical ? "crit" : state == .warning ? "warn" : "",
      "label": parts.reader.text(
        "incident.spark",
        ["first": Quantity.short(known.first ?? 0), "last": Quantity.short(known.last ?? 0)]),
    ]
    if let threshold { view["threshold"] = Geometry.number(y(threshold)) }
    if let last { view["dot"] = ["x": Geometry.number(last.x), "y": Geometry.number(last.y)] }
    return view
  }
}
