import Foundation
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
