import Foundation
import LoopbackServers
import Records
import Telemetry
import Testing
import Transfers

@testable import Probes

@Suite("What ends: certificates in files, registrations of domains", .timeLimit(.minutes(2)))
struct ExpiryProbeTests {
  private let clock = ManualClock()

  /// The certificates are made in the minute before this clock's time.
  init() { clock.advance(by: .seconds(Date().timeIntervalSince1970 + 60 - clock.now.seconds)) }

  private func run<Settings: ProbeSettings>(_ type: Settings.Type, _ json: String) async throws -> ProbeReport {
    let environment = ProbeEnvironment(transfers: .init(), clock: clock, hostName: "h")
    return try await JSONDecoder().decode(type, from: Data(json.utf8)).makeProbe(in: environment)
      .run(within: .seconds(20))
  }

  @Test("each certificate of a chain is told, beside keys and texts, in PEM and in DER")
  func chain() async throws {
    let folder = try CertificateFolder()
    defer { folder.remove() }
    let parts = try ["good.key", "good.pem", "authority.pem"].map {
      try String(contentsOfFile: folder.file($0), encoding: .utf8)
    }
    ServerProcess.write("a remark\n" + parts.joined(separator: "\n"), to: folder.file("chain.crt"))
    try folder.openssl("x509 -in good.pem -outform DER -out good.der")
    let report = try await run(
      CertificateFilesSettings.self,
      #"{"files":["\#(folder.path)/*.crt","\#(folder.path)/good.der"],"remaining_min":"7d"}"#)
    #expect(report.verdict == .up, "\(report.explanation)")
    let ends = report.samples.filter { $0.series.metric == "x509_cert_not_after" }
    #expect(ends.compactMap { $0.series["subject"] } == ["CN=good,O=shop", "CN=authority", "CN=good,O=shop"])
    for (sample, days) in zip(ends, [20, 30, 20]) {
      #expect(abs(sample.value - clock.now.seconds - Double(days) * 86_400) < 600)
    }
    #expect(report.samples.value("x509_read_errors") == 0)
    #expect(report.samples.allSatisfy { MetricDictionary.metric($0.series.metric ?? "").help != "No description." })
    let soon = try await run(
      CertificateFilesSettings.self, #"{"files":["\#(folder.path)/good.pem"],"remaining_min":"21d"}"#)
    #expect(soon.verdict.reason?.id == "reason.certificate-files.validity")
    #expect(soon.explanation == "\(folder.path)/good.pem: 'CN=good,O=shop' expires in 19 days")
    clock.advance(by: .seconds(22 * 86_400))
    let late = try await run(CertificateFilesSettings.self, #"{"files":["\#(folder.path)/good.pem"]}"#)
    #expect(late.explanation == "\(folder.path)/good.pem: 'CN=good,O=shop' expired 2 days ago")
  }

  @Test("a file that is missing, broken, endless or holds no certificate costs only itself")
  func unreadable() async throws {
    let folder = try CertificateFolder()
    defer { folder.remove() }
    let good = try String(contentsOfFile: folder.file("good.pem"), encoding: .utf8)
    ServerProcess.write(String(good.prefix(200)), to: folder.file("cut.crt"))
    ServerProcess.write("nothing", to: folder.file("text.crt"))
    let key = try String(contentsOfFile: folder.file("good.key"), encoding: .utf8)
    ServerProcess.write(key, to: folder.file("key.crt"))
    ServerProcess.write(String(repeating: "x", count: 1 << 21), to: folder.file("long.crt"))
    let report = try await run(
      CertificateFilesSettings.self,
      #"{"files":["\#(folder.path)/*.crt","\#(folder.path)/good.pem","/nonexistent.pem","/dev/zero"]}"#)
    #expect(report.verdict.reason?.id == "reason.certificate-files.unreadable")
    #expect(report.samples.value("x509_read_errors") == 6, "\(report.explanation)")
    for part in [
      "cut.crt: certificate 1 is broken", "text.crt: certificate 1 is broken", "key.crt: holds no certificate",
      "long.crt: cannot be read", "/nonexistent.pem: cannot be read", "/dev/zero: cannot be read",
    ] { #expect(report.explanation.contains(part), "\(report.explanation)") }
    #expect(report.samples.filter { $0.series.metric == "x509_cert_not_after" }.count == 1)
  }

  private func registration(_ events: String, status: String = "200 OK") throws -> LoopbackServer {
    let body = #"{"objectClassName":"domain","events":[\#(events)]}"#
    return try LoopbackServer.answering(
      "HTTP/1.1 \(status)\r\nContent-Type: application/rdap+json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
  }

  private func event(_ action: String, days: Double) -> String {
    let date = Date(timeIntervalSince1970: clock.now.seconds + days * 86_400)
    return #"{"eventAction":"\#(action)","eventDate":"\#(date.formatted(.iso8601))"}"#
  }

  @Test(
    "a registration ends in time, soon, has ended, or there is none",
    arguments: [
      (40.5, "200 OK", nil, ""), (12.5, "200 OK", "reason.domain.expiry", "the registration ends in 12 days"),
      (-3.5, "200 OK", "reason.domain.expiry", "the registration ended 3 days ago"),
      (40, "404 Not Found", "reason.domain.unregistered", "the registry knows no such domain"),
      (
        40, "503 Busy", "reason.domain.unasked", "the registry answers with status 503 and no registration"
      ),
    ] as [(Double, String, String?, String)])
  func domain(days: Double, status: String, reason: String?, text: String) async throws {
    let events =
      event("last changed", days: 0) + "," + event("registration", days: -400) + "," + event("expiration", days: days)
    let server = try registration(events, status: status)
    defer { server.stop() }
    let report = try await run(
      DomainProbeSettings.self, #"{"target":"Example.ORG","server":"\#(server.url())"}"#)
    #expect(report.verdict.reason?.id == reason)
    #expect(report.explanation == text)
    #expect(server.notes.first?.hasPrefix("GET /domain/example.org HTTP/1.1\r\n") == true, "\(server.notes)")
    guard status == "200 OK" else { return }
    let expiry = try #require(report.samples.value("domain_expiry_timestamp_seconds"))
    #expect(abs(expiry - clock.now.seconds - days * 86_400) < 2)
    #expect(report.samples.value("domain_registration_timestamp_seconds") != nil)
  }

  @Test("a domain may be written with the dot of the root")
  func rooted() async throws {
    let server = try registration(event("expiration", days: 200), status: "200 OK")
    defer { server.stop() }
    let report = try await run(DomainProbeSettings.self, #"{"target":"example.org.","server":"\#(server.url())"}"#)
    #expect(report.verdict == .up, "\(report.explanation)")
  }

  @Test("a domain whose registry rdap.org does not know is unknown, not unregistered")
  func unlisted() async throws {
    let proxy = try registration("", status: "404 Not Found")
    defer { proxy.stop() }
    let report = try await run(
      DomainProbeSettings.self, #"{"target":"example.de","server":"http://rdap.org","proxy_url":"\#(proxy.url())"}"#)
    #expect(proxy.notes.first?.hasPrefix("GET http://rdap.org/domain/example.de ") == true, "\(proxy.notes)")
    #expect(report.verdict.reason?.id == "reason.domain.unasked")
    #expect(report.explanation.hasPrefix("rdap.org knows no registry for this domain"), "\(report.explanation)")
    for (server, asks) in [("https://RDAP.org:443/", true), ("https://rdap.org.example", false)] {
      let json = #"{"target":"example.de","server":"\#(server)"}"#
      let settings = try JSONDecoder().decode(DomainProbeSettings.self, from: Data(json.utf8))
      #expect(settings.asksForwarder == asks, "\(server)")
    }
  }

  @Test(
    "an answer about another domain says nothing about this one",
    arguments: [
      ("EXAMPLE.org.", true), ("bücher.org", true), ("org.example", false), ("le.org", false),
      ("www.example.org", false),
    ])
  func another(told: String, counts: Bool) async throws {
    let body = #"{"ldhName":"\#(told)","events":[\#(event("expiration", days: 90))]}"#
    let server = try LoopbackServer.answering(
      "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
    defer { server.stop() }
    let report = try await run(DomainProbeSettings.self, #"{"target":"example.org","server":"\#(server.url())"}"#)
    #expect(report.explanation == (counts ? "" : "the registry answers about another domain"))
    #expect(report.verdict.reason?.id == (counts ? nil : "reason.domain.unasked"))
  }

  @Test("a registry that cannot be asked, or does not say, leaves the domain unknown")
  func unasked() async throws {
    let port = try LoopbackServer.unusedPort()
    let refused = try await run(
      DomainProbeSettings.self, #"{"target":"example.org","server":"http://127.0.0.1:\#(port)"}"#)
    #expect(refused.verdict.reason?.id == "reason.domain.unasked")
    let silent = try registration(event("registration", days: -1))
    defer { silent.stop() }
    let report = try await run(DomainProbeSettings.self, #"{"target":"example.org","server":"\#(silent.url())"}"#)
    #expect(report.explanation == "the registry does not say when the registration ends")
    for bad in ["example", "a b.org", "../x.org", "ex..org"] {
      await #expect(throws: (any Error).self) { try await run(DomainProbeSettings.self, #"{"target":"\#(bad)"}"#) }
    }
  }
}
