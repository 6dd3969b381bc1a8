import Foundation
import LoopbackServers
import Records
import Synchronization
import Telemetry
import Testing
import Transfers

@testable import Probes

@Suite(
  "Syslog over TLS", .enabled(if: ServerProcess.isInstalled(CertificateFolder.openssl), "needs the package openssl"))
struct SyslogTLSTests {
  /// A probe that listens for TLS, and the tools that speak to it.
  private struct Door {
    let folder: CertificateFolder
    let network = NetworkServices()
    let port: Int
    let probe: any Probe

    init(_ certificate: String = "good", _ more: String = "", _ listen: String = "") throws {
      folder = try CertificateFolder()
      port = try LoopbackServer.unusedPort()
      let json = #"""
        {"listen":["tls://127.0.0.1:\#(port)"\#(listen)],
         "tls_server_config":{"cert_file":"\#(folder.file("\(certificate).pem"))",
                              "key_file":"\#(folder.file("\(certificate).key"))"
                              \#(more.replacing("FOLDER", with: folder.path))}}
        """#
      let environment = ProbeEnvironment(
        transfers: TransferEngine(), network: network, clock: ManualClock(), hostName: "h")
      probe = try JSONDecoder().decode(SyslogProbeSettings.self, from: Data(json.utf8)).makeProbe(in: environment)
    }

    func close() {
      network.stop()
      folder.remove()
    }

    /// `openssl s_client` that says this. - Returns: whether its handshake came about.
    @discardableResult
    func say(_ text: String, _ options: String = "", trusting authority: String? = nil) throws -> Bool {
      ServerProcess.write(text, to: folder.file("said"))
      let trusted = authority ?? folder.file("authority.pem")
      return try ServerProcess.run(
        "/bin/bash",
        [
          "-c",
          "\(CertificateFolder.openssl) s_client -connect 127.0.0.1:\(port) -CAfile \(trusted) -verify_return_error "
            + "\(options) < \(folder.file("said"))",
        ])
    }

    /// Runs until a series has this value.
    func wait(_ metric: String, _ labels: [String: String], _ value: Double) async {
      let report = await patiently(until: { $0.samples.value(metric, labels) == value }) {
        await probe.run(within: .seconds(60))
      }
      #expect(report.samples.value(metric, labels) == value, "\(report.samples.map { "\($0.series) \($0.value)" })")
    }

    func waitForRefusals(_ reason: String, _ value: Double) async {
      await wait("syslog_tls_handshake_failures_total", ["host": "127.0.0.1", "reason": reason], value)
    }

    func waitForMessages(_ severity: String, from application: String, _ value: Double) async {
      await wait(
        "syslog_messages_total", ["app": application, "facility": "user", "host": "h", "severity": severity], value)
    }

    /// Whose certificate a client is shown.
    func shown() async throws -> String? {
      var request = StreamRequest(.host("127.0.0.1", port: UInt16(port)))
      request.encryption = .atOnce
      request.verifies = false
      request.limit = .seconds(20)
      let report = await network.streams.exchange(request, ExpectDialogue([]))
      return report.tls?.certificates.first?.subject
    }
  }

  private static func message(_ severity: Int) -> String {
    let text = "<\(8 + severity)>1 - h app - - - encrypted"
    return "\(text.utf8.count) \(text)"
  }

  @Test("messages with their length before them, and lines, are counted; each failed handshake has its reason")
  func reasons() async throws {
    let door = try Door()
    defer { door.close() }
    #expect(await door.probe.run(within: .seconds(60)).verdict == .up)
    #expect(try door.say(Self.message(5) + Self.message(5)))
    await door.waitForMessages("notice", from: "app", 2)
    #expect(try door.say("<14>1 - h app - - - a line\n", "-tls1_2"))
    await door.waitForMessages("info", from: "app", 1)

    try ServerProcess.run(
      "/bin/bash", ["-c", "printf '<13>1 - h app - - - in the clear\\n' > /dev/tcp/127.0.0.1/\(door.port)"])
    await door.waitForRefusals("no_tls", 1)
    #expect(try !door.say("", "-tls1_1 -cipher DEFAULT:@SECLEVEL=0"))
    await door.waitForRefusals("no_common_version", 1)
    try door.folder.issue("stranger")
    #expect(try !door.say("", trusting: door.folder.file("stranger.pem")))
    await door.waitForRefusals("certificate_distrusted", 1)
    try ServerProcess.run("/bin/bash", ["-c", ": > /dev/tcp/127.0.0.1/\(door.port)"])
    await door.waitForRefusals("closed", 1)
    await door.waitForMessages("notice", from: "app", 2)
    let report = await door.probe.run(within: .seconds(60))
    #expect(report.verdict == .up)
    #expect(report.samples.allSatisfy { MetricDictionary.metric($0.series.metric ?? "").help != "No description." })
  }

  @Test("only who shows a certificate of the clients' authority is heard")
  func clients() async throws {
    let door = try Door("good", #","client_ca_file":"FOLDER/authority.pem""#)
    defer { door.close() }
    let other = try CertificateFolder()
    defer { other.remove() }
    #expect(await door.probe.run(within: .seconds(60)).verdict == .up)
    try door.say(Self.message(4))
    await door.waitForRefusals("no_client_certificate", 1)
    try door.say(Self.message(4), "-cert \(other.file("good.pem")) -key \(other.file("good.key"))")
    await door.waitForRefusals("client_certificate", 1)
    try door.folder.issue("client")
    try door.say(Self.message(5), "-cert \(door.folder.file("client.pem")) -key \(door.folder.file("client.key"))")
    await door.waitForMessages("notice", from: "app", 1)
    let report = await door.probe.run(within: .seconds(60))
    #expect(!report.samples.contains { $0.series["severity"] == "warning" }, "nothing of those refused is counted")
  }

  @Test(
    "of the clients' authority only those are heard whose certificate bears one of these names",
    arguments: [
      ("DNS:a.example.org,DNS:Switch-1.example.org", true), ("IP:192.0.2.1", true), ("IP:2001:db8::1", true),
      ("email:log@example.org", true), ("URI:spiffe://example.org/log", true), ("DNS:switch-10.example.org", false),
      ("DNS:*.example.org", false), ("IP:192.0.2.10", false), ("email:Log@example.org", false),
    ])
  func names(_ borne: String, _ isHeard: Bool) async throws {
    let allowed =
      #"["switch-1.example.org","192.0.2.1","2001:DB8:0::1","log@example.org","spiffe://example.org/log"]"#
    let door = try Door("good", #","client_ca_file":"FOLDER/authority.pem","client_allowed_sans":\#(allowed)"#)
    defer { door.close() }
    #expect(await door.probe.run(within: .seconds(60)).verdict == .up)
    try door.folder.issue("client", for: borne)
    try door.say(Self.message(5), "-cert \(door.folder.file("client.pem")) -key \(door.folder.file("client.key"))")
    if isHeard {
      await door.waitForMessages("notice", from: "app", 1)
    } else {
      await door.waitForRefusals("client_name", 1)
    }
  }

  @Test("a certificate without names, and one of another authority, have their own reasons; who may show none is heard")
  func nameless() async throws {
    let door = try Door(
      "good",
      #","client_ca_file":"FOLDER/authority.pem","client_allowed_sans":["a"],"client_auth_type":"VerifyClientCertIfGiven""#
    )
    defer { door.close() }
    let other = try CertificateFolder()
    defer { other.remove() }
    #expect(await door.probe.run(within: .seconds(60)).verdict == .up)
    try door.folder.openssl("req -newkey rsa:2048 -nodes -subj /CN=a -keyout bare.key -out bare.csr")
    try door.folder.openssl(
      "x509 -req -in bare.csr -CA authority.pem -CAkey authority.key -CAcreateserial -days 20 -out bare.pem")
    try door.say(Self.message(4), "-cert \(door.folder.file("bare.pem")) -key \(door.folder.file("bare.key"))")
    await door.waitForRefusals("client_name", 1)
    try door.say(Self.message(4), "-cert \(other.file("good.pem")) -key \(other.file("good.key"))")
    await door.waitForRefusals("client_certificate", 1)
    #expect(try door.say(Self.message(5)))
    await door.waitForMessages("notice", from: "app", 1)
  }

  @Test(
    "names without an authority, and names of nobody, are refused",
    arguments: [
      #""client_allowed_sans":["a"]"#, #""client_ca_file":"/a","client_allowed_sans":[]"#,
      #""client_ca_file":"/a","client_allowed_sans":["a",""]"#,
    ])
  func refusedNames(_ settings: String) {
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(
        TLSServerSettings.self, from: Data(#"{"cert_file":"/c","key_file":"/k",\#(settings)}"#.utf8))
    }
  }

  @Test("who may leave the certificate out must not show a wrong one")
  func optional() async throws {
    let door = try Door(
      "good", #","client_ca_file":"FOLDER/authority.pem","client_auth_type":"VerifyClientCertIfGiven""#)
    defer { door.close() }
    let other = try CertificateFolder()
    defer { other.remove() }
    #expect(await door.probe.run(within: .seconds(60)).verdict == .up)
    #expect(try door.say(Self.message(5)))
    await door.waitForMessages("notice", from: "app", 1)
    try door.say(Self.message(4), "-cert \(other.file("good.pem")) -key \(other.file("good.key"))")
    await door.waitForRefusals("client_certificate", 1)
  }

  @Test("a renewed certificate is shown from the next run on; one that cannot be used leaves the last in service")
  func renewal() async throws {
    let door = try Door("served")
    defer { door.close() }
    let files = door.folder
    func copy(_ name: String) throws {
      for suffix in ["pem", "key"] {
        try ServerProcess.run("/bin/cp", [files.file("\(name).\(suffix)"), files.file("served.\(suffix)")])
      }
    }
    let missing = await door.probe.run(within: .seconds(60))
    #expect(missing.verdict.reason?.id == "fault.listen.unreadable", "\(missing.verdict)")
    try copy("good")
    #expect(await door.probe.run(within: .seconds(60)).verdict == .up)
    #expect(try await door.shown() == "CN=good,O=shop")

    try files.issue("renewed")
    try ServerProcess.run("/bin/cp", [files.file("renewed.pem"), files.file("served.pem")])
    let half = await door.probe.run(within: .seconds(60))
    #expect(half.verdict.reason?.id == "fault.listen.mismatch", "\(half.verdict)")
    #expect(try await door.shown() == "CN=good,O=shop")
    try copy("renewed")
    #expect(await door.probe.run(within: .seconds(60)).verdict == .up)
    #expect(try await door.shown() == "CN=renewed,O=shop")

    for (file, text, reason) in [
      ("served.key", "no key", "fault.listen.key"), ("served.pem", "no certificate", "fault.listen.chain"),
    ] {
      ServerProcess.write(text, to: files.file(file))
      let report = await door.probe.run(within: .seconds(60))
      #expect(report.verdict.reason?.id == reason, "\(report.verdict)")
      try copy("renewed")
    }
    try ServerProcess.run("/bin/chmod", ["o+r", files.file("served.key")])
    let exposed = await door.probe.run(within: .seconds(60))
    #expect(exposed.verdict.reason?.id == "fault.secret.exposed", "\(exposed.verdict)")
    #expect(exposed.explanation.contains(files.file("served.key")), "\(exposed.explanation)")
    #expect(try await door.shown() == "CN=renewed,O=shop")
  }

  @Test("a certificate that cannot be used leaves those without one a door, and is told by its file")
  func faults() async throws {
    let clear = try LoopbackServer.unusedPort()
    let door = try Door("good", #","client_ca_file":"FOLDER/authority.key""#, #","udp://127.0.0.1:\#(clear)""#)
    defer { door.close() }
    let report = await door.probe.run(within: .seconds(60))
    #expect(report.verdict.reason?.id == "fault.listen.client-authorities", "\(report.verdict)")
    #expect(report.explanation.contains(door.folder.file("authority.key")), "\(report.explanation)")
    try ServerProcess.run(
      "/bin/bash", ["-c", "printf '<13>1 - h app - - - x' > /dev/udp/127.0.0.1/\(clear)"])
    await door.waitForMessages("notice", from: "app", 1)
  }

  @Test("who begins a handshake and does not end it is cut off, and holds up nobody meanwhile")
  func stalling() async throws {
    let network = NetworkServices()
    defer { network.stop() }
    let folder = try CertificateFolder()
    defer { folder.remove() }
    let port = try LoopbackServer.unusedPort()
    let box = Counted()
    let receiver = Receiver(
      on: network.loop, messagesPerSecondMax: 1000, handshakeLimit: .seconds(2),
      Receiver.Handler(
        take: { _, _ in
          box.change { $0.messages += 1 }
          return nil
        },
        makeSplitter: { SyslogSplitter() },
        drop: { reason, _ in box.change { $0.dropped.append(reason) } },
        refuse: { reason, _ in box.change { $0.refused.append(reason) } }))
    let settings = try JSONDecoder().decode(
      TLSServerSettings.self,
      from: Data(#"{"cert_file":"\#(folder.file("good.pem"))","key_file":"\#(folder.file("good.key"))"}"#.utf8))
    await receiver.present(try TLSServerFiles(settings).context(settings))
    try await receiver.listen(at: [try #require(ListenAddress("tls://127.0.0.1:\(port)"))])
    // More than may begin at once: those beyond are not taken at all.
    let silent = try ServerProcess(
      "/bin/bash", ["-c", "for i in {1..60}; do exec {fd}<>/dev/tcp/127.0.0.1/\(port); done; exec sleep 600"])
    defer { silent.stop() }
    let flooded = await patiently(until: { $0.dropped.contains(.handshakes) }) { box.value }
    #expect(flooded.dropped.contains(.handshakes))
    let ended = await patiently(until: { $0.refused.count >= 30 }) { box.value }
    #expect(ended.refused.allSatisfy { $0 == .timeout }, "\(ended.refused)")
    try ServerProcess.run(
      "/bin/bash",
      ["-c", "printf '9 <13>1 - h' | \(CertificateFolder.openssl) s_client -connect 127.0.0.1:\(port)"])
    let heard = await patiently(until: { $0.messages == 1 }) { box.value }
    #expect(heard.messages == 1)
    await receiver.closeAll()
  }

  /// What a receiver told.
  private final class Counted: Sendable {
    struct Told: Sendable {
      var messages = 0
      var refused: [HandshakeRefusal] = []
      var dropped: [Receiver.Drop] = []
    }

    private let told = Mutex(Told())

    var value: Told { told.withLock { $0 } }

    func change(_ body: (inout Told) -> Void) { told.withLock { body(&$0) } }
  }

  @Test(
    "rsyslog sends over TLS with a certificate of its own, in both ways to cut messages",
    .enabled(
      if: ServerProcess.isInstalled("/usr/sbin/rsyslogd", "/usr/bin/logger"), "needs rsyslog and rsyslog-gnutls"),
    arguments: ["octet-counted", "traditional"])
  func rsyslog(_ framing: String) async throws {
    let door = try Door("good", #","client_ca_file":"FOLDER/authority.pem""#)
    defer { door.close() }
    #expect(await door.probe.run(within: .seconds(60)).verdict == .up)
    try door.folder.issue("device")
    let configuration = """
      global(workDirectory="FOLDER" defaultNetstreamDriver="gtls"
        defaultNetstreamDriverCAFile="\(door.folder.file("authority.pem"))"
        defaultNetstreamDriverCertFile="\(door.folder.file("device.pem"))"
        defaultNetstreamDriverKeyFile="\(door.folder.file("device.key"))")
      module(load="imuxsock" sysSock.use="off")
      input(type="imuxsock" socket="FOLDER/log")
      action(type="omfwd" target="127.0.0.1" port="\(door.port)" protocol="tcp" tcp_framing="\(framing)"
        streamDriver="gtls" streamDriverMode="1" streamDriverAuthMode="x509/name"
        streamDriverPermittedPeers="localhost" template="RSYSLOG_SyslogProtocol23Format"
        action.resumeInterval="1" action.resumeRetryCount="-1")
      """
    let daemon = try ServerProcess(
      "/usr/sbin/rsyslogd", ["-n", "-f", "FOLDER/rsyslog.conf", "-i", "FOLDER/pid"],
      files: ["rsyslog.conf": configuration + "\n"])
    defer { daemon.stop() }
    let socket = await patiently(until: { $0 }) { FileManager.default.fileExists(atPath: daemon.folder + "/log") }
    #expect(socket, "rsyslogd listens")
    for number in 1...3 {
      try ServerProcess.run(
        "/usr/bin/logger",
        ["--socket", daemon.folder + "/log", "--tag", "switch", "--priority", "user.warning", "number \(number)"])
    }
    let report = await patiently(until: { Self.warnings($0) == 3 }) { await door.probe.run(within: .seconds(60)) }
    #expect(Self.warnings(report) == 3, "\(report.samples.map { "\($0.series) \($0.value)" })")
  }

  private static func warnings(_ report: ProbeReport) -> Double {
    report.samples.filter {
      $0.series.metric == "syslog_messages_total" && $0.series["app"] == "switch"
        && $0.series["severity"] == "warning"
    }
    .reduce(0) { $0 + $1.value }
  }

  @Test("a door for TLS has a port by default, others have none")
  func ports() {
    #expect(ListenAddress("tls://127.0.0.1")?.description == "tls://127.0.0.1:6514")
    #expect(ListenAddress("tls://[::1]")?.description == "tls://[::1]:6514")
    #expect(ListenAddress("tcp://127.0.0.1") == nil)
    #expect(ListenAddress("udp://127.0.0.1") == nil)
  }

  @Test("a sender may come twice its pace at once, and then at its pace")
  func pace() throws {
    var pace = SenderPace(perSecondMax: 20)
    let one = try #require(SocketAddress("192.0.2.1", port: 0))
    let other = try #require(SocketAddress("192.0.2.2", port: 0))
    let start = Duration.seconds(1000)
    let answers = [
      (0..<100).count { _ in pace.admits(one, at: start) } == 41, pace.admits(other, at: start),
      !pace.admits(one, at: start + .milliseconds(49)), pace.admits(one, at: start + .milliseconds(50)),
      !pace.admits(one, at: start + .milliseconds(50)),
    ]
    #expect(answers == [true, true, true, true, true])
  }
}
