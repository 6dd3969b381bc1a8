import Foundation
import Inventory
import LoopbackServers
import Records
import Synchronization
import Telemetry
import Testing
import TimeSeriesStore
import Transfers
import WebInterface
import Wording

@testable import Probes
@testable import WatchkeeperApp

extension OneAfterAnother {
  /// A runner, a store on disk and the console's answers, over files that a probe reads.
  @Suite("Why one series has a gap")
  struct SeriesGapTests {
    @Test("an answer without a series, a broken file and lost samples are each the reason of their hole")
    func reasons() async throws {
      let bench = try await GapBench()
      try await bench.run(2, reading: "kept 1\nleaves 1\n")
      try await bench.run(2, reading: "kept 1\n")
      try await bench.run(2, reading: "kept 1\nleaves 1\n")
      bench.store.isLosing.store(true, ordering: .relaxed)
      try await bench.run(3, reading: "kept 1\nleaves 1\n")
      bench.store.isLosing.store(false, ordering: .relaxed)
      try await bench.run(1, reading: "kept 1\nleaves 1\n")
      try await bench.run(1, reading: "broken\n")
      try await bench.run(1, reading: "kept 1\n")
      await bench.stop()
      let times = bench.times

      let leaves = try #require(try await bench.ask("leaves").probes.first)
      #expect(leaves.series == #"leaves{instance="web01", job="textfile"}"#)
      #expect(leaves.gaps.map(\.cause) == ["absent", "incomplete", "not_stored", "absent"])
      #expect(leaves.gaps.map(\.from) == [times[11], times[10], times[5], times[2]])
      #expect(leaves.gaps.map(\.to) == [bench.clock.now, times[11], times[9], times[4]])
      #expect(leaves.gaps.map(\.runs) == [1, 1, 3, 2])
      #expect(leaves.gaps.map(\.extent) == ["series", "part", "everything", "series"])

      let kept = try await bench.ask(#"kept{job="textfile"}"#).probes
      #expect(kept.map { $0.gaps.map(\.cause) } == [["incomplete", "not_stored"]])
      let own = try await bench.ask("node_textfile_scrape_error").probes
      #expect(own.map { $0.gaps.map(\.cause) } == [["not_stored"]])
    }

    @Test("what was never given is told as that, and of many series each hole stands by its own")
    func many() async throws {
      let bench = try await GapBench()
      try await bench.run(2, reading: "a{x=\"1\"} 1\na{x=\"2\"} 1\n")
      try await bench.run(2, reading: "a{x=\"1\"} 1\n")
      await bench.stop()
      let never = try #require(try await bench.ask(#"nothing{job="textfile"}"#).probes.first)
      #expect(never.gaps.map(\.reason) == [.message(Reason("reason.gap.never"))] && never.gaps[0].runs == 4)
      let both = try await bench.ask("a").probes
      #expect(both.map(\.series) == [#"a{instance="web01", job="textfile", x="2"}"#])
      #expect(both.map { $0.gaps.map(\.from) } == [[bench.times[2]]])
    }

    @Test("a series that left before the asked time is told beside others that stay")
    func leftBesideOthers() async throws {
      let bench = try await GapBench()
      try await bench.run(2, reading: "a{x=\"1\"} 1\na{x=\"2\"} 1\n")
      try await bench.run(5, reading: "a{x=\"1\"} 1\n")
      await bench.stop()
      let page = try await bench.ask("a", from: bench.times[4])
      #expect(page.probes.map(\.series) == [#"a{instance="web01", job="textfile", x="2"}"#])
      #expect(page.probes.map { $0.gaps.map(\.from) } == [[bench.times[2]]])
    }

    private func lose(_ count: Int, on bench: GapBench) async throws {
      bench.store.isLosing.store(true, ordering: .relaxed)
      try await bench.run(count, reading: "kept 1\n")
      bench.store.isLosing.store(false, ordering: .relaxed)
    }

    @Test("a loss that began before the asked time, or covers all of it, is told with its begin")
    func begunBefore() async throws {
      let bench = try await GapBench()
      try await bench.run(3, reading: "kept 1\n")
      try await lose(8, on: bench)
      try await bench.run(2, reading: "kept 1\n")
      await bench.stop()
      let times = bench.times
      for subject in ["files", "kept", #"kept{job="textfile"}"#] {
        let later = try #require(try await bench.ask(subject, from: times[6], to: times[12]).probes.first)
        #expect(later.gaps.map(\.cause) == ["not_stored"], "\(subject)")
        #expect(later.gaps.map(\.from) == [times[2]] && later.gaps.map(\.to) == [times[11]])
        #expect(later.gaps.map(\.runs) == [8])
        let within = try #require(try await bench.ask(subject, from: times[6], to: times[8]).probes.first)
        #expect(within.gaps.map(\.cause) == ["not_stored"], "\(subject)")
        #expect(within.gaps.map(\.from) == [times[2]] && within.gaps.map(\.to) == [times[8]])
        #expect(try await bench.ask(subject, from: times[11], to: times[12]).probes.map(\.gaps.count) == [0])
      }
    }

    @Test("a probe that loses every second run is told to, over the whole time")
    func everySecond() async throws {
      let bench = try await GapBench()
      // The first run comes before the first of the grid.
      try await bench.run(2, reading: "kept 1\n")
      for _ in 0..<4 {
        try await lose(1, on: bench)
        try await bench.run(1, reading: "kept 1\n")
      }
      await bench.stop()
      let gaps = try await bench.ask("kept").probes.first?.gaps ?? []
      #expect(gaps.map(\.reason) == [.message(Reason("reason.gap.thinned"))] && gaps.map(\.extent) == ["part"])
      #expect(gaps.map(\.from) == [bench.times[1]] && gaps.map(\.to) == [bench.times[9]])
      #expect(gaps.map(\.runs) == [4])
    }

    @Test("the last run before a loss is looked for farther back than the asked time is from it")
    func begunLongBefore() async throws {
      let bench = try await GapBench(#""interval":"10m""#)
      try await bench.run(3, reading: "kept 1\n")
      try await lose(20, on: bench)
      try await bench.run(1, reading: "kept 1\n")
      await bench.stop()
      let gaps = try await bench.ask("files", from: bench.times[22]).probes.first?.gaps ?? []
      #expect(gaps.map(\.from) == [bench.times[2]] && gaps.map(\.to) == [bench.times[23]])
      #expect(gaps.map(\.runs) == [20])
    }

    /// Has too many samples for a question that reaches back too far.
    private struct ShortReader: SeriesReader {
      let reader: any SeriesReader
      let oldest: Timestamp

      func select(
        _ selections: [SeriesSelection], limits: ReadLimits
      ) async throws(SeriesReadError) -> [[SeriesSlice]] {
        guard selections.allSatisfy({ $0.after >= oldest }) else { throw .tooManySamples(limit: 1) }
        return try await reader.select(selections, limits: limits)
      }

      func labelSets(
        matching selectors: [[LabelMatcher]], after: Timestamp, through: Timestamp, limits: ReadLimits
      ) async throws(SeriesReadError) -> [LabelSet] {
        try await reader.labelSets(matching: selectors, after: after, through: through, limits: limits)
      }
    }

    @Test("where the look back fails, what was read until then is the answer")
    func shortLook() async throws {
      let bench = try await GapBench(#""interval":"10m""#)
      try await bench.run(3, reading: "kept 1\n")
      try await lose(20, on: bench)
      try await bench.run(1, reading: "kept 1\n")
      await bench.stop()
      let from = bench.times[22]
      bench.console.reader = ShortReader(reader: bench.store.store, oldest: from.advanced(by: .seconds(-2 * 3600)))
      let answer = try #require(try await bench.ask("files", from: from).probes.first)
      #expect(answer.remarks.isEmpty)
      #expect(answer.gaps.map(\.reason) == [.message(Reason("reason.gap.none-stored"))])
      #expect(answer.gaps.map(\.from) == [from] && answer.gaps.map(\.to) == [bench.times[23]])
    }

    @Test("where nothing at all is stored of a probe that was known, the whole time is a gap")
    func nothingStored() async throws {
      let bench = try await GapBench()
      try await lose(6, on: bench)
      await bench.stop()
      let gaps = try await bench.ask("files", from: bench.times[1], to: bench.times[5]).probes.first?.gaps ?? []
      #expect(gaps.map(\.cause) == ["not_stored"] && gaps.map(\.extent) == ["everything"])
      #expect(gaps.map(\.reason) == [.message(Reason("reason.gap.none-stored"))])
      #expect(gaps.map(\.from) == [bench.times[1]] && gaps.map(\.to) == [bench.times[5]])
      #expect(gaps.map(\.runs) == [4])
      #expect(try await bench.ask("files").probes.first?.gaps.map(\.from) == [bench.began])
    }

    @Test("a series that left before the asked time says since when")
    func leftBefore() async throws {
      let bench = try await GapBench()
      try await bench.run(2, reading: "kept 1\nleaves 1\n")
      try await bench.run(6, reading: "kept 1\n")
      await bench.stop()
      let page = try await bench.ask(#"leaves{job="textfile"}"#, from: bench.times[5], to: bench.times[7])
      let gaps = page.probes.first?.gaps ?? []
      #expect(gaps.map(\.cause) == ["absent"] && gaps.map(\.from) == [bench.times[2]])
      #expect(gaps.map(\.runs) == [6])
    }
  }
}
