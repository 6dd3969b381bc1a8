internal import CLinux
internal import Records
internal import SNMP
internal import Synchronization
internal import Telemetry

/// Settings of the kind `snmp-traps`.
public struct TrapsProbeSettings: ProbeSettings {
  /// Where traps and informs are taken, numeric; the default is `udp://127.0.0.1:162`.
  let listen: [ListenAddress]
  /// Of versions 1 and 2c; none by default.
  let communities: [SecretSource]
  /// Of version 3; none by default.
  let users: [SecurityUserSettings]
  let patterns: [TrapPattern]
  /// Traps a second that one sender may send; the default is 100, and two seconds' worth may come at once.
  let trapsPerSecondMax: Int
  /// Senders that may name another device as the one that a trap is about; the default, `nil`, is everybody.
  let forwarders: Set<SocketAddress>?
  /// The label `trap` of those that have a name.
  let names: [ObjectIdentifier: String]

  static let addressesMax = 16
  static let patternsMax = 100
  static let communitiesMax = 100
  static let usersMax = 100
  static let forwardersMax = 1000

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case listen, communities, users, patterns, forwarders
    case trapsPerSecondMax = "sender_traps_per_second_max"
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    func refuse(_ key: CodingKeys, _ number: Int, _ range: ClosedRange<Int>) throws {
      guard !range.contains(number) else { return }
      throw fields.problem(
        key, "fault.network.range",
        ["number": String(number), "least": String(range.lowerBound), "most": String(range.upperBound)])
    }
    let texts = try fields.decodeIfPresent([String].self, forKey: .listen)
    listen = try (texts ?? ["udp://127.0.0.1:162"]).map { text in
      guard let address = ListenAddress(text), address.transport == .udp else {
        throw fields.problem(.listen, "fault.snmp.listen", ["text": text])
      }
      return address
    }
    try refuse(.listen, listen.count, 1...Self.addressesMax)
    communities = try fields.decodeIfPresent([SecretSource].self, forKey: .communities) ?? []
    try refuse(.communities, communities.count, 0...Self.communitiesMax)
    users = try (fields.decodeIfPresent([TrapUser].self, forKey: .users) ?? []).map(\.user)
    try refuse(.users, users.count, 0...Self.usersMax)
    if communities.isEmpty, users.isEmpty { throw fields.problem(.communities, "fault.snmp.nobody", beside: .users) }
    patterns = try fields.decodeIfPresent([TrapPattern].self, forKey: .patterns) ?? []
    try refuse(.patterns, patterns.count, 0...Self.patternsMax)
    trapsPerSecondMax = try fields.decodeIfPresent(Int.self, forKey: .trapsPerSecondMax) ?? 100
    try refuse(.trapsPerSecondMax, trapsPerSecondMax, 1...1_000_000)
    forwarders = try (fields.decodeIfPresent([String].self, forKey: .forwarders)).map { texts in
      try refuse(.forwarders, texts.count, 0...Self.forwardersMax)
      return Set(
        try texts.map { text in
          guard let address = SocketAddress(text, port: 0) else {
            throw fields.problem(.forwarders, "fault.snmp.forwarder", ["text": text])
          }
          return address
        })
    }
    names = TrapNames(decoder).notifications
  }

  private struct TrapUser: Decodable {
    let user: SecurityUserSettings

    private enum CodingKeys: String, SecurityUserKey, CaseIterable {
      case user
      case authProtocol = "auth_protocol"
      case authPassword = "auth_password"
      case privProtocol = "priv_protocol"
      case privPassword = "priv_password"
    }

    init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: CodingKeys.self)
      user = try SecurityUserSettings(fields, named: try fields.decode(String.self, forKey: .user))
    }
  }

  public var instance: String? { nil }

  public var network: NetworkTarget? { nil }

  public func makeProbe(in environment: ProbeEnvironment) -> any Probe { TrapsProbe(self, in: environment) }

  static let kind = ProbeKind(
    name: "snmp-traps",
    summary: "Listens for SNMP traps and informs (1, 2c and 3), answers informs, and counts them and what they carry.",
    example: """
      name: device-traps
      kind: snmp-traps
      interval: 15s
      settings:
        listen: ["udp://127.0.0.1:5162"]
        communities: [{file: /etc/watchkeeper/trap-community}]
        users:
          - {user: monitor, auth_protocol: SHA256, auth_password: correct horse, priv_password: battery staple}
        patterns:
          - name: link-down
            trap: linkDown
            where: {ifAdminStatus: up}
            labels: {interface: ifDescr}
      """,
    job: "snmp-traps", interval: .seconds(15), timeout: .seconds(15), settings: TrapsProbeSettings.self)
}

/// Counts from its first run on; each run tells the counts so far. See docs/decisions/0020.
final class TrapsProbe: Probe {
  private struct Begun {
    var communities: [String]
    var users: [SecurityUser]
    let identity: EngineIdentity
    let problem: String?
  }

  private let settings: TrapsProbeSettings
  private let environment: ProbeEnvironment
  private let tally: TrapTally
  private let receiver: Receiver
  private let begun = Mutex<Begun?>(nil)

  init(_ settings: TrapsProbeSettings, in environment: ProbeEnvironment) {
    self.settings = settings
    self.environment = environment
    let tally = TrapTally(settings.patterns, names: settings.names, forwarders: settings.forwarders)
    self.tally = tally
    let start = NetworkLoop.now
    receiver = Receiver(
      on: environment.network.loop, messagesPerSecondMax: settings.trapsPerSecondMax,
      Receiver.Handler(
        take: { tally.take($0, from: $1, at: (NetworkLoop.now - start).inSeconds) },
        drop: { reason, _ in tally.drop(reason) }
      ))
  }

  deinit { Task { [receiver] in await receiver.closeAll() } }

  func run(within limit: Duration) async -> ProbeReport {
    let communities: [String]
    let users: [SecurityUser]
    do throws(SecretFault) {
      (communities, users) = try await revealed()
    } catch {
      var report = ProbeReport.unknown(error.fault)
      report.samples = tally.tell()
      return report
    }
    let begun = admit(communities, users)
    do throws(Receiver.ListenProblem) {
      try await receiver.listen(at: settings.listen)
    } catch {
      return .unknown("reason.probe.local", error.text)
    }
    var samples = tally.tell()
    if !users.isEmpty {
      samples.append(ProbeSample("snmp_trap_engine_info", [Label("engine_id", "0x" + begun.identity.engine)], 1))
    }
    return ProbeReport(.up, samples, explanation: begun.problem ?? "")
  }

  private func revealed() async throws(SecretFault) -> ([String], [SecurityUser]) {
    var communities: [String] = []
    for source in settings.communities { communities.append(try await environment.secrets.reveal(source).reveal()) }
    var users: [SecurityUser] = []
    for user in settings.users { users.append(try await user.revealed(by: environment.secrets)) }
    return (communities, users)
  }

  /// Makes the keys of users that are new or changed: some milliseconds each.
  private func admit(_ communities: [String], _ users: [SecurityUser]) -> Begun {
    begun.withLock { begun in
      if var known = begun {
        guard known.communities != communities || known.users != users else { return known }
        (known.communities, known.users) = (communities, users)
        tally.admit(NotificationReceiver.Admission(communities: communities, users: users))
        begun = known
        return known
      }
      let (identity, problem) = EngineIdentity.begun(in: environment.stateFolder, for: environment.target)
      tally.begin(
        NotificationReceiver(
          admitting: NotificationReceiver.Admission(communities: communities, users: users),
          engine: identity.octets, boots: identity.boots, salt: watchkeeper_random()))
      let new = Begun(communities: communities, users: users, identity: identity, problem: problem)
      begun = new
      return new
    }
  }
}
