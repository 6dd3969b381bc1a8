import Foundation
import LoopbackServers
import Records
import Telemetry
import Testing
import Transfers

@testable import Probes

@Suite("WebSocket probe", .timeLimit(.minutes(2)))
struct WebSocketProbeTests {
  private let network = NetworkServices()

  private func run(_ json: String) async throws -> ProbeReport {
    let environment = ProbeEnvironment(transfers: .init(), network: network, clock: ManualClock(), hostName: "h")
    return try await JSONDecoder().decode(WebSocketProbeSettings.self, from: Data(json.utf8))
      .makeProbe(in: environment).run(within: .seconds(20))
  }

  @Test(
    "websocketd is upgraded to, pinged and spoken to, with TLS and without",
    .enabled(if: ServerProcess.isInstalled("/usr/bin/websocketd"), "needs the package websocketd"),
    arguments: [false, true])
  func real(isSecure: Bool) async throws {
    defer { network.stop() }
    let folder = try CertificateFolder()
    defer { folder.remove() }
    let port = try LoopbackServer.unusedPort()
    let tls = ["--ssl", "--sslcert=\(folder.file("good.pem"))", "--sslkey=\(folder.file("good.key"))"]
    let server = try ServerProcess(
      "/usr/bin/websocketd",
      ["--port=\(port)", "--address=127.0.0.1", "--passenv=PATH"] + (isSecure ? tls : []) + ["/bin/cat"])
    defer { server.stop() }
    try await listening(port)
    let scheme = isSecure ? "wss" : "ws"
    let trust = #""tls_config":{"ca_file":"\#(folder.file("authority.pem"))"}"#
    let target = #""target":"\#(scheme)://localhost:\#(port)/a?b=c","preferred_ip_protocol":"ip4",\#(trust)"#
    let pinged = try await run("{\(target)}")
    #expect(pinged.verdict == .up, "\(pinged.explanation)")
    #expect(pinged.samples.value("probe_http_status_code") == 101)
    #expect(pinged.samples.value("probe_websocket_upgraded") == 1)
    #expect((pinged.samples.value("probe_ssl_earliest_cert_expiry") != nil) == isSecure)
    let long = String(repeating: "x", count: 300)
    let spoken = try await run(#"{\#(target),"send":"first\nsecond \#(long)","expect":"^second x+$"}"#)
    #expect(spoken.verdict == .up, "\(spoken.explanation)")
    #expect(spoken.samples.value("probe_failed_due_to_regex") == 0)
    let other = try await run(#"{\#(target),"subprotocol":"chat"}"#)
    #expect(other.explanation == "the server speaks the protocol none, not 'chat'")
  }

  @Test("a page that is no WebSocket is told by its status")
  func page() async throws {
    defer { network.stop() }
    let server = try LoopbackServer.answering("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
    defer { server.stop() }
    let report = try await run(
      #"{"target":"ws://127.0.0.1:\#(server.port)/live","headers":{"X-Token":"t"}}"#)
    #expect(report.verdict.reason?.id == "reason.stream.declined")
    #expect(report.samples.value("probe_http_status_code") == 404)
    #expect(report.samples.value("probe_websocket_upgraded") == 0)
    let asked = try #require(server.notes.first)
    #expect(asked.hasPrefix("GET /live HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\n"), "\(asked)")
    #expect(asked.contains("\r\nX-Token: t\r\n"))
  }

  // The key of RFC 6455, section 1.3, and what answers it.
  private static let key = Array("the sample nonce".utf8)
  private static let mask: [UInt8] = [0x37, 0xfa, 0x21, 0x3d]
  private static let upgrade =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"

  private func failure(_ answer: [UInt8], _ more: String = "") throws -> ExchangeFailure? {
    let settings = try JSONDecoder().decode(
      WebSocketProbeSettings.self, from: Data(#"{"target":"ws://h/"\#(more)}"#.utf8))
    var dialogue = WebSocketDialogue(settings, key: Self.key, mask: Self.mask)
    guard case .failed(let failure)? = dialogue.play([answer]).end else { return nil }
    return failure
  }

  @Test(
    "what a server may not do ends the check with its own reason",
    arguments: [
      ([0xc1, 0], "a frame uses extensions that were not agreed on"),
      ([0x81, 0x80, 0, 0, 0, 0], "a frame of the server is masked"),
      ([0x82, 127, 0, 0, 0, 1, 0, 0, 0, 0], "a frame claims to have 4294967296 bytes, at most 1048576"),
      ([0x82, 127, 0x80, 0, 0, 0, 0, 0, 0, 0], "a frame claims to have -9223372036854775808 bytes, at most 1048576"),
      ([0x89, 126, 0, 126], "a control frame is too long"), ([0x09, 0], "a control frame is too long"),
      ([0x83, 0], "a frame has the opcode 3, which does not exist"),
      ([0x88, 4, 0x03, 0xf0, 0x6e, 0x6f], "the server closes with 1008 'no'"),
    ] as [([UInt8], String)])
  func hostile(_ frame: [UInt8], _ text: String) throws {
    #expect(try failure(Array(Self.upgrade.utf8) + frame)?.text == text)
  }

  @Test("a server that cannot prove that it speaks WebSocket is not believed")
  func proof() throws {
    let forged = Self.upgrade.replacing("s3pP", with: "S3pP")
    #expect(try failure(Array(forged.utf8))?.reason == "reason.probe.protocol")
    #expect(try failure(Array("220 mail ready\r\n".utf8))?.reason == "reason.probe.protocol")
    let endless = "HTTP/1.1 101 x\r\n" + String(repeating: "a: b\r\n", count: 200)
    #expect(try failure(Array(endless.utf8))?.text == "the answer has more than 128 headers")
  }

  @Test("a message in pieces with a ping between them is one message; the ping is answered")
  func pieces() throws {
    let settings = try JSONDecoder().decode(
      WebSocketProbeSettings.self, from: Data(#"{"target":"ws://h/","expect":"^abcd$"}"#.utf8))
    var dialogue = WebSocketDialogue(settings, key: Self.key, mask: Self.mask)
    let frames: [UInt8] = [0x01, 2, 0x61, 0x62, 0x89, 1, 0x7a, 0x80, 2, 0x63, 0x64]
    let played = dialogue.play([Array(Self.upgrade.utf8)] + frames.map { [$0] })
    guard case .done? = played.end else { return #expect(Bool(false), "\(played)") }
    let mask = Self.mask
    let sent = played.sent.joined().suffix(7 + 8)
    #expect(Array(sent.prefix(7)) == [0x8a, 0x81] + mask + [0x7a ^ mask[0]])
  }

  @Test(
    "what is no WebSocket's address is refused", arguments: ["h:80", "http://h/", "wss://", "ws://u@h/", "ws://h/#a"])
  func addresses(_ text: String) {
    #expect(throws: (any Error).self) {
      try JSONDecoder().decode(WebSocketProbeSettings.self, from: Data(#"{"target":"\#(text)"}"#.utf8))
    }
  }
}
