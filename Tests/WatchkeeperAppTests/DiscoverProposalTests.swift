import Foundation
import Glibc
import LoopbackServers
import Telemetry
import Testing
import Transfers
import Wording

@testable import Probes
@testable import WatchkeeperApp

/// What `watchkeeper discover` proposes for the services that it knows.
@Suite("Proposals of discovery", .timeLimit(.minutes(2)))
struct DiscoverProposalTests {
  private static let english = Reader(language: .english)

  /// A server that listens before it answers is a mere port for a moment.
  private let isTemplate: @Sendable (DiscoveryDiff) -> Bool = { $0.new.first?.template != nil }

  /// What is proposed for one listener of this host, asked until it is there.
  private func proposals(
    for process: String, port: Int, until isThere: (DiscoveryDiff) -> Bool = { !$0.new.isEmpty }
  ) async throws -> DiscoveryDiff {
    let transfers = TransferEngine()
    defer { transfers.shutdown() }
    let survey = Survey(
      environment: ProbeEnvironment(transfers: transfers, clock: LiveClock(), hostName: "web01"), known: [])
    let listener = HostFindings.Listener(port: port, isReachable: false, processName: process)
    return await patiently(until: isThere) { await survey.host(HostServices(streams: [listener])) }
  }

  @Test(
    "nginx with its page of numbers is proposed as its template",
    .enabled(if: ServerProcess.isInstalled("/usr/sbin/nginx"), "needs nginx-light"))
  func nginx() async throws {
    let port = try LoopbackServer.unusedPort()
    let server = try ServerProcess(
      "/usr/sbin/nginx", ["-p", "FOLDER", "-c", "FOLDER/conf", "-e", "/dev/null"],
      files: [
        "conf": """
        daemon off; error_log /dev/null; pid FOLDER/pid; events {}
        http { access_log off; client_body_temp_path FOLDER/b; proxy_temp_path FOLDER/p;
          fastcgi_temp_path FOLDER/f; uwsgi_temp_path FOLDER/u; scgi_temp_path FOLDER/s;
          server { listen 127.0.0.1:\(port); location = /nginx_status { stub_status; } } }
        """
      ])
    defer { server.stop() }
    let diff = try await proposals(for: "nginx", port: port, until: isTemplate)
    #expect(diff.new.map(\.template) == ["nginx"])
    #expect(diff.new.first?.settings == ["url": "\"http://127.0.0.1:\(port)/nginx_status\""])
    #expect(diff.new.first?.note == nil)
  }

  @Test(
    "memcached is proposed as its template",
    .enabled(if: ServerProcess.isInstalled("/usr/bin/memcached"), "needs memcached"))
  func memcached() async throws {
    let port = try LoopbackServer.unusedPort()
    let server = try ServerProcess(
      "/usr/bin/memcached", ["-l", "127.0.0.1", "-p", String(port), "-U", "0", "-u", "nobody"])
    defer { server.stop() }
    let diff = try await proposals(for: "memcached", port: port, until: isTemplate)
    #expect(diff.new.map(\.template) == ["memcached"])
  }

  @Test(
    "Redis with a password is proposed as its template, with what is to be filled in",
    .enabled(if: ServerProcess.isInstalled("/usr/bin/redis-server"), "needs redis-server"))
  func redis() async throws {
    let port = try LoopbackServer.unusedPort()
    let server = try ServerProcess(
      "/usr/bin/redis-server",
      ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--dir", "FOLDER", "--requirepass", "secret"])
    defer { server.stop() }
    let diff = try await proposals(for: "redis-server", port: port, until: isTemplate)
    let proposal = try #require(diff.new.first)
    #expect(proposal.template == "redis" && proposal.isToFillIn && proposal.note == "redis")
    #expect(
      diff.probesText(Self.english).hasPrefix(
        "probes:\n  # A password is wanted: add username: default and password_file to the settings.\n"
          + "  - name: \"redis-\(port)\"\n    template: redis\n    item: \"database/web01-redis\"\n"))
    #expect(diff.probesText(Reader(language: .simplifiedChinese)).contains("  # 需要密码"))
    for language in Language.allCases {
      let text = DiscoveryText(diff: diff, folder: nil, written: [], reader: Reader(language: language)).text
      #expect(text.contains(Reader(language: language).text("discover.to-fill-in")))
    }
    #expect(try JSONOutput.text(diff).contains("\"note\" : \"redis\""))
  }

  @Test("a database that refuses the login is proposed as what it is; one that says nothing known as a port")
  func refusedLogin() async throws {
    // What PostgreSQL 15 says to a role that is not there.
    let fields = "SFATAL\u{0}C28000\u{0}Mrole \"watchkeeper\" does not exist\u{0}\u{0}"
    let refusal = [UInt8(ascii: "E"), 0, 0, 0, UInt8(fields.utf8.count + 4)] + Array(fields.utf8)
    let database = try LoopbackServer { connection, _ in
      _ = connection.readBytes(8)
      connection.write(bytes: refusal)
      connection.waitForClose()
    }
    defer { database.stop() }
    let diff = try await proposals(for: "postgres", port: database.port)
    #expect(diff.new.map(\.template) == ["postgresql"] && diff.new.first?.note == "postgresql")
    #expect(diff.new.first?.settings == ["target": "\"127.0.0.1:\(database.port)\""])
    #expect(diff.probesText(Self.english).contains("  # CREATE ROLE watchkeeper LOGIN IN ROLE pg_monitor;\n"))
    let other = try LoopbackServer { connection, _ in connection.write("hello\r\n") }
    defer { other.stop() }
    let plain = try await proposals(for: "postgres", port: other.port)
    #expect(plain.new.map(\.kind) == ["tcp"] && plain.new.first?.template == nil && plain.new.first?.note == nil)
  }

  @Test("a server behind HAProxy that has metrics is not taken for HAProxy's own")
  func foreignMetrics() async throws {
    let server = try LoopbackServer { connection, _ in
      _ = connection.readHead()
      let body = "shop_orders_total 3\n"
      connection.write(
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: \(body.utf8.count)\r\n"
          + "Connection: close\r\n\r\n\(body)")
    }
    defer { server.stop() }
    let diff = try await proposals(for: "haproxy", port: server.port)
    #expect(diff.new.map(\.kind) == ["http"] && diff.new.first?.note == "haproxy")
  }

  @Test("nobody is told to set up numbers that another port gives already")
  func answeredHint() {
    var diff = DiscoveryDiff()
    for check in [
      ServiceCandidate("http", ("url", "\"http://127.0.0.1:8000/\"")).noting(.haproxy),
      ServiceCandidate("dns", ("target", "\"127.0.0.1:53\"")).noting(.bind),
      ServiceCandidate("scrape", template: "haproxy", ("targets", "[\"127.0.0.1:8405\"]")),
      ServiceCandidate("redis", template: "redis").admitting(login: .redis).noting(.redis),
    ] {
      diff.add(
        Proposal(
          check.kind, check, target: "a", item: "service/a", className: "service", itemName: "a", on: nil, port: 1))
    }
    diff.dropAnsweredHints()
    #expect(diff.new.map(\.note) == [nil, "bind", nil, "redis"])
    #expect(!diff.probesText(Self.english).contains("prometheus-exporter"))
  }

  @Test("elsewhere nobody logs in unasked, and what rndc is for is left alone")
  func restraint() throws {
    for port in [3306, 5432] {
      let found = try #require(
        ServiceCandidates(process: nil, host: "192.0.2.1", port: port, isReachable: true, place: .elsewhere))
      #expect(found.checks.map(\.kind) == ["tcp"] && found.checks.first?.note?.name == "database")
    }
    #expect(ServiceCandidates(process: "named", host: "127.0.0.1", port: 953, isReachable: false) == nil)
  }

  @Test("several ports of one service are one item, and one that the CMDB has is not declared again")
  func items() throws {
    func diff(knowing items: Set<String> = []) -> DiscoveryDiff {
      var diff = DiscoveryDiff(knowing: items)
      for port in [443, 80] {
        diff.add(
          Proposal(
            "nginx-\(port)", ServiceCandidate("tcp", ("target", "\"127.0.0.1:\(port)\"")), target: "127.0.0.1:\(port)",
            item: "service/web01-nginx", className: "service", itemName: "nginx", on: "host/web01", port: port))
      }
      return diff
    }
    #expect(
      diff().itemsText == """
        items:
          - id: "service/web01-nginx"
            class: service
            name: "nginx"
            attributes: {ports: "80, 443"}
            runs-on: "host/web01"

        """)
    let known = diff(knowing: ["service/web01-nginx"])
    #expect(known.itemsText == nil)
    let folder = try TemporaryFolder()
    #expect(
      try ProposalFiles(folder: folder.path).write(known, Self.english) == ["\(folder.path)/probes/discovered.yaml"])
  }

  /// What is proposed for the sockets below a folder, asked until it is there.
  private func proposals(
    below folder: String, until isThere: (DiscoveryDiff) -> Bool
  ) async throws -> (diff: DiscoveryDiff, sockets: [HostFindings.LocalSocket]) {
    let transfers = TransferEngine()
    defer { transfers.shutdown() }
    let survey = Survey(
      environment: ProbeEnvironment(transfers: transfers, clock: LiveClock(), hostName: "web01"), known: [])
    return await patiently(until: { isThere($0.diff) }) {
      let sockets = HostDiscovery().services().sockets.filter { $0.path.hasPrefix(folder) }
      return (await survey.host(HostServices(streams: [], sockets: sockets)), sockets)
    }
  }

  @Test(
    "Redis on a socket alone is proposed as its template with the socket",
    .enabled(if: ServerProcess.isInstalled("/usr/bin/redis-server"), "needs redis-server"))
  func redisSocket() async throws {
    let server = try ServerProcess(
      "/usr/bin/redis-server", ["--port", "0", "--unixsocket", "FOLDER/r.sock", "--save", "", "--dir", "FOLDER"])
    defer { server.stop() }
    let (diff, sockets) = try await proposals(below: server.folder, until: isTemplate)
    #expect(sockets.map(\.path) == [server.folder + "/r.sock"])
    #expect(sockets.map(\.processName) == ["redis-server"])
    let proposal = try #require(diff.new.first)
    #expect(proposal.template == "redis" && proposal.name == "redis" && !proposal.isToFillIn)
    #expect(proposal.settings == ["target": "\"unix:\(server.folder)/r.sock\""])
    #expect(proposal.item == "database/web01-redis")
  }

  @Test(
    "PostgreSQL on a socket alone is proposed as its template with the socket",
    .enabled(
      if: getuid() == 0 && ServerProcess.isInstalled("/usr/lib/postgresql/15/bin/initdb"),
      "needs the package postgresql-15, and root"))
  func postgreSQLSocket() async throws {
    let server = try ServerProcess(
      "/bin/sh",
      [
        "-c",
        """
        chown -R postgres FOLDER; cd FOLDER; run="setpriv --reuid postgres --regid postgres --clear-groups"
        $run /usr/lib/postgresql/15/bin/initdb -D FOLDER/db -U postgres --no-sync -A trust >FOLDER/log 2>&1
        exec $run /usr/lib/postgresql/15/bin/postgres -D FOLDER/db -p 5433 -c listen_addresses= \
        -c unix_socket_directories=FOLDER -c fsync=off >>FOLDER/log 2>&1
        """,
      ])
    defer { server.stop() }
    let (diff, _) = try await proposals(below: server.folder, until: isTemplate)
    let proposal = try #require(diff.new.first)
    #expect(diff.new.map(\.template) == ["postgresql"])
    #expect(proposal.settings == ["target": "\"unix:\(server.folder)/.s.PGSQL.5433\""])
    // There is no role of this name yet.
    #expect(proposal.isToFillIn && proposal.note == "postgresql")
  }

  @Test("a database's socket is a proposal of its own only where no port shows it, and once")
  func databaseSockets() async throws {
    let transfers = TransferEngine()
    defer { transfers.shutdown() }
    let folder = try TemporaryFolder()
    let survey = Survey(
      environment: ProbeEnvironment(transfers: transfers, clock: LiveClock(), hostName: "web01"), known: [])
    func targets(_ sockets: [HostFindings.LocalSocket], _ port: HostFindings.Listener? = nil) async -> [String] {
      // Nobody answers there, so all are told as silent.
      await survey.host(HostServices(streams: port.map { [$0] } ?? [], sockets: sockets)).silent
        .filter { $0.contains("unix:") }
    }
    func socket(_ name: String, _ process: String?, _ identifier: Int? = nil) -> HostFindings.LocalSocket {
      HostFindings.LocalSocket(path: folder.path + "/" + name, processName: process, processID: identifier)
    }
    let mysql = socket("mysqld.sock", "mariadbd", 7)
    #expect(await targets([mysql]) == ["mysql unix:\(folder.path)/mysqld.sock"])
    let open = HostFindings.Listener(port: 3306, isReachable: false, processName: "mariadbd")
    #expect(await targets([mysql], open).isEmpty)
    var other = HostFindings.Listener(port: 3307, isReachable: false, processName: "mariadbd")
    other.processID = 7
    #expect(await targets([mysql], other).isEmpty)
    var container = HostFindings.Listener(port: 3306, isReachable: true, processName: "docker-proxy")
    container.processID = 9
    #expect(await targets([mysql], container).count == 1)
    #expect(await targets([socket("mysqld.sock", nil)]).count == 1)
    #expect(await targets([socket("mysqlx.sock", "mysqld"), socket("x.sock", "php-fpm8.2"), socket("y", nil)]).isEmpty)
    let twice = [socket("a/.s.PGSQL.5432", "postgres", 8), socket("b/.s.PGSQL.5432", "postgres", 8)]
    #expect(await targets(twice).count == 1)
    for (path, isWritten) in [("/run/mysqld/mysqld.sock", false), ("/srv/mysqld.sock", true)] {
      let found = try #require(ServiceCandidates(socket: path, process: "mysqld"))
      #expect(found.checks.first?.settings.isEmpty == !isWritten)
      for check in found.checks { #expect(check.definition(among: survey.templates) != nil, "\(check)") }
    }
  }

  @Test(
    "BIND without a way out is proposed by what it knows itself, one for its own zones by its refusal",
    .enabled(if: ServerProcess.isInstalled("/usr/sbin/named"), "needs the package bind9"), arguments: ["yes", "no"])
  func bind(_ recursion: String) async throws {
    let port = try LoopbackServer.unusedPort()
    let server = try ServerProcess(
      "/usr/sbin/named", ["-f", "-c", "FOLDER/conf", "-n", "1"],
      files: [
        "conf": """
        options { directory "FOLDER"; listen-on port \(port) { 127.0.0.1; }; listen-on-v6 { none; }; pid-file none;
          session-keyfile none; recursion \(recursion); dnssec-validation no; managed-keys-directory "FOLDER";
          };
        controls { };
        zone "." { type hint; file "hints"; };

        """,
        // Nobody is there: this server knows nothing but its own.
        "hints": ". 60 IN NS a.\na. 60 IN A 127.0.0.9\n",
      ])
    defer { server.stop() }
    let found = try #require(ServiceCandidates(process: "named", host: "127.0.0.1", port: 53, isReachable: false))
    let transfers = TransferEngine()
    defer { transfers.shutdown() }
    let survey = Survey(
      environment: ProbeEnvironment(transfers: transfers, clock: LiveClock(), hostName: "web01"), known: [])
    // The port of names is root's; what is asked there is asked here.
    let checks = found.checks.map { check in
      ServiceCandidate(
        check.kind,
        of: check.settings.map {
          .init(key: $0.key, value: $0.value.replacing("127.0.0.1:53", with: "127.0.0.1:\(port)"))
        })
    }
    let chosen = await patiently(until: { $0 != nil }) {
      await survey.firstAnswered(checks.filter { !$0.isFallback }, within: Survey.hostPatience)
    }
    #expect(chosen?.kind == "dns")
    #expect(chosen?.settings.contains { $0.key == "valid_rcodes" } == (recursion == "no"))
  }

  @Test("a database is the same behind its socket and its port; a socket that is gone is told")
  func sockets() throws {
    #expect(WatchedPlace(socket: "/run/postgresql/.s.PGSQL.5433").text == "localhost:5433")
    #expect(WatchedPlace(socket: "/run/mysqld/mysqld.sock").text == "localhost:3306")
    let folder = try TemporaryFolder()
    let path = try folder.write("", to: "showq")
    #expect(WatchedPlace(socket: path).text == "unix:" + path)
    #expect(!WatchedPlace(socket: path).isGone([]) && WatchedPlace(socket: path + "2").isGone([]))
  }
}
