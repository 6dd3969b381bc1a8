import Foundation
import Glibc
import LoopbackServers
import Telemetry
import Testing
import Transfers

@testable import Probes

/// Certificates of every kind of right and wrong, made by openssl.
struct CertificateFolder {
  let path = ServerProcess.makeFolder()
  static let openssl = "/usr/bin/openssl"

  /// Makes an authority, and a certificate for localhost and 127.0.0.1 signed by it.
  init() throws {
    try openssl(
      "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=authority -addext subjectAltName=DNS:localhost,IP:127.0.0.1 "
        + "-keyout authority.key -out authority.pem")
    try issue("good")
  }

  func file(_ name: String) -> String { path + "/" + name }

  func remove() { try? FileManager.default.removeItem(atPath: path) }

  /// `NAME.pem` and `NAME.key`, signed by the authority.
  func issue(
    _ name: String, for names: String = "DNS:localhost,IP:127.0.0.1",
    key: String = "ec -pkeyopt ec_paramgen_curve:P-256", digest: String = "-sha256"
  ) throws {
    ServerProcess.write("subjectAltName=\(names)\n", to: file("\(name).ext"))
    try openssl("req -newkey \(key) -nodes -subj /CN=\(name)/O=shop -keyout \(name).key -out \(name).csr")
    try openssl(
      "x509 -req -in \(name).csr -CA authority.pem -CAkey authority.key -CAcreateserial -extfile \(name).ext "
        + "-days 20 \(digest) -out \(name).pem")
  }

  func openssl(_ line: String) throws {
    let words = line.split(separator: " ").map { word in
      word.wholeMatch(of: /[a-z0-9_-]+\.(key|pem|csr|ext|der)/) == nil ? String(word) : file(String(word))
    }
    try #require(try ServerProcess.run(Self.openssl, words), "openssl \(line)")
  }
}

/// `openssl s_server` with one of these certificates.
func tlsServer(_ folder: CertificateFolder, _ name: String, _ options: [String] = []) async throws -> (
  server: ServerProcess, port: Int
) {
  let port = try LoopbackServer.unusedPort()
  let server = try ServerProcess(
    CertificateFolder.openssl,
    [
      "s_server", "-accept", "127.0.0.1:\(port)", "-cert", folder.file("\(name).pem"), "-key",
      folder.file("\(name).key"), "-quiet",
    ] + options)
  try await listening(port)
  return (server, port)
}

/// Waits until somebody listens on a port of 127.0.0.1.
func listening(_ port: Int) async throws {
  let client = NetworkServices()
  defer { client.stop() }
  var request = StreamRequest(.host("127.0.0.1", port: UInt16(port)))
  request.limit = .seconds(2)
  let failure = await patiently(until: { $0 == nil }) {
    await client.streams.exchange(request, ExpectDialogue([])).failure
  }
  #expect(failure == nil, "nobody listens on port \(port)")
}

/// Decodes the settings of a kind and makes its probe.
func makeProbe<Settings: ProbeSettings>(_ type: Settings.Type, _ json: String) throws -> any Probe {
  let environment = ProbeEnvironment(transfers: .init(), clock: ManualClock(), hostName: "h")
  return try JSONDecoder().decode(type, from: Data(json.utf8)).makeProbe(in: environment)
}

extension Dialogue {
  /// What it says to a server that sends these pieces, one after the other.
  ///
  /// - Returns: the bytes sent for each event, and how it ended; `nil` while it waits.
  mutating func play(_ pieces: [[UInt8]], closes: Bool = false) -> (sent: [[UInt8]], end: DialogueStep?) {
    var input = StreamBuffer()
    var sent: [[UInt8]] = []
    var events: [(DialogueEvent, [UInt8])] = [(.connected, [])] + pieces.map { (.received, $0) }
    if closes { events.append((.closed, [])) }
    while !events.isEmpty {
      var (event, bytes) = events.removeFirst()
      bytes.withUnsafeBytes { input.append($0) }
      var output: [UInt8] = []
      while true {
        let before = input.count
        let step = next(event, &input, &output)
        switch step {
        case .done, .failed:
          sent.append(output)
          return (sent, step)
        case .startTLS: events.insert((.encrypted, []), at: 0)
        case .proceed: break
        }
        if event != .closed { event = .received }
        if input.isEmpty || input.count == before { break }
        if case .startTLS = step { break }
      }
      sent.append(output)
    }
    return (sent, nil)
  }
}
