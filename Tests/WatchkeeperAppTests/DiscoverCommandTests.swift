import Foundation
import Inventory
import LoopbackServers
import Probes
import Records
import Telemetry
import Testing
import Transfers
import Wording

@testable import WatchkeeperApp

/// What `watchkeeper discover` takes what it finds for, and what it writes.
@Suite("Discovery of hosts and subnets", .timeLimit(.minutes(2)))
struct DiscoverCommandTests {
  static let packaged = ConfigurationFiles(files: PackagedFiles.all)
  private static let nginx = ServerProcess.isInstalled("/usr/sbin/nginx")

  private func withSurvey(
    of known: [ProbeDefinition] = [], _ body: (Survey) async throws -> Void
  ) async throws {
    let transfers = TransferEngine()
    defer { transfers.shutdown() }
    try await body(
      Survey(
        environment: ProbeEnvironment(transfers: transfers, clock: LiveClock(), hostName: "web01"), known: known))
  }

  private func webServer(_ address: String, _ port: Int) throws -> ServerProcess {
    try ServerProcess(
      "/usr/sbin/nginx", ["-p", "FOLDER", "-c", "FOLDER/conf", "-e", "/dev/null"],
      files: [
        "conf": """
        daemon off; error_log /dev/null; pid FOLDER/pid; events {}
        http { access_log off; client_body_temp_path FOLDER/b; proxy_temp_path FOLDER/p;
          fastcgi_temp_path FOLDER/f; uwsgi_temp_path FOLDER/u; scgi_temp_path FOLDER/s;
          server { listen \(address):\(port); return 200; } }
        """
      ])
  }

  @Test(
    "every check that may be proposed can be read",
    arguments: [22, 25, 53, 80, 443, 3306, 5432, 6379, 9100, 11_211, 12_345])
  func candidates(_ port: Int) throws {
    let names = [
      nil, "nginx", "apache2", "haproxy", "sshd", "master", "named", "mariadbd", "postgres", "redis-server",
      "memcached",
      "node_exporter", "\"odd: [name\n",
    ]
    for process in names {
      let found = try #require(ServiceCandidates(process: process, host: "192.0.2.1", port: port, isReachable: true))
      for check in found.checks { #expect(check.definition(among: Self.packaged) != nil, "\(check)") }
    }
    #expect(ServiceCandidates(process: "odd", host: "127.0.0.1", port: port, isReachable: false) == nil)
  }

  @Test("what answers on IPv6 is proposed with brackets where a port follows")
  func sixthVersion() throws {
    for port in [22, 53, 80, 443, 5432, 9100] {
      let found = try #require(
        ServiceCandidates(process: nil, host: "[2001:db8::1]", port: port, isReachable: true, place: .elsewhere))
      for check in found.checks {
        let definition = try #require(check.definition(among: Self.packaged), "\(check)")
        #expect(WatchedPlace(definition, hostName: "web01")?.text == "[2001:db8::1]:\(port)")
      }
    }
    for (kind, place) in [("icmp", "[2001:db8::1]"), ("snmp", "[2001:db8::1]:161")] {
      let check = ServiceCandidate(kind, ("target", "\"2001:db8::1\""))
      let definition = try #require(check.definition(among: Self.packaged))
      #expect(WatchedPlace(definition, hostName: "web01")?.text == place)
    }
  }

  @Test("a device is asked as a user of SNMP version 3, whose passwords stay in their files")
  func deviceLogin() throws {
    func login(_ authentication: DeviceLogin.Proof, _ privacy: DeviceLogin.Proof) -> ServiceCandidate {
      DeviceLogin(user: "ops", authentication: authentication, privacy: privacy).check(at: "192.0.2.1")
    }
    let check = login(.init(algorithm: "SHA-256", file: "/etc/a"), .init(file: "/etc/p"))
    #expect(check.definition(among: Self.packaged) != nil)
    #expect(
      check.settings.map { "\($0.key): \($0.value)" } == [
        "target: \"192.0.2.1\"", "version: \"3\"", "user: \"ops\"", "auth_protocol: \"SHA-256\"",
        "auth_password: {file: \"/etc/a\"}", "priv_password: {file: \"/etc/p\"}",
      ])
    #expect(login(.init(), .init()).definition(among: Self.packaged) != nil)
    #expect(login(.init(), .init(file: "/etc/p")).definition(among: Self.packaged) == nil)
    #expect(login(.init(algorithm: "ROT13", file: "/etc/a"), .init()).definition(among: Self.packaged) == nil)
    let community = DeviceLogin(communityFile: "/etc/c").check(at: "192.0.2.1")
    #expect(community.definition(among: Self.packaged) != nil && community.settings.last?.value == "{file: \"/etc/c\"}")
  }

  @Test("one place has one spelling, whatever its port is written as")
  func places() throws {
    func place(_ kind: String, _ settings: String) throws -> WatchedPlace {
      let document = try SettingsDocument(
        text: "{name: a, kind: \(kind), settings: {\(settings)}}", file: "a")
      let root = try #require(document.root)
      return try #require(
        WatchedPlace(try SettingsDecoder.decode(ProbeDefinition.self, from: root, of: document), hostName: "web01"))
    }
    #expect(try place("http", "url: 'http://WEB01/x'").text == "localhost:80")
    #expect(try place("http", "url: 'https://[::1]:8443/'").text == "localhost:8443")
    #expect(try place("ssh", "target: 127.0.0.1").text == "localhost:22")
    #expect(try place("tcp", "target: 'db.example.org:5432'").text == "db.example.org:5432")
    #expect(try place("icmp", "target: 192.0.2.1").text == "192.0.2.1")
  }

  @Test("subnets have the addresses that hosts may have")
  func subnets() throws {
    #expect(Subnet("192.0.2.5/30")?.texts == ["192.0.2.5", "192.0.2.6"])
    #expect(Subnet("192.0.2.5/32")?.texts == ["192.0.2.5"])
    #expect(Subnet("192.0.2.4/31")?.texts == ["192.0.2.4", "192.0.2.5"])
    #expect(Subnet("0.0.0.0/0")?.count == 4_294_967_294)
    #expect(Subnet("2001:db8::10/126")?.texts == ["2001:db8::11", "2001:db8::12", "2001:db8::13"])
    #expect(Subnet("2001:db8::11/127")?.texts == ["2001:db8::10", "2001:db8::11"])
    #expect(Subnet("::1/128")?.texts == ["::1"])
    #expect(Subnet("2001:db8::/64")?.count == 18_446_744_073_709_551_615)
    #expect(Subnet("2001:db8::/112").map { $0.count < Subnet.countMax } == true)
    #expect(Subnet("2001:db8::/111").map { $0.count > Subnet.countMax } == true)
    for bad in [
      "", "192.0.2.0", "192.0.2.0/33", "192.0.2/24", "192.0.2.256/24", "a.b.c.d/8", "1.2.3.4/-1", "2001:db8::/129",
      "2001:db8::/8", "2001:db8/64", "fe80::1%eth0/128", "::ffff:1.2.3/120",
    ] {
      #expect(Subnet(bad) == nil, "\(bad)")
    }
  }

  @Test(
    "this host's services are proposed, written into new files, and watched from then on",
    .enabled(if: Self.nginx, "needs nginx-light"))
  func host() async throws {
    let folder = try TemporaryFolder()
    let port = try LoopbackServer.unusedPort()
    let server = try webServer("127.0.0.1", port)
    defer { server.stop() }
    // Only what belongs to this test: the machine may serve more.
    func services() -> HostServices {
      let found = HostDiscovery().services()
      return HostServices(
        streams: found.streams.filter { $0.port == port })
    }
    let seen = await patiently(until: { $0.streams.count == 1 }) { services() }
    #expect(seen.streams.first?.processName == "nginx")
    try await withSurvey { survey in
      let diff = await survey.host(seen)
      #expect(diff.new.map(\.name) == ["nginx-\(port)"])
      #expect(diff.new.first?.settings == ["url": "\"http://127.0.0.1:\(port)/\""])
      let files = ProposalFiles(folder: folder.path)
      let english = Reader(language: .english)
      #expect(
        try files.write(diff, english).map { $0.split(separator: "/").last } == ["discovered.yaml", "discovered.yaml"])
      #expect(
        try files.write(diff, english).map { $0.split(separator: "/").last } == [
          "discovered-2.yaml", "discovered-2.yaml",
        ])
      try FileManager.default.removeItem(atPath: folder.path + "/probes/discovered-2.yaml")
      try FileManager.default.removeItem(atPath: folder.path + "/inventory/discovered-2.yaml")
    }
    let configuration = try ConfigurationReader.read(
      try ConfigurationFiles.read(folder.path), hostName: "web01", notifiers: CommandWorld.offlineNotifiers)
    #expect(configuration.inventory.items.map(\.id.text) == ["service/web01-nginx"])
    try await withSurvey(of: configuration.probes) { survey in
      let diff = await survey.host(seen)
      #expect(diff.isEmpty && diff.watched.map(\.by) == ["nginx-\(port)"])
      let later = await survey.host(HostServices(streams: []))
      #expect(later.gone.map(\.name) == ["nginx-\(port)"])
    }
  }

  @Test("a subnet is asked only at its addresses and ports", .enabled(if: Self.nginx, "needs nginx-light"))
  func subnet() async throws {
    let port = try LoopbackServer.unusedPort()
    let server = try webServer("127.0.0.3", port)
    defer { server.stop() }
    let addresses = try #require(Subnet("127.0.0.0/29")).texts
    try await withSurvey { survey in
      let asked = SubnetSurvey(survey: survey, ports: [port])
      let diff = await patiently(until: { $0.new.contains { $0.kind == "http" || $0.kind == "tcp" } }) {
        await asked.look(at: addresses) { _ in }.diff
      }
      let services = diff.new.filter { $0.kind != "icmp" }
      #expect(services.map(\.target) == ["127.0.0.3:\(port)"])
      #expect(services.first?.item == "host/127.0.0.3")
      let pings = diff.new.filter { $0.kind == "icmp" }.map(\.target)
      #expect(pings.isEmpty || pings == addresses, "where pings are not permitted, none is proposed")
    }
  }

  @Test("a password file that everybody may read is told, once, and no device is taken for asked")
  func openSecret() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("secret\n", to: "community")
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
    let addresses = try #require(Subnet("127.0.0.0/30")).texts
    try await withSurvey { survey in
      let asked = SubnetSurvey(survey: survey, ports: [], logins: [DeviceLogin(communityFile: path)])
      let (diff, problems) = await asked.look(at: addresses) { _ in }
      #expect(!diff.new.contains { $0.kind == "snmp" })
      let told = problems.filter { $0.arguments.values.contains { $0.contains(path) } }
      #expect(told.count == 1, "\(problems)")
      for reason in told { #expect(Reader(language: .english).text(reason.id, reason.arguments).contains("chmod")) }
    }
  }

  @Test("what is shown says what to do, in both languages", arguments: Language.allCases)
  func texts(_ language: Language) {
    var diff = DiscoveryDiff()
    diff.add(.init(service: "sshd", target: "127.0.0.1:22", by: "ssh"))
    let reader = Reader(language: language)
    #expect(DiscoveryText(diff: diff, folder: nil, written: [], reader: reader).text.contains("ssh"))
    diff.add(
      Proposal(
        "redis-6379", ServiceCandidate("redis", ("target", "\"127.0.0.1:6379\"")), target: "127.0.0.1:6379",
        item: "database/web01-redis", className: "database", itemName: "redis", on: "host/web01", port: 6379))
    let text = DiscoveryText(diff: diff, folder: "/etc/watchkeeper", written: [], reader: reader).text
    #expect(text.contains("+++ /etc/watchkeeper/probes/discovered"))
    #expect(text.contains("+      target: \"127.0.0.1:6379\"") && text.contains("+    runs-on: \"host/web01\""))
    #expect(text.contains("--accept"))
  }
}
