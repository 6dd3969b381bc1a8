internal import Records
internal import Telemetry

/// Settings of the kind `tls`.
public struct TLSProbeSettings: StreamProbeSettings {
  let stream: StreamSettings
  /// What is spoken until the handshake; the default is nothing.
  let startTLS: StartTLSProtocol?
  /// The default is true: what is wrong with the certificates makes the check fail.
  let verifies: Bool

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case target
    case startTLS = "starttls"
    case verifiesCertificate = "tls_verify"
    case tls = "tls_config"
    case preferredProtocol = "preferred_ip_protocol"
    case fallsBack = "ip_protocol_fallback"
    case source = "source_ip_address"
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    startTLS = try fields.choice(forKey: .startTLS, else: "fault.network.choice")
    var stream = try StreamSettings(fields, port: startTLS?.port ?? 443)
    verifies = stream.request.verifies
    stream.showsEveryProblem()
    if startTLS == nil { stream.encryptsAtOnce() }
    self.stream = stream
  }

  public func makeProbe(in environment: ProbeEnvironment) -> any Probe { TLSProbe(self, environment.network.streams) }

  static let kind = ProbeKind(
    name: "tls", summary: "Judges a server's certificates and its TLS, after STARTTLS where that is wanted.",
    example: """
      name: mail-certificate
      kind: tls
      interval: 10m
      timeout: 10s
      settings:
        target: mail.example.org:25
        starttls: smtp
      """,
    job: "blackbox", interval: .seconds(600), timeout: .seconds(10), settings: TLSProbeSettings.self)
}

/// A full handshake each time, whatever the certificates are worth, and then the judgement.
struct TLSProbe: Probe {
  private let settings: TLSProbeSettings
  private let client: StreamClient
  private let series = StreamSeries()

  init(_ settings: TLSProbeSettings, _ client: StreamClient) {
    self.settings = settings
    self.client = client
  }

  func run(within limit: Duration) async -> ProbeReport {
    var request = settings.stream.request
    request.limit = limit
    let report = await client.exchange(request, StartTLSDialogue(settings.startTLS, domain: request.serverName))
    var samples = series.samples(of: report)
    guard let tls = report.tls else { return ProbeReport(of: report.failure, samples, cost: report.cost) }
    samples += Self.samples(of: tls)
    if report.failure == nil, settings.verifies, let problem = tls.worst {
      let failure = CertificateVerdict.failure(
        of: problem, tls, at: settings.stream.target, as: request.certificateName)
      return ProbeReport(of: failure, samples, cost: report.cost)
    }
    return ProbeReport(of: report.failure, samples, cost: report.cost)
  }

  private static let problems = CertificateProblem.Kind.allCases.map { kind in
    (kind, LabelSet([LabelSet.metricName: "probe_ssl_certificate_problem", "problem": kind.rawValue]))
  }

  private static func samples(of report: TLSReport) -> [ProbeSample] {
    let found = Set(report.problems.map(\.kind))
    var samples = problems.enumerated().map { index, problem in
      ProbeSample(problem.1, found.contains(problem.0) ? 1 : 0, slot: StreamSeries.ownSlots + index)
    }
    for (depth, certificate) in report.certificates.enumerated() {
      samples.append(
        ProbeSample(
          "probe_ssl_certificate_expiry_timestamp_seconds",
          [Label("depth", "\(depth)"), Label("subject", certificate.subject)], Double(certificate.notAfter)))
    }
    if report.staple != .none {
      samples.append(ProbeSample("probe_ssl_ocsp_info", [Label("status", "\(report.staple)")], 1))
    }
    return samples
  }
}
