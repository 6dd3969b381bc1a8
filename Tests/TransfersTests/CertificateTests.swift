import LoopbackServers
import Telemetry
import Testing

@testable import Transfers

@Suite("Certificates")
struct CertificateTests {
  @Test(
    "dates are read",
    arguments: [
      ("Jan  1 00:00:00 1970 GMT", 0 as Int64?), ("Feb 29 12:30:15 2024 GMT", 1_709_209_815),
      ("Dec 31 23:59:59 2049 GMT", 2_524_607_999), ("Nov 21 03:01:00 2025 GMT", 1_763_694_060),
      ("Nov 21 2025", nil), ("Foo 21 03:01:00 2025 GMT", nil), ("Nov 21 25:01:00 2025 GMT", nil),
    ])
  func dates(_ text: String, _ seconds: Int64?) {
    #expect(HTTPDate.timestamp(text)?.milliseconds == seconds.map { $0 * 1000 })
  }
}

/// `openssl s_server` with a certificate made for the test.
final class TLSServer {
  static let program = "/usr/bin/openssl"
  static var isAvailable: Bool { ServerProcess.isInstalled(program) }

  let port: Int
  let certificatePath: String
  private let folder: String
  private let process: ServerProcess

  init() throws {
    folder = ServerProcess.makeFolder()
    certificatePath = folder + "/crt"
    try ServerProcess.run(
      Self.program,
      [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", folder + "/key",
        "-out", certificatePath, "-days", "20", "-subj", "/CN=keeper.test", "-addext", "subjectAltName=IP:127.0.0.1",
      ])
    port = try LoopbackServer.unusedPort()
    process = try ServerProcess(
      Self.program,
      ["s_server", "-accept", "127.0.0.1:\(port)", "-cert", certificatePath, "-key", folder + "/key", "-www"])
  }

  /// Asks until the server listens: the attempts take the time, nothing sleeps. A refusal takes a fraction of a
  /// millisecond, and on a busy machine openssl needs seconds to begin.
  func first(_ request: TransferRequest, through engine: TransferEngine) async -> TransferReport {
    var report = await engine.perform(request)
    for _ in 0..<100_000 where report.failure?.cause == .refused { report = await engine.perform(request) }
    return report
  }

  func stop() {
    process.stop()
    _ = try? ServerProcess.run("/bin/rm", ["-rf", folder])
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
    #expect(await server.first(request, through: engine).failure?.cause == .tls(.selfSigned))

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
    #expect(report.verifiedUntil == leaf.notAfter)
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
