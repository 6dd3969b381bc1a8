import Foundation
import Glibc
import LoopbackServers
import Records
import Telemetry
import Testing

@testable import Probes

@Suite("TCP probes")
struct TCPProbeTests {
  private func run(_ json: String, within limit: Duration = .seconds(10)) async throws -> ProbeReport {
    try await makeProbe(TCPProbeSettings.self, json).run(within: limit)
  }

  @Test("a dialogue catches groups, sends them back and shows them as labels, in pieces of any size")
  func dialogue() async throws {
    let server = try LoopbackServer { connection, server in
      for piece in ["* not ", "this\r\n220 mail.exam", "ple ESM", "TP ready\r\n"] { connection.write(piece) }
      server.note(connection.readLine())
      connection.write("250 done")
    }
    defer { server.stop() }
    let report = try await run(
      #"""
      {"target":"127.0.0.1:\#(server.port)","query_response":[
        {"expect":"^220 ([^ ]+) (?P<kind>[A-Z]+)","send":"EHLO ${1}$$ $kind\r",
         "labels":[{"name":"host","value":"$1"},{"name":"kind","value":"<${kind}>"}]},
        {"expect":"^250 "}]}
      """#)
    #expect(report.verdict == .up, "\(report.explanation)")
    #expect(server.notes == ["EHLO mail.example$ ESMTP\r\n"])
    #expect(report.samples.value("probe_expect_info", ["host": "mail.example", "kind": "<ESMTP>"]) == 1)
    #expect(report.samples.value("probe_failed_due_to_regex") == 0)
    #expect(report.cost == ProbeCost(bytes: 12 + 30 + 26 + 8))
  }

  @Test(
    "what does not come is named",
    arguments: [
      ("hello\r\n", #"{"expect":"^220"}"#, "reason.stream.unexpected", 1.0, Double?.none),
      ("hello\r\n", #"{"expect_bytes":"hullo"}"#, "reason.stream.unexpected", 0, 1),
    ])
  func misses(_ text: String, _ step: String, _ reason: String, _ pattern: Double, _ bytes: Double?) async throws {
    let server = try LoopbackServer { connection, _ in connection.write(text) }
    defer { server.stop() }
    let report = try await run(#"{"target":"127.0.0.1:\#(server.port)","query_response":[\#(step)]}"#)
    #expect(report.verdict.reason?.id == reason, "\(report.explanation)")
    #expect(report.samples.value("probe_failed_due_to_regex") == pattern)
    #expect(report.samples.value("probe_failed_due_to_bytes") == bytes)
  }

  @Test("bytes are found across pieces")
  func bytes() {
    let step = try? JSONDecoder().decode(ExpectStep.self, from: Data(#"{"expect_bytes":"aab","send":"x"}"#.utf8))
    var dialogue = ExpectDialogue(step.map { [$0] } ?? [])
    let played = dialogue.play([Array("aa".utf8), Array("ab".utf8)])
    guard case .done? = played.end else { return #expect(Bool(false), "\(played)") }
    #expect(played.sent.last == Array("x\n".utf8))
  }

  @Test("a line without end and a server that says nothing end in bounded memory and time")
  func endless() async throws {
    let endless = try LoopbackServer { connection, _ in
      let piece = String(repeating: "x", count: 4096)
      while connection.write(piece) {}
    }
    defer { endless.stop() }
    let long = try await run(#"{"target":"127.0.0.1:\#(endless.port)","query_response":[{"expect":"^220"}]}"#)
    #expect(long.verdict.reason?.id == "reason.stream.too_long", "\(long.explanation)")
    // Lines that end are not kept, and end all the same.
    let chatty = try LoopbackServer { connection, _ in
      let piece = String(repeating: "x\r\n", count: 2048)
      while connection.write(piece) {}
    }
    defer { chatty.stop() }
    let much = try await run(#"{"target":"127.0.0.1:\#(chatty.port)","query_response":[{"expect":"^220"}]}"#)
    #expect(much.verdict.reason?.id == "reason.stream.too_long", "\(much.explanation)")
    let silent = try LoopbackServer { connection, _ in connection.waitForClose() }
    defer { silent.stop() }
    let late = try await run(
      #"{"target":"127.0.0.1:\#(silent.port)","query_response":[{"expect":"^220"}]}"#, within: .seconds(1))
    #expect(late.verdict.reason?.id == "reason.probe.timed_out")
    #expect(late.explanation.contains("a line that matches '^220'"), "\(late.explanation)")
    let secret = try await run(
      #"{"target":"127.0.0.1:\#(silent.port)","tls":true}"#, within: .seconds(1))
    #expect(secret.explanation.contains("the TLS handshake"), "\(secret.explanation)")
  }

  @Test("a peer that breaks off, and one that speaks in clear where TLS should be, are told apart")
  func broken() async throws {
    let reset = try LoopbackServer { connection, _ in _ = connection.reset() }
    defer { reset.stop() }
    let lost = try await run(#"{"target":"127.0.0.1:\#(reset.port)","query_response":[{"expect":"^220"}]}"#)
    #expect(lost.verdict.reason?.id == "reason.probe.connection_lost", "\(lost.explanation)")
    let plain = try LoopbackServer { connection, _ in
      connection.write("220 hello\r\n")
      connection.waitForClose()
    }
    defer { plain.stop() }
    let clear = try await run(#"{"target":"127.0.0.1:\#(plain.port)","tls":true}"#)
    #expect(clear.verdict.reason?.id == "reason.probe.plain", "\(clear.explanation)")
    let injected = try LoopbackServer { connection, _ in
      connection.write("220 go\r\nand more")
      connection.waitForClose()
    }
    defer { injected.stop() }
    let early = try await run(
      #"{"target":"127.0.0.1:\#(injected.port)","query_response":[{"expect":"^220","starttls":true}]}"#)
    #expect(early.explanation.contains("in clear before the handshake"), "\(early.explanation)")
  }

  @Test("a socket of this host, an address to send from, and a name that is tried to its last address")
  func ways() async throws {
    let path = ServerProcess.makeFolder() + "/socket"
    let missing = try await run(#"{"target":"unix:\#(path)"}"#)
    #expect(missing.verdict.reason?.id == "reason.probe.refused", "\(missing.explanation)")
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let isBound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0 && listen(descriptor, 1) == 0
      }
    }
    try #require(isBound)
    let local = try await run(#"{"target":"unix:\#(path)"}"#)
    #expect(local.verdict == .up, "\(local.explanation)")
    #expect(local.samples.value("probe_ip_protocol") == nil)

    let server = try LoopbackServer { connection, _ in connection.waitForClose() }
    defer { server.stop() }
    // localhost is ::1 and 127.0.0.1 here; only the second one listens.
    let named = try await run(#"{"target":"localhost:\#(server.port)"}"#)
    #expect(named.verdict == .up, "\(named.explanation)")
    #expect(named.samples.value("probe_ip_protocol") == 4)
    let from = try await run(#"{"target":"127.0.0.1:\#(server.port)","source_ip_address":"127.0.0.9"}"#)
    #expect(from.verdict == .up, "\(from.explanation)")
    let elsewhere = try await run(#"{"target":"127.0.0.1:\#(server.port)","source_ip_address":"192.0.2.1"}"#)
    guard case .unknown = elsewhere.verdict else { return #expect(Bool(false), "\(elsewhere.verdict)") }
  }

  @Test(
    "the same series as blackbox_exporter, with the same values",
    .enabled(if: BlackboxExporter.isInstalled, "needs the package prometheus-blackbox-exporter"))
  func blackbox() async throws {
    let folder = try CertificateFolder()
    defer { folder.remove() }
    let (server, port) = try await tlsServer(folder, "good")
    defer { server.stop() }
    let talker = try LoopbackServer { connection, _ in
      connection.write("220 mail.example ESMTP\r\n")
      _ = connection.readLine()
      connection.write("221 bye\r\n")
    }
    defer { talker.stop() }
    let closing = try LoopbackServer { connection, _ in connection.write("220 no\r\n") }
    defer { closing.stop() }
    let authority = folder.file("authority.pem")
    let exporter = try BlackboxExporter(
      modules: """
        modules:
          plain: {prober: tcp, tcp: {preferred_ip_protocol: ip4}}
          tls: {prober: tcp, tcp: {tls: true, tls_config: {ca_file: \(authority)}}}
          talk: {prober: tcp, tcp: {query_response: [{expect: "^220 ([a-z.]+)", send: "QUIT ${1}\\r"}, {expect: "^221"}]}}
          miss: {prober: tcp, tcp: {query_response: [{expect: "^999"}]}}
        """)
    for (module, target, settings) in [
      ("plain", "127.0.0.1:\(talker.port)", #""preferred_ip_protocol":"ip4""#),
      ("tls", "127.0.0.1:\(port)", #""tls":true,"tls_config":{"ca_file":"\#(authority)"}"#),
      (
        "talk", "127.0.0.1:\(talker.port)",
        #""query_response":[{"expect":"^220 ([a-z.]+)","send":"QUIT ${1}\r"},{"expect":"^221"}]"#
      ),
      ("miss", "127.0.0.1:\(closing.port)", #""query_response":[{"expect":"^999"}]"#),
      ("plain", "127.0.0.1:1", #""preferred_ip_protocol":"ip4""#),
    ] {
      let ours = try await run(#"{"target":"\#(target)",\#(settings)}"#).written
      let theirs = await exporter.probe(module, target)
      #expect(theirs.count >= 6, "\(module)")
      for (series, value) in theirs {
        // Newer exporters show the serial number, too.
        let own = ours.first { name, _ in
          name.replacing(/,?serialnumber="[0-9a-f]*"/, with: "") == series
            || name == series
        }
        let found = try #require(own, "\(module): \(series) beside \(ours.keys.sorted())")
        if !series.contains("seconds") || series.contains("expiry") { #expect(found.value == value, "\(series)") }
      }
    }
  }

  @Test(
    "settings that cannot be meant are refused at their key",
    arguments: [
      (#"{"target":"db"}"#, "fault.probe.target"), (#"{"target":"db:0"}"#, "fault.probe.target"),
      (#"{"target":"unix:x"}"#, "fault.probe.target"), (#"{"target":"[x]:5"}"#, "fault.probe.target"),
      (#"{"target":"d:1","preferred_ip_protocol":"ip5"}"#, "fault.network.choice"),
      (#"{"target":"d:1","source_ip_address":"here"}"#, "fault.network.address"),
      (#"{"target":"d:1","tls_config":{"min_version":"SSL3"}}"#, "fault.stream.version"),
      (#"{"target":"d:1","tls_config":{"min_version":"TLS13","max_version":"TLS12"}}"#, "fault.stream.versions"),
      (#"{"target":"d:1","tls_config":{"key_file":"/x"}}"#, "fault.stream.key-alone"),
      (#"{"target":"d:1","query_response":[{"expect":"("}]}"#, "fault.value.pattern"),
      (#"{"target":"d:1","query_response":[{"expect":"a","expect_bytes":"b"}]}"#, "fault.stream.expect"),
      (#"{"target":"d:1","query_response":[{"labels":[{"name":"a","value":"b"}]}]}"#, "fault.stream.labels"),
      (#"{"target":"d:1","query_response":[{"expect":"a","labels":[{"name":"1","value":"b"}]}]}"#, "fault.probe.label"),
    ])
  func faults(_ json: String, _ id: String) {
    let error = #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(TCPProbeSettings.self, from: Data(json.utf8))
    }
    #expect(error?.settingsFault?.id == id)
  }

  @Test("whatever is spoken over a stream, its target says what is asked and where")
  func places() throws {
    let kinds: [any StreamProbeSettings.Type] = [
      TCPProbeSettings.self, TLSProbeSettings.self, SMTPProbeSettings.self, IMAPProbeSettings.self,
      POP3ProbeSettings.self, FTPProbeSettings.self, SSHProbeSettings.self, LDAPProbeSettings.self,
      RedisProbeSettings.self, MemcachedProbeSettings.self, PostfixProbeSettings.self,
    ]
    for kind in kinds {
      let local = try JSONDecoder().decode(kind, from: Data(#"{"target":"unix:/run/a"}"#.utf8))
      #expect(local.localSocket == "/run/a" && local.network == nil && local.instance == nil, "\(kind)")
      let far = try JSONDecoder().decode(kind, from: Data(#"{"target":"a.example:1"}"#.utf8))
      #expect(far.instance == "a.example:1" && far.network?.address == "a.example:1", "\(kind)")
      #expect(far.localSocket == nil, "\(kind)")
    }
  }
}
