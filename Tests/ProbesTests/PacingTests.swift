import Records
import Telemetry
import Testing

@testable import Probes

@Suite("Pace")
struct PacingTests {
  private func pacing(_ interval: Int64 = 60, _ change: (inout PaceSettings) -> Void = { _ in }) -> Pacing {
    var settings = PaceSettings.check
    change(&settings)
    return Pacing(settings, interval: .seconds(interval))
  }

  @Test("a failure is confirmed by three quick runs, and only then counts; a good run ends it at once")
  func confirmation() {
    var pacing = pacing()
    var seen: [Pace] = []
    var confirmed: [Bool] = []
    for second in [0, 2, 5, 7, 60] as [Int64] {
      pacing.finish(.down, isNear: false, startedAt: .seconds(second))
      seen.append(pacing.pace)
      confirmed.append(pacing.isConfirmed)
    }
    #expect(seen == [.confirming, .confirming, .confirming, .steady, .steady])
    #expect(confirmed == [false, false, false, true, true])
    pacing.finish(.up, isNear: false, startedAt: .seconds(120))
    #expect(pacing.pace == .steady && !pacing.isConfirmed)
    pacing.finish(.down, isNear: false, startedAt: .seconds(180))
    #expect(pacing.pace == .confirming && !pacing.isConfirmed)
  }

  @Test("an interval as short as the quick runs confirms by itself")
  func short() {
    var pacing = pacing(2)
    for _ in 0..<4 { pacing.finish(.down, isNear: false, startedAt: .zero) }
    #expect(pacing.pace == .steady && pacing.isConfirmed)
  }

  @Test("a fault of ours neither confirms nor clears")
  func unknown() {
    var pacing = pacing()
    pacing.finish(.down, isNear: false, startedAt: .zero)
    pacing.finish(.unknown, isNear: false, startedAt: .seconds(2))
    #expect(pacing.pace == .steady && pacing.failures == 1)
  }

  @Test("the long dead is asked less and less, up to the cap, and at full speed with the first answer")
  func backOff() {
    var pacing = pacing(30) { $0.confirmation = nil }
    var steps: [Duration?] = []
    for second in [0, 900, 1800, 1860, 1980, 2220, 2460] as [Int64] {
      pacing.finish(.down, isNear: false, startedAt: .seconds(second))
      steps.append(pacing.step)
    }
    #expect(steps == [nil, nil, .seconds(60), .seconds(120), .seconds(240), .seconds(240), .seconds(240)])
    pacing.finish(.up, isNear: false, startedAt: .seconds(2700))
    #expect(pacing.pace == .steady)
  }

  @Test("an interval beyond the cap is never shortened by it")
  func slow() {
    var pacing = pacing(600) { $0.confirmation = nil }
    for second in [0, 3600] as [Int64] { pacing.finish(.down, isNear: false, startedAt: .seconds(second)) }
    #expect(pacing.pace == .steady)
  }

  @Test("near a threshold runs come close together, until a while after it was near last")
  func zoom() throws {
    let condition = try #require(MetricCondition("m > 5"))
    var pacing = pacing(60) { $0.zoom = PaceSettings.Zoom(when: condition) }
    pacing.finish(.up, isNear: true, startedAt: .seconds(0))
    #expect(pacing.pace == .zoomed(until: .seconds(300)) && pacing.step == .seconds(1))
    pacing.finish(.up, isNear: true, startedAt: .seconds(200))
    pacing.finish(.up, isNear: false, startedAt: .seconds(400))
    #expect(pacing.step == .seconds(1))
    pacing.finish(.up, isNear: false, startedAt: .seconds(500))
    #expect(pacing.pace == .steady)
  }

  @Test(
    "a condition compares one of the probe's values",
    arguments: [
      ("m > 5", 6, true), ("m > 5", 5, false), ("m >= 5", 5, true), (#"m{phase="tls"}<0.5"#, 0.4, true),
      (#"m{phase="connect"} < 0.5"#, 0.4, false), ("other > 5", 6, false), ("m != 5", 5, false), ("m == 5", 5, true),
    ])
  func condition(_ text: String, _ value: Double, _ holds: Bool) throws {
    let condition = try #require(MetricCondition(text))
    let sample = ProbeSample("m", [Label("phase", "tls")], value)
    #expect(condition.holds(in: [ProbeSample("n", [], 9), sample]) == holds)
  }

  @Test(
    "what is no condition is refused",
    arguments: [
      "", "m", "m >", "m > x", "5 > m", "m{a=b} > 1", "m{a=\"b\" > 1", "m > inf", "rate(m[5m]) > 1", "m > 1 2x",
    ])
  func noCondition(_ text: String) {
    #expect(MetricCondition(text) == nil)
  }

  @Test("the next run follows the pace, and long pauses keep to the grid")
  func due() throws {
    var timing = Timing(name: "x", interval: .seconds(60), from: .seconds(1000))
    let start = timing.due
    timing.advance(past: start)
    let grid = timing.due
    var pacing = pacing()
    pacing.finish(.down, isNear: false, startedAt: start)
    timing.follow(pacing, startedAt: start, now: start + .seconds(1))
    #expect(timing.due == start + .milliseconds(2500))
    pacing.finish(.up, isNear: false, startedAt: start)
    timing.advance(past: timing.due)
    timing.follow(pacing, startedAt: start, now: start + .seconds(4))
    #expect(timing.due == grid)
    pacing.finish(.unreachable(behind: "router"), isNear: false, startedAt: grid)
    timing.follow(pacing, startedAt: grid, now: grid)
    #expect(timing.due == grid + .seconds(60))
    timing.hasten(to: grid + .seconds(3))
    #expect(timing.due == grid + .seconds(3))
  }
}
