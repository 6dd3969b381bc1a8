internal import Records
internal import Telemetry

/// Settings of the kind `ldap`.
public struct LDAPProbeSettings: StreamProbeSettings {
  let stream: StreamSettings
  /// The default is `none`, and `starttls` with a user.
  let encryption: ServiceEncryption
  /// `username` is a distinguished name; the default is an anonymous bind.
  let login: ServiceLogin?
  /// Where the search begins; the default is the empty name, the server's description of itself.
  let base: String
  let scope: UInt8

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case target, encryption, password, base, scope
    case userName = "username"
    case passwordFile = "password_file"
    case verifiesCertificate = "tls_verify"
    case tls = "tls_config"
    case preferredProtocol = "preferred_ip_protocol"
    case fallsBack = "ip_protocol_fallback"
    case source = "source_ip_address"
  }

  private enum Scope: String, CaseIterable { case base, one, sub }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    let word: ServiceEncryption? = try fields.choice(forKey: .encryption, else: "fault.network.choice")
    var stream = try StreamSettings(fields, port: word == .tls ? 636 : 389)
    login = try ServiceLogin(fields, userName: .userName, password: .password, file: .passwordFile)
    encryption = try stream.encrypts(fields, .encryption, otherwise: login == nil ? .none : .starttls)
    self.stream = stream
    base = try fields.decodeIfPresent(String.self, forKey: .base) ?? ""
    let scope: Scope? = try fields.choice(forKey: .scope, else: "fault.network.choice")
    self.scope = scope.flatMap { Scope.allCases.firstIndex(of: $0) }.map(UInt8.init) ?? 0
  }

  public var logsIn: Bool { true }

  public func makeProbe(in environment: ProbeEnvironment) -> any Probe {
    ServiceProbe(stream, login, in: environment) { LDAPDialogue(self, $0) }
  }

  static let kind = ProbeKind(
    name: "ldap", summary: "Binds to a directory and counts the entries of a search.",
    example: """
      name: directory
      kind: ldap
      interval: 1m
      timeout: 10s
      settings:
        target: ldap.example.org
        encryption: starttls
        username: cn=probe,dc=example,dc=org
        password_file: /etc/watchkeeper/secrets/ldap
        base: ou=people,dc=example,dc=org
        scope: one
      """,
    job: "ldap", interval: .seconds(60), timeout: .seconds(10), settings: LDAPProbeSettings.self)
}

struct LDAPDialogue: ServiceDialogue {
  private enum Step: Sendable { case startTLS, bind, search }

  private let settings: LDAPProbeSettings
  private let credentials: ServiceCredentials?
  private var step = Step.bind
  private var entries = 0
  private var code: Int?

  /// More entries are not counted; the default is 100.
  private static let entriesMax: UInt8 = 100

  init(_ settings: LDAPProbeSettings, _ credentials: ServiceCredentials?) {
    self.settings = settings
    self.credentials = credentials
  }

  var waitingBytesMax: Int { LDAPMessage.bytesMax + 16 }

  var awaited: String {
    switch step {
    case .startTLS: "the answer to StartTLS"
    case .bind: "the answer to the bind"
    case .search: "the end of the search"
    }
  }

  private static let codeSeries = LabelSet([LabelSet.metricName: "probe_ldap_result_code"])
  private static let entrySeries = LabelSet([LabelSet.metricName: "probe_ldap_entries"])

  var samples: [ProbeSample] {
    var samples = code.map { [ProbeSample(Self.codeSeries, Double($0), own: 0)] } ?? []
    if step == .search, code == 0 { samples.append(ProbeSample(Self.entrySeries, Double(entries), own: 1)) }
    return samples
  }

  mutating func next(_ event: DialogueEvent, _ input: inout StreamBuffer, _ output: inout [UInt8]) -> DialogueStep {
    do throws(ExchangeFailure) {
      switch event {
      case .connected where settings.encryption == .starttls:
        step = .startTLS
        output += LDAPMessage.startTLS
      case .connected, .encrypted:
        step = .bind
        output += LDAPMessage.bind(
          2, name: credentials?.userName ?? "", password: credentials?.password.reveal() ?? "")
      case .received, .closed:
        guard let message = try LDAPMessage.next(&input) else { return .proceed }
        return try answer(message, &output)
      }
      return .proceed
    } catch {
      output += LDAPMessage.unbind
      return .failed(error)
    }
  }

  private mutating func answer(_ message: LDAPMessage, _ output: inout [UInt8]) throws(ExchangeFailure) -> DialogueStep
  {
    if step == .search, message.tag == 0x64 {
      entries += 1
      return .proceed
    }
    // A reference to another directory is none of our entries.
    if step == .search, message.tag == 0x73 { return .proceed }
    let result = try message.result()
    code = result.code
    switch (step, message.tag) {
    case (.startTLS, 0x78):
      guard result.code == 0 else { throw .declined("\(awaited) is \(result.text)") }
      return .startTLS
    case (.bind, 0x61):
      guard result.code == 0 else { throw .login(result.text) }
      step = .search
      output += LDAPMessage.search(3, base: settings.base, scope: settings.scope, entriesMax: Self.entriesMax)
      return .proceed
    case (.search, 0x65):
      // 4: there are more entries than were asked for.
      guard result.code == 0 || result.code == 4 else { throw .declined("\(awaited) is \(result.text)") }
      code = 0
      guard entries > 0 else { throw ExchangeFailure("reason.stream.unexpected", "the search found no entry") }
      output += LDAPMessage.unbind
      return .done
    default: throw .broken("\(awaited) has the tag \(message.tag)")
    }
  }
}
