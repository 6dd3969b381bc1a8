internal import Records
internal import SNMP
internal import Telemetry

/// Settings of the kind `snmp`.
public struct SNMPProbeSettings: ProbeSettings {
  /// `host` or `host:port`; the default port is 161.
  public let target: String
  let host: String
  let port: UInt16
  let login: LoginSettings
  /// Names of profiles; the default, an empty list, leaves the choice to what the device says of itself.
  let profiles: [String]
  /// What `profiles` are chosen from.
  let known: DeviceProfiles
  /// Which rows of tables are shown; the default is all.
  let rows: RowFilter
  /// How long the first request waits for its answer; each further one twice as long. The default is 1 s.
  let requestTimeout: Duration
  /// How often a request is sent again; the default is 2.
  let retries: Int
  /// From one reading of names, texts and speeds to the next; the default is 1 h. A restart of the device and new rows
  /// are noticed at once.
  let refresh: Duration
  /// The most octets that the device is asked for at a time. The default, 65507, is what a datagram holds; what the
  /// device and the way to it bear is learnt.
  let replyBytesMax: Int
  let address: AddressSettings

  private enum CodingKeys: String, SecurityUserKey, CaseIterable {
    case target, version, community, user, context, profiles, retries, refresh, rows
    case authProtocol = "auth_protocol"
    case authPassword = "auth_password"
    case privProtocol = "priv_protocol"
    case privPassword = "priv_password"
    case requestTimeout = "request_timeout"
    case replyBytesMax = "reply_bytes_max"
    case preferredProtocol = "preferred_ip_protocol"
    case protocolFallback = "ip_protocol_fallback"
    case sourceAddress = "source_ip_address"
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    target = try fields.decode(String.self, forKey: .target)
    guard let parts = HostAndPort(target, defaultPort: 161) else {
      throw fields.problem(.target, "fault.snmp.target", ["text": target])
    }
    (host, port) = (parts.host, parts.port)
    login = try Self.login(fields)
    let known = decoder.userInfo[DeviceProfiles.key] as? DeviceProfiles ?? DeviceProfiles()
    self.known = known
    profiles = try fields.decodeIfPresent([String].self, forKey: .profiles) ?? []
    if let unknown = profiles.first(where: { known.named($0) == nil }) {
      let names = Spelling.argument(for: unknown, among: known.all.map(\.name))
      throw fields.problem(.profiles, "fault.snmp.profile", ["word": unknown, "known": names])
    }
    rows = try fields.decodeIfPresent(RowFilter.self, forKey: .rows) ?? RowFilter()
    if !rows.labels.isEmpty, let unknown = rows.labels.subtracting(known.labels).min() {
      let names = Spelling.argument(for: unknown, among: known.labels.sorted())
      throw fields.problem(.rows, "fault.snmp.row-label", ["word": unknown, "known": names])
    }
    requestTimeout = try fields.decodeIfPresent(DurationSetting.self, forKey: .requestTimeout)?.duration ?? .seconds(1)
    retries = try fields.decodeIfPresent(Int.self, forKey: .retries) ?? 2
    guard (0...10).contains(retries) else {
      throw fields.problem(.retries, "fault.snmp.retries", ["number": String(retries)])
    }
    refresh = try fields.decodeIfPresent(DurationSetting.self, forKey: .refresh)?.duration ?? .seconds(3600)
    replyBytesMax = try fields.decodeIfPresent(Int.self, forKey: .replyBytesMax) ?? Session.messageBytesMax
    guard (ReplySize.leastBytes...Session.messageBytesMax).contains(replyBytesMax) else {
      throw fields.problem(.replyBytesMax, "fault.snmp.reply-bytes", ["number": String(replyBytesMax)])
    }
    address = try AddressSettings(
      fields, preferred: .preferredProtocol, fallback: .protocolFallback, source: .sourceAddress)
  }

  private static func login(_ fields: KeyedDecodingContainer<CodingKeys>) throws -> LoginSettings {
    let user = try fields.decodeIfPresent(String.self, forKey: .user)
    let version = try fields.decodeIfPresent(String.self, forKey: .version) ?? (user == nil ? "2c" : "3")
    let community = try fields.decodeIfPresent(SecretSource.self, forKey: .community) ?? .inline(Secret("public"))
    switch version {
    case "1": return .version1(community: community)
    case "2c": return .version2c(community: community)
    case "3":
      guard let user else { throw fields.problem(.version, "fault.snmp.user-missing") }
      let context = try fields.decodeIfPresent(String.self, forKey: .context) ?? ""
      return .version3(try SecurityUserSettings(fields, named: user, contextName: context))
    default: throw fields.problem(.version, "fault.snmp.version", ["word": version])
    }
  }

  public var instance: String? { port == 161 ? host : target }

  public var network: NetworkTarget? { NetworkTarget(hostAndPort: target) }

  public func makeProbe(in environment: ProbeEnvironment) -> any Probe { SNMPProbe(self, in: environment) }

  /// The profiles whose objects the device is asked for before some are chosen.
  var candidates: [DeviceProfile] { profiles.isEmpty ? known.all : [] }

  func chosen(_ identity: DeviceIdentity) -> [DeviceProfile] {
    profiles.isEmpty ? known.all.filter(identity.fits) : profiles.compactMap(known.named)
  }

  static let kind = ProbeKind(
    name: "snmp", summary: "Reads a network device over SNMP: interfaces, processor, memory, sensors, by its profile.",
    example: """
      name: switch-1
      kind: snmp
      interval: 60s
      settings:
        target: 192.0.2.1
        user: monitor
        auth_protocol: SHA256
        auth_password: correct horse
        priv_protocol: AES
        priv_password: battery staple
      """,
    job: "snmp", interval: .seconds(60), timeout: .seconds(20), settings: SNMPProbeSettings.self)
}
