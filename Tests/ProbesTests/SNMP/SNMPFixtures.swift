import CLinux
import Foundation
import Glibc
import Interchange
import LoopbackServers
import Synchronization
import Telemetry
import Testing
import Transfers
import Yams

@testable import Probes

/// The packaged profiles, as they lie in the checkout.
enum PackagedProfiles {
  /// Each file's name and text.
  static let texts: [(file: String, text: String)] = {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../probes/snmp")
      .standardized
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.sorted().compactMap { name in
      (try? String(contentsOf: folder.appending(path: name), encoding: .utf8)).map { (name, $0) }
    }
  }()

  static let all = DeviceProfiles(texts.compactMap { try? YAMLDecoder().decode(DeviceProfile.self, from: $0.text) })
}

/// Net-SNMP's agent on a loopback port, with users of every pair of algorithms.
final class SNMPAgentServer: Sendable {
  static let program = "/usr/sbin/snmpd"
  static var isInstalled: Bool { ServerProcess.isInstalled(program) }
  static let needs: Comment = "needs the package snmpd: apt-get install it"

  static let authentications = ["MD5", "SHA", "SHA-224", "SHA-256", "SHA-384", "SHA-512"]
  static let privacies = ["DES", "AES", "AES-192", "AES-256", "AES-192-C", "AES-256-C"]

  /// Each way of proof, alone and with each way of hiding.
  static let pairs: [(authentication: String, privacy: String?)] = authentications.flatMap { authentication in
    ([nil] + privacies.map(Optional.some)).map { (authentication, $0) }
  }

  let port: Int
  private let server: ServerProcess

  /// - Parameter more: lines of its configuration.
  init(port: Int? = nil, more: String = "") throws {
    self.port = try port ?? Self.freePort()
    var users = "createUser plain\nrouser plain noauth\n"
    for authentication in Self.authentications {
      let name = authentication.filter { $0 != "-" }
      users += "createUser auth\(name) \(authentication) authpassword\nrouser auth\(name) auth\n"
      for privacy in Self.privacies {
        let user = "priv\(name)\(privacy.filter { $0 != "-" })"
        users += "createUser \(user) \(authentication) authpassword \(privacy) privpassword\nrouser \(user) priv\n"
      }
    }
    server = try ServerProcess(
      Self.program, ["-f", "-Lf", "FOLDER/log", "-C", "-c", "FOLDER/snmpd.conf", "-p", "FOLDER/pid", "-I", "-smux"],
      files: [
        "snmpd.conf": """
        agentAddress udp:127.0.0.1:\(self.port)
        [snmp] persistentDir FOLDER
        rocommunity secret 127.0.0.1
        rocommunity6 secret ::1
        sysLocation Rack 7
        sysContact ops@example.org
        sysName device-1
        \(more)
        \(users)
        """
      ])
  }

  func stop() { server.stop() }

  private static func freePort() throws -> Int {
    let descriptor = watchkeeper_socket(4, Int32(SOCK_DGRAM.rawValue), 0)
    defer { close(descriptor) }
    var endpoint = try #require(SocketAddress("127.0.0.1", port: 0)).endpoint
    try #require(watchkeeper_bind(descriptor, &endpoint) == 0)
    try #require(watchkeeper_local_endpoint(descriptor, &endpoint) == 0)
    return Int(endpoint.port)
  }
}

/// A device as a probe sees it.
struct DeviceUnderTest: Sendable {
  /// What it said of its metrics.
  final class Told: Sendable {
    let metadata = Mutex<[MetricMetadata]>([])
  }

  let told = Told()
  let store = MemoryStore()
  let clock = ManualClock()
  let probe: any Probe

  init(
    _ settings: String, profiles: DeviceProfiles = PackagedProfiles.all, network: NetworkServices = NetworkServices(),
    seriesMax: Int = 50_000
  ) throws {
    let json = #"{"name":"device","kind":"snmp","interval":"60s","settings":{\#(settings)}}"#
    let decoder = JSONDecoder()
    decoder.userInfo[DeviceProfiles.key] = profiles
    let definition = try decoder.decode(ProbeDefinition.self, from: Data(json.utf8))
    var environment = ProbeEnvironment(transfers: TransferEngine(), network: network, clock: clock, hostName: "h")
    environment.tellMetadata = { [told] more in told.metadata.withLock { $0 += more } }
    probe = definition.makeProbe(
      in: environment, for: store, within: SeriesAllowance(limit: seriesMax))
  }

  func run() async -> ProbeReport { await probe.run(within: .seconds(10)) }

  /// Each series with its last value.
  func values(_ report: ProbeReport) -> [LabelSet: Double] {
    var values: [LabelSet: Double] = [:]
    for index in report.batch.references.indices {
      values[store.labels(of: report.batch.references[index])] = report.batch.values[index]
    }
    return values
  }

  /// Each sample as `labels value`, without job and instance.
  func written(_ report: ProbeReport) -> [String] {
    report.batch.references.indices.map { index in
      let labels = store.labels(of: report.batch.references[index])
      let own = LabelSet(labels.labels.filter { $0.name != "job" && $0.name != "instance" })
      let value = report.batch.values[index].isStaleMarker ? "stale" : "\(report.batch.values[index])"
      return "\(own) \(value)"
    }
  }
}
