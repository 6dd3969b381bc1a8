import Foundation
import Testing

extension EndToEnd {
  @Suite("The doors of samples", .enabled(if: Tools.hasDoors, Comment(rawValue: Tools.doorsNeed)))
  struct DoorTests {
    @Test("a node_exporter is scraped, a Prometheus writes in, promtool finds no fault with what goes out")
    func doors() async throws {
      let folder = try ScratchFolder()
      let exporterPort = try Sockets.freePort()
      let exporter = try ChildProcess(
        try #require(Tools.nodeExporter), ["--web.listen-address=127.0.0.1:\(exporterPort)"], in: folder)
      defer { exporter.kill() }
      try folder.write(
        "config/watchkeeper.yaml", "packaged: {probes: false, rules: false, plans: false}\n")
      try folder.write(
        "config/probes/node.yaml",
        """
        probes:
        - name: node
          kind: scrape
          interval: 1s
          settings:
            targets: ["127.0.0.1:\(exporterPort)"]
            metric_relabel_configs: [{source_labels: [__name__], regex: "go_.*", action: drop}]
        """)
      let watchkeeper = Watchkeeper(in: folder)
      try await watchkeeper.startAndAwaitReady()
      let instance = "127.0.0.1:\(exporterPort)"
      try await Waiting.untilTrue("scraped samples; it said: \(watchkeeper.output)", seconds: 20) {
        try watchkeeper.query("node_load1{job=\"node\",instance=\"\(instance)\"}").count == 1
      }
      #expect(try watchkeeper.query("up{job=\"node\"}").first?.points.first?.value == 1)
      #expect(try watchkeeper.query("{__name__=~\"go_.*\"}").isEmpty)
      let families = try watchkeeper.ask("GET", "/api/v1/metadata?metric=node_load1").json["data"] as? [String: Any]
      #expect(((families?["node_load1"] as? [[String: Any]])?.first?["type"] as? String) == "gauge")

      try await write(to: watchkeeper, from: exporterPort, in: folder)

      exporter.kill()
      try await Waiting.untilTrue("the end of the exporter's series", seconds: 20) {
        try watchkeeper.query("up{job=\"node\"}").first?.points.first?.value == 0
          && watchkeeper.query("node_load1{job=\"node\"}").isEmpty
      }
      try folder.write("metrics", try watchkeeper.ask("GET", "/metrics").body)
      let lint = try await ChildProcess.run(
        "/bin/sh", ["-c", "\(try #require(Tools.promtool)) check metrics < \(folder.path)/metrics"], in: folder)
      #expect(lint.ending == .exited(0), "\(lint.output)")
    }

    private func write(to watchkeeper: Watchkeeper, from exporterPort: Int, in folder: ScratchFolder) async throws {
      let issued = try await watchkeeper.command("token", "create", "--role", "writer")
      let token = try #require(issued.output.split(whereSeparator: \.isWhitespace).first { $0.hasPrefix("wk_") })
      try folder.write("token", String(token))
      let link = try #require(watchkeeper.link.flatMap { URL(string: $0) })
      try folder.write(
        "prometheus.yml",
        """
        global: {scrape_interval: 1s, scrape_timeout: 1s}
        scrape_configs:
        - job_name: sent
          static_configs: [{targets: ["127.0.0.1:\(exporterPort)"]}]
        remote_write:
        - url: http://127.0.0.1:\(link.port ?? 0)/api/v1/write
          authorization: {credentials_file: \(folder.path)/token}
          metadata_config: {send_interval: 1s}
        """)
      let prometheus = try ChildProcess(
        try #require(Tools.prometheus),
        [
          "--config.file=\(folder.path)/prometheus.yml", "--storage.tsdb.path=\(folder.path)/tsdb",
          "--web.listen-address=127.0.0.1:\(try Sockets.freePort())",
        ], in: folder)
      defer { prometheus.kill() }
      try await Waiting.untilTrue("samples that Prometheus sent; it said: \(prometheus.output)", seconds: 40) {
        try watchkeeper.query("count({job=\"sent\",__name__=~\"node_.*\"})").first?.points.first?.value ?? 0 > 100
      }
      let refused = try watchkeeper.ask("GET", "/metrics").body.split(separator: "\n")
        .first { $0.hasPrefix("watchkeeper_remote_write_samples_total{outcome=\"refused\"}") }
      #expect(refused?.hasSuffix(" 0") == true, "\(refused ?? "none"); Prometheus said: \(prometheus.output)")
      let metadata = try watchkeeper.ask("GET", "/api/v1/metadata?metric=node_boot_time_seconds").json["data"]
      #expect((metadata as? [String: Any])?.isEmpty == false)
    }
  }
}
