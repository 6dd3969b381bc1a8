import Foundation
import Records
import ServiceTime
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

  @Test("a pace that an exporter made up is none", arguments: [Double.infinity, 1e300, 1e-300, .nan, -1])
  func madeUpPace(_ seconds: Double) {
    let runs = SeriesSlice(labels: .empty, milliseconds: [0, 10_000, 60_000], values: [0, 0, 0])
    let pace = SeriesSlice(labels: .empty, milliseconds: [0, 10_000, 60_000], values: [seconds, seconds, seconds])
    let recorded = RecordedRuns(runs, verdict: nil, pace: pace)
    #expect(recorded.paces.isEmpty && recorded.quickRuns(than: .seconds(10)).isEmpty)
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
    "a hole that began before the asked time is told with its begin, if that was read",
    arguments: [
      ([10, 20, -30], 45, ["30- absent 4"]), (nil, 45, ["50- never 2"]), ([40, 50, 60], 45, []),
      ([40, 50, 60], 25, ["30-40 absent 1"]), ([10, 20, 50, 60], 45, ["30-50 lost 2"]), ([10, 20, 50, 60], 50, []),
      (nil, 65, []),
    ] as [([Int64]?, Int64, [String])])
  func holesFrom(_ series: [Int64]?, _ start: Int64, _ expected: [String]) {
    let runs = runs([10, 20, 30, 40, 50, 60])
    #expect(told(runs.holes(in: series.map { slice($0) }, besides: [], from: at(start))) == expected)
  }

  private func textfile() throws -> ProbeDefinition {
    let json = #"{"name":"a","kind":"textfile","interval":"10s","settings":{"directory":"/x"}}"#
    return try JSONDecoder().decode(ProbeDefinition.self, from: Data(json.utf8))
  }

  @Test(
    "where nothing is stored, what the schedule has is missing, but for what is noted",
    arguments: [
      (0, 100, nil, nil, ["100- none-stored 10"]), (0, 100, 150, nil, ["100-150 none-stored 5"]),
      (180, 100, nil, nil, []), (170, 100, nil, nil, ["170- none-stored 3"]),
      (0, 190, nil, nil, ["190- none-stored 1"]), (0, 100, nil, 150, ["150- none-stored 5"]), (0, 100, nil, 180, []),
      (0, 100, 90, nil, []),
    ] as [(Int64, Int64, Int64?, Int64?, [String])])
  func nothingStored(
    _ known: Int64, _ start: Int64, _ first: Int64?, _ notedUntil: Int64?, _ expected: [String]
  ) throws {
    let noted = notedUntil.map { SampleGap(from: at(-50), to: at($0), .notRunning, .everything, Reason("x")) }
    let found = RecordedRuns.unstored(
      of: try textfile(), since: at(known), from: at(start), before: first.map(at), through: at(200),
      besides: noted.map { [$0] } ?? [])
    #expect(told(found) == expected)
  }

  @Test("where nothing is stored, each run that a cron expression names is missing")
  func nothingStoredOfCron() throws {
    let probe = try cron("*/5 8-9 * * *")
    let midnight: Int64 = 1_795_132_800  // 2026-11-20
    func due(_ hour: Int64, _ minute: Int64) -> Timestamp {
      Timing.due(named: at(midnight + hour * 3600 + minute * 60), for: "a")
    }
    func found(_ from: Timestamp, _ first: Timestamp?, _ end: Timestamp) -> [SampleGap] {
      RecordedRuns.unstored(
        of: probe, since: at(midnight), from: from, before: first, through: end, besides: [])
    }
    let before = found(at(midnight + 9 * 3600 + 60), due(9, 20), due(9, 40))
    #expect(before.map(\.from) == [due(9, 5)] && before.map(\.to) == [due(9, 20)] && before.map(\.runs) == [3])
    let all = found(at(midnight + 9 * 3600 + 60), nil, at(midnight + 11 * 3600))
    #expect(all.map(\.from) == [due(9, 5)] && all.map(\.to) == [nil] && all.map(\.runs) == [11])
    #expect(found(at(midnight + 10 * 3600), nil, at(midnight + 30 * 3600)).isEmpty)
  }

  @Test(
    "runs that are missing without a note are told, a slower schedule of before is not",
    arguments: [
      ([0, 10, 20, 60, 70, 80], ["20-60 not-stored 3"]), ([0, 60, 120, 130, 140, 150], []),
      ([0, 10, 20, 40, 50, 60, 70, 80], []), ([0, 10, 20], ["20- not-stored 7"]),
    ] as [([Int64], [String])])
  func unstored(_ times: [Int64], _ expected: [String]) {
    let end = at(max(90, times[times.count - 1]))
    let found = runs(times).unstored(on: .interval(.seconds(10)), from: at(0), through: end, besides: [])
    #expect(told(found) == expected)
  }

  @Test(
    "where the schedule is known a single run is missed, and one that loses every second run passes for no slower one",
    arguments: [
      ([0, 10, 20, 40, 50, 63, 70, 80], 0, ["20-40 not-stored 1"]),
      ([0, 20, 40, 60, 80, 90], 0, ["0-80 thinned 4"]), ([0, 30, 60, 90], 0, ["0-90 thinned 6"]),
      ([0, 20, 40, 70, 80], 0, ["0-40 thinned 2", "40-70 not-stored 2"]),
      ([0, 20, 40, 60, 70, 80, 100, 110], 70, ["80-100 not-stored 1"]), ([0, 20, 40, 60, 80, 100], 200, []),
      ([0, 12, 20, 32, 40, 70, 80], 0, ["40-70 not-stored 2"]), ([0, 20], 0, ["0-20 not-stored 1"]),
    ] as [([Int64], Int64, [String])])
  func known(_ times: [Int64], _ since: Int64, _ expected: [String]) {
    let end = at(times[times.count - 1])
    let found = runs(times).unstored(
      on: .interval(.seconds(10)), from: at(0), through: end, besides: [], scheduledSince: at(since))
    #expect(told(found) == expected)
    // A second is late by a second without being noted.
    let quick = times.map { $0 / 10 }
    let short = runs(quick).unstored(
      on: .interval(.seconds(1)), from: at(0), through: at(quick[quick.count - 1]), besides: [], scheduledSince: at(0))
    #expect(!told(short).contains { $0.hasSuffix(" 1") || $0.contains("thinned") })
  }

  @Test("a stored pace that is the schedule's is known for certain, another one is not")
  func knownPace() {
    let times: [Int64] = [0, 20, 40, 70, 90]
    let pace = SeriesSlice(
      labels: .empty, milliseconds: times.map { $0 * 1000 }, values: [10, 10, 15, 10, 10])
    let found = RecordedRuns(slice(times), verdict: nil, pace: pace).unstored(
      on: .interval(.seconds(10)), from: at(0), through: at(90), besides: [])
    #expect(told(found) == ["0-40 thinned 2", "70-90 not-stored 1"])
  }

  @Test("of a cron expression that is known each run is looked for, though every second is missing")
  func knownCron() throws {
    let midnight: Int64 = 1_795_132_800  // 2026-11-20
    let times = [0, 10, 20, 30].map { minute in
      Timing.due(named: at(midnight + 8 * 3600 + minute * 60), for: "a").milliseconds / 1000 + 1
    }
    func found(_ since: Int64?) throws -> [Int] {
      try runs(times).unstored(
        of: cron("*/5 8-9 * * *"), from: at(midnight), through: at(times[3]), besides: [],
        scheduledSince: since.map(at)
      ).map(\.runs)
    }
    #expect(try found(nil).isEmpty)
    #expect(try found(midnight) == [1, 1, 1])
  }

  @Test("no run is missed where a gap is noted, or before anything is known")
  func explained() {
    let runs = runs([0, 10, 20, 60, 70])
    let stopped = SampleGap(from: at(22), to: at(58), .notRunning, .everything, Reason("x"))
    #expect(runs.unstored(on: .interval(.seconds(10)), from: at(0), through: at(70), besides: [stopped]).isEmpty)
    #expect(runs.unstored(on: .interval(.seconds(10)), from: at(50), through: at(70), besides: []).isEmpty)
  }

  @Test(
    "a run that was going at a stop or when its probe was taken out told nothing, and is not lost",
    arguments: [
      (SampleGap.Cause.notRunning, 36, []), (.notDefined, 36, []), (.shed, 36, ["20-36 not-stored 1"]),
      (.notRunning, 46, ["20-46 not-stored 2"]),
    ] as [(SampleGap.Cause, Int64, [String])])
  func cutOff(_ cause: SampleGap.Cause, _ stop: Int64, _ expected: [String]) {
    let stopped = SampleGap(from: at(stop), to: at(68), cause, .everything, Reason("x"))
    let found = runs([0, 10, 20, 70]).unstored(
      on: .interval(.seconds(10)), from: at(0), through: at(70), besides: [stopped], scheduledSince: at(0))
    #expect(told(found) == expected)
  }

  @Test(
    "a gap whose runs leave their series explains no missing one",
    arguments: [
      (SampleGap.Cause.failed, 15, nil, ["20-60 not-stored 3"]), (.incomplete, 22, 58, ["20-60 not-stored 3"]),
      (.seriesRefused, 15, nil, ["20-60 not-stored 3"]), (.seriesRefused, 22, 58, []), (.hung, 15, nil, []),
      (.late, 22, 58, []),
    ] as [(SampleGap.Cause, Int64, Int64?, [String])])
  func runsInGap(_ cause: SampleGap.Cause, _ from: Int64, _ to: Int64?, _ expected: [String]) throws {
    let extent: SampleGap.Extent = cause == .late ? .everything : cause == .hung ? .measurements : .part
    let gap = SampleGap(from: at(from), to: to.map(at), cause, extent, Reason("x"))
    let found = runs([0, 10, 20, 60, 70]).unstored(of: try textfile(), from: at(0), through: at(70), besides: [gap])
    #expect(told(found) == expected)
  }

  @Test("what a gap explains of a time without runs leaves the rest of it to be told")
  func partlyExplained() {
    let runs = runs([0, 10, 20, 100, 110])
    let stopped = SampleGap(from: at(22), to: at(50), .notRunning, .everything, Reason("x"))
    let found = runs.unstored(on: .interval(.seconds(10)), from: at(0), through: at(110), besides: [stopped])
    #expect(told(found) == ["50-100 not-stored 5"])
  }

  @Test("the stored pace tells what was to be expected, closer than the interval or farther apart")
  func paces() {
    let times: [Int64] = [0, 60, 61, 62, 72, 73, 133, 373, 613]
    let paces: [Double] = [60, 1, 1, 1, 1, 60, 240, 240, 60]
    let pace = SeriesSlice(labels: .empty, milliseconds: times.map { $0 * 1000 }, values: paces)
    let runs = RecordedRuns(slice(times), verdict: nil, pace: pace)
    let found = runs.unstored(on: .interval(.seconds(60)), from: at(0), through: at(620), besides: [])
    #expect(told(found) == ["62-72 not-stored 9"])
    #expect(
      runs.quickRuns(than: .seconds(60)).map { [$0.from, $0.to] } == [[at(60), at(73)]])
    let other = RecordedRuns(
      slice([0, 60, 62, 65]), verdict: nil,
      pace: SeriesSlice(
        labels: .empty, milliseconds: [0, 60_000, 62_500, 65_000], values: [60, 2.5, .staleMarker, 2.5]))
    #expect(other.quickRuns(than: .seconds(60)).map(\.to) == [at(62), nil])
  }

  @Test(
    "a run that lasts longer than a quick pace is waited for: no run is missing meanwhile",
    arguments: [
      ([0, 60, 65, 70, 75, 135], [0.1, 5, 5, 5, 5, 0.1], []), ([0, 60, 65, 70, 75, 135], [], []),
      ([0, 60, 65, 90, 95, 135], [0.1, 5, 5, 5, 5, 0.1], ["65-90 not-stored 4"]),
      ([0, 60, 61, 62, 72, 132], [0.1, 0.1, 0.1, 0.1, 0.1, 0.1], ["62-72 not-stored 9"]),
    ] as [([Int64], [Double], [String])])
  func slowRuns(_ times: [Int64], _ seconds: [Double], _ expected: [String]) {
    let milliseconds = times.map { $0 * 1000 }
    let recorded = RecordedRuns(
      slice(times), verdict: nil,
      pace: SeriesSlice(labels: .empty, milliseconds: milliseconds, values: [60, 1, 1, 1, 60, 60]),
      duration: seconds.isEmpty ? nil : SeriesSlice(labels: .empty, milliseconds: milliseconds, values: seconds))
    let found = recorded.unstored(
      on: .interval(.seconds(60)), from: at(0), through: at(140), besides: [], timeout: .seconds(5))
    #expect(told(found) == expected)
  }

  @Test("a run that may still be going at the end of what is asked is not missing yet", arguments: [Int64(66), 75])
  func goingOn(_ end: Int64) {
    let recorded = RecordedRuns(
      slice([0, 60]), verdict: nil,
      pace: SeriesSlice(labels: .empty, milliseconds: [0, 60_000], values: [60, 1]),
      duration: SeriesSlice(labels: .empty, milliseconds: [0, 60_000], values: [0.1, 0.1]))
    let found = recorded.unstored(
      on: .interval(.seconds(60)), from: at(0), through: at(end), besides: [], timeout: .seconds(5))
    #expect(told(found) == (end == 66 ? [] : ["60- not-stored 3"]))
  }

  private func cron(_ text: String) throws -> ProbeDefinition {
    let json = #"{"name":"a","kind":"files","cron":"\#(text)","settings":{"paths":["/x"]}}"#
    return try JSONDecoder().decode(ProbeDefinition.self, from: Data(json.utf8))
  }

  @Test("of a cron expression each run that it names is looked for, and those of the night are not named")
  func cronRuns() throws {
    let probe = try cron("*/5 8-9 * * *")
    let midnight: Int64 = 1_795_132_800  // 2026-11-20
    func due(_ hour: Int64, _ minute: Int64) -> Int64 {
      Timing.due(named: at(midnight + hour * 3600 + minute * 60), for: "a").milliseconds / 1000 + 1
    }
    let times = [
      due(8, 0), due(8, 5), due(8, 20), due(8, 25), due(9, 50), due(9, 55), due(32, 0), due(32, 10), due(32, 15),
    ]
    let late = SampleGap(from: at(due(8, 55) - 2), to: at(due(9, 20) + 100), .shed, .everything, Reason("x"))
    let found = runs(times).unstored(of: probe, from: at(midnight), through: at(due(32, 31)), besides: [late])
    let expected = [
      (due(8, 10), due(8, 20), 2), (due(8, 30), due(8, 55), 5), (due(9, 25), due(9, 50), 5),
      (due(32, 5), due(32, 10), 1),
      (due(32, 20), nil, 2),
    ]
    #expect(found.map(\.runs) == expected.map(\.2))
    try #require(found.count == expected.count)
    #expect(found.map { ($0.from.milliseconds / 1000 + 1) } == expected.map(\.0))
    #expect(found[1].to == found[2].from.advanced(by: .seconds(-1800)), "ends where the noted gap begins")
    #expect([found[0].to, found[4].to] == [at(due(8, 20)), nil])
  }

  @Test("a cron expression that was slower before misses nothing then")
  func cronChanged() throws {
    let day: Int64 = 86_400
    let midnight: Int64 = 1_795_132_800
    let times = [0, day, 2 * day, 2 * day + 3600, 2 * day + 7200].map { midnight + $0 + 12 }
    #expect(
      try runs(times).unstored(of: cron("0 * * * *"), from: at(0), through: at(midnight + 2 * day + 7300), besides: [])
        .isEmpty)
  }

  @Test("a calendar's nights have the runs that it gives them: none, or a few")
  func calendar() throws {
    let hours = BusinessHours(
      days: [.friday], from: try #require(CivilTime("08:00")), to: try #require(CivilTime("18:00")), holidays: [],
      workingDays: [], zone: .utc)
    let midnight: Int64 = 1_795_132_800
    let (morning, evening) = (midnight + 8 * 3600, midnight + 18 * 3600)
    let times =
      [-60, 0, 60, 120, 660, 720].map { morning + $0 } + [-120, -60, 3000, 3600].map { evening + $0 }
    let off = Rhythm.calendar(hours, inside: .seconds(60), outside: nil)
    let found = runs(times).unstored(on: off, from: at(0), through: at(evening + 3600), besides: [])
    #expect(found.map(\.from) == [at(morning + 120), at(morning + 720)])
    let slow = Rhythm.calendar(hours, inside: .seconds(60), outside: .seconds(600))
    let more = runs(times).unstored(on: slow, from: at(0), through: at(evening + 3600), besides: [])
    #expect(more.map(\.from) == [at(morning + 120), at(morning + 720), at(evening - 60)])
    #expect(slow.pace(outsideFrom: at(morning), to: at(evening)) == nil)
    #expect(slow.pace(outsideFrom: at(morning), to: at(evening + 1)) == .seconds(600))
    #expect(off.pace(outsideFrom: at(0), to: at(evening)) == nil)
  }
}
