internal import Records
internal import Telemetry

/// Settings of the kind `tcp`, under the names of blackbox_exporter's module of that name.
public struct TCPProbeSettings: StreamProbeSettings {
  let stream: StreamSettings
  /// The default is none: a connection and nothing more.
  let steps: [ExpectStep]

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case target
    case usesTLS = "tls"
    case verifiesCertificate = "tls_verify"
    case tls = "tls_config"
    case steps = "query_response"
    case preferredProtocol = "preferred_ip_protocol"
    case fallsBack = "ip_protocol_fallback"
    case source = "source_ip_address"
  }

  /// The default is 64; a longer list is a program.
  static let stepsMax = 64

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    var stream = try StreamSettings(fields)
    steps = try fields.decodeIfPresent([ExpectStep].self, forKey: .steps) ?? []
    guard steps.count <= Self.stepsMax else {
      throw fields.problem(.steps, "fault.stream.steps", ["number": String(Self.stepsMax)])
    }
    // The default is false. When true the handshake is part of the check and the certificate is measured.
    if try fields.decodeIfPresent(Bool.self, forKey: .usesTLS) ?? false { stream.encryptsAtOnce() }
    self.stream = stream
  }

  public func makeProbe(in environment: ProbeEnvironment) -> any Probe { TCPProbe(self, environment.network.streams) }

  static let kind = ProbeKind(
    name: "tcp", summary: "Opens a TCP connection, with TLS and a dialogue if wanted, as blackbox_exporter.",
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

/// A connection, and what `query_response` wants to be said over it.
struct TCPProbe: Probe {
  private let settings: TCPProbeSettings
  private let client: StreamClient
  private let series = StreamSeries()

  init(_ settings: TCPProbeSettings, _ client: StreamClient) {
    self.settings = settings
    self.client = client
  }

  private static let failedByPattern = LabelSet([LabelSet.metricName: "probe_failed_due_to_regex"])
  private static let failedByBytes = LabelSet([LabelSet.metricName: "probe_failed_due_to_bytes"])

  func run(within limit: Duration) async -> ProbeReport {
    var request = settings.stream.request
    request.limit = limit
    let report = await client.exchange(request, ExpectDialogue(settings.steps))
    let own = StreamSeries.ownSlots
    var samples = series.samples(of: report)
    samples.append(ProbeSample(Self.failedByPattern, report.dialogue.missesPattern ? 1 : 0, slot: own))
    if settings.steps.contains(where: { !$0.expectBytes.isEmpty }) {
      samples.append(ProbeSample(Self.failedByBytes, report.dialogue.missesBytes ? 1 : 0, slot: own + 1))
    }
    if !report.dialogue.caught.isEmpty {
      samples.append(ProbeSample("probe_expect_info", report.dialogue.caught, 1))
    }
    return ProbeReport(of: report.failure, samples, cost: report.cost)
  }
}

extension ProbeReport {
  /// What an exchange says of its target.
  init(of failure: ExchangeFailure?, _ samples: [ProbeSample], cost: ProbeCost = ProbeCost()) {
    guard let failure else {
      self.init(.up, samples, cost: cost)
      return
    }
    self =
      failure.isSelfFault
      ? .unknown(failure.reason, failure.text) : .down(failure.reason, failure.text, samples)
    self.cost = cost
  }
}
