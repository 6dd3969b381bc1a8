internal import Telemetry
internal import Wording

extension ProbesPage {
  func view(_ parts: ViewParts) -> View {
    [
      "probes": rows.map { $0.view(parts) }, "hasProbes": !rows.isEmpty,
      "sum": parts.reader.text(
        "probes.sum", ["count": String(rows.count), "wrong": String(rows.count { $0.state != .ok })]),
      "empty": TextParts.view(parts.reader.text("probes.empty")),
    ]
  }
}

extension ProbeRow {
  func view(_ parts: ViewParts) -> View {
    var view = parts.state(state)
    view["name"] = name
    view["kind"] = kind
    view["every"] = parts.reader.age(seconds: intervalSeconds)
    if let item { view["item"] = parts.link(item) }
    if let lastRun {
      view["seen"] = parts.ago(lastRun)
      view["took"] = ChartUnit.seconds.text(tookSeconds)
      view["samples"] = String(samples)
    }
    if let remark { view["remark"] = parts.text(remark) }
    return view
  }
}
