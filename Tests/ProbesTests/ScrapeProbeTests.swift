import Foundation
import LoopbackServers
import Records
import Telemetry
import Testing
import Transfers

@testable import Probes

@Suite("Scraping")
struct ScrapeProbeTests {
  let store = MemoryStore()
  let clock = ManualClock()

  private func definition(_ settings: String, labels: String = "{}", more: String = "") throws -> ProbeDefinition {
    let json = #"{"name":"web","kind":"scrape","interval":"10s","labels":\#(labels),\#(more)"settings":\#(settings)}"#
    return try JSONDecoder().decode(ProbeDefinition.self, from: Data(json.utf8))
  }

  private func probe(_ definition: ProbeDefinition) -> any Probe {
    definition.makeProbe(
      in: ProbeEnvironment(transfers: TransferEngine(), clock: clock, hostName: "h"), for: store,
      within: SeriesAllowance(limit: definition.seriesMax))
  }

  private static func answer(_ body: String, status: String = "200 OK") -> String {
    "HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
  }

  private func written(_ report: ProbeReport) -> [String] {
    report.batch.references.indices.map { index in
      let value = report.batch.values[index].isStaleMarker ? "stale" : "\(report.batch.values[index])"
      return "\(store.labels(of: report.batch.references[index])) \(value)"
    }
  }

  @Test("a target's samples get its labels, and Prometheus' own series stand beside them")
  func good() async throws {
    let server = try LoopbackServer.answering(
      Self.answer("# TYPE a counter\na{job=\"x\"} 1\nb 2\ndropped 3\nb 3\n"))
    defer { server.stop() }
    let secret = FileManager.default.temporaryDirectory.appending(path: "doors-\(UUID().uuidString)")
    try Data("s3cret\nnot this".utf8).write(to: secret)
    defer { try? FileManager.default.removeItem(at: secret) }
    let settings = """
      {"targets":["127.0.0.1:\(server.port)"],"params":{"module":["a b"]},"headers":{"X-Own":"1"},
       "authorization":{"credentials_file":"\(secret.path)"},
       "metric_relabel_configs":[{"source_labels":["__name__"],"regex":"dropped","action":"drop"}]}
      """
    let target = try #require(try definition(settings, labels: #"{"site":"here"}"#).perTarget.first)
    #expect(target.name == "web")
    let report = await probe(target).run(within: .seconds(5))
    #expect(report.verdict == .up, "\(report.verdict)")
    let instance = "127.0.0.1:\(server.port)"
    // The answer as a whole, and the request before it.
    #expect(report.cost.bytes ?? 0 > Self.answer("# TYPE a counter\na{job=\"x\"} 1\nb 2\ndropped 3\nb 3\n").utf8.count)
    #expect(
      written(report) == [
        #"a{exported_job="x", instance="\#(instance)", job="web", site="here"} 1.0"#,
        #"b{instance="\#(instance)", job="web", site="here"} 2.0"#,
        #"b{instance="\#(instance)", job="web", site="here"} 3.0"#,
      ])
    #expect(report.batch.milliseconds == Array(repeating: clock.now.milliseconds, count: 3))
    let own = report.verdictSamples(took: .zero)
    #expect(own.value("up") == 1 && own.value("scrape_samples_scraped") == 4)
    #expect(own.value("scrape_samples_post_metric_relabeling") == 3 && own.value("scrape_series_added") == 2)
    let head = try #require(server.notes.first)
    #expect(head.hasPrefix("GET /metrics?module=a%20b HTTP/1.1\r\n"))
    for line in [
      "X-Own: 1", "Authorization: Bearer s3cret", "Accept: application/openmetrics-text", "Accept-Encoding: gzip",
    ] {
      #expect(head.contains(line), "\(head)")
    }
  }

  @Test(
    "whatever goes wrong ends the series and says why",
    arguments: [
      (answer("a 1\nb\n"), "reason.scrape.body", "line 2: expected a value, found the end of the line"),
      (answer("a 1\n", status: "503 No"), "reason.probe.status", "the server answered with status 503"),
      (answer(String(repeating: "a 1\n", count: 100)), "reason.probe.body", ""),
    ])
  func bad(_ second: String, _ reason: String, _ text: String) async throws {
    let server = try LoopbackServer { connection, server in
      _ = connection.readHead()
      server.note("")
      connection.write(server.notes.count == 1 ? Self.answer("a 1\n") : second)
    }
    defer { server.stop() }
    let target = try #require(
      try definition(#"{"targets":["127.0.0.1:\#(server.port)"],"body_limit_bytes":100}"#).perTarget.first)
    let probe = probe(target)
    let first = await probe.run(within: .seconds(5))
    #expect(first.verdict == .up)
    let report = await probe.run(within: .seconds(5))
    guard case .down(let found) = report.verdict else { return #expect(Bool(false), "\(report.verdict)") }
    #expect(found.id == reason)
    #expect(report.explanation.hasPrefix(text))
    #expect(written(report).allSatisfy { $0.hasSuffix(" stale") } && report.batch.count == 1)
    #expect(report.verdictSamples(took: .zero).value("up") == 0)
    #expect(probe.endSeries().isEmpty)
  }

  @Test("a secret that cannot be read is our fault, not the target's")
  func secret() async throws {
    let target = try #require(
      try definition(#"{"targets":["127.0.0.1:1"],"basic_auth":{"username":"u","password_file":"/nowhere"}}"#)
        .perTarget.first)
    let report = await probe(target).run(within: .seconds(5))
    guard case .unknown = report.verdict else { return #expect(Bool(false), "\(report.verdict)") }
    #expect(report.verdictSamples(took: .zero).value("up") == nil)
  }

  @Test("each target is a probe of its own, with labels as relabelling leaves them")
  func targets() throws {
    let settings = """
      {"targets":["a:1"],"scheme":"https","metrics_path":"/m",
       "static_configs":[{"targets":["b:2","gone:3"],"labels":{"__path":"/x/7","job":"own","rack":"r1"}}],
       "relabel_configs":[
         {"source_labels":["__path"],"regex":"(.+)","target_label":"__metrics_path__"},
         {"source_labels":["__address__"],"regex":"(.*):.*","target_label":"instance"},
         {"source_labels":["instance"],"regex":"gone","action":"drop"}]}
      """
    let targets = try definition(settings).perTarget
    #expect(targets.map(\.name) == ["web/a", "web/b"])
    #expect(
      targets.map { $0.targetLabels(hostName: "h").description } == [
        #"{instance="a", job="web"}"#, #"{instance="b", job="own", rack="r1"}"#,
      ])
    #expect(targets.compactMap { $0.settings.network?.address } == ["https://a:1/m", "https://b:2/x/7"])
    #expect(targets[0].isSame(as: try definition(settings).perTarget[0]))
    #expect(!targets[0].isSame(as: targets[1]))
    let others = try definition(settings.replacing("b:2", with: "c:4").replacing("gone\",", with: "away\",")).perTarget
    #expect(others.map(\.name) == ["web/a", "web/c", "web/gone"])
    #expect(others[0].isSame(as: targets[0]), "another target's line is none of its business")
    #expect(!(try definition(settings.replacing("/m", with: "/n")).perTarget[0].isSame(as: targets[0])))
  }

  @Test("a change of one target leaves the others as they are, and hands its places in series_max on")
  func oneTargetChanges() async throws {
    let server = try LoopbackServer { connection, _ in
      let head = connection.readHead()
      connection.write(Self.answer(head.contains("/many") ? "b 1\nc 1\n" : "a 1\n"))
    }
    defer { server.stop() }
    func targets(_ second: String) throws -> [ProbeDefinition] {
      let rule = #"{"source_labels":["__path"],"regex":"(.+)","target_label":"__metrics_path__"}"#
      let groups = ["one", second].map { name in
        #"{"targets":["127.0.0.1:\#(server.port)"],"labels":{"__path":"/\#(name)","instance":"\#(name)"}}"#
      }
      return try definition(
        #"{"static_configs":[\#(groups.joined(separator: ","))],"relabel_configs":[\#(rule)]}"#,
        // Three series, and nine of the verdict of one of them, whichever comes first.
        more: #""series_max":12,"#
      ).perTarget
    }
    let runner = ProbeRunner(
      environment: ProbeEnvironment(transfers: TransferEngine(), clock: clock, hostName: "h"), store: store)
    let (states, sink) = AsyncStream<ProbeStatus>.makeStream()
    await runner.observe { sink.yield($0) }
    var iterator = states.makeAsyncIterator()
    await runner.load(try targets("many"))
    let task = Task { await runner.run() }
    func rounds(_ count: Int, after duration: Duration) async -> [ProbeStatus] {
      await clock.waitForSleeper()
      clock.advance(by: duration)
      var found: [ProbeStatus] = []
      while found.count < count, let state = await iterator.next() { found.append(state) }
      return found.sorted { $0.name < $1.name }
    }
    let first = await rounds(2, after: .seconds(1))
    #expect(first.map(\.name) == ["web/many", "web/one"] && first.allSatisfy { $0.runs == 1 && $0.refused == 0 })
    await runner.load(try targets("many2"))
    #expect(store.samples("b").last?.value.isStaleMarker == true)
    #expect(store.samples("a").map(\.value) == [1], "the other target's series goes on")
    let second = await rounds(2, after: .seconds(10))
    #expect(second.map(\.name) == ["web/many2", "web/one"] && second.map(\.runs) == [1, 2])
    #expect(second.allSatisfy { $0.refused == 0 }, "\(second.map(\.explanation))")
    task.cancel()
    await task.value
  }

  @Test("a probe that ends, or whose definition changes, ends its series")
  func ending() async throws {
    let server = try LoopbackServer.answering(Self.answer("a 1\n"))
    defer { server.stop() }
    let definitions = try definition(#"{"targets":["127.0.0.1:\#(server.port)"]}"#).perTarget
    let runner = ProbeRunner(
      environment: ProbeEnvironment(transfers: TransferEngine(), clock: clock, hostName: "h"), store: store)
    let (states, sink) = AsyncStream<ProbeStatus>.makeStream()
    await runner.observe { sink.yield($0) }
    await runner.load(definitions)
    let task = Task { await runner.run() }
    await clock.waitForSleeper()
    clock.advance(by: .seconds(10))
    var iterator = states.makeAsyncIterator()
    let status = try #require(await iterator.next())
    #expect(status.verdict == .up && status.samples == 10)
    #expect(store.samples("a").map(\.value) == [1] && store.samples("up").map(\.value) == [1])
    #expect(store.samples("a").map(\.timestamp) == store.samples("up").map(\.timestamp))
    await runner.load([])
    #expect(store.samples("a").last?.value.isStaleMarker == true)
    task.cancel()
    await task.value
  }

  /// The states of the first runs of these probes, by name.
  private func firstRuns(of definitions: [ProbeDefinition]) async -> [String: ProbeStatus] {
    let runner = ProbeRunner(
      environment: ProbeEnvironment(transfers: TransferEngine(), clock: clock, hostName: "h"), store: store)
    let (states, sink) = AsyncStream<ProbeStatus>.makeStream()
    await runner.observe { sink.yield($0) }
    await runner.load(definitions)
    let task = Task { await runner.run() }
    var found: [String: ProbeStatus] = [:]
    var iterator = states.makeAsyncIterator()
    await clock.waitForSleeper()
    clock.advance(by: .seconds(10))
    while found.count < definitions.count, let state = await iterator.next() { found[state.name] = state }
    task.cancel()
    await task.value
    return found
  }

  @Test("series_max holds over all targets of a probe; without it there is none but the store's own")
  func seriesMax() async throws {
    let server = try LoopbackServer.answering(Self.answer("a 1\nb 2\nc 3\n"))
    defer { server.stop() }
    let targets = #"{"targets":["127.0.0.1:\#(server.port)","localhost:\#(server.port)"]}"#
    let limited = try definition(targets, more: #""series_max":4,"#).perTarget
    let states = await firstRuns(of: limited)
    // Each has nine series of its own: they are counted and never refused.
    #expect(states.values.map(\.refused).reduce(0, +) >= 2)
    for state in states.values {
      #expect(state.verdict == .up && store.samples("up").count == 2)
      #expect(state.refused == 0 || state.explanation.contains("raise its series_max"), "\(state.explanation)")
      #expect(state.refusedInAll == state.refused)
    }
    #expect(store.samples("a").count + store.samples("b").count + store.samples("c").count <= 4)
    #expect(try definition(targets).seriesMax == .max)
  }

  @Test("times near the lattice are put on it")
  func lattice() {
    let last = Timestamp(milliseconds: 1_000_000)
    for (late, expected) in [(0, 15_000), (15, 15_000), (-15, 15_000), (16, 15_016), (-16, 14_984)] as [(Int64, Int64)]
    {
      let now = last.advanced(by: .milliseconds(15_000 + late))
      #expect(
        ScrapeProbe.steady(now, after: last, each: .seconds(15)) == last.advanced(by: .milliseconds(expected)))
    }
    #expect(ScrapeProbe.steady(last, after: nil, each: .seconds(15)) == last)
  }

  @Test(
    "settings say what is wrong",
    arguments: [
      ("{}", "fault.scrape.targets"), (#"{"targets":["http://a:1/"]}"#, "fault.probe.target"),
      (#"{"targets":["a:1"],"scheme":"ftp"}"#, "fault.scrape.scheme"),
      (#"{"targets":["a:1"],"metrics_path":"m"}"#, "fault.scrape.path"),
      (#"{"targets":["a:1"],"sample_limit":0}"#, "fault.scrape.limit"),
      (
        #"{"targets":["a:1"],"basic_auth":{"username":"u","password_file":"/p"},"authorization":{"credentials_file":"/c"}}"#,
        "fault.scrape.login"
      ),
    ])
  func faults(_ settings: String, _ id: String) {
    #expect { try definition(settings) } throws: { ($0 as? DecodingError)?.settingsFault?.id == id }
  }

  @Test("textfiles: each bad file costs only itself, and says so")
  func textfiles() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "doors-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func put(_ name: String, _ text: String) throws { try Data(text.utf8).write(to: folder.appending(path: name)) }
    let json = #"{"name":"t","kind":"textfile","settings":{"directory":"\#(folder.path)"}}"#
    let probe = probe(try JSONDecoder().decode(ProbeDefinition.self, from: Data(json.utf8)))
    try put("a.prom", "backup_ok 1\n")
    try put("b.prom", "raid{disk=\"x\"} 2")
    try put("c.txt", "no 1\n")
    var report = await probe.run(within: .seconds(5))
    #expect(report.verdict == .up && report.explanation.isEmpty)
    #expect(
      written(report) == [
        #"backup_ok{instance="h", job="textfile"} 1.0"#, #"raid{disk="x", instance="h", job="textfile"} 2.0"#,
      ])
    #expect(report.samples.value("node_textfile_scrape_error") == 0)
    #expect(report.samples.filter { $0.series.metric == "node_textfile_mtime_seconds" && $0.value > 1e9 }.count == 2)

    try put("a.prom", "backup_ok\n")
    try put("b.prom", "raid{disk=\"x\"} 3\n")
    try put("d.prom", "timed 1 1700000000000\n")
    report = await probe.run(within: .seconds(5))
    #expect(
      Set(written(report)) == [
        #"backup_ok{instance="h", job="textfile"} stale"#, #"raid{disk="x", instance="h", job="textfile"} 3.0"#,
      ])
    #expect(report.samples.value("node_textfile_scrape_error") == 1)
    #expect(
      report.explanation.contains("a.prom: line 1: expected a value")
        && report.explanation.contains("d.prom: the file states times"))

    let limited = json.replacing(#""settings""#, with: #""series_max":1,"settings""#)
    let probeWithLimit = self.probe(try JSONDecoder().decode(ProbeDefinition.self, from: Data(limited.utf8)))
    try put("a.prom", "one 1\ntwo 1\n")
    report = await probeWithLimit.run(within: .seconds(5))
    #expect(written(report) == [#"one{instance="h", job="textfile"} 1.0"#])
    #expect(report.refused == 2 && report.refusal == .tooManySeriesOfProbe(limit: 1))
    #expect(report.explanation.contains("b.prom: 1 series were refused: the probe has 1 series, its limit"))

    try FileManager.default.removeItem(at: folder)
    report = await probe.run(within: .seconds(5))
    guard case .unknown = report.verdict else { return #expect(Bool(false), "\(report.verdict)") }
    #expect(written(report) == [#"raid{disk="x", instance="h", job="textfile"} stale"#])
  }
}
