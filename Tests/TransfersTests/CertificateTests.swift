import Glibc
import LoopbackServers
import Telemetry
import Testing

@testable import Transfers

@Suite("Certificates")
struct CertificateTests {
  @Test(
    "OpenSSL's dates are read",
    arguments: [
      ("Jan  1 00:00:00 1970 GMT", 0 as Int64?), ("Feb 29 12:30:15 2024 GMT", 1_709_209_815),
      ("Dec 31 23:59:59 2049 GMT", 2_524_607_999), ("Nov 21 03:01:00 2025 GMT", 1_763_694_060),
      ("Nov 21 2025", nil), ("Foo 21 03:01:00 2025 GMT", nil), ("Nov 21 25:01:00 2025 GMT", nil),
    ])
  func dates(_ text: String, _ seconds: Int64?) {
    #expect(CertificateDate.timestamp(text)?.milliseconds == seconds.map { $0 * 1000 })
  }

  @Test("lines of the certificate list are taken")
  func lines() {
    var certificate = PresentedCertificate()
    certificate.take("Subject:CN = example.org")
    certificate.take("X509v3 Subject Alternative Name:DNS:a.example.org, DNS:b.example.org")
    certificate.take("Cert:-----BEGIN CERTIFICATE-----\nYWJj\n-----END CERTIFICATE-----\n")
    certificate.take("no colon")
    #expect(certificate.subject == "CN = example.org")
    #expect(certificate.alternativeNames == ["DNS:a.example.org", "DNS:b.example.org"])
    #expect(certificate.fingerprint == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }
}

/// `openssl s_server` with a certificate made for the test.
///
/// Spawned by hand: Foundation's `Process` waits in a run loop, which on the test's own thread never ends.
final class TLSServer {
  static let program = "/usr/bin/openssl"
  static var isAvailable: Bool { access(program, X_OK) == 0 }

  let port: Int
  let certificatePath: String
  private let keyPath: String
  private let process: pid_t

  struct SpawnFailed: Error {}

  init() throws {
    let name = "/tmp/watchkeeper-tls-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    certificatePath = name + ".crt"
    keyPath = name + ".key"
    let maker = try Self.spawn([
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", keyPath, "-out",
      certificatePath, "-days", "20", "-subj", "/CN=keeper.test", "-addext", "subjectAltName=IP:127.0.0.1",
    ])
    var status: Int32 = 0
    waitpid(maker, &status, 0)
    port = try LoopbackServer.unusedPort()
    process = try Self.spawn([
      "s_server", "-accept", "127.0.0.1:\(port)", "-cert", certificatePath, "-key", keyPath, "-www",
    ])
  }

  /// Asks until the server listens: the attempts take the time, nothing sleeps. A refusal takes a fraction of a
  /// millisecond, and on a busy machine openssl needs seconds to begin.
  func first(_ request: TransferRequest, through engine: TransferEngine) async -> TransferReport {
    var report = await engine.perform(request)
    for _ in 0..<100_000 where report.failure?.cause == .refused { report = await engine.perform(request) }
    return report
  }

  func stop() {
    kill(process, SIGKILL)
    var status: Int32 = 0
    waitpid(process, &status, 0)
    unlink(certificatePath)
    unlink(keyPath)
  }

  private static func spawn(_ arguments: [String]) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for descriptor in Int32(0)...2 { posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0) }
    var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) }
    defer { for word in words { free(word) } }
    words.append(nil)
    var process: pid_t = 0
    guard posix_spawn(&process, program, &actions, nil, words, environ) == 0 else { throw SpawnFailed() }
    return process
  }
}

@Suite("TLS transfers", .enabled(if: TLSServer.isAvailable, "needs the openssl program"))
struct TLSTransferTests {
  let engine = TransferEngine()

  @Test("an unknown issuer is a TLS failure; a trusted one gives version, chain and dates")
  func trust() async throws {
    let server = try TLSServer()
    defer { server.stop() }
    var request = TransferRequest(url: "https://127.0.0.1:\(server.port)/")
    request.connection = .fresh
    #expect(await server.first(request, through: engine).failure?.cause == .tls(.untrusted))

    request.verification = .authorities(file: server.certificatePath)
    let report = await engine.perform(request)
    #expect(report.status == 200)
    #expect(report.finalScheme == "https")
    #expect(report.tls?.version == "TLSv1.3")
    #expect(report.phases.tls > .zero)
    let leaf = try #require(report.certificates.first)
    #expect(leaf.subject.contains("keeper.test"))
    #expect(leaf.alternativeNames == ["IP Address:127.0.0.1"])
    #expect(leaf.fingerprint?.count == 64)
    let from = try #require(leaf.notBefore)
    let to = try #require(leaf.notAfter)
    #expect(to.elapsed(since: from) == .seconds(20 * 86400))
  }

  @Test("a wrong name is told from an unknown issuer, and verification can be left out")
  func names() async throws {
    let server = try TLSServer()
    defer { server.stop() }
    var request = TransferRequest(url: "https://localhost:\(server.port)/")
    request.addressFamily = .ipv4
    request.verification = .authorities(file: server.certificatePath)
    #expect(await server.first(request, through: engine).failure?.cause == .tls(.nameMismatch))
    request.verification = .none
    #expect(await engine.perform(request).status == 200)
  }

  @Test("a plain server is a failed handshake")
  func plain() async throws {
    let server = try LoopbackServer.answering("HTTP/1.1 200 OK\r\n\r\n")
    defer { server.stop() }
    // The server waits for an empty line that a TLS greeting need not contain, so time may be up first.
    var request = TransferRequest(url: "https://127.0.0.1:\(server.port)/")
    request.timeout = .milliseconds(300)
    let cause = await engine.perform(request).failure?.cause
    #expect(cause == .tls(.handshake) || cause == .timedOut(.tls), "\(String(describing: cause))")
  }
}
