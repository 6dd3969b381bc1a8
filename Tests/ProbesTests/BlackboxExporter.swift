import Foundation
import LoopbackServers
import Telemetry
import Transfers

@testable import Probes

/// The real exporter, beside which our series are held.
final class BlackboxExporter {
  static let isInstalled = ServerProcess.isInstalled("/usr/bin/prometheus-blackbox-exporter")

  private let port: Int
  private let process: ServerProcess
  private let transfers = TransferEngine()

  init(modules: String) throws {
    port = try LoopbackServer.unusedPort()
    process = try ServerProcess(
      "/usr/bin/prometheus-blackbox-exporter",
      ["--config.file=FOLDER/bb.yml", "--web.listen-address=127.0.0.1:\(port)"], files: ["bb.yml": modules])
  }

  deinit { process.stop() }

  /// Series, written as on its page, to their values.
  func probe(_ module: String, _ target: String) async -> [String: Double] {
    var request = TransferRequest(url: "http://127.0.0.1:\(port)/probe?module=\(module)&target=\(target)")
    request.timeout = .seconds(10)
    let page = await patiently(until: { $0.failure?.cause != .refused }) { await transfers.perform(request) }
    var series: [String: Double] = [:]
    for line in String(decoding: page.body, as: UTF8.self).split(separator: "\n") where !line.hasPrefix("#") {
      guard let blank = line.lastIndex(of: " ") else { continue }
      series[String(line[..<blank])] = Double(line[line.index(after: blank)...])
    }
    return series
  }
}

extension ProbeReport {
  /// All that a run shows, written as the exporter writes it.
  var written: [String: Double] {
    let samples = self.samples + verdictSamples(took: .milliseconds(1))
    return Dictionary(
      samples.map { sample in
        let labels = sample.series.removingMetricName().labels.map { "\($0.name)=\"\($0.value)\"" }
        let text = labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}"
        return ((sample.series.metric ?? "") + text, sample.value)
      }
    ) { $1 }
  }
}
