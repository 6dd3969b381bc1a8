import Foundation
import Interchange
import LoopbackServers
import Records
import Telemetry
import Testing
import TimeSeriesStore
import Transfers
import Yams

@testable import WatchkeeperApp

extension OneAfterAnother {
  /// With Debian's Prometheus, which takes native histograms when it is told to.
  @Suite(
    "Native histograms in a Prometheus",
    .enabled(if: RealPrometheus.isHere, "needs the package prometheus: apt-get install prometheus"))
  struct RemoteWritePrometheusTests {
    private let folder: TemporaryFolder
    private let clock = TestClock()
    private let engine = TransferEngine()

    init() throws { folder = try TemporaryFolder() }

    @Test("arrive bucket by bucket and answer histogram_quantile; those with buckets of their own do not")
    func histograms() async throws {
      let prometheus = try RealPrometheus(in: folder)
      defer { prometheus.stop() }
      let store = try EmbeddedStore(folder: folder.path + "/samples", clock: clock)
      let senders = RemoteWriteSenders(
        RemoteWriteSurroundings(
          store: store, cursors: RemoteWriteCursors(path: folder.path + "/remote-write.json"), clock: clock, log: .test,
          carry: { [engine] in await engine.perform($0) }, metadata: { MetadataTable() }))
      try await until("Prometheus") { try await ask(prometheus, "/-/ready").status == 200 }
      await senders.adopt([try endpoint(prometheus)])
      let time = clock.now
      for (name, histogram) in Self.written {
        var batch = SampleBatch()
        batch.append(try store.reference(for: LabelSet(["__name__": name])), at: time, histogram)
        store.append(batch)
      }
      await store.commit()
      try await until("what goes out") {
        clock.advance(by: .milliseconds(1))
        let view = senders.views[0].view
        return view.histograms >= 2 && !view.dropped.isEmpty
      }
      #expect(
        senders.views[0].view.histograms == 2 && senders.views[0].view.refused == 0
          && senders.views[0].view.dropped == [.customBuckets: 1])

      func number(_ query: String) async throws -> Double? {
        let result = try await result(of: query, at: time, prometheus)
        return (result.first?["value"] as? [Any])?.last.flatMap { $0 as? String }.flatMap(Double.init)
      }
      // The fourth of eight, a quarter into (1, 2]; from 3.0 on Prometheus takes growth within a bucket as even.
      let median = try #require(try await number("histogram_quantile(0.5, counted)"))
      #expect(abs(median - 1.25) < 1e-9 || abs(median - exp2(0.25)) < 1e-9)
      #expect(try await number("histogram_count(counted)") == 8)
      #expect(try await number("histogram_sum(counted)") == 13.25)
      #expect(try await number("histogram_count(floating)") == 2.5)
      let whole = try await result(of: "counted", at: time, prometheus).first?["histogram"] as? [Any]
      let buckets = (whole?.last as? [String: Any])?["buckets"] as? [[Any]]
      #expect(
        buckets?.map { $0.dropFirst().map { "\($0)" } } == [
          ["-1", "-0.5", "1"], ["-0.001", "0.001", "1"], ["0.5", "1", "1"], ["1", "2", "4"], ["8", "16", "1"],
        ], "\(String(describing: buckets))")
      #expect(try await result(of: "own", at: time, prometheus).isEmpty)
      await senders.stop()
      await store.close()
    }

    private static let written: [(String, NativeHistogram)] = [
      (
        "counted",
        NativeHistogram(
          schema: 0, zeroThreshold: 0.001, zeroCount: 1, count: 8, sum: 13.25,
          positive: .init(
            spans: [.init(offset: 0, length: 2), .init(offset: 2, length: 1)], counts: [1, 4, 1]),
          negative: .init(spans: [.init(offset: 0, length: 1)], counts: [1]))
      ),
      (
        "floating",
        NativeHistogram(
          schema: 0, zeroThreshold: 0.001, zeroCount: 0, count: 2.5, sum: 4,
          positive: .init(spans: [.init(offset: 1, length: 1)], counts: [2.5]), resetHint: .gauge)
      ),
      (
        "own",
        NativeHistogram(
          schema: NativeHistogram.customSchema, zeroThreshold: 0, count: 3, sum: 5,
          positive: .init(spans: [.init(offset: 0, length: 2)], counts: [1, 2]), customBounds: [0.25, 10])
      ),
    ]

    private func endpoint(_ prometheus: RealPrometheus) throws -> RemoteWriteEndpoint {
      let document = try SettingsDocument(
        text: "url: http://127.0.0.1:\(prometheus.port)/api/v1/write\nqueue_config: {sample_age_limit: 1d}\n",
        file: "watchkeeper.yaml")
      return try SettingsDecoder.decode(
        RemoteWriteEndpoint.self, from: try #require(document.root), of: document,
        userInfo: [ReceiverSettings.environmentKey: CommandWorld.offlineNotifiers])
    }

    private func ask(_ prometheus: RealPrometheus, _ path: String) async throws -> TransferReport {
      await engine.perform(TransferRequest(url: Secret("http://127.0.0.1:\(prometheus.port)\(path)")))
    }

    private func result(
      of query: String, at time: Timestamp, _ prometheus: RealPrometheus
    ) async throws -> [[String: Any]] {
      let text = query.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
      let report = try await ask(prometheus, "/api/v1/query?time=\(time.seconds)&query=\(text)")
      let json = try JSONSerialization.jsonObject(with: Foundation.Data(report.body)) as? [String: Any]
      return (json?["data"] as? [String: Any])?["result"] as? [[String: Any]] ?? []
    }

    private func until(_ what: String, _ isSo: () async throws -> Bool) async throws {
      let limit = ContinuousClock.now + .seconds(120)
      while try await !isSo() {
        try #require(ContinuousClock.now < limit, "still waiting for \(what)")
        await Task.yield()
      }
    }
  }
}

/// A Prometheus of the test's own, gone when it is stopped.
private struct RealPrometheus {
  private static let path = ["/usr/bin", "/usr/local/bin"].map { $0 + "/prometheus" }
    .first { FileManager.default.isExecutableFile(atPath: $0) }
  static var isHere: Bool { path != nil }

  let port: Int
  private let process = Process()

  init(in folder: TemporaryFolder) throws {
    port = try LoopbackServer.unusedPort()
    let configuration = try folder.write("global: {scrape_interval: 1h}\n", to: "prometheus.yml")
    process.executableURL = URL(filePath: Self.path ?? "prometheus")
    process.arguments = [
      "--config.file=\(configuration)", "--storage.tsdb.path=\(folder.path)/tsdb",
      "--web.listen-address=127.0.0.1:\(port)", "--web.enable-remote-write-receiver",
      "--enable-feature=native-histograms",
    ]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
  }

  func stop() {
    process.terminate()
    process.waitUntilExit()
  }
}
