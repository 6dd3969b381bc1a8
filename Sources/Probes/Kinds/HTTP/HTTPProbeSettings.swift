internal import Records
internal import Telemetry
internal import Transfers

/// Settings of the kind `http`: those of blackbox_exporter's module `http` beside the URL.
public struct HTTPProbeSettings: ProbeSettings {
  public let url: String
  let request: HTTPRequestOptions
  let client: HTTPClientOptions
  let demands: HTTPDemands
  /// Series out of the body; the default is none.
  let samples: [AnswerSample]
  /// Where the server listens on this host instead of a port; the URL's host is then a name only.
  let socketPath: String?
  /// The default is true: up to 10 redirects.
  let followsRedirects: Bool
  /// How much of the body is read for the patterns; the default is 1 MiB.
  let bodyLimitBytes: Int
  /// A longer body is a failure; `nil`: its end is not read, and that is none.
  let bodySizeMax: Int?

  /// As in blackbox_exporter.
  static let redirectsMax = 10
  /// A body that nobody looks at is counted this far: 64 MiB.
  private static let bodyCountMax = 64 << 20

  private enum CodingKeys: String, CodingKey {
    case url, samples
    case socketPath = "unix_socket"
    case followsRedirects = "follow_redirects"
    case followsNone = "no_follow_redirects"
    case bodyLimitBytes = "body_limit_bytes"
    case bodySizeMax = "body_size_limit"
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    url = try fields.decode(String.self, forKey: .url)
    guard HTTPRequestOptions.isWebAddress(url) else { throw fields.problem(.url, "fault.probe.url") }
    socketPath = try fields.decodeIfPresent(String.self, forKey: .socketPath)
    if let socketPath, !socketPath.hasPrefix("/") {
      throw fields.problem(.socketPath, "fault.http.socket", ["text": socketPath])
    }
    request = try HTTPRequestOptions(from: decoder)
    client = try HTTPClientOptions(from: decoder)
    demands = try HTTPDemands(from: decoder)
    samples = try fields.decodeIfPresent([AnswerSample].self, forKey: .samples) ?? []
    guard samples.count <= AnswerSample.countMax else {
      throw fields.problem(.samples, "fault.sample.many", ["most": String(AnswerSample.countMax)])
    }
    let follows = try fields.decodeIfPresent(Bool.self, forKey: .followsRedirects) ?? true
    followsRedirects = try follows && !(fields.decodeIfPresent(Bool.self, forKey: .followsNone) ?? false)
    bodyLimitBytes = try fields.decodeIfPresent(Int.self, forKey: .bodyLimitBytes) ?? TransferRequest.bodyLimitBytes
    guard (0...Self.bodyCountMax).contains(bodyLimitBytes) else {
      throw fields.problem(.bodyLimitBytes, "fault.probe.body-limit", ["number": String(bodyLimitBytes)])
    }
    // As in blackbox_exporter 0 is no limit.
    bodySizeMax = try fields.decodeIfPresent(ByteSize.self, forKey: .bodySizeMax).flatMap {
      $0.bytes == 0 ? nil : $0.bytes
    }
    if let bodySizeMax, !(1...Self.bodyCountMax).contains(bodySizeMax) {
      throw fields.problem(.bodySizeMax, "fault.probe.body-limit", ["number": String(bodySizeMax)])
    }
  }

  var bodyPolicy: TransferRequest.BodyPolicy {
    if let bodySizeMax { return .refuseBeyond(bodySizeMax) }
    return demands.readsBody || !samples.isEmpty ? .truncateBeyond(bodyLimitBytes) : .discard(beyond: Self.bodyCountMax)
  }

  /// Without the user and password that a URL may carry.
  public var instance: String? { network?.address }

  public var network: NetworkTarget? { socketPath == nil ? NetworkTarget(url: url) : nil }

  public var localSocket: String? { socketPath }

  public func makeProbe(in environment: ProbeEnvironment) -> any Probe { HTTPProbe(self, in: environment) }

  static let kind = ProbeKind(
    name: "http", summary: "Asks a web server and checks status, body and certificate, as blackbox_exporter.",
    example: """
      name: shop
      kind: http
      interval: 30s
      timeout: 5s
      settings:
        url: https://shop.example.org/health
        valid_status_codes: [200, 204]
        fail_if_body_not_matches_regexp: ["ready"]
      """,
    job: "blackbox", interval: .seconds(30), timeout: .seconds(10), settings: HTTPProbeSettings.self)
}
