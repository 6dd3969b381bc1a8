import Telemetry
import Testing
import Wording

@testable import WebInterface

@Suite("Drawings")
struct DrawingTests {
  private static let now = Timestamp(milliseconds: 1_795_000_000_000)
  private let parts = ViewParts(reader: Reader(language: .english, now: now.milliseconds))

  private func bars(_ incidents: [WatchBar]) -> [(x: Double, end: Double, label: String)] {
    let timeline = WatchTimeline(now: Self.now, incidents: incidents, maintenance: [])
    let views = WatchDrawing(timeline, parts).view["bars"] as? [View] ?? []
    return views.map { view in
      func share(_ key: String) -> Double { Double((view[key] as? String ?? "").dropLast()) ?? .nan }
      return (share("x"), share("x") + share("width"), view["label"] as? String ?? "")
    }
  }

  @Test("a breach that has just begun is wide enough to see and does not reach into the future") func young() {
    let start = Self.now.advanced(by: .seconds(-5))
    let drawn = bars([WatchBar(.critical, from: start, to: nil, .verbatim("db01 INC-1"))])
    #expect(drawn.count == 1)
    #expect(drawn.allSatisfy { $0.end <= 50.01 && $0.end - $0.x >= 0.79 })
  }

  @Test("where not all bars have room, the gravest are drawn") func grave() {
    let start = Self.now.advanced(by: .seconds(-60))
    let drawn = bars(
      (1...3).map { WatchBar(.warning, from: start, to: nil, .verbatim("disk INC-\($0)")) }
        + [WatchBar(.critical, from: Self.now.advanced(by: .seconds(-5)), to: nil, .verbatim("db01 INC-9"))])
    #expect(drawn.count == WatchDrawing.rowsMax)
    #expect(drawn.first?.label == "db01 INC-9")
  }

  @Test("a long label is shortened and keeps its number") func long() {
    let name = String(repeating: "payment gateway ", count: 8)
    let drawn = bars([
      WatchBar(.critical, from: Self.now.advanced(by: .seconds(-5)), to: nil, .verbatim(name + "INC-3"))
    ])
    #expect(drawn.first.map { $0.label.count <= WatchDrawing.labelMax && $0.label.hasSuffix("… INC-3") } == true)
  }

  @Test(
    "a summary that is not filled yet can be read",
    arguments: [
      ("{{ $labels.instance }} is down", "‹instance› is down"),
      ("{{$labels.a}} has {{ $value | humanize }} of {{ $labels.b_c | toUpper }}", "‹a› has ‹value› of ‹b_c›"),
      ("no template", "no template"), ("open {{ end", "open {{ end"),
    ])
  func summary(_ template: String, _ expected: String) {
    #expect(RuleRow.readable(template, value: "value") == expected)
  }

  @Test(
    "the strip of a back-test has a time axis, whatever its span: at most eight ticks at round times",
    arguments: [
      (4, ["06:03:21", "06:03:22", "06:03:23"]),
      (40, ["06:03:25", "06:03:30", "06:03:35", "06:03:40", "06:03:45", "06:03:50", "06:03:55"]),
      (600, ["06:04", "06:06", "06:08", "06:10", "06:12"]),
      (7200, ["06:15", "06:30", "06:45", "07:00", "07:15", "07:30", "07:45"]),
      (86_400, ["08:00", "12:00", "16:00", "20:00", "00:00", "04:00"]),
      (7 * 86_400, ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue"]),
    ])
  func axis(_ seconds: Int, _ labels: [String]) {
    let from = Timestamp(milliseconds: 1_795_586_600_500)
    let rule = BacktestRule(
      group: "g", name: "r", expression: "x", intervalSeconds: 15, heldSeconds: 0, rounds: 1, failedRounds: 0,
      problem: nil, fires: 0, firingSeconds: 0, longestSeconds: 0, firstAt: nil, lastAt: nil, series: 0)
    let drawn = BacktestDrawing(rule: rule, from: from, to: from.advanced(by: .seconds(Int64(seconds))), parts: parts)
      .view
    let ticks = drawn["ticks"] as? [View] ?? []
    #expect((2...9).contains(ticks.count))
    #expect(ticks.compactMap { $0["label"] as? String } == labels)
  }

  @Test("small values fill the scale; nothing but zeros still has one") func small() {
    #expect(ChartScale(given: nil, highest: 0.0075, unit: .plain).top < 0.02)
    #expect(ChartScale(given: nil, highest: 0, unit: .plain).top == 1)
    #expect(ChartScale(given: nil, highest: 0.1, unit: .percent).top == 4)
  }

  @Test("a share below the whole has no room above 100 %, more than the whole has")
  func share() {
    #expect(ChartScale(given: nil, highest: 98, unit: .percent).top == 100)
    #expect(ChartScale(given: nil, highest: 140, unit: .percent).top > 140)
  }
}
