internal import Telemetry
internal import Wording

/// A chart as geometry: text, bands and marks in percent of the outer drawing, lines in an inner one of 1000 units
/// that is stretched to the width.
struct ChartDrawing {
  private let chart: Chart
  private let parts: ViewParts
  private let columns: [ChartColumns]
  private let scale: ChartScale
  private let height: Double
  private let start: Int64
  private let span: Double

  /// Room above the plot for caps and labels, and below for the times.
  private static let head = 30.0
  private static let foot = 22.0

  init(_ chart: Chart, _ parts: ViewParts, height: Double? = nil) {
    self.chart = chart
    self.parts = parts
    self.height = height ?? (chart.width == .full ? 210 : 170)
    start = chart.start.milliseconds
    span = Double(max(chart.end.milliseconds - chart.start.milliseconds, 1))
    let count = chart.width == .full ? 160 : 100
    let interval = max(1, Int64(exactly: (chart.intervalSeconds * 1000).rounded()) ?? 15_000)
    // Whole intervals, so that every column holds as many samples as its neighbour.
    let width = max(1, (Int64(span) / Int64(count) + interval - 1) / interval) * interval
    columns = chart.series.prefix(Chart.seriesMax).map {
      ChartColumns(
        $0, from: chart.start.milliseconds, through: chart.end.milliseconds, width: width, gap: interval * 5 / 2)
    }
    let highest = max(columns.compactMap(\.highest).max() ?? 0, chart.threshold?.value ?? 0)
    let lowest = columns.compactMap(\.lowest).min() ?? 0
    scale = ChartScale(given: chart.top, lowest: lowest, highest: highest, unit: chart.unit)
  }

  private func x(_ instant: Int64) -> Double { min(1, max(0, Double(instant - start) / span)) }

  private var bottom: Double { height - Self.foot }

  private func y(_ value: Double) -> Double {
    let share = (value - scale.bottom) / (scale.top - scale.bottom)
    return bottom - min(1, max(0, share)) * (bottom - Self.head)
  }

  var view: View {
    var view: View = [
      "id": chart.id, "title": parts.text(chart.title), "width": chart.width.rawValue,
      "height": Geometry.number(height), "bottom": Geometry.number(bottom), "head": Geometry.number(Self.head),
      "plotHeight": Geometry.number(bottom - Self.head), "capY": Geometry.number(Self.head - 3),
      "timeY": Geometry.number(height - 6), "zero": Geometry.number(y(0)),
      "legend": zip(chart.series, columns).enumerated().map { legend($0.offset, $0.element.0, $0.element.1) },
      "grid": grid, "times": times, "bands": bands, "marks": marks, "lines": lines,
      "isEmpty": columns.allSatisfy(\.runs.isEmpty), "label": summary, "points": points, "table": table,
      "unit": chart.unit.rawValue,
    ]
    if let threshold = chart.threshold, threshold.value <= scale.top {
      view["threshold"] = [
        "y": Geometry.number(y(threshold.value)), "textY": Geometry.number(y(threshold.value) - 5),
        "value": PrometheusJSON.number(threshold.value), "sentence": parts.text(threshold.sentence),
      ]
    }
    return view
  }

  /// The picture in words, for those who do not see it.
  private var summary: String {
    let zone = parts.reader.zone
    let separator = parts.reader.language == .english ? ", " : "，"
    let values = zip(chart.series, columns).map { series, columns in
      "\(parts.text(series.label)) \(columns.last.map(chart.unit.text) ?? parts.reader.text("chart.noValue"))"
    }
    return parts.reader.text(
      "chart.summary",
      [
        "title": parts.text(chart.title), "from": zone.time(start), "to": zone.time(chart.end.milliseconds),
        "values": values.joined(separator: separator),
      ])
  }

  private func legend(_ index: Int, _ series: ChartSeries, _ columns: ChartColumns) -> View {
    [
      "style": String(index + 1), "id": series.id, "label": parts.text(series.label),
      "value": columns.last.map(chart.unit.text) ?? "–",
    ]
  }

  private var grid: [View] {
    scale.ticks.enumerated().map { index, tick in
      let isTop = index == scale.ticks.count - 1
      return [
        "y": Geometry.number(y(tick)), "textY": Geometry.number(y(tick) - 4), "value": PrometheusJSON.number(tick),
        // The unit stands once, at the top; byte sizes change it from line to line.
        "text": isTop || chart.unit == .bytes || chart.unit == .bytesPerSecond
          ? chart.unit.text(tick) : Quantity.short(tick),
      ]
    }
  }

  // MARK: - Time

  /// Distances of time labels in minutes; the first that leaves at most eight.
  private static let timeSteps: [Int64] = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880]

  private var times: [View] {
    let limit = chart.width == .full ? 8.0 : 6.0
    let minutes = span / 60_000
    let step = (Self.timeSteps.first { minutes / Double($0) <= limit } ?? 2880) * 60_000
    let offset = Int64(parts.reader.zone.offsetSeconds(start)) * 1000
    let first = start + (step - (start + offset) % step) % step
    var result: [View] = []
    var instant = first
    while instant <= chart.end.milliseconds {
      let share = x(instant)
      let isDay = step >= 86_400_000
      let anchor = share < 0.06 ? "start" : share > 0.94 ? "end" : "middle"
      result.append([
        "x": Geometry.percent(share), "anchor": anchor, "dx": anchor == "start" ? "8" : anchor == "end" ? "-8" : "0",
        "ms": String(instant), "step": String(step),
        "text": isDay ? parts.reader.weekday(instant) : parts.reader.zone.time(instant),
        "style": result.count % 2 == 1 ? "w-opt" : "",
      ])
      instant += step
    }
    return result
  }

  // MARK: - Behind and over the lines

  private var bands: [View] {
    let captioned = captionedStarts
    return chart.bands.sorted { Self.depth($0.kind) < Self.depth($1.kind) }.compactMap { band in
      let from = x(band.start.milliseconds)
      let until = x((band.end ?? chart.end).milliseconds)
      guard until > from else { return nil }
      var view: View = [
        "x": Geometry.percent(from), "width": Geometry.percent(until - from), "style": Self.style(band.kind),
        "from": String(band.start.milliseconds), "hatched": band.kind == .maintenance,
      ]
      if let end = band.end { view["to"] = String(end.milliseconds) }
      if band.kind == .firing, captioned.contains(band.start) {
        let seconds = (band.end ?? chart.end).elapsed(since: band.start).inSeconds
        let (place, isLate) = captionPlace(of: band)
        view["caption"] = [
          "x": Geometry.percent(place), "dx": isLate ? "-6" : "6", "anchor": isLate ? "end" : "start",
          "text": parts.reader.text("chart.firing", ["length": String(seconds)]),
        ]
      }
      return view
    }
  }

  /// Where a band's caption is anchored; a late one ends at the band's end, so that it stays inside.
  private func captionPlace(of band: ChartBand) -> (x: Double, isLate: Bool) {
    let until = x((band.end ?? chart.end).milliseconds)
    return until > 0.6 ? (until, true) : (x(band.start.milliseconds), false)
  }

  /// Of firings whose captions would lie over each other the latest speaks.
  private var captionedStarts: Set<Timestamp> {
    var starts: Set<Timestamp> = []
    var right = Double.infinity
    for band in chart.bands.filter({ $0.kind == .firing }).sorted(by: { $0.start > $1.start }) {
      let place = captionPlace(of: band).x
      guard right - place >= Self.markDistance else { continue }
      right = place
      starts.insert(band.start)
    }
    return starts
  }

  private static func depth(_ kind: ChartBand.Kind) -> Int {
    switch kind {
    case .maintenance: 0
    case .pending: 1
    case .firing: 2
    }
  }

  private static func style(_ kind: ChartBand.Kind) -> String {
    switch kind {
    case .maintenance: "bd-mnt"
    case .pending: "bd-pend"
    case .firing: "bd-fire"
    }
  }

  /// Marks nearer to each other than this share of the width have one label.
  private static let markDistance = 0.18

  private var marks: [View] {
    var labelled: Double?
    let marks = chart.marks.filter { $0.at > chart.start && $0.at <= chart.end }.sorted { $0.at < $1.at }
    return marks.map { mark in
      let share = x(mark.at.milliseconds)
      let isLate = share > 0.5
      let hasRoom = labelled.map { share - $0 > Self.markDistance } ?? true
      if hasRoom { labelled = share }
      return [
        "x": Geometry.percent(share), "label": hasRoom ? parts.text(mark.label) : "", "dx": isLate ? "-9" : "9",
        "anchor": isLate ? "end" : "start", "ms": String(mark.at.milliseconds),
      ]
    }
  }

  // MARK: - Lines

  private var lines: [View] {
    columns.enumerated().map { index, columns in
      var envelope = ""
      var line = ""
      for run in columns.runs {
        func point(_ column: ChartColumns.Column, _ value: Double) -> String {
          "\(short(x(column.milliseconds) * 1000)) \(short(y(value)))"
        }
        line += "M" + run.map { point($0, $0.mean) }.joined(separator: " ")
        // A lone column would have no length: a short stroke shows it.
        if run.count == 1 { line += "h2" }
        guard run.contains(where: { $0.high > $0.low }) else { continue }
        let there = run.map { point($0, $0.high) }
        let back = run.reversed().map { point($0, $0.low) }
        envelope += "M" + (there + back).joined(separator: " ") + "z"
      }
      return ["style": String(index + 1), "id": chart.series[index].id, "line": line, "envelope": envelope]
    }
  }

  /// One decimal is a tenth of a pixel at most.
  private func short(_ value: Double) -> String { Quantity.plain(value) }

  /// What the script needs to read values and to append new ones: columns as JSON without spaces.
  private var points: String {
    let series = zip(chart.series, columns).map { series, columns in
      let all = Array(columns.runs.joined())
      let times = all.map { String(($0.milliseconds - start) / 1000) }.joined(separator: ",")
      let values = all.map { Self.digits($0.mean) }.joined(separator: ",")
      return
        "{\"k\":\(TextNotation.json.quoted(series.id)),\"n\":\(TextNotation.json.quoted(parts.text(series.label))),"
        + "\"t\":[\(times)],\"v\":[\(values)]}"
    }
    let gap = Int(chart.intervalSeconds * 2.5)
    return
      "{\"from\":\(start),\"to\":\(chart.end.milliseconds),\"top\":\(Self.digits(scale.top)),\"low\":\(Self.digits(scale.bottom)),\"gap\":\(gap),"
      + "\"fixed\":\(chart.top != nil),\"s\":[\(series.joined(separator: ","))]}"
  }

  /// Whole numbers as they are, of others seven significant digits: what the script words must read as the legend does.
  private static func digits(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return "0" }
    guard value != value.rounded() else { return PrometheusJSON.number(value) }
    var scale = 1.0
    var size = abs(value)
    while size >= 1e7 { (size, scale) = (size / 10, scale / 10) }
    while size < 1e6, scale < 1e15 { (size, scale) = (size * 10, scale * 10) }
    return PrometheusJSON.number((value * scale).rounded() / scale)
  }

  // MARK: - Table

  /// Rows of the data table under a chart.
  private static let tableRows = 9

  private var table: View {
    let rows = (0..<Self.tableRows).map { row -> View in
      let instant = start + Int64(span * Double(row) / Double(Self.tableRows - 1))
      let cells = columns.flatMap { columns -> [View] in
        let near = columns.runs.joined().min {
          abs($0.milliseconds - instant) < abs($1.milliseconds - instant)
        }
        guard let near, Double(abs(near.milliseconds - instant)) < span / Double(Self.tableRows) else {
          return [["text": "–"], ["text": "–"], ["text": "–"]]
        }
        return [near.low, near.mean, near.high].map { ["text": chart.unit.text($0)] }
      }
      return ["time": parts.reader.moment(instant), "cells": cells]
    }
    return [
      "heads": chart.series.prefix(Chart.seriesMax).map { ["label": parts.text($0.label)] as View }, "rows": rows,
    ]
  }
}
