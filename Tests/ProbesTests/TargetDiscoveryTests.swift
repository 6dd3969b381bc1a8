import Foundation
import LoopbackServers
import Records
import Telemetry
import Testing
import Transfers
import Yams

@testable import Probes

/// Lists of targets from files and servers.
@Suite("Discovered targets", .timeLimit(.minutes(1)))
struct TargetDiscoveryTests {
  let clock = ManualClock()

  static let read: TargetListReader = { text, place in
    do {
      return .success(try YAMLDecoder().decode([DiscoveredGroup].self, from: text))
    } catch {
      return .failure(TargetListFault(place, SettingsFault(foreign: "no list")))
    }
  }

  private func definition(_ yaml: String) throws -> ProbeDefinition {
    try YAMLDecoder().decode(ProbeDefinition.self, from: yaml)
  }

  private func groups(_ json: String) throws -> [DiscoveredGroup] {
    try YAMLDecoder().decode([DiscoveredGroup].self, from: json)
  }

  @Test(
    "every kind with a target takes it from a list, and is as if it were written",
    arguments: ProbeCatalog.kinds.map(\.name))
  func kinds(_ name: String) throws {
    let kind = try #require(ProbeCatalog.kind(named: name))
    let lists = "\nfile_sd_configs: [{files: [targets/*.json]}]"
    guard let (key, example) = kind.target else {
      if kind.takesTargets { return }
      #expect { try definition(kind.example + lists) } throws: {
        ($0 as? DecodingError)?.settingsFault?.id == "fault.targets.kind"
      }
      return
    }
    #expect { try definition(kind.example + lists) } throws: {
      ($0 as? DecodingError)?.settingsFault?.id == "fault.targets.twice"
    }
    let written = try definition(kind.example)
    let bare = kind.example.split(separator: "\n").filter { !$0.hasPrefix("  \(key): ") }.joined(separator: "\n")
    let pattern = try definition((bare.hasSuffix("settings:") ? bare + " {}" : bare) + lists)
    let found = pattern.discovered(try groups(#"[{"targets": ["\#(example)"], "labels": {"team": "web"}}]"#))
    #expect(found.faults == [])
    let probe = try #require(found.probes.first)
    #expect(AnyHashable(probe.settings) == AnyHashable(written.settings))
    #expect(probe.name == "\(written.name)/\(written.settings.instance ?? example)")
    #expect(probe.labels["team"] == "web" && probe.targetSources == nil && probe.family == written.name)
    #expect(pattern.perTarget.isEmpty)
  }

  @Test("labels become those of the series, and what begins with __ is for relabelling alone")
  func labels() throws {
    let pattern = try definition(
      """
      name: shops
      kind: http
      labels: {team: none, area: eu}
      file_sd_configs: [{files: [a.json]}]
      relabel_configs:
      - {source_labels: [__address__], regex: '(.*):8080', target_label: __address__, replacement: 'https://$1/health'}
      - {source_labels: [__meta_rack], target_label: rack}
      - {source_labels: [__address__], regex: old.*, action: drop}
      settings: {valid_status_codes: [204]}
      """)
    let found = pattern.discovered(
      try groups(
        #"[{"targets": ["one:8080", "two", "old"], "labels": {"team": "web", "__meta_rack": "r1", "job": "site"}}]"#))
    #expect(found.probes.map(\.name) == ["shops/https://one/health", "shops/http://two"])
    let labels = found.probes[0].targetLabels(hostName: "h")
    #expect(
      labels == LabelSet(["job": "site", "instance": "https://one/health", "team": "web", "area": "eu", "rack": "r1"]))
    #expect(found.faults == [])
  }

  @Test("targets of scrapes join those that are written, and keep their names when others come and go")
  func scrapes() throws {
    let pattern = try definition(
      """
      name: nodes
      kind: scrape
      http_sd_configs: [{url: 'http://127.0.0.1/targets', refresh_interval: 5s}]
      settings: {static_configs: [{targets: ['here:9100']}], relabel_configs: [{action: labelmap, regex: __meta_(dc)}]}
      """)
    #expect(pattern.perTarget.map(\.name) == ["nodes/here:9100"])
    let one = pattern.discovered(try groups(#"[{"targets": ["a:9100"], "labels": {"__meta_dc": "x"}}]"#))
    #expect(one.probes.map(\.name) == ["nodes/a:9100"])
    #expect(one.probes.first?.labels["dc"] == "x")
    let two = pattern.discovered(
      try groups(#"[{"targets": ["b:9100", "http://c/"]}, {"targets": ["a:9100"], "labels": {"__meta_dc": "x"}}]"#))
    #expect(two.probes.map(\.name) == ["nodes/b:9100", "nodes/a:9100"])
    #expect(two.probes[1].isSame(as: one.probes[0]))
    #expect(two.faults.map(\.fault.id) == ["fault.probe.target"])
  }

  @Test("a bad target costs only itself, and the same one twice is one")
  func faults() throws {
    let pattern = try definition(
      "{name: ports, kind: tcp, file_sd_configs: [{files: [a.json]}], settings: {tls: true, query_response: []}}")
    let found = pattern.discovered(
      try groups(
        #"[{"targets": ["a:1", "nowhere", "a:1"]}, {"targets": ["a:1", "b:2"], "labels": {"team": "x"}}, {"targets": ["a:1"]}]"#
      ))
    #expect(found.probes.map(\.name) == ["ports/a:1", "ports/b:2"])
    #expect(found.faults.map(\.fault.id) == ["fault.probe.target", "fault.targets.same"])
  }

  @Test(
    "settings say what is wrong",
    arguments: [
      ("file_sd_configs: [{files: []}]", "fault.targets.none"),
      ("file_sd_configs: [{files: [a.txt]}]", "fault.targets.pattern"),
      ("file_sd_configs: [{files: ['*/a.json']}]", "fault.targets.pattern"),
      ("file_sd_configs: [{files: ['a*b*.json']}]", "fault.targets.pattern"),
      ("http_sd_configs: [{url: 'ftp://a/'}]", "fault.probe.url"),
      ("http_sd_configs: [{url: 'http://a/', refresh_interval: 10ms}]", "fault.targets.refresh"),
      ("relabel_configs: [{action: labelmap, regex: a}]", "fault.targets.rules"),
    ])
  func refusals(_ lists: String, _ id: String) {
    #expect { try definition("name: a\nkind: tcp\n\(lists)\nsettings: {target: 'a:1'}") } throws: {
      ($0 as? DecodingError)?.settingsFault?.id == id
    }
  }

  @Test(
    "groups say what is wrong",
    arguments: [
      (#"[{"targets": [""]}]"#, "fault.targets.address"),
      (#"[{"targets": [], "labels": {"a-b": "x"}}]"#, "fault.probe.label"),
      ("[{targets: [], labels: {a: '\(String(repeating: "x", count: 4097))'}}]", "fault.targets.labels"),
      ("[{targets: [], labels: {\((0...64).map { "l\($0): x" }.joined(separator: ", "))}}]", "fault.targets.labels"),
    ])
  func badGroups(_ text: String, _ id: String) {
    #expect { try groups(text) } throws: { ($0 as? DecodingError)?.settingsFault?.id == id }
  }

  // MARK: At run time

  /// Lets a discovery run while the body goes on; each change of the lists comes as the targets then.
  private func withDiscovery(
    _ yaml: String, in folder: String,
    _ body: (TargetDiscovery, inout AsyncStream<[String]>.Iterator) async throws -> Void
  ) async throws {
    let transfers = TransferEngine()
    defer { transfers.shutdown() }
    let discovery = TargetDiscovery(
      environment: ProbeEnvironment(transfers: transfers, clock: clock, hostName: "h"), folder: folder, read: Self.read)
    await discovery.adopt([try definition(yaml)])
    let (changes, sink) = AsyncStream<[String]>.makeStream()
    let task = Task { await discovery.run { sink.yield(await discovery.targets) } }
    var iterator = changes.makeAsyncIterator()
    try await body(discovery, &iterator)
    task.cancel()
    await task.value
  }

  /// Goes on until the condition holds; the loop's sleep is the sign that it has looked.
  private func look(_ discovery: TargetDiscovery, until isTrue: (TargetSourceStatus) -> Bool) async throws {
    while true {
      await clock.waitForSleeper()
      // The clock stands still while a server answers in its own time.
      _ = await patiently(until: { !$0 }) { await discovery.isAsking }
      if let status = await discovery.status.first, isTrue(status) { return }
      clock.advance(by: TargetDiscovery.lookInterval)
      await Task.yield()
    }
  }

  @Test("files are seen when they change, and a faulty one leaves its last good list in force")
  func files() async throws {
    let folder = ServerProcess.makeFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    ServerProcess.write(#"[{"targets": ["a:1"]}]"#, to: folder + "/one.json")
    let yaml = "{name: p, kind: tcp, file_sd_configs: [{files: ['*.json', named.yaml]}], settings: {}}"
    try await withDiscovery(yaml, in: folder) { discovery, changes in
      #expect(await discovery.targets == ["a:1"])
      #expect(await discovery.groups["p"]?.first?.labels == ["__meta_filepath": folder + "/one.json"])
      #expect(await discovery.status.first?.faults.map(\.fault.id) == ["fault.targets.missing"])
      ServerProcess.write("- targets: ['b:2', 'c:3']\n", to: folder + "/named.yaml")
      try await look(discovery) { $0.faults.isEmpty }
      #expect(await changes.next() == ["b:2", "c:3", "a:1"].sorted())
      ServerProcess.write("{", to: folder + "/one.json")
      try await look(discovery) { !$0.faults.isEmpty }
      let failures = await discovery.status.first?.failures
      #expect(failures == 1)
      #expect(await discovery.targets == ["a:1", "b:2", "c:3"])
      ServerProcess.write(#"[{"targets": ["a:1", "d:4"]}]"#, to: folder + "/one.json")
      #expect(unlink(folder + "/named.yaml") == 0)
      try await look(discovery) { $0.targets == 2 }
      #expect(await discovery.targets == ["a:1", "d:4"])
    }
  }

  @Test("a list beyond the bounds is refused whole")
  func bounds() async throws {
    let folder = ServerProcess.makeFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let many = (0...TargetSources.targetsMax).map { "\"a\($0):1\"" }.joined(separator: ",")
    ServerProcess.write("[{\"targets\": [\(many)]}]", to: folder + "/many.json")
    ServerProcess.write(String(repeating: " ", count: TargetFiles.bytesMax + 1), to: folder + "/long.json")
    ServerProcess.write("\u{0}", to: folder + "/good.txt")
    let bytes: [UInt8] = [0x5b, 0xff, 0x5d]
    try Data(bytes).write(to: URL(filePath: folder + "/bytes.json"))
    #expect(mkfifo(folder + "/pipe.json", 0o600) == 0)
    let yaml = "{name: p, kind: tcp, file_sd_configs: [{files: ['*.json']}], settings: {}}"
    try await withDiscovery(yaml, in: folder) { discovery, _ in
      #expect(await discovery.targets == [])
      #expect(
        await discovery.status.first?.faults.map(\.fault.id)
          == [
            "fault.targets.encoding", "fault.targets.unreadable", "fault.targets.too-many", "fault.targets.unreadable",
          ])
    }
  }

  @Test("a reload keeps the lists of what it still has")
  func reload() async throws {
    let folder = ServerProcess.makeFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    ServerProcess.write(#"[{"targets": ["a:1"]}]"#, to: folder + "/one.json")
    let yaml = "{name: p, kind: tcp, file_sd_configs: [{files: ['*.json']}], settings: {}}"
    try await withDiscovery(yaml, in: folder) { discovery, _ in
      ServerProcess.write("[", to: folder + "/one.json")
      await discovery.adopt([try definition(yaml.replacing("settings: {}", with: "settings: {tls: true}"))])
      #expect(await discovery.targets == ["a:1"])
      await discovery.adopt([try definition(yaml.replacing("name: p", with: "name: q"))])
      #expect(await discovery.targets == [])
      #expect(await discovery.status.map(\.name) == ["q"])
    }
  }

  @Test(
    "a server's list is asked for in its interval, and one that fails leaves the last good one in force",
    .enabled(if: ServerProcess.isInstalled("/usr/sbin/nginx"), "needs nginx-light"))
  func servers() async throws {
    let port = try LoopbackServer.unusedPort()
    let configuration = """
      user root; daemon off; error_log /dev/null; pid FOLDER/pid; events {}
      http { access_log off; types { application/json json; text/html html; }
        client_body_temp_path FOLDER/b; proxy_temp_path FOLDER/p; fastcgi_temp_path FOLDER/f; uwsgi_temp_path FOLDER/u; scgi_temp_path FOLDER/s;
        server { listen 127.0.0.1:\(port); root FOLDER; location /page { try_files /page.html =404; } } }
      """
    let server = try ServerProcess(
      "/usr/sbin/nginx", ["-p", "FOLDER", "-c", "FOLDER/conf", "-e", "/dev/null"],
      files: ["conf": configuration, "list.json": #"[{"targets": ["a:1"], "labels": {"x": "y"}}]"#, "page.html": "<p>"])
    defer { server.stop() }
    let yaml =
      "{name: p, kind: tcp, http_sd_configs: [{url: 'http://u:p@127.0.0.1:\(port)/list.json', refresh_interval: 2s}], settings: {}}"
    try await withDiscovery(yaml, in: "/") { discovery, changes in
      try await look(discovery) { $0.targets == 1 }
      #expect(await changes.next() == ["a:1"])
      let labels = await discovery.groups["p"]?.first?.labels
      #expect(labels == ["x": "y", "__meta_url": "http://127.0.0.1:\(port)/list.json"])
      #expect(unlink(server.folder + "/list.json") == 0)
      try await look(discovery) { $0.faults.contains { $0.fault.arguments["status"] == "404" } }
      #expect(await discovery.targets == ["a:1"])
      ServerProcess.write("[]", to: server.folder + "/list.json", mode: 0o644)
      try await look(discovery) { $0.targets == 0 }
      #expect(await discovery.status.first?.faults == [])
    }
    try await withDiscovery(yaml.replacing("list.json", with: "page"), in: "/") { discovery, _ in
      try await look(discovery) { $0.faults.contains { $0.fault.id == "fault.targets.content" } }
    }
  }

  @Test("a server's last good list is in force again after a restart while the server is away, for its owner alone")
  func restart() async throws {
    let folder = ServerProcess.makeFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let server = try LoopbackServer { connection, _ in
      _ = connection.readHead()
      let body = #"[{"targets": ["a:1"], "labels": {"x": "y"}}]"#
      connection.write(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n"
          + "Connection: close\r\n\r\n\(body)")
    }
    let transfers = TransferEngine()
    defer { transfers.shutdown() }
    var environment = ProbeEnvironment(transfers: transfers, clock: clock, hostName: "h")
    environment.stateFolder = folder
    func run(_ path: String = "list") async throws -> TargetDiscovery {
      let discovery = TargetDiscovery(environment: environment, folder: "/", read: Self.read)
      let url = "http://u:p@127.0.0.1:\(server.port)/\(path)"
      await discovery.readOnce([
        try definition("{name: p, kind: tcp, http_sd_configs: [{url: '\(url)'}], settings: {}}")
      ])
      return discovery
    }
    func files() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder) }
    let given = clock.now
    #expect(try await run().targets == ["a:1"])
    let file = try #require(try files().first)
    let path = folder + "/" + file
    #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
    #expect(try !String(contentsOfFile: path, encoding: .utf8).contains("u:p"))
    server.stop()
    clock.advance(by: .seconds(7200))
    let later = try await run()
    #expect(await later.targets == ["a:1"])
    #expect(await later.groups["p"]?.first?.labels["__meta_url"] == "http://127.0.0.1:\(server.port)/list")
    let status = try #require(await later.status.first)
    #expect(status.lastRead == given && status.targets == 1)
    #expect(status.faults.map(\.fault.id) == ["fault.targets.transfer"])
    // What lies there is read by the same rules as what comes.
    ServerProcess.write("{}", to: path)
    #expect(try await run().targets == [])
    // Another URL is another list, and that of the first is not kept for ever.
    #expect(try await run("other").targets == [])
    #expect(try files() == [])
  }

  @Test("a server that quotes the login in the type of its answer puts it nowhere")
  func quotedLogin() async throws {
    let login = Data("u:horse-staple".utf8).base64EncodedString()
    let server = try LoopbackServer { connection, _ in
      _ = connection.readHead()
      connection.write(
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain; basic \(login); password=horse-staple; and=horse-staple\r\n"
          + "Content-Length: 0\r\nConnection: close\r\n\r\n")
    }
    defer { server.stop() }
    let transfers = TransferEngine()
    defer { transfers.shutdown() }
    let discovery = TargetDiscovery(
      environment: ProbeEnvironment(transfers: transfers, clock: clock, hostName: "h"), folder: "/", read: Self.read)
    let url = "http://u:horse-staple@127.0.0.1:\(server.port)/list"
    await discovery.readOnce([try definition("{name: p, kind: tcp, http_sd_configs: [{url: '\(url)'}], settings: {}}")])
    let fault = try #require(await discovery.status.first?.faults.first?.fault)
    #expect(fault.id == "fault.targets.content")
    #expect(fault.arguments["type"] == "text/plain; basic (secret); password=(secret); and=(secret)")
  }

  @Test("a list that the disk refuses stays in force and says so; it is kept as soon as the disk takes it")
  func fullDisk() async throws {
    let folder = ServerProcess.makeFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let server = try LoopbackServer { connection, _ in
      _ = connection.readHead()
      let body = #"[{"targets": ["a:1"]}]"#
      connection.write(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n"
          + "Connection: close\r\n\r\n\(body)")
    }
    defer { server.stop() }
    let url = "http://127.0.0.1:\(server.port)/list"
    let transfers = TransferEngine()
    defer { transfers.shutdown() }
    func run(in folder: String) async throws -> TargetSourceStatus {
      var environment = ProbeEnvironment(transfers: transfers, clock: clock, hostName: "h")
      environment.stateFolder = folder
      let discovery = TargetDiscovery(environment: environment, folder: "/", read: Self.read)
      await discovery.readOnce([
        try definition("{name: p, kind: tcp, http_sd_configs: [{url: '\(url)'}], settings: {}}")
      ])
      #expect(await discovery.targets == ["a:1"])
      return try #require(await discovery.status.first)
    }
    let path = KeptTargetList.path(in: folder, of: "p", at: url)
    // Its every write finds no room.
    #expect(symlink("/dev/full", path + ".new") == 0)
    let refused = try await run(in: folder)
    #expect(refused.unkept?.fault.arguments == ["path": path, "problem": "No space left on device"])
    #expect(refused.faults == [] && refused.failures == 0, "the list itself is well")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [], "nothing half written is left")
    let missing = try await run(in: folder + "/none")
    #expect(missing.unkept?.fault.arguments["problem"] == "No such file or directory")
    #expect(try await run(in: folder).unkept == nil)
    #expect(KeptTargetList.load(from: path)?.text.contains("a:1") == true)
  }
}

extension TargetDiscovery {
  /// All addresses, ascending.
  var targets: [String] { groups.values.flatMap { $0.flatMap(\.targets) }.sorted() }
}
