import Foundation
import Records
import Telemetry
import Testing

@testable import Probes

@Suite("Gaps")
struct GapTests {
  private func at(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: seconds * 1000) }

  private func failure(_ id: String = "reason.probe.refused", _ text: String = "") -> GapObservation {
    GapObservation(cause: .failed, extent: .measurements, reason: Reason(id, ["text": text]))
  }

  @Test("runs that fail for one reason are one gap, another reason begins another, a good run ends it")
  func merging() {
    var record = GapRecord(knownSince: at(0))
    record.miss(failure("a", "first"), at: at(10))
    record.miss(failure("a", "second"), at: at(20))
    record.miss(failure("b"), at: at(30))
    record.close(at: at(40))
    record.close(at: at(50))
    #expect(record.gaps.map(\.from) == [at(10), at(30)])
    #expect(record.gaps.map(\.to) == [at(30), at(40)])
    #expect(record.gaps.map(\.runs) == [2, 1])
    #expect(record.gaps[0].reason == Reason("a", ["text": "second"]))
  }

  @Test("the ring keeps the newest and says what it forgot")
  func ring() {
    var record = GapRecord(knownSince: at(0))
    for number in 0..<Int64(GapRecord.gapsMax + 2) {
      record.miss(failure(), at: at(number * 10))
      record.close(at: at(number * 10 + 5))
    }
    #expect(record.gaps.count == GapRecord.gapsMax)
    #expect(record.gaps.first?.from == at(20))
    #expect(record.forgottenBefore == at(15))
  }

  @Test("due times that passed while a run was going are part of what became of it")
  func stillRunning() {
    var record = GapRecord(knownSince: at(0))
    let waiting = GapObservation(cause: .stillRunning, extent: .everything, reason: Reason("reason.gap.still-running"))
    record.miss(waiting, at: at(20))
    record.miss(waiting, at: at(30))
    record.miss(GapObservation(cause: .hung, extent: .measurements, reason: Reason("hung")), at: at(10))
    #expect(record.gaps.map(\.cause) == [.hung] && record.gaps.map(\.runs) == [3])
    #expect(record.gaps.first?.from == at(10) && record.isOpen)
  }

  @Test("due times that passed while a run was going stay told when the run failed: it has samples of its own")
  func stillRunningThenFailed() {
    var record = GapRecord(knownSince: at(0))
    record.miss(
      GapObservation(cause: .stillRunning, extent: .everything, reason: Reason("reason.gap.still-running")), at: at(20))
    record.miss(failure(), at: at(10))
    let gaps = GapHistory(probe: "a", record).gaps
    #expect(gaps.map(\.cause) == [.failed, .stillRunning] && gaps.map(\.from) == [at(10), at(20)])
    #expect(gaps[0].to == nil && gaps[1].to == at(20).advanced(by: .milliseconds(1)))
  }

  @Test("a time without runs is noted though runs fail before and after it, not within one that says as much")
  func lateWithinFailures() {
    var ledger = GapLedger(startingAt: at(0))
    ledger.define(["a"], at: at(0))
    let late = SampleGap(from: at(20), to: at(50), .late, .everything, Reason("late"))
    ledger.miss("a", failure(), at(10))
    ledger.add("a", late)
    ledger.miss("a", failure(), at(50))
    #expect(ledger.history(of: "a")?.gaps.map(\.cause) == [.failed, .late, .failed])
    #expect(ledger.history(of: "a")?.gaps.map(\.to) == [at(20), at(50), nil])
    ledger.miss("a", GapObservation(cause: .shed, extent: .everything, reason: Reason("shed")), at(60))
    ledger.add("a", SampleGap(from: at(70), to: at(80), .late, .everything, Reason("late")))
    #expect(ledger.history(of: "a")?.gaps.map(\.cause) == [.failed, .late, .failed, .shed])
  }

  @Test("a clock that is set back within a gap takes none of its runs away, and adds none")
  func clockBack() {
    var record = GapRecord(knownSince: at(0))
    record.miss(failure(), at: at(100))
    record.close(at: at(40))
    #expect(record.gaps.count == 1 && record.gaps[0].covers(at(100)) && !record.gaps[0].covers(at(101)))
    record.miss(failure(), at: at(200))
    record.miss(failure(), at: at(150))
    record.miss(failure(), at: at(160))
    record.close(at: at(170))
    record.close(at: at(300))
    #expect(record.gaps.map(\.runs) == [1, 3])
    #expect([150, 160, 200].allSatisfy { record.gaps[1].covers(at($0)) })
    #expect(!record.isOpen && !record.gaps[1].covers(at(149)) && !record.gaps[1].covers(at(201)))
    record.miss(failure(), at: at(400))
    record.close(at: at(410))
    #expect(record.gaps[2].from == at(400) && record.gaps[2].to == at(410))
  }

  @Test(
    "a clock that is set forward invents no missing runs and hides none that are missing before, beside or behind it",
    arguments: [
      ([], []), ([310..<400], [9]), ([910..<1005], [10]), ([1020..<1110], [9]), ([310..<400, 910..<1005], [9, 10]),
    ] as [([Range<Int64>], [Int])])
  func clockForward(_ lost: [Range<Int64>], _ runs: [Int]) throws {
    // An hour is left out 1005 s after the start, which is seen 2 s later.
    func wall(_ uptime: Int64) -> Timestamp { at(uptime < 1005 ? uptime : uptime + 3600) }
    var ledger = GapLedger(startingAt: at(0))
    ledger.define(["a"], at: at(0))
    ledger.jump(by: .seconds(3600), to: wall(1007))
    let noted = try #require(ledger.history(of: "a")).gaps
    #expect(noted.map(\.cause) == [.clockSet] && noted.map(\.runs) == [0])
    let times = stride(from: Int64(0), through: 2400, by: 10).filter { time in !lost.contains { $0.contains(time) } }
    let stored = SeriesSlice(
      labels: .empty, milliseconds: times.map { wall($0).milliseconds }, values: times.map { _ in 0 })
    func missing(_ noted: [SampleGap]) -> [Int] {
      RecordedRuns(stored, verdict: nil).unstored(
        on: .interval(.seconds(10)), from: at(0), through: wall(2400), besides: noted
      ).map(\.runs)
    }
    #expect(missing(noted) == runs)
    if lost.isEmpty { #expect(missing([]) == [360], "what is not noted would seem to be lost") }
    ledger.jump(by: .seconds(-3600), to: at(2500))
    let left = try #require(ledger.history(of: "a")).gaps
    #expect(left.map(\.from) == noted.map(\.from) && left.map(\.to) == [at(2500)], "what comes after all is no jump")
    ledger.jump(by: .seconds(-2000), to: at(500))
    #expect(ledger.history(of: "a")?.gaps.isEmpty == true, "a time that comes twice leaves no gap")
  }

  @Test("a schedule is known since it was first seen, over restarts, until it is another one")
  func schedules() {
    var ledger = GapLedger(startingAt: at(0))
    func define(_ schedule: String?, _ seconds: Int64) -> Timestamp? {
      ledger.define(["a"], at: at(seconds), schedule: { _ in schedule })
      return ledger.history(of: "a")?.scheduledSince
    }
    #expect(define("10s", 5) == at(5))
    #expect(define("10s", 50) == at(5))
    #expect(define("60s", 100) == at(100))
    let changes = ledger.takeChanges(at: at(110))
    var next = GapLedger(startingAt: at(120))
    next.restore(GapRows(probes: changes.probes.compactMapValues { $0 }, runner: changes.runner), at: at(120))
    next.define(["a"], at: at(120), schedule: { _ in "60s" })
    #expect(next.history(of: "a")?.scheduledSince == at(100))
    #expect(next.takeChanges(at: at(121)).probes.isEmpty)
    #expect(define(nil, 200) == nil)
  }

  @Test("schedules that differ are kept as texts that differ")
  func keptTexts() throws {
    func text(_ keys: String) throws -> String? {
      let json = #"{"name":"a","kind":"textfile",\#(keys),"settings":{"directory":"/x"}}"#
      return try JSONDecoder().decode(ProbeDefinition.self, from: Data(json.utf8)).rhythm.keptText
    }
    let texts = try [#""interval":"10s""#, #""interval":"10m""#, #""cron":"1 * * * *""#, #""cron":"2 * * * *""#].map(
      text)
    #expect(Set(texts).count == 4 && !texts.contains(nil))
  }

  @Test(
    "a failed check leaves its verdict, one that could not be made does not, a lack of runs leaves nothing",
    arguments: [
      (SampleGap.Cause.failed, SampleGap.Extent.measurements, [false, false, true]),
      (.notChecked, .measurements, [false, true, true]), (.notRunning, .everything, [true, true, true]),
      (.incomplete, .part, [false, false, true]),
    ])
  func concerns(_ cause: SampleGap.Cause, _ extent: SampleGap.Extent, _ expected: [Bool]) {
    let gap = SampleGap(from: at(0), cause, extent, Reason("x"))
    #expect(["up", "probe_success", "probe_http_status_code"].map { gap.concerns(metric: $0) } == expected)
  }

  @Test("a crash ends at the last sign of life, a stop when it came; both are gaps of every probe known then")
  func outages() throws {
    var first = GapLedger(startingAt: at(0))
    first.define(["a", "b"], at: at(0))
    first.miss("a", failure(), at(50))
    let crashed = first.takeChanges(at: at(60))
    #expect(Set(crashed.probes.keys) == ["a", "b"])

    var second = GapLedger(startingAt: at(100))
    second.restore(
      GapRows(probes: crashed.probes.compactMapValues { $0 }, runner: crashed.runner), at: at(100))
    second.define(["a", "b", "new"], at: at(101))
    let a = try #require(second.history(of: "a"))
    #expect(a.gaps.map(\.cause) == [.failed, .notRunning])
    #expect(a.gaps.map(\.from) == [at(50), at(60)])
    #expect(a.gaps.map(\.to) == [at(60), at(100)])
    #expect(a.gaps[1].reason.id == "reason.gap.crashed")
    #expect(second.history(of: "new")?.gaps.isEmpty == true)
    second.stop(at: at(200))

    var third = GapLedger(startingAt: at(300))
    let stopped = second.takeChanges(at: at(200))
    third.restore(
      GapRows(
        probes: crashed.probes.compactMapValues { $0 }.merging(stopped.probes.compactMapValues { $0 }) { $1 },
        runner: stopped.runner), at: at(300))
    let last = try #require(third.history(of: "b")?.gaps.last)
    #expect(last.reason.id == "reason.gap.stopped" && last.from == at(200) && last.to == at(300))
  }

  @Test("outages that left the ring are said to be forgotten, to the probes that were known then")
  func forgottenOutages() throws {
    var ledger = GapLedger(startingAt: at(0))
    ledger.define(["old"], at: at(0))
    for number in 0..<Int64(RunnerTimes.outagesMax + 2) {
      if number == 5 { ledger.define(["old", "new"], at: at(490)) }
      ledger.jump(by: .seconds(10), to: at(number * 100 + 50))
    }
    let changes = ledger.takeChanges(at: at(9000))
    let runner = try JSONDecoder().decode(RunnerTimes.self, from: try JSONEncoder().encode(changes.runner))
    #expect(runner.outages.count == RunnerTimes.outagesMax && runner.forgottenBefore == at(150))
    #expect(ledger.history(of: "old")?.forgottenBefore == at(150))
    #expect(ledger.history(of: "old")?.gaps.first?.from == at(240))
    #expect(ledger.history(of: "new")?.forgottenBefore == nil)
    var record = GapRecord(knownSince: at(0))
    for number in 0...Int64(GapRecord.gapsMax) {
      record.miss(failure(), at: at(number * 10))
      record.close(at: at(number * 10 + 5))
    }
    #expect(GapHistory(probe: "a", record, runner).forgottenBefore == at(150))
  }

  @Test("a probe that leaves the configuration has a gap until it comes back, also over a restart")
  func definition() {
    var ledger = GapLedger(startingAt: at(0))
    ledger.define(["a"], at: at(0))
    ledger.define([], at: at(10))
    ledger.define([], at: at(20))
    let changes = ledger.takeChanges(at: at(25))
    var next = GapLedger(startingAt: at(30))
    next.restore(GapRows(probes: changes.probes.compactMapValues { $0 }, runner: changes.runner), at: at(30))
    next.define(["a"], at: at(40))
    let gaps = next.history(of: "a")?.gaps.filter { $0.cause == .notDefined }
    #expect(gaps?.map(\.from) == [at(10)] && gaps?.map(\.to) == [at(40)])
  }

  @Test("a probe that has left is known by the labels of its series, until it comes back")
  func retired() throws {
    var ledger = GapLedger(startingAt: at(0))
    let target = LabelSet(["instance": "db01"])
    ledger.define(["a"], at: at(0)) { _ in target }
    #expect(ledger.retired.isEmpty)
    ledger.define([], at: at(10))
    let record = try JSONDecoder().decode(
      GapRecord.self, from: try JSONEncoder().encode(try #require(ledger.records["a"])))
    var next = GapLedger(startingAt: at(20))
    next.restore(GapRows(probes: ["a": record]), at: at(20))
    #expect(next.retired == [RetiredProbe(name: "a", target: target, removedAt: at(10))])
    #expect(next.history(of: "a")?.removedAt == at(10))
    next.define(["a"], at: at(30))
    #expect(next.retired.isEmpty && next.history(of: "a")?.removedAt == nil)
  }

  @Test("a pause of the calendar counts no runs")
  func pause() {
    var record = GapRecord(knownSince: at(0))
    let pause = GapObservation(cause: .notDue, extent: .everything, reason: Reason("reason.gap.not-due"))
    record.miss(pause, at: at(10))
    record.miss(pause, at: at(20))
    #expect(record.gaps.map(\.runs) == [0])
  }

  @Test("what could not be written is offered again, what was is not")
  func saving() {
    var ledger = GapLedger(startingAt: at(0))
    ledger.define(["a"], at: at(0))
    let changes = ledger.takeChanges(at: at(1))
    #expect(ledger.takeChanges(at: at(2)).probes.isEmpty)
    ledger.keepUnsaved(changes)
    #expect(ledger.takeChanges(at: at(3)).probes.keys.sorted() == ["a"])
  }

  @Test("probes that are long gone are forgotten, the longest gone first")
  func retirement() {
    var ledger = GapLedger(startingAt: at(0))
    for number in 0...GapLedger.retiredMax { ledger.define(["p\(number)"], at: at(Int64(number))) }
    ledger.define([], at: at(5000))
    #expect(ledger.history(of: "p0") == nil)
    #expect(ledger.history(of: "p1") != nil)
    #expect(ledger.records.count == GapLedger.retiredMax)
  }
}
