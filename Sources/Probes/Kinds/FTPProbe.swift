internal import Records
internal import Telemetry

/// Settings of the kind `ftp`.
public struct FTPProbeSettings: StreamProbeSettings {
  let stream: StreamSettings
  /// The default is `none`, and `starttls` with a user.
  let encryption: ServiceEncryption
  let login: ServiceLogin?
  /// A file whose size is asked after the login.
  let file: String?

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case target, encryption, password, file
    case userName = "username"
    case passwordFile = "password_file"
    case verifiesCertificate = "tls_verify"
    case tls = "tls_config"
    case preferredProtocol = "preferred_ip_protocol"
    case fallsBack = "ip_protocol_fallback"
    case source = "source_ip_address"
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    let word: ServiceEncryption? = try fields.choice(forKey: .encryption, else: "fault.network.choice")
    var stream = try StreamSettings(fields, port: word == .tls ? 990 : 21)
    login = try ServiceLogin(fields, userName: .userName, password: .password, file: .passwordFile)
    encryption = try stream.encrypts(fields, .encryption, otherwise: login == nil ? .none : .starttls)
    self.stream = stream
    file = try fields.decodeIfPresent(String.self, forKey: .file)
    if let file, file.utf8.contains(where: { $0 < 0x20 }) || login == nil {
      throw fields.problem(.file, "fault.stream.file")
    }
  }

  public var logsIn: Bool { true }

  public func makeProbe(in environment: ProbeEnvironment) -> any Probe {
    ServiceProbe(stream, login, in: environment) { FTPDialogue(self, $0) }
  }

  static let kind = ProbeKind(
    name: "ftp", summary: "Greets an FTP server, logs in and asks for the size of a file.",
    example: """
      name: exchange
      kind: ftp
      interval: 5m
      timeout: 10s
      settings:
        target: ftp.example.org
        encryption: starttls
        username: probe
        password_file: /etc/watchkeeper/secrets/ftp
        file: export/orders.csv
      """,
    job: "ftp", interval: .seconds(300), timeout: .seconds(10), settings: FTPProbeSettings.self)
}

/// - Source: RFC 959, RFC 3659 and RFC 4217.
struct FTPDialogue: ServiceDialogue {
  private enum Step: Sendable { case greeting, encryption, user, password, type, size, quit }

  private let settings: FTPProbeSettings
  private let credentials: ServiceCredentials?
  private var step = Step.greeting
  private var replies = CodedReplyReader()
  private var code = 0
  private var size: Int?

  init(_ settings: FTPProbeSettings, _ credentials: ServiceCredentials?) {
    self.settings = settings
    self.credentials = credentials
  }

  var awaited: String {
    switch step {
    case .greeting: "the greeting"
    case .encryption: "the answer to AUTH TLS"
    case .user: "the answer to USER"
    case .password: "the answer to PASS"
    case .type: "the answer to TYPE"
    case .size: "the answer to SIZE"
    case .quit: "the answer to QUIT"
    }
  }

  private static let codeSeries = LabelSet([LabelSet.metricName: "probe_ftp_status_code"])
  private static let sizeSeries = LabelSet([LabelSet.metricName: "probe_ftp_file_size_bytes"])

  var samples: [ProbeSample] {
    var samples = [ProbeSample(Self.codeSeries, Double(code), own: 0)]
    if let size { samples.append(ProbeSample(Self.sizeSeries, Double(size), own: 1)) }
    return samples
  }

  mutating func next(_ event: DialogueEvent, _ input: inout StreamBuffer, _ output: inout [UInt8]) -> DialogueStep {
    if event == .encrypted { return logIn(&output) }
    do throws(ExchangeFailure) {
      guard let reply = try replies.next(&input) else { return .proceed }
      if step != .quit { code = reply.code }
      return try answer(reply, &output)
    } catch {
      output += Array("QUIT\r\n".utf8)
      return .failed(error)
    }
  }

  private mutating func answer(_ reply: CodedReply, _ output: inout [UInt8]) throws(ExchangeFailure) -> DialogueStep {
    let text = "\(awaited) is \(reply.quoted)"
    switch (step, reply.code) {
    // A server that will be ready soon says so first.
    case (.greeting, 120): return .proceed
    case (.greeting, 220) where settings.encryption == .starttls: return send(.encryption, "AUTH TLS", &output)
    case (.greeting, 220): return logIn(&output)
    case (.encryption, 234): return .startTLS
    case (.user, 331): return send(.password, "PASS \(credentials?.password.reveal() ?? "")", &output)
    case (.user, 230), (.password, 230), (.password, 202):
      return settings.file == nil ? send(.quit, "QUIT", &output) : send(.type, "TYPE I", &output)
    case (.type, 200): return send(.size, "SIZE \(settings.file ?? "")", &output)
    case (.size, 213):
      let number = String(decoding: reply.lines.first ?? [], as: UTF8.self)
      guard let bytes = Int(number), bytes >= 0 else { throw .broken("\(text), which is no size") }
      size = bytes
      return send(.quit, "QUIT", &output)
    case (.quit, _): return .done
    case (.user, _), (.password, _): throw .login(text)
    default: throw .declined(text)
    }
  }

  private mutating func logIn(_ output: inout [UInt8]) -> DialogueStep {
    guard let credentials else { return send(.quit, "QUIT", &output) }
    return send(.user, "USER \(credentials.userName)", &output)
  }

  private mutating func send(_ next: Step, _ line: String, _ output: inout [UInt8]) -> DialogueStep {
    step = next
    output += Array("\(line)\r\n".utf8)
    return .proceed
  }
}
