internal import Telemetry
internal import Wording

extension ExplorePage {
  func view(_ parts: ViewParts) -> View {
    var view: View = [
      "keys": TextParts.view(parts.reader.text("explore.keys")), "query": query, "range": range.rawValue,
      "words": PrometheusJSON.list(words.map { $0.json(parts) }),
      "ranges": PageRange.allCases.map { choice -> View in
        var view: View = [
          "text": parts.reader.age(seconds: choice.duration.inSeconds), "href": Self.path(query, choice),
        ]
        if choice == range { view["current"] = true }
        return view
      },
    ]
    if let start { view["start"] = start.view(parts, range: range) }
    if let fault { view["fault"] = fault.view(parts) }
    if let answer { view["answer"] = answer.view(parts, range: range) }
    return view
  }

  static func path(_ query: String, _ range: PageRange) -> String {
    "/explore?q=\(PercentCoding.encode(query))&range=\(range.rawValue)"
  }
}

extension ExploreWord {
  fileprivate func json(_ parts: ViewParts) -> String {
    PrometheusJSON.list(
      [name, "(\(arguments))", parts.text(meaning)].map(TextNotation.json.quoted))
  }
}

extension MetricDescription {
  fileprivate var view: View {
    ["name": name, "kind": [kind, unit].filter { !$0.isEmpty }.joined(separator: " · "), "help": help]
  }
}

extension ExploreStart {
  fileprivate func view(_ parts: ViewParts, range: PageRange) -> View {
    [
      "examples": examples.map {
        ["query": $0.query, "meaning": parts.text($0.meaning), "href": ExplorePage.path($0.query, range)] as View
      },
      "hasExamples": !examples.isEmpty,
      "metrics": metrics.map {
        [
          "name": $0.name, "series": String($0.series), "href": ExplorePage.path($0.name, range),
          "kind": $0.description?.kind ?? "", "help": $0.description?.help ?? "",
        ] as View
      },
      "hasMetrics": !metrics.isEmpty,
      "sum": parts.reader.text(
        "explore.metricsSum", ["shown": String(metrics.count), "total": String(metricsTotal)]),
    ]
  }
}

extension ExploreFault {
  fileprivate func view(_ parts: ViewParts) -> View {
    var view: View = ["title": TextParts.view(parts.text(title))]
    if let message { view["message"] = message }
    if let hint { view["hint"] = hint }
    if let place {
      // The caret stands under the character: as many blanks, tabs kept.
      let before = place.text.prefix(place.column - 1).map { $0 == "\t" ? "\t" : " " }.joined()
      view["place"] = ["where": "\(place.line):\(place.column)", "text": place.text, "caret": before + "^"] as View
    }
    return view
  }
}

extension ExploreAnswer {
  fileprivate func view(_ parts: ViewParts, range: PageRange) -> View {
    var view: View = [
      "summary": [summary, cost].compactMap { $0 }.map(parts.text)
        .joined(separator: parts.reader.language == .english ? " " : ""), "remarks": remarks,
      "metrics": metrics.map(\.view),
      "charts": charts.map { ChartDrawing($0, parts, height: 260).view },
      "rows": rows.map { $0.view(parts) }, "hasRows": !rows.isEmpty,
      "steps": steps.map { $0.view(parts, range: range) }, "hasSteps": !steps.isEmpty,
    ]
    if let quantile { view["quantile"] = ["query": quantile, "href": ExplorePage.path(quantile, range)] as View }
    if undrawn > 0 { view["undrawn"] = parts.reader.text("explore.undrawn", ["count": String(undrawn)]) }
    if unlisted > 0 { view["unlisted"] = parts.reader.text("explore.unlisted", ["count": String(unlisted)]) }
    if let rule { view["rule"] = rule }
    return view
  }
}

extension ExploreRow {
  fileprivate func view(_ parts: ViewParts) -> View {
    var view: View = ["series": series, "value": value]
    if let exact { view["exact"] = exact }
    if let histogram { view["histogram"] = histogram.view(parts) }
    return view
  }
}

extension HistogramPicture {
  private static let height = 40.0

  fileprivate func view(_ parts: ViewParts) -> View {
    let width = 100 / Double(max(bars.count, 1))
    return [
      "summary": parts.text(summary), "height": String(Int(Self.height)),
      "bars": bars.enumerated().map { place, bar -> View in
        // A bucket with anything in it can be seen.
        let height = max(1, bar.height * Self.height)
        return [
          "x": Geometry.percent(Double(place) * width / 100), "width": Geometry.percent(width * 0.9 / 100),
          "y": String(Self.height - height), "height": String(height), "text": bar.text,
        ]
      },
    ]
  }
}

extension ExploreStep {
  fileprivate func view(_ parts: ViewParts, range: PageRange) -> View {
    [
      // The style sheet has that many levels; deeper ones stand under the last.
      "level": String(min(depth, 8)), "action": action, "href": ExplorePage.path(query, range), "query": query,
      "series": series.map { String($0) } ?? "–", "samples": samples.map { String($0) } ?? "–",
      "time": seconds.map(ChartUnit.seconds.text) ?? "–",
    ]
  }
}
