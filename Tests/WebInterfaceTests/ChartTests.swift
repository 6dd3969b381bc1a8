import Telemetry
import Testing
import Wording

@testable import WebInterface

@Suite("Charts")
struct ChartTests {
  private func series(_ points: [(Int64, Double)]) -> ChartSeries {
    ChartSeries(id: "a", label: .verbatim("a"), milliseconds: points.map(\.0), values: points.map(\.1))
  }

  @Test("a spike of one sample stays visible in its column")
  func spike() {
    let points = (1...100).map { (Int64($0) * 1000, $0 == 50 ? 99.0 : 1) }
    let columns = ChartColumns(series(points), from: 0, through: 100_000, width: 10_000, gap: 2500)
    #expect(columns.runs.count == 1)
    #expect(columns.highest == 99)
    #expect(columns.runs[0].count { $0.high == 99 } == 1)
    #expect(columns.runs[0].allSatisfy { $0.low == 1 })
  }

  @Test("a gap is a gap, and what is not a number is no value")
  func gap() {
    let points = [(1000, 1.0), (2000, 2), (3000, .nan), (9000, 3), (10_000, .staleMarker)].map { (Int64($0.0), $0.1) }
    let columns = ChartColumns(series(points), from: 0, through: 10_000, width: 1000, gap: 2500)
    #expect(columns.runs.map { $0.map(\.mean) } == [[1, 2], [3]])
    #expect(columns.last == 3)
  }

  @Test("samples outside the range do not count: the start is open, the end is not")
  func bounds() {
    let points = [(0, 1.0), (1, 2), (10, 3), (11, 4)].map { (Int64($0.0), $0.1) }
    let columns = ChartColumns(series(points), from: 0, through: 10, width: 1, gap: 100)
    #expect(columns.runs.joined().map(\.mean) == [2, 3])
  }

  @Test(
    "the scale is round, starts at zero and has three to five lines",
    arguments: [
      (97.0, ChartUnit.plain), (0, .percent), (346, .seconds), (0.004, .seconds), (1e9, .bytes), (3, .bytesPerSecond),
      (1e15, .plain),
      (7, .milliseconds),
    ])
  func scale(_ highest: Double, _ unit: ChartUnit) {
    let scale = ChartScale(given: nil, highest: highest, unit: unit)
    #expect(scale.top >= highest)
    #expect((2...5).contains(scale.ticks.count), "\(scale.ticks)")
    #expect(scale.ticks.last == scale.top)
  }

  @Test(
    "values below zero get lines of their own, and zero keeps its place between",
    arguments: [(-3.0, 0.0), (-1, 9), (-400, 20), (-1e-9, 1e9)])
  func negative(_ lowest: Double, _ highest: Double) {
    let scale = ChartScale(given: nil, lowest: lowest, highest: highest, unit: .plain)
    #expect(scale.bottom <= lowest && scale.top >= highest)
    #expect((2...6).contains(scale.ticks.count), "\(scale.ticks)")
    #expect(scale.ticks.first == scale.bottom && !scale.ticks.contains(0))
  }

  @Test("geometry stays inside the drawing, for values beyond the scale too")
  func inside() throws {
    let points = (1...50).map { (Int64($0) * 1000, $0 == 20 ? 1e12 : Double($0)) }
    let chart = Chart(
      id: "a", title: .verbatim("a"), unit: .percent, start: Timestamp(milliseconds: 0),
      end: Timestamp(milliseconds: 50_000), intervalSeconds: 1, series: [series(points)], top: 100,
      bands: [
        ChartBand(.firing, from: Timestamp(milliseconds: -99_000), to: nil),
        ChartBand(.pending, from: Timestamp(milliseconds: 60_000), to: nil),
      ], marks: [ChartMark(at: Timestamp(milliseconds: 80_000), .verbatim("late"))])
    let view = ChartDrawing(chart, ViewParts(reader: Reader(language: .english))).view
    let line = try #require((view["lines"] as? [View])?.first?["line"] as? String)
    let numbers = line.split { !("0"..."9").contains($0) && $0 != "." && $0 != "-" }.compactMap { Double($0) }
    #expect(numbers.count == 100)
    for (index, number) in numbers.enumerated() {
      #expect(number >= 0 && number <= (index % 2 == 0 ? 1000 : 170))
    }
    let bands = try #require(view["bands"] as? [View])
    #expect(bands.map { $0["x"] as? String } == ["0%"])
    #expect((view["marks"] as? [View])?.isEmpty == true)
  }

  @Test("of firings that lie close together the latest has the caption")
  func captions() throws {
    func firing(_ from: Int64, _ to: Int64?) -> ChartBand {
      ChartBand(.firing, from: Timestamp(milliseconds: from), to: to.map { Timestamp(milliseconds: $0) })
    }
    let chart = Chart(
      id: "a", title: .verbatim("a"), unit: .percent, start: .epoch, end: Timestamp(milliseconds: 100_000),
      intervalSeconds: 1, series: [series([(1000, 1), (2000, 2)])], top: 100,
      bands: [firing(10_000, 12_000), firing(90_000, 93_000), firing(95_000, nil)])
    let view = ChartDrawing(chart, ViewParts(reader: Reader(language: .english))).view
    let bands = try #require(view["bands"] as? [View])
    #expect(bands.filter { $0["caption"] != nil }.map { $0["from"] as? String } == ["10000", "95000"])
  }

  @Test("a chart without samples says so instead of drawing zero")
  func empty() {
    let chart = Chart(
      id: "a", title: .verbatim("a"), unit: .percent, start: .epoch, end: Timestamp(milliseconds: 1),
      intervalSeconds: 15,
      series: [series([])])
    let view = ChartDrawing(chart, ViewParts(reader: Reader(language: .english))).view
    #expect(view["isEmpty"] as? Bool == true)
    #expect((view["label"] as? String)?.contains("no value") == true)
  }

  @Test(
    "values carry their unit",
    arguments: [
      (ChartUnit.percent, 62.4, "62 %"), (.bytes, 1.5e9, "1.4 GiB"), (.bytesPerSecond, 2048, "2 KiB/s"),
      (.seconds, 0.034, "34 ms"), (.seconds, 340, "340 s"), (.milliseconds, 1.5, "1.5 ms"), (.perSecond, 12, "12 /s"),
      (.plain, 2.1, "2.1"), (.plain, .nan, "–"),
    ] as [(ChartUnit, Double, String)])
  func units(_ unit: ChartUnit, _ value: Double, _ expected: String) {
    #expect(unit.text(value).replacing("\u{202f}", with: " ") == expected)
  }
}
