import Records
import Telemetry
import Testing

@testable import Probes

@Suite("Holes in a series")
struct RecordedRunsTests {
  private func at(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: seconds * 1000) }

  /// Samples at these seconds; a negative one is the marker that ends the series.
  private func slice(_ seconds: [Int64], _ value: Double = 1) -> SeriesSlice {
    SeriesSlice(
      labels: .empty, milliseconds: seconds.map { abs($0) * 1000 },
      values: seconds.map { $0 < 0 ? .staleMarker : value })
  }

  private func runs(_ seconds: [Int64], failed: Set<Int64> = []) -> RecordedRuns {
    RecordedRuns(slice(seconds), verdict: slice(seconds.filter { !failed.contains($0) }))
  }

  private func told(_ gaps: [SampleGap]) -> [String] {
    gaps.map { gap in
      let end = gap.to.map { "\($0.milliseconds / 1000)" } ?? ""
      return "\(gap.from.milliseconds / 1000)-\(end) \(gap.reason.id.dropFirst("reason.gap.".count)) \(gap.runs)"
    }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let series: [Int64]?
    var failed: Set<Int64> = []
    let expected: [String]
  }

  @Test(
    "every run without a sample is in a stretch with its reason",
    arguments: [
      Case(testDescription: "whole", series: [10, 20, 30, 40, 50, 60], expected: []),
      Case(testDescription: "left the answers", series: [10, 20, -30, 50, 60], expected: ["30-50 absent 2"]),
      Case(testDescription: "stays away", series: [10, 20, -30], expected: ["30- absent 4"]),
      Case(testDescription: "came later", series: [40, 50, 60], expected: ["10-40 absent 3"]),
      Case(testDescription: "never there", series: nil, expected: ["10- never 6"]),
      Case(testDescription: "cut out of the store", series: [10, 20, 50, 60], expected: ["30-50 lost 2"]),
      Case(
        testDescription: "failed, then not in the answers", series: [10, -20, 60], failed: [20, 30],
        expected: ["20-40 failed-run 2", "40-60 absent 2"]),
      Case(testDescription: "the exporter's own times", series: [8, 18, 48, 58], expected: ["30-50 absent 2"]),
    ])
  func holes(_ example: Case) {
    let runs = runs([10, 20, 30, 40, 50, 60], failed: example.failed)
    #expect(told(runs.holes(in: example.series.map { slice($0) }, besides: [])) == example.expected)
  }

  @Test("what the runner noted is not told again, and what begins after it is no loss")
  func noted() {
    let runs = runs([10, 20, 30, 40, 50])
    let noted = SampleGap(from: at(20), to: at(40), .failed, .measurements, Reason("x"))
    #expect(told(runs.holes(in: slice([10, 50]), besides: [noted])) == ["40-50 absent 1"])
    #expect(runs.isTouched(slice([10, 20, 40, 50]), by: noted))
    #expect(!runs.isTouched(slice([10, 20, 30, 40]), by: noted))
  }

  @Test(
    "runs that are missing without a note are told, a slower schedule of before is not",
    arguments: [
      ([0, 10, 20, 60, 70, 80], ["20-60 not-stored 3"]), ([0, 60, 120, 130, 140, 150], []),
      ([0, 10, 20, 40, 50, 60, 70, 80], []), ([0, 10, 20], ["20- not-stored 7"]),
    ] as [([Int64], [String])])
  func unstored(_ times: [Int64], _ expected: [String]) {
    let end = at(max(90, times[times.count - 1]))
    let found = runs(times).unstored(every: .seconds(10), from: at(0), through: end, besides: [])
    #expect(told(found) == expected)
  }

  @Test("no run is missed where a gap is noted, or before anything is known")
  func explained() {
    let runs = runs([0, 10, 20, 60, 70])
    let stopped = SampleGap(from: at(22), to: at(58), .notRunning, .everything, Reason("x"))
    #expect(runs.unstored(every: .seconds(10), from: at(0), through: at(70), besides: [stopped]).isEmpty)
    #expect(runs.unstored(every: .seconds(10), from: at(50), through: at(70), besides: []).isEmpty)
  }
}
