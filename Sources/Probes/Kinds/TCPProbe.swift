internal import Telemetry
internal import Transfers

/// Settings of the kind `tcp`.
public struct TCPProbeSettings: ProbeSettings {
  /// `host:port`; an IPv6 address in brackets.
  public let target: String
  /// The default is false. When true the handshake is part of the check and the certificate is measured.
  public let usesTLS: Bool
  /// The default is true.
  public let verifiesCertificate: Bool

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case target
    case usesTLS = "tls"
    case verifiesCertificate = "tls_verify"
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    target = try fields.decode(String.self, forKey: .target)
    guard Self.isHostAndPort(target) else {
      throw fields.problem(.target, "fault.probe.target", ["text": target])
    }
    usesTLS = try fields.decodeIfPresent(Bool.self, forKey: .usesTLS) ?? false
    verifiesCertificate = try fields.decodeIfPresent(Bool.self, forKey: .verifiesCertificate) ?? true
  }

  private static func isHostAndPort(_ text: String) -> Bool {
    guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
      (1...65535).contains(port)
    else { return false }
    let host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      return host.dropFirst().dropLast().utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
    }
    return !host.isEmpty && !host.contains(":") && !host.contains { "/@?#[] \t\r\n".contains($0) }
  }

  public var instance: String? { target }

  public var network: NetworkTarget? { NetworkTarget(hostAndPort: target) }

  public func makeProbe(in environment: ProbeEnvironment) -> any Probe {
    TCPProbe(settings: self, transfers: environment.transfers)
  }

  static let kind = ProbeKind(
    name: "tcp", summary: "Opens a TCP connection, with TLS if wanted, as blackbox_exporter.",
    example: """
      name: database-port
      kind: tcp
      interval: 15s
      timeout: 3s
      settings:
        target: db.example.org:5432
      """,
    job: "blackbox", interval: .seconds(15), timeout: .seconds(5), settings: TCPProbeSettings.self)
}

/// A connection and nothing more. It goes through the transfer engine, whose resolver cannot block anybody.
struct TCPProbe: Probe {
  let settings: TCPProbeSettings
  let transfers: TransferEngine

  func run(within limit: Duration) async -> ProbeReport {
    var request = TransferRequest(url: (settings.usesTLS ? "https://" : "http://") + settings.target)
    request.purpose = .connectOnly
    request.connection = .fresh
    request.timeout = limit
    if !settings.verifiesCertificate { request.verification = .none }
    let transfer = await transfers.perform(request)
    guard let failure = transfer.failure else { return ProbeReport(.up, Self.samples(of: transfer)) }
    if failure.isSelfFault { return .unknown("reason.probe.local", failure.text) }
    return .down(failure.reasonID, failure.text, Self.samples(of: transfer))
  }

  private static func samples(of transfer: TransferReport) -> [ProbeSample] {
    EndpointSamples.address(of: transfer) + [ProbeSample("probe_failed_due_to_regex", 0)]
      + EndpointSamples.encryption(of: transfer)
  }
}
