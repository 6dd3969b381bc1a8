internal import Telemetry
internal import Wording

extension ExplorePage {
  func view(_ parts: ViewParts) -> View {
    var view: View = [
      "keys": TextParts.view(parts.reader.text("explore.keys")), "query": query, "range": range.rawValue,
      "words": PrometheusJSON.list(words.map(TextNotation.json.quoted)),
      "ranges": PageRange.allCases.map { choice -> View in
        var view: View = [
          "text": parts.reader.age(seconds: choice.duration.inSeconds), "href": Self.path(query, choice),
        ]
        if choice == range { view["current"] = true }
        return view
      },
    ]
    if let start { view["start"] = start.view(parts, range: range) }
    if let fault { view["fault"] = fault.view }
    if let answer { view["answer"] = answer.view(parts, range: range) }
    return view
  }

  static func path(_ query: String, _ range: PageRange) -> String {
    "/explore?q=\(PercentCoding.encode(query))&range=\(range.rawValue)"
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
        ["name": $0.name, "series": String($0.series), "href": ExplorePage.path($0.name, range)] as View
      },
      "hasMetrics": !metrics.isEmpty,
      "sum": parts.reader.text(
        "explore.metricsSum", ["shown": String(metrics.count), "total": String(metricsTotal)]),
    ]
  }
}

extension ExploreFault {
  fileprivate var view: View {
    var view: View = ["message": message]
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
      "summary": parts.text(summary), "remarks": remarks,
      "charts": charts.map { ChartDrawing($0, parts, height: 260).view },
      "rows": rows.map { ["series": $0.series, "value": $0.value] as View }, "hasRows": !rows.isEmpty,
      "steps": steps.map { $0.view(parts, range: range) }, "hasSteps": !steps.isEmpty,
    ]
    if undrawn > 0 { view["undrawn"] = parts.reader.text("explore.undrawn", ["count": String(undrawn)]) }
    if unlisted > 0 { view["unlisted"] = parts.reader.text("explore.unlisted", ["count": String(unlisted)]) }
    if let rule { view["rule"] = rule }
    return view
  }
}

extension ExploreStep {
  fileprivate func view(_ parts: ViewParts, range: PageRange) -> View {
    var view: View = [
      // The style sheet has that many levels; deeper ones stand under the last.
      "level": String(min(depth, 8)), "action": action, "href": ExplorePage.path(query, range), "query": query,
      "series": String(series), "time": ChartUnit.seconds.text(seconds),
    ]
    if let samples { view["samples"] = String(samples) }
    return view
  }
}
