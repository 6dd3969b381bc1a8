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
  /// A store that loses what it is given for a while.
  final class LossyStore: SampleAppender {
    let store: EmbeddedStore
    let isLosing = Atomic(false)

    init(_ store: EmbeddedStore) { self.store = store }

    func reference(for labels: LabelSet) throws(AppendError) -> SeriesReference { try store.reference(for: labels) }

    @discardableResult
    func append(_ batch: SampleBatch) -> AppendOutcome {
      isLosing.load(ordering: .relaxed) ? AppendOutcome() : store.append(batch)
    }
  }

  /// A runner, a store on disk and the console's answers, over files that a probe reads.
  final class GapBench {
    let folder: TemporaryFolder
    let clock = TestClock()
    let store: LossyStore
    let runner: ProbeRunner
    let console: ConsoleBench
    let began: Timestamp
    var times: [Timestamp] = []
    private let task: Task<Void, Never>

    /// - Parameter schedule: keys of the definition, as JSON.
    init(_ schedule: String = #""interval":"10s""#) async throws {
      folder = try TemporaryFolder()
      store = LossyStore(try EmbeddedStore(folder: folder.path + "/samples", clock: clock))
      let environment = ProbeEnvironment(transfers: TransferEngine(), clock: clock, hostName: ConsoleBench.hostName)
      let runner = ProbeRunner(environment: environment, store: store)
      self.runner = runner
      began = clock.now
      console = try await ConsoleBench()
      try FileManager.default.createDirectory(atPath: folder.path + "/files", withIntermediateDirectories: true)
      let json = """
        {"name":"files","kind":"textfile",\(schedule),"settings":{"directory":"\(folder.path)/files"}}
        """
      let probe = try JSONDecoder().decode(ProbeDefinition.self, from: Data(json.utf8))
      console.configuration = Configuration(
        files: ConfigurationFiles(files: []), settings: WatchkeeperSettings(), probes: [probe], ruleGroups: [],
        inventory: InventoryDeclaration(), plans: [])
      console.reader = store.store
      await runner.load([probe])
      task = Task { await runner.run() }
    }

    /// So many runs, each when it is due or later by `late`, while the file has this text.
    func run(_ count: Int, reading text: String, late: Duration = .zero) async throws {
      try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path + "/files/a.prom"))
      for _ in 0..<count {
        let before = await runner.status()[0]
        clock.advance(by: before.nextIn + late)
        let after = await patiently(until: { $0.runs > before.runs }) { await runner.status()[0] }
        times.append(try #require(after.lastRun))
      }
    }

    /// Of the whole time of the bench, unless another is asked for.
    func ask(_ subject: String, from: Timestamp? = nil, to: Timestamp? = nil) async throws -> GapsPage {
      console.gaps = ["files": try #require(await runner.gapHistory(of: "files"))]
      let question = GapQuestion(subject: subject, from: from ?? began, to: to ?? clock.now)
      return try await console.sources.gapsPage(question)
    }

    func stop() async {
      task.cancel()
      await task.value
    }
  }
}
