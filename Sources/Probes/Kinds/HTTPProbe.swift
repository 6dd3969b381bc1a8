internal import Records
public import Telemetry
internal import Transfers

/// Settings of the kind `http`.
public struct HTTPProbeSettings: ProbeSettings {
  public let url: String
  /// The default is GET.
  public let method: String
  public let headers: [String: String]
  public let body: String?
  /// The default, an empty list, means 200 to 299.
  public let validStatusCodes: [Int]
  /// The default is true: up to 10 redirects.
  public let followsRedirects: Bool
  public let failIfBodyMatches: [Pattern]
  public let failIfBodyMisses: [Pattern]
  public let failIfTLS: Bool
  public let failIfNotTLS: Bool
  /// The default is true: the chain and the name are checked.
  public let verifiesCertificate: Bool
  /// A PEM file of accepted authorities instead of the system's.
  public let authorityFile: String?
  /// How much of the body is read for the patterns; the default is 1 MiB.
  public let bodyLimitBytes: Int

  /// As in blackbox_exporter.
  static let redirectsMax = 10

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case url, method, headers, body
    case validStatusCodes = "valid_status_codes"
    case followsRedirects = "follow_redirects"
    case failIfBodyMatches = "fail_if_body_matches"
    case failIfBodyMisses = "fail_if_body_not_matches"
    case failIfTLS = "fail_if_ssl"
    case failIfNotTLS = "fail_if_not_ssl"
    case verifiesCertificate = "tls_verify"
    case authorityFile = "tls_ca_file"
    case bodyLimitBytes = "body_limit_bytes"
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    url = try fields.decode(String.self, forKey: .url)
    guard url.hasPrefix("http://") || url.hasPrefix("https://"), !url.utf8.contains(where: { $0 <= 0x20 }) else {
      throw fields.problem(.url, "fault.probe.url")
    }
    method = try fields.decodeIfPresent(String.self, forKey: .method) ?? "GET"
    guard !method.isEmpty, method.utf8.allSatisfy({ $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z") }) else {
      throw fields.problem(.method, "fault.probe.method", ["text": method])
    }
    headers = try fields.decodeIfPresent([String: String].self, forKey: .headers) ?? [:]
    body = try fields.decodeIfPresent(String.self, forKey: .body)
    validStatusCodes = try fields.decodeIfPresent([Int].self, forKey: .validStatusCodes) ?? []
    if let bad = validStatusCodes.first(where: { !(100...599).contains($0) }) {
      throw fields.problem(.validStatusCodes, "fault.probe.status", ["number": String(bad)])
    }
    followsRedirects = try fields.decodeIfPresent(Bool.self, forKey: .followsRedirects) ?? true
    failIfBodyMatches = try Self.patterns(fields, .failIfBodyMatches)
    failIfBodyMisses = try Self.patterns(fields, .failIfBodyMisses)
    failIfTLS = try fields.decodeIfPresent(Bool.self, forKey: .failIfTLS) ?? false
    failIfNotTLS = try fields.decodeIfPresent(Bool.self, forKey: .failIfNotTLS) ?? false
    verifiesCertificate = try fields.decodeIfPresent(Bool.self, forKey: .verifiesCertificate) ?? true
    authorityFile = try fields.decodeIfPresent(String.self, forKey: .authorityFile)
    bodyLimitBytes = try fields.decodeIfPresent(Int.self, forKey: .bodyLimitBytes) ?? TransferRequest.bodyLimitBytes
    guard (0...(64 << 20)).contains(bodyLimitBytes) else {
      throw fields.problem(.bodyLimitBytes, "fault.probe.body-limit", ["number": String(bodyLimitBytes)])
    }
  }

  private static func patterns(
    _ fields: KeyedDecodingContainer<CodingKeys>, _ key: CodingKeys
  ) throws -> [Pattern] {
    try (fields.decodeIfPresent([String].self, forKey: key) ?? []).map { text in
      do throws(PatternError) {
        return try Pattern(text)
      } catch {
        throw fields.problem(key, error.fault)
      }
    }
  }

  public var instance: String? { url }

  public var network: NetworkTarget? { NetworkTarget(url: url) }

  public func makeProbe(in environment: ProbeEnvironment) -> any Probe {
    HTTPProbe(settings: self, transfers: environment.transfers)
  }

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
        fail_if_body_not_matches: ["ready"]
      """,
    job: "blackbox", interval: .seconds(30), timeout: .seconds(10), settings: HTTPProbeSettings.self)
}

/// One request, fresh from name to body, so that every phase is measured.
struct HTTPProbe: Probe {
  let settings: HTTPProbeSettings
  let transfers: TransferEngine

  func run(within limit: Duration) async -> ProbeReport {
    let report = await transfers.perform(request(within: limit))
    return Self.verdict(on: report, settings)
  }

  private func request(within limit: Duration) -> TransferRequest {
    var request = TransferRequest(url: settings.url)
    request.method = settings.method
    request.headers = settings.headers.sorted { $0.key < $1.key }.map { TransferHeader($0.key, $0.value) }
    request.upload = settings.body.map { Array($0.utf8) }
    request.timeout = limit
    request.redirectsMax = settings.followsRedirects ? HTTPProbeSettings.redirectsMax : 0
    request.connection = .fresh
    let readsBody = !settings.failIfBodyMatches.isEmpty || !settings.failIfBodyMisses.isEmpty
    request.body = readsBody ? .truncateBeyond(settings.bodyLimitBytes) : .discard
    if !settings.verifiesCertificate {
      request.verification = .none
    } else if let file = settings.authorityFile {
      request.verification = .authorities(file: file)
    }
    return request
  }

  /// Pure: what this transfer says about the target.
  static func verdict(on transfer: TransferReport, _ settings: HTTPProbeSettings) -> ProbeReport {
    if let failure = transfer.failure, failure.isSelfFault {
      return .unknown("reason.probe.local", failure.text)
    }
    let patternProblem = transfer.failure == nil ? bodyProblem(transfer.body, settings) : nil
    let samples = samples(of: transfer, regexFailed: patternProblem == nil ? 0 : 1)
    if let failure = transfer.failure { return .down(failure.reasonID, failure.text, samples) }
    let status = transfer.status ?? 0
    let isValid =
      settings.validStatusCodes.isEmpty ? (200...299).contains(status) : settings.validStatusCodes.contains(status)
    if !isValid { return .down("reason.probe.status", "the server answered with status \(status)", samples) }
    if let patternProblem { return .down("reason.probe.body", patternProblem, samples) }
    let isTLS = transfer.finalScheme == "https"
    if isTLS, settings.failIfTLS { return .down("reason.probe.encrypted", "the answer came over TLS", samples) }
    if !isTLS, settings.failIfNotTLS { return .down("reason.probe.plain", "the answer came without TLS", samples) }
    return ProbeReport(.up, samples)
  }

  private static func bodyProblem(_ body: [UInt8], _ settings: HTTPProbeSettings) -> String? {
    if let hit = settings.failIfBodyMatches.first(where: { $0.firstMatch(in: body) != nil }) {
      return "the body matches '\(hit.text)'"
    }
    if let miss = settings.failIfBodyMisses.first(where: { $0.firstMatch(in: body) == nil }) {
      return "the body does not match '\(miss.text)'"
    }
    return nil
  }

  private static func samples(of transfer: TransferReport, regexFailed: Double) -> [ProbeSample] {
    var samples = EndpointSamples.address(of: transfer)
    let phases = transfer.phases
    for (phase, duration) in [
      ("resolve", phases.resolve), ("connect", phases.connect), ("tls", phases.tls), ("processing", phases.processing),
      ("transfer", phases.transfer),
    ] {
      samples.append(ProbeSample("probe_http_duration_seconds", [Label("phase", phase)], duration.inSeconds))
    }
    let version: Double =
      switch transfer.outcome {
      case .completed(_, let version): Double(version.rawValue) ?? 0
      case .failed: 0
      }
    samples += [
      ProbeSample("probe_http_status_code", Double(transfer.status ?? 0)), ProbeSample("probe_http_version", version),
      ProbeSample("probe_http_redirects", Double(transfer.redirects)),
      ProbeSample("probe_http_ssl", transfer.tls == nil ? 0 : 1),
      ProbeSample(
        "probe_http_content_length", transfer.header("content-length").flatMap(Int64.init).map(Double.init) ?? -1),
      ProbeSample("probe_http_uncompressed_body_length", Double(transfer.bodyBytes)),
      ProbeSample("probe_failed_due_to_regex", regexFailed),
    ]
    if let modified = transfer.lastModified {
      samples.append(ProbeSample("probe_http_last_modified_timestamp_seconds", modified.seconds))
    }
    return samples + EndpointSamples.encryption(of: transfer)
  }
}
