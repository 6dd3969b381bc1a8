import Foundation
import LoopbackServers
import Records
import Synchronization
import Telemetry
import Testing
import WebInterface

@testable import Probes
@testable import WatchkeeperApp

extension OneAfterAnother {
  @Suite("Why there is a gap, by the schedule")
  struct ScheduleGapTests {
    private func rows(_ page: GapsPage) throws -> [GapRow] { try #require(page.probes.first).gaps.reversed() }

    private func words(_ row: GapRow) -> Reason? { if case .message(let reason) = row.reason { reason } else { nil } }

    /// When it comes on 2026-11-18 or the days after, by the name of the bench's probe.
    private func due(day: Int64 = 18, _ hour: Int64, _ minute: Int64) -> Timestamp {
      let midnight = Timestamp(milliseconds: 1_794_960_000_000).advanced(by: .seconds((day - 18) * 86_400))
      return Timing.due(named: midnight.advanced(by: .seconds(hour * 3600 + minute * 60)), for: "files")
    }

    @Test("cron: the night is not planned, lost runs are missing, and a late one says how late")
    func cron() async throws {
      // It is Wednesday, 11:06.
      let bench = try await GapBench(#""cron":"*/5 11-12 * * *","zone":"UTC""#)
      try await bench.run(2, reading: "kept 1\n")
      bench.store.isLosing.store(true, ordering: .relaxed)
      try await bench.run(2, reading: "kept 1\n")
      bench.store.isLosing.store(false, ordering: .relaxed)
      try await bench.run(6, reading: "kept 1\n")
      try await bench.run(1, reading: "kept 1\n", late: .seconds(120))
      try await bench.run(11, reading: "kept 1\n")
      bench.clock.advance(by: .seconds(600))
      let evening = try rows(try await bench.ask("files"))
      try #require(evening.map(\.cause) == ["not_stored", "late", "not_due"])
      #expect(evening.map(\.runs) == [2, 1, 0])
      #expect(evening[0].from == due(11, 20) && evening[0].to == bench.times[4])
      #expect(words(evening[1]) == Reason("reason.gap.late", ["late": "120.0"]))
      #expect(evening[2].from == bench.times[21].advanced(by: .seconds(300)) && evening[2].to == nil)
      let tomorrow = due(day: 19, 11, 0)
      #expect(
        words(evening[2])
          == Reason("reason.gap.no-cron-run", ["cron": "*/5 11-12 * * *", "until": String(tomorrow.milliseconds)]))
      try await bench.run(1, reading: "kept 1\n")
      let morning = try rows(try await bench.ask("kept"))
      await bench.stop()
      #expect(morning.map(\.cause) == ["not_stored", "late", "not_due"])
      #expect(morning[2].to == bench.times[22])
    }

    @Test("business hours: a night without them is not planned, also when the program starts in it")
    func calendar() async throws {
      let calendar = #""calendar":{"from":"07:00","to":"11:00","zone":"UTC","inside":"1m","outside":"off"}"#
      let bench = try await GapBench(calendar)
      let night = try rows(try await bench.ask("files"))
      #expect(night.map(\.cause) == ["not_due"] && night.map(\.from) == [bench.began])
      guard case .message(let reason)? = night.first?.reason else { return }
      #expect(reason.id == "reason.gap.not-due")
      let until = Timestamp(milliseconds: try #require(reason.arguments["until"].flatMap { Int64($0) }))
      #expect(until >= due(day: 19, 7, 0).advanced(by: .seconds(-10)) && until < due(day: 19, 7, 1))
      try await bench.run(3, reading: "kept 1\n")
      bench.store.isLosing.store(true, ordering: .relaxed)
      try await bench.run(4, reading: "kept 1\n")
      bench.store.isLosing.store(false, ordering: .relaxed)
      try await bench.run(2, reading: "kept 1\n")
      await bench.stop()
      let day = try rows(try await bench.ask("kept"))
      #expect(day.map(\.cause) == ["not_due", "not_stored"])
      #expect(day.map(\.to) == [bench.times[0], bench.times[7]])
      #expect(day.map(\.runs) == [0, 4])
    }

    @Test("where it runs closer together the answer says why, and what is lost then is missed")
    func zoom() async throws {
      let bench = try await GapBench(#""interval":"60s","zoom":{"when":"kept > 5","interval":"1s","for":"8s"}"#)
      try await bench.run(2, reading: "kept 1\n")
      try await bench.run(3, reading: "kept 6\n")
      bench.store.isLosing.store(true, ordering: .relaxed)
      try await bench.run(4, reading: "kept 6\n")
      bench.store.isLosing.store(false, ordering: .relaxed)
      try await bench.run(12, reading: "kept 1\n")
      await bench.stop()
      let page = try await bench.ask("kept")
      let gaps = try rows(page)
      #expect(gaps.map(\.cause) == ["not_stored"])
      #expect(gaps.map(\.from) == [bench.times[4]] && gaps.map(\.to) == [bench.times[9]])
      #expect(gaps.map(\.runs) == [4])
      let slow = try #require(
        bench.times.indices.last { bench.times[$0].elapsed(since: bench.times[$0 - 1]) < .seconds(2) })
      #expect(
        page.probes.first?.remarks == [
          Phrase("gaps.pace.zoom", ["from": bench.times[2].argument, "to": bench.times[slow].argument, "every": "1s"])
        ])
    }
  }
}
