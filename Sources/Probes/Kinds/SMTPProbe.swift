internal import Records
internal import Telemetry

/// Settings of the kind `smtp`.
public struct SMTPProbeSettings: StreamProbeSettings {
  let stream: StreamSettings
  /// The default is `none`, and `starttls` with a user.
  let encryption: ServiceEncryption
  let login: ServiceLogin?
  /// How we name ourselves; the default is `watchkeeper.invalid`.
  let helloName: String
  /// Offered as an envelope and taken back; no message is ever sent.
  let sender: String?
  let recipient: String?

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case target, encryption, password
    case userName = "username"
    case passwordFile = "password_file"
    case helloName = "hello"
    case sender = "mail_from"
    case recipient = "rcpt_to"
    case verifiesCertificate = "tls_verify"
    case tls = "tls_config"
    case preferredProtocol = "preferred_ip_protocol"
    case fallsBack = "ip_protocol_fallback"
    case source = "source_ip_address"
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    var stream = try StreamSettings(fields, port: 25)
    login = try ServiceLogin(fields, userName: .userName, password: .password, file: .passwordFile)
    encryption = try stream.encrypts(fields, .encryption, otherwise: login == nil ? .none : .starttls)
    self.stream = stream
    helloName = try Self.word(fields, .helloName) ?? "watchkeeper.invalid"
    recipient = try Self.word(fields, .recipient)
    sender = try Self.word(fields, .sender) ?? (recipient == nil ? nil : "")
  }

  private static func word(_ fields: KeyedDecodingContainer<CodingKeys>, _ key: CodingKeys) throws -> String? {
    guard let text = try fields.decodeIfPresent(String.self, forKey: key) else { return nil }
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && !"<>".utf8.contains($0) }) else {
      throw fields.problem(key, "fault.stream.word", ["text": text])
    }
    return text
  }

  public var logsIn: Bool { true }

  public func makeProbe(in environment: ProbeEnvironment) -> any Probe {
    ServiceProbe(stream, login, in: environment) { SMTPDialogue(self, $0) }
  }

  static let kind = ProbeKind(
    name: "smtp", summary: "Greets a mail server, encrypts, logs in and offers an envelope; never sends a message.",
    example: """
      name: mail-relay
      kind: smtp
      interval: 1m
      timeout: 20s
      settings:
        target: mail.example.org:587
        encryption: starttls
        username: probe
        password_file: /etc/watchkeeper/secrets/mail
        mail_from: probe@example.org
        rcpt_to: postmaster@example.org
      """,
    job: "smtp", interval: .seconds(60), timeout: .seconds(20), settings: SMTPProbeSettings.self)
}

struct SMTPDialogue: ServiceDialogue {
  private enum Step: Sendable {
    case greeting, hello, startTLS, helloAgain, login, password, sender, recipient, reset, quit
  }

  private let settings: SMTPProbeSettings
  private let credentials: ServiceCredentials?
  private var step = Step.greeting
  private var replies = CodedReplyReader()
  private var offersEncryption: Bool?
  private var code = 0

  init(_ settings: SMTPProbeSettings, _ credentials: ServiceCredentials?) {
    self.settings = settings
    self.credentials = credentials
  }

  var awaited: String {
    switch step {
    case .greeting: "the greeting"
    case .hello, .helloAgain: "the answer to EHLO"
    case .startTLS: "the answer to STARTTLS"
    case .login, .password: "the answer to AUTH"
    case .sender: "the answer to MAIL FROM"
    case .recipient: "the answer to RCPT TO"
    case .reset: "the answer to RSET"
    case .quit: "the answer to QUIT"
    }
  }

  private static let codeSeries = LabelSet([LabelSet.metricName: "probe_smtp_status_code"])
  private static let offerSeries = LabelSet([LabelSet.metricName: "probe_smtp_starttls_offered"])

  /// The last reply's code tells which step a server refused.
  var samples: [ProbeSample] {
    var samples = [ProbeSample(Self.codeSeries, Double(code), own: 0)]
    if let offersEncryption { samples.append(ProbeSample(Self.offerSeries, offersEncryption ? 1 : 0, own: 1)) }
    return samples
  }

  mutating func next(_ event: DialogueEvent, _ input: inout StreamBuffer, _ output: inout [UInt8]) -> DialogueStep {
    if event == .encrypted {
      step = .helloAgain
      send("EHLO \(settings.helloName)", &output)
      return .proceed
    }
    do throws(ExchangeFailure) {
      guard let reply = try replies.next(&input) else { return .proceed }
      return try answer(reply, &output)
    } catch {
      if case .quit = step {} else { send("QUIT", &output) }
      return .failed(error)
    }
  }

  private mutating func answer(_ reply: CodedReply, _ output: inout [UInt8]) throws(ExchangeFailure) -> DialogueStep {
    if step != .quit { code = reply.code }
    switch step {
    case .greeting:
      try demand(reply, 220...220)
      step = .hello
      send("EHLO \(settings.helloName)", &output)
    case .hello:
      try demand(reply, 250...250)
      offersEncryption = reply.offers("STARTTLS")
      guard settings.encryption == .starttls else { return try logIn(reply, &output) }
      guard reply.offers("STARTTLS") else { throw .declined("the server does not offer STARTTLS") }
      step = .startTLS
      send("STARTTLS", &output)
    case .startTLS:
      try demand(reply, 220...220)
      return .startTLS
    case .helloAgain:
      try demand(reply, 250...250)
      return try logIn(reply, &output)
    case .login:
      // Only LOGIN asks step by step.
      guard reply.code == 334, let credentials else {
        try demandLogin(reply)
        return envelope(&output)
      }
      step = .password
      output += Base64.encoded(Array(credentials.password.reveal().utf8)) + Array("\r\n".utf8)
    case .password:
      try demandLogin(reply)
      return envelope(&output)
    case .sender:
      try demand(reply, 250...250)
      guard let recipient = settings.recipient else { return reset(&output) }
      step = .recipient
      send("RCPT TO:<\(recipient)>", &output)
    case .recipient:
      try demand(reply, 250...251)
      return reset(&output)
    case .reset:
      try demand(reply, 250...250)
      return quit(&output)
    case .quit: return .done
    }
    return .proceed
  }

  private func demand(_ reply: CodedReply, _ good: ClosedRange<Int>) throws(ExchangeFailure) {
    guard good.contains(reply.code) else { throw .declined("\(awaited) is \(reply.quoted)") }
  }

  private func demandLogin(_ reply: CodedReply) throws(ExchangeFailure) {
    guard reply.code == 235 else { throw .login("\(awaited) is \(reply.quoted)") }
  }

  private mutating func logIn(_ reply: CodedReply, _ output: inout [UInt8]) throws(ExchangeFailure) -> DialogueStep {
    guard let credentials else { return envelope(&output) }
    let methods = Set(reply.parameters(of: "AUTH", in: 1...).flatMap { $0.uppercased().split(separator: " ") })
    step = .login
    if methods.contains("PLAIN") {
      let plain = [0] + Array(credentials.userName.utf8) + [0] + Array(credentials.password.reveal().utf8)
      output += Array("AUTH PLAIN ".utf8) + Base64.encoded(plain) + Array("\r\n".utf8)
    } else if methods.contains("LOGIN") {
      output += Array("AUTH LOGIN ".utf8) + Base64.encoded(Array(credentials.userName.utf8)) + Array("\r\n".utf8)
    } else {
      let offered = methods.isEmpty ? "none" : methods.sorted().joined(separator: " ")
      throw .declined("the server offers neither AUTH PLAIN nor AUTH LOGIN, but: \(offered)")
    }
    return .proceed
  }

  private mutating func envelope(_ output: inout [UInt8]) -> DialogueStep {
    guard let sender = settings.sender else { return quit(&output) }
    step = .sender
    send("MAIL FROM:<\(sender)>", &output)
    return .proceed
  }

  private mutating func reset(_ output: inout [UInt8]) -> DialogueStep {
    step = .reset
    send("RSET", &output)
    return .proceed
  }

  private mutating func quit(_ output: inout [UInt8]) -> DialogueStep {
    step = .quit
    send("QUIT", &output)
    return .proceed
  }

  private func send(_ line: String, _ output: inout [UInt8]) { output += Array("\(line)\r\n".utf8) }
}
