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

/// A runner, a store on disk and the console's answers, over files that a probe reads.
///
/// Bears `ProbesTests` in its name, by which `scripts/test` runs it with those of the probes: beside all other tests its
/// runs wait for a thread for minutes.
@Suite("Why one series has a gap")
struct SeriesGapsOfProbesTests {
  /// A store that loses what it is given for a while.
  private final class LossyStore: SampleAppender {
    let store: EmbeddedStore
    let isLosing = Atomic(false)

    init(_ store: EmbeddedStore) { self.store = store }

    func reference(for labels: LabelSet) throws(AppendError) -> SeriesReference { try store.reference(for: labels) }

    @discardableResult
    func append(_ batch: SampleBatch) -> AppendOutcome {
      isLosing.load(ordering: .relaxed) ? AppendOutcome() : store.append(batch)
    }
  }

  private final class Bench {
    let folder: TemporaryFolder
    let clock = TestClock()
    let store: LossyStore
    let runner: ProbeRunner
    let console: ConsoleBench
    let began: Timestamp
    var times: [Timestamp] = []
    private let task: Task<Void, Never>

    init() async throws {
      folder = try TemporaryFolder()
      store = LossyStore(try EmbeddedStore(folder: folder.path + "/samples", clock: clock))
      let environment = ProbeEnvironment(transfers: TransferEngine(), clock: clock, hostName: ConsoleBench.hostName)
      let runner = ProbeRunner(environment: environment, store: store)
      self.runner = runner
      began = clock.now
      console = try await ConsoleBench()
      try FileManager.default.createDirectory(atPath: folder.path + "/files", withIntermediateDirectories: true)
      let json = """
        {"name":"files","kind":"textfile","interval":"10s","settings":{"directory":"\(folder.path)/files"}}
        """
      let probe = try JSONDecoder().decode(ProbeDefinition.self, from: Data(json.utf8))
      console.configuration = Configuration(
        files: ConfigurationFiles(files: []), settings: WatchkeeperSettings(), probes: [probe], ruleGroups: [],
        inventory: InventoryDeclaration(), plans: [])
      console.reader = store.store
      await runner.load([probe])
      task = Task { await runner.run() }
    }

    /// So many runs, each when it is due, while the file has this text.
    func run(_ count: Int, reading text: String) async throws {
      try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path + "/files/a.prom"))
      for _ in 0..<count {
        let before = await runner.status()[0]
        clock.advance(by: before.nextIn)
        let after = await patiently(until: { $0.runs > before.runs }) { await runner.status()[0] }
        times.append(try #require(after.lastRun))
      }
    }

    func ask(_ subject: String) async throws -> GapsPage {
      console.gaps = ["files": try #require(await runner.gapHistory(of: "files"))]
      return try await console.sources.gapsPage(GapQuestion(subject: subject, from: began, to: clock.now))
    }

    func stop() async {
      task.cancel()
      await task.value
    }
  }

  @Test("an answer without a series, a broken file and lost samples are each the reason of their hole")
  func reasons() async throws {
    let bench = try await Bench()
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
    let bench = try await Bench()
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
