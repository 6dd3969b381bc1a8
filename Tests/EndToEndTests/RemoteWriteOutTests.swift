import Foundation
import FoundationNetworking
import Testing

extension EndToEnd {
  @Suite("Samples on their way out", .enabled(if: Tools.hasDoors, Comment(rawValue: Tools.doorsNeed)))
  struct RemoteWriteOutTests {
    private let folder: ScratchFolder
    private let other: ScratchFolder
    private let sender: Watchkeeper
    private let receiver: Watchkeeper
    private let prometheusPort: Int

    init() throws {
      folder = try ScratchFolder()
      other = try ScratchFolder()
      sender = Watchkeeper(in: folder)
      receiver = Watchkeeper(in: other)
      prometheusPort = try Sockets.freePort()
    }

    private func prometheus() throws -> ChildProcess {
      try folder.write("prometheus.yml", "global: {scrape_interval: 1h}\n")
      return try ChildProcess(
        try #require(Tools.prometheus),
        [
          "--config.file=\(folder.path)/prometheus.yml", "--storage.tsdb.path=\(folder.path)/tsdb",
          "--web.listen-address=127.0.0.1:\(prometheusPort)", "--web.enable-remote-write-receiver",
        ], in: folder)
    }

    private func token(of program: Watchkeeper, _ role: String, in file: String) async throws {
      let issued = try await program.command("token", "create", "--role", role)
      let token = try #require(issued.output.split(whereSeparator: \.isWhitespace).first { $0.hasPrefix("wk_") })
      try folder.write(file, String(token))
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: "\(folder.path)/\(file)")
    }

    private func port(of program: Watchkeeper) throws -> Int {
      try #require(program.link.flatMap { URL(string: $0)?.port })
    }

    /// How many samples a store has of the exporter's load until `time`, and their sum.
    private func load(of program: Watchkeeper, _ labels: String, at time: Double) throws -> [Double] {
      try ["count_over_time", "sum_over_time"].flatMap { function in
        try program.query("\(function)(node_load1{\(labels)}[10m])", at: time).map { $0.points[0].value }
      }
    }

    private func loadOfPrometheus(at time: Double) throws -> [Double] {
      try ["count_over_time", "sum_over_time"].flatMap { function -> [Double] in
        let query = "\(function)(node_load1[10m])".addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        guard
          let url = URL(string: "http://127.0.0.1:\(prometheusPort)/api/v1/query?query=\(query)&time=\(time)"),
          let answer = try? Foundation.Data(contentsOf: url),
          let json = try JSONSerialization.jsonObject(with: answer) as? [String: Any],
          let result = (json["data"] as? [String: Any])?["result"] as? [[String: Any]]
        else { return [] }
        return result.compactMap { ($0["value"] as? [Any])?.last as? String }.compactMap(Double.init)
      }
    }

    @Test("every sample reaches a Prometheus and a Watchkeeper, whoever of them dies in between; /federate is scraped")
    func out() async throws {
      let exporterPort = try Sockets.freePort()
      let exporter = try ChildProcess(
        try #require(Tools.nodeExporter), ["--web.listen-address=127.0.0.1:\(exporterPort)"], in: folder)
      defer { exporter.kill() }
      try other.write("config/watchkeeper.yaml", "packaged: {probes: false, rules: false, plans: false}\n")
      try await receiver.startAndAwaitReady()
      try await token(of: receiver, "writer", in: "write-token")
      let odd = try WebhookSink()
      odd.answer(with: "500 Oh", "429 Slow\r\nRetry-After: 1", "400 No")
      var prometheus = try prometheus()
      defer { prometheus.kill() }
      try configure(exporterPort, odd)
      try await sender.startAndAwaitReady()
      try await Waiting.untilTrue("samples in Prometheus; it said: \(prometheus.output)", seconds: 40) {
        try loadOfPrometheus(at: Date().timeIntervalSince1970).first ?? 0 > 2
      }
      try await federate()
      try await check(odd)

      // Dead endpoint, dead sender, and both back.
      prometheus.kill()
      let silence = Date().timeIntervalSince1970
      try await Waiting.untilTrue("samples that wait", seconds: 20) {
        try load(of: receiver, "way=\"written\"", at: Date().timeIntervalSince1970).first ?? 0
          > load(of: receiver, "way=\"written\"", at: silence).first ?? 0 + 3
      }
      sender.kill()
      try await sender.startAndAwaitReady()
      prometheus = try self.prometheus()
      let later = Date().timeIntervalSince1970 + 2
      try await Waiting.untilTrue("the same samples everywhere; it said: \(sender.output)", seconds: 60) {
        guard Date().timeIntervalSince1970 > later + 2 else { return false }
        let own = try load(of: sender, "job=\"node\"", at: later)
        let taken = [try loadOfPrometheus(at: later), try load(of: receiver, "way=\"written\"", at: later)]
        return own.count == 2 && taken == [own, own]
      }

      exporter.kill()
      try await Waiting.untilTrue("the end of the exporter's series in the other store", seconds: 20) {
        try receiver.query("up{job=\"node\",way=\"written\"}").first?.points.first?.value == 0
          && receiver.query("node_load1{way=\"written\"}").isEmpty
      }
      let metrics = try sender.ask("GET", "/metrics").body.split(separator: "\n")
      for name in ["prometheus", "watchkeeper"] {
        let failed = "watchkeeper_remote_storage_samples_failed_total{remote_name=\"\(name)\"} 0"
        #expect(metrics.contains { $0 == failed }, "\(sender.output)")
      }
    }

    private func configure(_ exporterPort: Int, _ odd: WebhookSink) throws {
      try folder.write(
        "config/watchkeeper.yaml",
        """
        packaged: {probes: false, rules: false, plans: false}
        remote_write:
        - name: prometheus
          url: http://127.0.0.1:\(prometheusPort)/api/v1/write
          queue_config: {batch_send_deadline: 100ms, max_samples_per_send: 700}
        - name: watchkeeper
          url: http://127.0.0.1:\(try port(of: receiver))/api/v1/write
          authorization: {credentials_file: \(folder.path)/write-token}
          protobuf_message: io.prometheus.write.v2.Request
          write_relabel_configs: [{target_label: way, replacement: written}]
          queue_config: {batch_send_deadline: 100ms}
        - name: odd
          url: \(odd.url)
          remote_timeout: 1s
          queue_config: {batch_send_deadline: 100ms}
        """)
      try folder.write(
        "config/probes/node.yaml",
        """
        probes:
        - name: node
          kind: scrape
          interval: 1s
          settings: {targets: ["127.0.0.1:\(exporterPort)"]}
        """)
    }

    /// What cannot be taken now comes again as it was, what is refused does not; then the endpoint hangs.
    private func check(_ odd: WebhookSink) async throws {
      try await Waiting.untilTrue("four requests; it said: \(sender.output)") { odd.requests.count >= 4 }
      odd.answer(after: 3600)
      let requests = odd.requests
      #expect(requests[0].body == requests[1].body && requests[1].body == requests[2].body)
      #expect(requests[2].body != requests[3].body)
      #expect(requests[2].arrivedAt - requests[1].arrivedAt >= 0.95)
      #expect(requests[0].header("X-Prometheus-Remote-Write-Version") == "0.1.0")
      #expect(requests[0].header("Content-Encoding") == "snappy")
      #expect(requests[0].header("Content-Type") == "application/x-protobuf")
    }

    /// Another Watchkeeper scrapes ours, as a Prometheus would.
    private func federate() async throws {
      try await token(of: sender, "viewer", in: "read-token")
      try other.write(
        "config/probes/federate.yaml",
        """
        probes:
        - name: federate
          kind: scrape
          interval: 1s
          settings:
            targets: ["127.0.0.1:\(try port(of: sender))"]
            metrics_path: /federate
            honor_labels: true
            params: {"match[]": ['{__name__=~"node_load.*"}', 'up']}
            authorization: {credentials_file: \(folder.path)/read-token}
        """)
      receiver.send(SIGHUP)
      try await Waiting.untilTrue("federated samples; it said: \(receiver.output)", seconds: 20) {
        try receiver.query("{__name__=~\"node_load.*\",job=\"node\",way=\"\"}").count == 3
          && receiver.query("up{job=\"node\",way=\"\"}").count == 1
      }
    }

    @Test(
      "the place in the queue is on disk before a request leaves",
      .enabled(if: Tools.strace != nil, "needs the package strace: apt-get install strace"))
    func placeOnDisk() async throws {
      let sink = try WebhookSink()
      try folder.write(
        "config/watchkeeper.yaml",
        """
        packaged: {probes: false, rules: false, plans: false}
        remote_write: [{url: "\(sink.url)", queue_config: {batch_send_deadline: 100ms}}]
        """)
      try folder.write(
        "config/probes/port.yaml",
        "probes: [{name: port, kind: tcp, interval: 500ms, settings: {target: \"\(URL(string: sink.url)?.host() ?? ""):\(URL(string: sink.url)?.port ?? 0)\"}}]\n"
      )
      try await sender.startAndAwaitReady()
      let file = folder.path + "/strace"
      let calls = "write,writev,sendto,sendmsg,fsync,fdatasync,rename"
      let strace = try ChildProcess(
        Tools.strace ?? "strace",
        ["-f", "-y", "-s", "200", "-e", "trace=" + calls, "-o", file, "-p", "\(sender.pid ?? 0)"], in: folder)
      try await Waiting.untilTrue("strace; it said: \(strace.output)", seconds: 15) {
        strace.output.contains("attached") || !strace.isRunning
      }
      if strace.output.contains("not permitted") { try Test.cancel("tracing is not permitted here") }
      let before = sink.requests.count
      try await Waiting.untilTrue("three requests; it said: \(sender.output)", seconds: 30) {
        sink.requests.count >= before + 3
      }
      strace.send(SIGINT)
      _ = try await strace.end()

      let trace = SystemCallTrace(try String(contentsOfFile: file, encoding: .utf8))
      let first = try #require(trace.first("\"POST /"), "\(trace.lines.count) lines")
      let second = try #require(trace.first("\"POST /", after: first))
      let synced = try #require(trace.syncs(of: "/remote-write.json.new", after: first, before: second).last)
      let renamed = try #require(trace.first("/remote-write.json\"", after: synced))
      let folderSynced = try #require(trace.syncs(of: "/data>", after: renamed, before: second).last)
      #expect(synced < renamed && renamed < folderSynced && folderSynced < second)
    }

    @Test("an endpoint that knows 1.0 alone and would call 2.0 a success is told from one that takes samples")
    func oldPrometheus() async throws {
      let prometheus = try prometheus()
      defer { prometheus.kill() }
      try folder.write(
        "config/watchkeeper.yaml",
        """
        packaged: {rules: false, plans: false}
        remote_write:
        - url: http://127.0.0.1:\(prometheusPort)/api/v1/write
          protobuf_message: io.prometheus.write.v2.Request
          queue_config: {batch_send_deadline: 100ms}
        """)
      try await sender.startAndAwaitReady()
      try await Waiting.untilTrue("the warning; it said: \(sender.output)", seconds: 40) {
        sender.output.contains("takes no samples; they wait: it does not know remote write 2.0")
      }
      try folder.write(
        "config/watchkeeper.yaml",
        """
        packaged: {rules: false, plans: false}
        remote_write: [{url: "http://127.0.0.1:\(prometheusPort)/api/v1/write"}]
        """)
      sender.send(SIGHUP)
      try await Waiting.untilTrue("samples after the change; it said: \(sender.output)", seconds: 40) {
        try loadOfPrometheus(at: Date().timeIntervalSince1970).first ?? 0 > 0
      }
    }
  }
}
