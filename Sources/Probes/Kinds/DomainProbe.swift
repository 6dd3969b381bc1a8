internal import Records
internal import Telemetry
internal import Transfers

/// Settings of the kind `domain`.
public struct DomainProbeSettings: ProbeSettings {
  /// A registered domain, as `example.org`.
  public let target: String
  /// Where the registration is asked for; the default is `https://rdap.org`, which knows each registry's server.
  let server: String
  /// A registration that ends sooner makes the check fail; the default is 30 days.
  let remainingMin: Duration
  let client: HTTPClientOptions

  private enum CodingKeys: String, CodingKey {
    case target, server
    case remainingMin = "remaining_min"
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    target = try fields.decode(String.self, forKey: .target)
    guard DNSName(target) != nil, target.utf8.allSatisfy(Self.isNameByte), target.contains(".") else {
      throw fields.problem(.target, "fault.dns.name", ["text": target])
    }
    server = try fields.decodeIfPresent(String.self, forKey: .server) ?? "https://rdap.org"
    guard HTTPRequestOptions.isWebAddress(server) else { throw fields.problem(.server, "fault.probe.url") }
    remainingMin =
      try fields.decodeIfPresent(DurationSetting.self, forKey: .remainingMin)?.duration ?? .seconds(30 * 86_400)
    client = try HTTPClientOptions(from: decoder)
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  /// Holds no registrations: it sends on to the registries that IANA lists, and says 404 of all others, many country
  /// codes among them. That is no word about the domain.
  /// - Source: the program of rdap.org, `lib/server.php`.
  static let forwarder = "rdap.org"

  var asksForwarder: Bool {
    let place = server.drop { $0 != "/" }.drop { $0 == "/" }.prefix { $0 != "/" && $0 != ":" }
    return place.lowercased() == Self.forwarder
  }

  public var instance: String? { target }

  public var network: NetworkTarget? { nil }

  public func makeProbe(in environment: ProbeEnvironment) -> any Probe { DomainProbe(self, in: environment) }

  static let kind = ProbeKind(
    name: "domain", summary: "Asks the registry when a domain's registration ends (RDAP).",
    example: """
      name: our-domain
      kind: domain
      interval: 12h
      settings:
        target: example.org
        remaining_min: 30d
      """,
    job: "domain", interval: .seconds(43_200), timeout: .seconds(20), settings: DomainProbeSettings.self)
}

/// One question to the registry.
///
/// - Source: RFC 9082 and RFC 9083.
final class DomainProbe: Probe {
  private let settings: DomainProbeSettings
  private let requester: HTTPRequester
  private let clock: any WallClock

  /// A longer answer is refused: 1 MiB.
  private static let bodyBytesMax = 1 << 20
  private static let redirectsMax = 5

  init(_ settings: DomainProbeSettings, in environment: ProbeEnvironment) {
    self.settings = settings
    requester = HTTPRequester(settings.client, in: environment)
    clock = environment.clock
  }

  func run(within limit: Duration) async -> ProbeReport {
    let base = settings.server.hasSuffix("/") ? String(settings.server.dropLast()) : settings.server
    var request = TransferRequest(url: "\(base)/domain/\(settings.target.lowercased())")
    request.headers = [TransferHeader("Accept", "application/rdap+json")]
    request.redirectsMax = Self.redirectsMax
    request.body = .refuseBeyond(Self.bodyBytesMax)
    do throws(SecretFault) {
      let transfer = try await requester.perform(request, within: limit)
      var report = report(on: transfer)
      report.cost = ProbeCost(of: transfer)
      return report
    } catch {
      return .unknown(error.fault)
    }
  }

  private func report(on transfer: TransferReport) -> ProbeReport {
    if let failure = transfer.failure {
      // The registry's server is not the target: that it cannot be asked says nothing about the domain.
      return .unknown("reason.domain.unasked", failure.text)
    }
    let status = transfer.status ?? 0
    let code = ProbeSample("probe_http_status_code", Double(status))
    if status == 404, transfer.redirects == 0, settings.asksForwarder {
      return .unknown(
        "reason.domain.unasked",
        "\(DomainProbeSettings.forwarder) knows no registry for this domain – name the RDAP server of its registry with 'server'",
        [code])
    }
    if status == 404 { return .down("reason.domain.unregistered", "the registry knows no such domain", [code]) }
    guard status == 200, case .object(let domain) = JSONReader.value(of: transfer.body),
      case .list(let events) = domain["events"]
    else {
      return .unknown("reason.domain.unasked", "the registry answers with status \(status) and no registration", [code])
    }
    guard isAbout(settings.target, domain) else {
      return .unknown("reason.domain.unasked", "the registry answers about another domain", [code])
    }
    var samples = [code]
    let (expiry, registered) = (Self.moment("expiration", events), Self.moment("registration", events))
    if let registered { samples.append(ProbeSample("domain_registration_timestamp_seconds", registered)) }
    guard let expiry else {
      return .unknown("reason.domain.unasked", "the registry does not say when the registration ends", samples)
    }
    samples.append(ProbeSample("domain_expiry_timestamp_seconds", expiry))
    let left = expiry - clock.now.seconds
    let days = Int((abs(left) / 86_400).rounded(.down))
    if left <= 0 { return .down("reason.domain.expiry", "the registration ended \(days) days ago", samples) }
    guard left >= settings.remainingMin.inSeconds else {
      return .down("reason.domain.expiry", "the registration ends in \(days) days", samples)
    }
    return ProbeReport(.up, samples)
  }

  /// A name that is asked for below a registered one may be answered with that; names in other scripts are not compared.
  private func isAbout(_ target: String, _ domain: [String: ConditionValue]) -> Bool {
    guard case .text(let told) = domain["ldhName"], told.utf8.allSatisfy({ $0 < 0x80 }) else { return true }
    let answered = told.lowercased().drop { $0 == "." }
    let registered = answered.hasSuffix(".") ? answered.dropLast() : answered
    let name = target.lowercased()
    let asked = name.hasSuffix(".") ? name.dropLast() : name[...]
    return registered.isEmpty || asked == registered || asked.hasSuffix(".\(registered)")
  }

  private static func moment(_ action: String, _ events: [ConditionValue]) -> Double? {
    for case .object(let event) in events {
      if case .text(action) = event["eventAction"], case .text(let date) = event["eventDate"] {
        return Timestamp(rfc3339: date)?.seconds
      }
    }
    return nil
  }
}
