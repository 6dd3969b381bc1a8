import Foundation
import LoopbackServers
import Records
import Telemetry
import Testing

@testable import Probes

@Suite("TLS probes", .enabled(if: ServerProcess.isInstalled(CertificateFolder.openssl), "needs the package openssl"))
struct TLSProbeTests {
  private func judge(_ folder: CertificateFolder, _ name: String, _ server: [String] = [], _ settings: String? = nil)
    async throws -> ProbeReport
  {
    let (process, port) = try await tlsServer(folder, name, server)
    defer { process.stop() }
    let trust = settings ?? #""tls_config":{"ca_file":"\#(folder.file("authority.pem"))"}"#
    return try await makeProbe(TLSProbeSettings.self, #"{"target":"127.0.0.1:\#(port)",\#(trust)}"#)
      .run(within: .seconds(10))
  }

  @Test("each wrong of a certificate has a reason of its own")
  func wrongs() async throws {
    let folder = try CertificateFolder()
    defer { folder.remove() }
    let good = try await judge(folder, "good")
    #expect(good.verdict == .up, "\(good.explanation)")
    for kind in CertificateProblem.Kind.allCases {
      #expect(good.samples.value("probe_ssl_certificate_problem", ["problem": kind.rawValue]) == 0, "\(kind)")
    }
    #expect(good.samples.value("probe_ssl_last_chain_expiry_timestamp_seconds") != nil)
    #expect(good.samples.value("probe_tls_version_info", ["version": "TLS 1.3"]) == 1)
    let leaf = ["depth": "0", "subject": "CN=good,O=shop"]
    #expect(good.samples.value("probe_ssl_certificate_expiry_timestamp_seconds", leaf) != nil)

    try folder.issue("late", from: "20200101000000Z", until: "20210101000000Z")
    try folder.issue("other", for: "DNS:other.example.org")
    try folder.issue("short", key: "rsa:1024")
    try folder.issue("sloppy", digest: "-sha1")
    try folder.issue("early", from: "20900101000000Z", until: "20910101000000Z")
    for (name, reason) in [
      ("late", "reason.tls.expired"), ("early", "reason.tls.not_yet_valid"), ("other", "reason.tls.wrong_name"),
      ("short", "reason.tls.weak_key"), ("sloppy", "reason.tls.weak_signature"),
    ] {
      let server = name == "short" || name == "sloppy" ? ["-cipher", "DEFAULT:@SECLEVEL=0"] : []
      let report = try await judge(folder, name, server)
      #expect(report.verdict.reason?.id == reason, "\(name): \(report.explanation)")
      let problem = ["problem": String(reason.dropFirst("reason.tls.".count))]
      #expect(report.samples.value("probe_ssl_certificate_problem", problem) == 1, "\(name)")
    }
    let trust = #""ca_file":"\#(folder.file("authority.pem"))""#
    let named = try await judge(folder, "good", [], #""tls_config":{\#(trust),"server_name":"shop.example.org"}"#)
    #expect(named.explanation.hasSuffix(", not for shop.example.org"), "\(named.explanation)")
    let unknown = try await judge(folder, "good", [], #""tls_config":{}"#)
    #expect(unknown.verdict.reason?.id == "reason.tls.unknown_authority", "\(unknown.explanation)")
    let own = try await judge(folder, "authority", [], #""tls_config":{}"#)
    #expect(own.verdict.reason?.id == "reason.tls.self_signed", "\(own.explanation)")
    let tolerated = try await judge(folder, "late", [], #""tls_verify":false"#)
    #expect(tolerated.verdict == .up, "\(tolerated.explanation)")
    #expect(tolerated.samples.value("probe_ssl_certificate_problem", ["problem": "expired"]) == 1)
  }

  @Test("versions without an overlap, a wanted client certificate and an unreadable authority are told apart")
  func versions() async throws {
    let folder = try CertificateFolder()
    defer { folder.remove() }
    let trust = #""ca_file":"\#(folder.file("authority.pem"))""#
    let old = ["-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0"]
    let refused = try await judge(folder, "good", old)
    #expect(refused.verdict.reason?.id == "reason.tls.version", "\(refused.explanation)")
    let spoken = try await judge(folder, "good", old, #""tls_config":{\#(trust),"min_version":"TLS10"}"#)
    #expect(spoken.samples.value("probe_tls_version_info", ["version": "TLS 1.1"]) == 1, "\(spoken.explanation)")
    let demanding = ["-tls1_2", "-Verify", "1", "-CAfile", folder.file("authority.pem")]
    let nameless = try await judge(folder, "good", demanding)
    #expect(nameless.verdict.reason?.id == "reason.tls.version" || nameless.verdict.reason?.id == "reason.probe.tls")
    let certificate = #""cert_file":"\#(folder.file("good.pem"))","key_file":"\#(folder.file("good.key"))""#
    let known = try await judge(folder, "good", demanding, #""tls_config":{\#(trust),\#(certificate)}"#)
    #expect(known.verdict == .up, "\(known.explanation)")
    let missing = try await judge(folder, "good", [], #""tls_config":{"ca_file":"/nonexistent.pem"}"#)
    guard case .unknown = missing.verdict else { return #expect(Bool(false), "\(missing.verdict)") }
  }

  @Test("a stapled answer that the certificate was revoked counts, and one that it is good")
  func staples() async throws {
    let folder = try CertificateFolder()
    defer { folder.remove() }
    for (state, reason) in [("V", String?.none), ("R", "reason.tls.revoked")] {
      try folder.staple("good", state: state)
      let report = try await judge(folder, "good", ["-status_file", folder.file("staple.der")])
      #expect(report.verdict.reason?.id == reason, "\(report.explanation)")
      let status = ["status": state == "V" ? "good" : "revoked"]
      #expect(report.samples.value("probe_ssl_ocsp_info", status) == 1, "\(report.samples.map(\.series))")
    }
  }

  @Test(
    "each protocol is spoken until the handshake, byte by byte",
    arguments: [
      (
        StartTLSProtocol.smtp, ["220-mail\r\n220 ready\r\n", "250-mail\r\n250 STARTTLS\r\n", "220 go\r\n"],
        "EHLO watchkeeper.invalid\r\nSTARTTLS\r\n"
      ),
      (.imap, ["* OK hi\r\n", "* CAPABILITY x\r\na1 OK begin\r\n"], "a1 STARTTLS\r\n"),
      (.pop3, ["+OK hi\r\n", "+OK begin\r\n"], "STLS\r\n"),
      (.ftp, ["220-a\r\n b\r\n220 c\r\n", "234 go\r\n"], "AUTH TLS\r\n"),
      (
        .xmpp,
        [
          "<?xml version='1.0'?><stream:stream><stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
            + "</stream:features>", "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
        ],
        "<?xml version='1.0'?><stream:stream to='h.example' version='1.0' xmlns='jabber:client' "
          + "xmlns:stream='http://etherx.jabber.org/streams'><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
      ),
    ])
  func spoken(_ spoken: StartTLSProtocol, _ said: [String], _ sent: String) {
    var dialogue = StartTLSDialogue(spoken, domain: "h.example")
    let pieces = said.flatMap { $0.utf8.map { [$0] } }
    let played = dialogue.play(pieces)
    guard case .done? = played.end else { return #expect(Bool(false), "\(played)") }
    #expect(String(decoding: played.sent.flatMap { $0 }, as: UTF8.self) == sent)
  }

  @Test(
    "a refusal and a foreign protocol are named",
    arguments: [
      (StartTLSProtocol.smtp, "554 no\r\n", "reason.stream.declined"),
      (.smtp, "SSH-2.0-x\r\n", "reason.probe.protocol"), (.smtp, "220 a\r\n250 b\r\n", "reason.stream.declined"),
      (.imap, "* BYE no\r\n", "reason.probe.protocol"), (.imap, "* OK\r\na1 BAD x\r\n", "reason.stream.declined"),
      (.pop3, "-ERR\r\n", "reason.probe.protocol"), (.ftp, "220 a\r\n500 b\r\n", "reason.stream.declined"),
      (.postgresql, "N", "reason.stream.declined"), (.postgresql, "H", "reason.probe.protocol"),
      (.mysql, "220 what is that\r\n", "reason.probe.protocol"), (.ldap, "220 hello\r\n", "reason.probe.protocol"),
      (.ldap, "0\u{7f}", "reason.none"), (.xmpp, "<stream:features></stream:features>", "reason.stream.declined"),
    ])
  func refusals(_ spoken: StartTLSProtocol, _ said: String, _ reason: String) {
    var dialogue = StartTLSDialogue(spoken, domain: "h")
    let played = dialogue.play([Array(said.utf8)])
    switch played.end {
    case .failed(let failure)?: #expect(failure.reason == reason, "\(failure.text)")
    case nil: #expect(reason == "reason.none")
    default: Issue.record("\(played)")
    }
  }
}

extension CertificateFolder {
  /// A certificate for another time.
  fileprivate func issue(_ name: String, from start: String, until end: String) throws {
    ServerProcess.write("", to: file("index.txt"))
    ServerProcess.write("01\n", to: file("serial"))
    ServerProcess.write(
      """
      [ca]
      default_ca=own
      [own]
      database=\(file("index.txt"))
      serial=\(file("serial"))
      new_certs_dir=\(path)
      default_md=sha256
      policy=any
      [any]
      commonName=supplied
      organizationName=optional
      """, to: file("ca.conf"))
    ServerProcess.write("subjectAltName=DNS:localhost,IP:127.0.0.1\n", to: file("\(name).ext"))
    try openssl(
      "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=\(name)/O=shop -keyout \(name).key "
        + "-out \(name).csr")
    try openssl(
      "ca -batch -notext -config \(file("ca.conf")) -cert authority.pem -keyfile authority.key -in \(name).csr "
        + "-startdate \(start) -enddate \(end) -extfile \(name).ext -out \(name).pem")
  }

  /// `staple.der`: what the authority says of a certificate, `V` for valid or `R` for revoked.
  fileprivate func staple(_ name: String, state: String) throws {
    try openssl("x509 -in \(name).pem -noout -serial -out \(name).csr")
    let serial = try String(contentsOfFile: file("\(name).csr"), encoding: .utf8).dropFirst("serial=".count)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    let revoked = state == "R" ? "250101000000Z" : ""
    ServerProcess.write(
      "\(state)\t901231235959Z\t\(revoked)\t\(serial)\tunknown\t/CN=\(name)/O=shop\n", to: file("index.txt"))
    try openssl("ocsp -issuer authority.pem -cert \(name).pem -reqout request.der -no_nonce")
    try openssl(
      "ocsp -index \(file("index.txt")) -CA authority.pem -rsigner authority.pem -rkey authority.key -ndays 1 "
        + "-reqin request.der -respout staple.der")
  }
}
