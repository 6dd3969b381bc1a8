internal import CLinux
internal import Records
internal import Telemetry
internal import Transfers

/// Settings of the kind `websocket`.
public struct WebSocketProbeSettings: StreamProbeSettings {
  let stream: StreamSettings
  let address: WebSocketAddress
  let headers: [SecretHeader]
  /// The protocol over the WebSocket that the server must accept; the default is none.
  let subprotocol: String?
  /// A message that is sent; the default is none.
  let sent: String?
  /// What a message of the server must match; the default is none. With neither a ping must come back.
  let expected: Pattern?

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case target, headers, subprotocol, send, expect
    case verifiesCertificate = "tls_verify"
    case tls = "tls_config"
    case preferredProtocol = "preferred_ip_protocol"
    case fallsBack = "ip_protocol_fallback"
    case source = "source_ip_address"
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    let target = try fields.decode(String.self, forKey: .target)
    guard let address = WebSocketAddress(target) else {
      throw fields.problem(.target, "fault.websocket.target", ["text": target])
    }
    self.address = address
    var stream = try StreamSettings(fields, target, address.endpoint)
    if address.isSecure { stream.encryptsAtOnce() }
    self.stream = stream
    subprotocol = try fields.decodeIfPresent(String.self, forKey: .subprotocol)
    if let subprotocol, !TransferRequest.isToken(subprotocol) {
      throw fields.problem(.subprotocol, "fault.websocket.word", ["text": subprotocol])
    }
    headers = try (fields.decodeIfPresent([String: SecretSource].self, forKey: .headers) ?? [:])
      .sorted { $0.key < $1.key }.map { SecretHeader(name: $0.key, value: $0.value) }
    if let odd = headers.first(where: { !TransferRequest.isToken($0.name) }) {
      throw fields.problem(.headers, "fault.websocket.word", ["text": odd.name])
    }
    sent = try fields.decodeIfPresent(String.self, forKey: .send)
    expected = try fields.pattern(forKey: .expect)
  }

  public var network: NetworkTarget? {
    guard case .host(let host, let port) = stream.request.endpoint else { return nil }
    return NetworkTarget(hostAndPort: "\(host):\(port)")
  }

  public func makeProbe(in environment: ProbeEnvironment) -> any Probe {
    WebSocketProbe(self, environment.network.streams, environment.secrets)
  }

  static let kind = ProbeKind(
    name: "websocket", summary: "Upgrades a connection to a WebSocket and exchanges a ping or messages over it.",
    example: """
      name: live-prices
      kind: websocket
      interval: 30s
      timeout: 5s
      settings:
        target: wss://push.example.org/prices
        send: '{"subscribe": "EUR"}'
        expect: '"subscribed"'
      """,
    job: "blackbox", interval: .seconds(30), timeout: .seconds(5), settings: WebSocketProbeSettings.self)
}

/// `ws://host[:port]/path` or `wss://…`.
struct WebSocketAddress: Hashable, Sendable {
  let isSecure: Bool
  let endpoint: StreamRequest.Endpoint
  /// As the header `Host` names the server.
  let authority: String
  /// With the query.
  let path: String

  init?(_ text: String) {
    guard let scheme = ["ws://", "wss://"].first(where: { text.hasPrefix($0) }),
      text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }), !text.contains("#")
    else { return nil }
    isSecure = scheme == "wss://"
    let rest = text.dropFirst(scheme.count)
    let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
    authority = String(rest[..<end])
    path = rest[end...].hasPrefix("/") ? String(rest[end...]) : "/" + rest[end...]
    guard !authority.contains("@"), let endpoint = StreamSettings.endpoint(authority, isSecure ? 443 : 80) else {
      return nil
    }
    self.endpoint = endpoint
  }
}

/// A new connection, its upgrade, and a ping or messages over it.
struct WebSocketProbe: Probe {
  private let settings: WebSocketProbeSettings
  private let client: StreamClient
  private let secrets: ProbeSecrets
  private let series = StreamSeries()

  init(_ settings: WebSocketProbeSettings, _ client: StreamClient, _ secrets: ProbeSecrets) {
    self.settings = settings
    self.client = client
    self.secrets = secrets
  }

  private static let statusCode = LabelSet([LabelSet.metricName: "probe_http_status_code"])
  private static let upgraded = LabelSet([LabelSet.metricName: "probe_websocket_upgraded"])
  private static let failedByPattern = LabelSet([LabelSet.metricName: "probe_failed_due_to_regex"])

  func run(within limit: Duration) async -> ProbeReport {
    let random = (0..<3).flatMap { _ in withUnsafeBytes(of: watchkeeper_random()) { Array($0) } }
    var dialogue = WebSocketDialogue(settings, key: Array(random[..<16]), mask: Array(random[16..<20]))
    for header in settings.headers {
      do throws(SecretFault) {
        let value = try await secrets.reveal(header.value, named: header.name)
        guard !TransferRequest.breaksLine(value.reveal()) else {
          return ProbeReport(of: .ours("the value of the header \(header.name) contains a line break"), [])
        }
        dialogue.add(header.name, value)
      } catch {
        return .unknown(error.fault)
      }
    }
    var request = settings.stream.request
    request.limit = limit
    let report = await client.exchange(request, dialogue)
    let spoken = report.dialogue
    var samples = series.samples(of: report)
    samples.append(ProbeSample(Self.statusCode, Double(spoken.status), own: 0))
    samples.append(ProbeSample(Self.upgraded, spoken.isUpgraded ? 1 : 0, own: 1))
    if settings.expected != nil {
      samples.append(ProbeSample(Self.failedByPattern, spoken.missesPattern ? 1 : 0, own: 2))
    }
    return ProbeReport(of: report.failure, samples, cost: report.cost)
  }
}
