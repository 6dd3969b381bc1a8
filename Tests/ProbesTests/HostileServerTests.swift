import Foundation
import LoopbackServers
import Records
import Telemetry
import Testing
import Transfers

@testable import Probes

/// What a server can do to whoever asks it: each ends in bounded time and memory, with a reason of its own.
@Suite("HTTP probes and hostile servers", .timeLimit(.minutes(1)))
struct HostileServerTests {
  let environment = ProbeEnvironment(transfers: TransferEngine(), clock: ManualClock(), hostName: "h")

  private func run(_ server: LoopbackServer, _ more: String = "", limit: Duration = .seconds(20)) async throws
    -> ProbeReport
  {
    defer { server.stop() }
    let json = #"{"url":"\#(server.url())"\#(more.isEmpty ? "" : ",")\#(more)}"#
    let settings = try JSONDecoder().decode(HTTPProbeSettings.self, from: Data(json.utf8))
    return await settings.makeProbe(in: environment).run(within: limit)
  }

  @Test("headers that come one by one end at the limit")
  func slowHeaders() async throws {
    let server = try LoopbackServer { connection, _ in
      _ = connection.readHead()
      connection.write("HTTP/1.1 200 OK\r\nX-")
      connection.waitForClose()
    }
    let report = try await run(server, limit: .seconds(1))
    #expect(report.verdict.reason?.id == "reason.probe.timed_out")
    #expect(report.samples.value("probe_http_duration_seconds", ["phase": "transfer"]) != nil)
  }

  @Test("a body that stops in its middle ends at the limit, with the status that came")
  func slowBody() async throws {
    let server = try LoopbackServer { connection, _ in
      _ = connection.readHead()
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
      connection.waitForClose()
    }
    let report = try await run(server, limit: .seconds(1))
    #expect(report.verdict.reason?.id == "reason.probe.timed_out")
    #expect(report.samples.value("probe_http_status_code") == 200)
  }

  static func endless(_ head: String) throws -> LoopbackServer {
    try LoopbackServer { connection, _ in
      _ = connection.readHead()
      connection.write(head)
      let block = String(repeating: "x", count: 65536)
      while connection.write(block) {}
    }
  }

  @Test("of 10 GB that nobody looks at 64 MiB are counted, and that is no failure; with a limit it is one")
  func endlessBody() async throws {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n"
    let report = try await run(Self.endless(head))
    #expect(report.verdict == .up, "\(report.explanation)")
    #expect((report.samples.value("probe_http_uncompressed_body_length") ?? 0) < Double(65 << 20))
    let limited = try await run(Self.endless(head), #""body_size_limit":"1MB""#)
    #expect(limited.verdict.reason?.id == "reason.probe.body")
    #expect(limited.explanation.contains("longer than 1048576 bytes"), "\(limited.explanation)")
  }

  @Test("headers without end are a breach of the protocol")
  func endlessHeaders() async throws {
    let server = try LoopbackServer { connection, _ in
      _ = connection.readHead()
      connection.write("HTTP/1.1 200 OK\r\n")
      while connection.write("X-Flood: \(String(repeating: "y", count: 4000))\r\n") {}
    }
    let report = try await run(server)
    #expect(report.verdict.reason?.id == "reason.probe.protocol")
    #expect(report.explanation.contains("headers"), "\(report.explanation)")
  }

  @Test("redirects in a circle")
  func circle() async throws {
    let server = try LoopbackServer.answering(
      "HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    let report = try await run(server)
    #expect(report.verdict.reason?.id == "reason.probe.redirects")
    #expect(report.samples.value("probe_http_redirects") == 10)
  }

  @Test("bytes that are no UTF-8 in headers and body are looked at all the same")
  func noText() async throws {
    let server = try LoopbackServer { connection, _ in
      _ = connection.readHead()
      connection.write(
        bytes: Array("HTTP/1.1 200 OK\r\nX-A: ".utf8) + [0xff, 0xfe] + Array("\r\n\r\n".utf8) + [0xff, 0x41])
    }
    let report = try await run(
      server, #""fail_if_body_not_matches_regexp":["A"],"fail_if_header_matches":[{"header":"X-A","regexp":"zz"}]"#)
    #expect(report.verdict == .up, "\(report.explanation)")
  }

  @Test("a gzip bomb is unpacked to the limit", .enabled(if: ServerProcess.isInstalled("/usr/bin/gzip"), "needs gzip"))
  func bomb() async throws {
    let folder = ServerProcess.makeFolder()
    defer { _ = try? ServerProcess.run("/bin/rm", ["-rf", folder]) }
    try ServerProcess.run("/usr/bin/truncate", ["-s", "200M", folder + "/zero"])
    try ServerProcess.run("/usr/bin/gzip", [folder + "/zero"])
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: folder + "/zero.gz")))
    let server = try LoopbackServer { connection, _ in
      _ = connection.readHead()
      connection.write("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(bytes.count)\r\n\r\n")
      connection.write(bytes: bytes)
    }
    let report = try await run(server, #""compression":"gzip","body_size_limit":"10MB""#)
    #expect(report.verdict.reason?.id == "reason.probe.body")
    #expect(report.explanation.contains("longer than"), "\(report.explanation)")
  }
}
