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
  }
}
