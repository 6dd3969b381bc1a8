internal import Records
internal import Telemetry
internal import Wording

/// How much of the past a page tries a rule on.
enum BacktestSpan: String, CaseIterable, Sendable {
  case day = "1d"
  case week = "7d"
  case month = "30d"

  var length: Duration {
    switch self {
    case .day: .seconds(86_400)
    case .week: .seconds(7 * 86_400)
    case .month: .seconds(30 * 86_400)
    }
  }
}

/// A rule on the stored past: figures, the strip of its fires, incidents, the ladder.
struct BacktestView {
  let rule: RuleRow
  let span: BacktestSpan
  let answer: BacktestAnswer
  let path: String

  /// Rows of the lists; the JSON has more.
  private static let rowsMax = 50

  func view(_ parts: ViewParts) -> View {
    let reader = parts.reader
    var view: View = [
      "style": "unk", "name": rule.name, "title": reader.text("backtest.title", ["rule": rule.name]),
      "expression": rule.expression, "policy": rule.policy.map(parts.rich),
      "spans": BacktestSpan.allCases.map { choice -> View in
        var view: View = ["href": "\(path)?since=\(choice.rawValue)", "text": reader.text("backtest.\(choice)")]
        if choice == span { view["current"] = true }
        return view
      },
    ]
    if answer.stage == .running {
      view["running"] = reader.text("backtest.running", ["share": String((answer.progress * 100).rounded())])
    }
    if let problem = answer.problem { view["problem"] = parts.text(problem) }
    guard let result = answer.result, let tried = result.rules.first else { return view }
    view["notes"] = result.notes.map(parts.text)
    view["facts"] = facts(tried, reader)
    view["hasFacts"] = true
    view["style"] = tried.fires > 0 ? "warn" : "ok"
    view["strip"] = BacktestDrawing(rule: tried, from: result.from, to: result.to, parts: parts).view
    view["fires"] = tried.firings.prefix(Self.rowsMax).map { fire(_: $0, until: result.to, parts) }
    view["hasFires"] = !tried.firings.isEmpty
    if tried.fires > Self.rowsMax {
      view["rest"] = reader.text("backtest.more", ["count": String(tried.fires - Self.rowsMax)])
    }
    view["incidents"] = tried.incidents.prefix(Self.rowsMax).map { incident(_: $0, until: result.to, parts) }
    view["hasIncidents"] = !tried.incidents.isEmpty
    if tried.incidents.contains(where: { !$0.beside.isEmpty }) { view["beside"] = reader.text("backtest.beside") }
    if let ladder = tried.ladder {
      view["ladder"] = rungs(ladder, over: result.to.elapsed(since: result.from).inSeconds, reader)
      view["hasLadder"] = true
    }
    if let problem = tried.ladderProblem { view["ladderProblem"] = parts.text(problem) }
    if let problem = tried.problem { view["problem"] = problem }
    return view
  }

  private func facts(_ rule: BacktestRule, _ reader: Reader) -> [View] {
    var facts: [View] = []
    func add(_ id: String, _ value: String, _ detail: String? = nil) {
      var view: View = ["label": reader.text("backtest.\(id)"), "value": value]
      if let detail { view["detail"] = detail }
      facts.append(view)
    }
    add(
      "fires", reader.text("backtest.count", ["count": String(rule.fires)]),
      reader.text("backtest.in-series", ["series": String(rule.series)]))
    add(
      "firing", rule.firingSeconds > 0 ? reader.age(seconds: rule.firingSeconds) : "–",
      rule.longestSeconds > 0 ? reader.text("backtest.longest", ["length": String(rule.longestSeconds)]) : nil)
    let known = rule.incidents.count { !$0.same.isEmpty }
    add(
      "incidents", String(rule.incidents.count),
      known > 0 ? reader.text("backtest.known", ["known": String(known)]) : nil)
    let receivers = rule.pages.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    add("pages", String(rule.pageCount), receivers.isEmpty ? nil : receivers.joined(separator: " · "))
    if !rule.withheld.isEmpty {
      let windows = Set(rule.withheld.map(\.window)).sorted().map(\.description)
      add("withheld", String(rule.withheld.count), windows.joined(separator: " "))
    }
    if !rule.missed.isEmpty {
      add("missed", String(rule.missed.count), rule.missed.map(\.description).joined(separator: " "))
    }
    return facts
  }

  /// - Parameter open: the message for what has no end.
  private func length(
    _ from: Timestamp, _ to: Timestamp?, until end: Timestamp, open: String, _ reader: Reader
  ) -> String {
    let length = reader.age(seconds: (to ?? end).elapsed(since: from).inSeconds)
    return to == nil ? length + reader.text("unit.comma") + reader.text(open) : length
  }

  private func fire(_ fire: BacktestFire, until end: Timestamp, _ parts: ViewParts) -> View {
    [
      "from": parts.time(fire.from),
      "length": length(fire.from, fire.to, until: end, open: "backtest.going", parts.reader),
      "value": fire.value.map(Quantity.short) ?? "–",
      "series": fire.labels.removing(["alertname", "severity"]).description,
    ]
  }

  private func incident(_ incident: BacktestIncident, until end: Timestamp, _ parts: ViewParts) -> View {
    let real = incident.same.map(\.description) + incident.beside.map { "(\($0))" }
    return [
      "from": parts.time(incident.from),
      "length": length(incident.from, incident.to, until: end, open: "backtest.open", parts.reader),
      "priority": String(incident.priority), "title": parts.text(incident.title), "told": String(incident.pages),
      "real": TextParts.view(real.isEmpty ? "–" : real.joined(separator: " ")),
    ]
  }

  private func rungs(_ ladder: BacktestLadder, over seconds: Double, _ reader: Reader) -> [View] {
    ladder.rungs.map { rung in
      var view: View = [
        "number": "\(ladder.comparison) \(Quantity.exact(rung.number))", "fires": String(rung.fires),
        "length": rung.firingSeconds > 0 ? reader.age(seconds: rung.firingSeconds) : "–",
        "share": Geometry.percent(seconds > 0 ? min(1, rung.firingSeconds / seconds) : 0),
      ]
      if rung.number == ladder.number { view["isOwn"] = true }
      return view
    }
  }
}

/// The fires of a rule on one scale, geometry in percent so that text is never distorted.
struct BacktestDrawing {
  let rule: BacktestRule
  let from: Timestamp
  let to: Timestamp
  let parts: ViewParts

  /// The narrowest bar, as a share of the width: 2 pixels on a phone.
  private static let widthMin = 0.005

  var view: View {
    let arguments = [
      "count": String(rule.fires), "from": String(from.milliseconds), "to": String(to.milliseconds),
    ]
    return ["label": parts.reader.text("backtest.picture", arguments), "ticks": ticks, "bars": bars]
  }

  private func share(_ instant: Timestamp) -> Double {
    let span = to.elapsed(since: from).inSeconds
    return span > 0 ? min(1, max(0, instant.elapsed(since: from).inSeconds / span)) : 0
  }

  private var bars: [View] {
    rule.firings.map { fire in
      let start = min(share(fire.from), 1 - Self.widthMin)
      return [
        "x": Geometry.percent(start), "width": Geometry.percent(max(Self.widthMin, share(fire.to ?? to) - start)),
        "style": "b-warn",
      ]
    }
  }

  /// Distances of ticks in seconds; the first that leaves at most eight. Days count from midnight in the reader's zone.
  private static let tickSteps: [Int64] = [
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 43_200, 86_400, 432_000,
  ]

  private var ticks: [View] {
    let seconds = to.elapsed(since: from).inSeconds
    let step = Self.tickSteps.first { seconds / Double($0) <= 8 } ?? 864_000
    // Zones differ by quarters of an hour, and change at one.
    let stride = min(step, 900)
    let first = (from.milliseconds / 1000 / stride + 1) * stride
    let zone = parts.reader.zone
    let places = Swift.stride(from: first, to: to.milliseconds / 1000, by: Int(stride)).filter { second in
      (second + Int64(zone.offsetSeconds(second * 1000))) % step == 0
    }
    return places.enumerated().map { index, second in
      let (instant, place) = (second * 1000, share(Timestamp(milliseconds: second * 1000)))
      var view: View = ["x": Geometry.percent(place), "style": index % 2 == 1 ? "w-opt" : ""]
      if place > 0.04, place < 0.96 { view["label"] = label(of: instant, step) }
      return view
    }
  }

  private func label(of instant: Int64, _ step: Int64) -> String {
    let reader = parts.reader
    return switch step {
    case ..<60: reader.zone.timeWithSeconds(instant)
    case ..<86_400: reader.zone.time(instant)
    case 86_400: reader.weekday(instant)
    default: String(reader.zone.day(instant).suffix(5))
    }
  }
}
