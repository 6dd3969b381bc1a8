internal import Records
internal import Wording

/// The frame: navigation, health pill, the reader's choices.
struct ShellView {
  let shell: ShellState
  let call: Call
  let tab: NavigationTab?
  let settings: WebSettings

  var view: View {
    let parts = ViewParts(reader: call.reader)
    var view: View = [
      "tabs": NavigationTab.allCases.map(self.view(of:)),
      "pill": pill(parts),
      "user": ["name": call.identity?.name ?? "", "initials": initials(call.identity?.name ?? "")],
      "zone": zoneText, "version": settings.version, "notices": shell.notices.map(parts.stated),
      "noticesMark": shell.noticesMark,
    ]
    if let delivery = shell.lastDelivery { view["delivery"] = parts.ago(delivery) }
    return view
  }

  private func view(of other: NavigationTab) -> View {
    var view: View = [
      "label": call.reader.text("nav.\(other.rawValue)"), "href": other.target.path, "id": other.rawValue,
    ]
    if other == tab { view["current"] = true }
    if other == .incidents, shell.incidentsWaiting > 0 {
      view["count"] = ["number": String(shell.incidentsWaiting), "style": "n-crit"]
    }
    if other == .maintenance, shell.tasksWaiting > 0 {
      view["count"] = ["number": String(shell.tasksWaiting), "style": ""]
    }
    return view
  }

  private func pill(_ parts: ViewParts) -> View {
    var view = parts.state(shell.health)
    let counts = ["delivering": "\(shell.probesDelivering)", "expected": "\(shell.probesExpected)"]
    view["href"] = shell.target.path
    view["label"] = parts.text(shell.problem ?? Phrase("shell.pill.watching", counts))
    if let newest = shell.newestSample { view["age"] = parts.ago(newest) }
    return view
  }

  private var zoneText: String {
    let zone = call.reader.zone
    let offset = zone.offsetName(call.reader.now)
    return call.reader.text("shell.zone", ["offset": offset == zone.name ? offset : "\(offset) (\(zone.name))"])
  }

  private func initials(_ name: String) -> String {
    let words = name.split(separator: " ")
    if words.count > 1 { return words.prefix(2).compactMap(\.first).map(String.init).joined().uppercased() }
    return String(name.prefix(2)).uppercased()
  }
}
