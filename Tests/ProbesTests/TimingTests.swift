import Telemetry
import Testing

@testable import Probes

@Suite("Timing")
struct TimingTests {
  @Test("the phase is the same in every process")
  func phase() {
    #expect(
      Timing.phase(of: "this-host", in: .seconds(15)) == .milliseconds(Int64(StableHash.of("this-host") % 300) * 50))
    #expect(StableHash.of("") == 0xf52a_15e9_a9b5_e89b)
  }

  @Test("many names spread over the interval")
  func spread() {
    let phases = (0..<1000).map { Timing.phase(of: "probe-\($0)", in: .seconds(10)).wholeMilliseconds / 1000 }
    for second in 0..<10 {
      let count = phases.filter { $0 == Int64(second) }.count
      #expect((60...140).contains(count), "\(count) in second \(second)")
    }
  }

  @Test("the first run comes within a second, the next ones on the grid")
  func grid() {
    var timing = Timing(name: "x", interval: .seconds(30), from: .seconds(1000))
    #expect(timing.due >= .seconds(1000))
    #expect(timing.due < .seconds(1001))
    timing.advance(past: timing.due)
    let first = timing.due
    #expect((first - timing.phase).wholeMilliseconds % 30000 == 0)
    timing.advance(past: first)
    #expect(timing.due - first == .seconds(30))
    #expect(timing.skipped == 0)
  }

  @Test(
    "a late start is measured, missed due times are skipped and counted", arguments: [(0, 0), (9, 0), (10, 1), (35, 3)])
  func late(_ seconds: Int64, _ skipped: Int) {
    var timing = Timing(name: "x", interval: .seconds(10), from: .seconds(1000))
    timing.advance(past: timing.due)
    let due = timing.due
    let now = due + .seconds(seconds)
    #expect(timing.lateness(at: now) == .seconds(seconds))
    #expect(timing.advance(past: now) == skipped)
    #expect(timing.skipped == skipped)
    #expect(timing.due > now)
    #expect(timing.due - now <= .seconds(10))
  }

  @Test("another interval keeps the count, the same interval keeps everything")
  func change() {
    var timing = Timing(name: "x", interval: .seconds(10), from: .seconds(1000))
    timing.skip(at: .seconds(1005))
    #expect(timing.changed(.interval(.seconds(10)), name: "x", from: .seconds(2000)) == timing)
    let changed = timing.changed(.interval(.seconds(20)), name: "x", from: .seconds(2000))
    #expect(changed.skipped == 1)
    #expect(changed.interval == .seconds(20))
  }
}
