internal import Records
internal import Telemetry

/// Settings of the kind `imap`.
public struct IMAPProbeSettings: StreamProbeSettings {
  let stream: StreamSettings
  /// The default is `none`, and `starttls` with a user.
  let encryption: ServiceEncryption
  let login: ServiceLogin?
  /// Opened without changing it, to count its messages; the default is INBOX.
  let mailbox: String

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case target, encryption, password, mailbox
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
    var stream = try StreamSettings(fields, port: word == .tls ? 993 : 143)
    login = try ServiceLogin(fields, userName: .userName, password: .password, file: .passwordFile)
    encryption = try stream.encrypts(fields, .encryption, otherwise: login == nil ? .none : .starttls)
    self.stream = stream
    mailbox = try fields.decodeIfPresent(String.self, forKey: .mailbox) ?? "INBOX"
    guard mailbox.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) else {
      throw fields.problem(.mailbox, "fault.stream.word", ["text": mailbox])
    }
  }

  public var logsIn: Bool { true }

  public func makeProbe(in environment: ProbeEnvironment) -> any Probe {
    ServiceProbe(stream, login, in: environment) { IMAPDialogue(self, $0) }
  }

  static let kind = ProbeKind(
    name: "imap", summary: "Greets an IMAP server, logs in and counts the messages of a mailbox.",
    example: """
      name: mailboxes
      kind: imap
      interval: 1m
      timeout: 20s
      settings:
        target: mail.example.org:993
        encryption: tls
        username: probe
        password_file: /etc/watchkeeper/secrets/mail
        mailbox: INBOX
      """,
    job: "imap", interval: .seconds(60), timeout: .seconds(20), settings: IMAPProbeSettings.self)
}

/// - Source: RFC 9051.
struct IMAPDialogue: ServiceDialogue {
  private enum Step: Int, Sendable { case greeting, capability, startTLS, login, examine, logout }

  private let settings: IMAPProbeSettings
  private let credentials: ServiceCredentials?
  private var step = Step.greeting
  private var isEncrypted: Bool
  private var isLoggedIn = false
  private var capabilities: Set<String> = []
  private var messages: Int?

  init(_ settings: IMAPProbeSettings, _ credentials: ServiceCredentials?) {
    self.settings = settings
    self.credentials = credentials
    isEncrypted = settings.encryption != .starttls
  }

  var awaited: String { step == .greeting ? "the greeting" : "the answer to \(step)".uppercasedLastWord }

  private static let messageSeries = LabelSet([LabelSet.metricName: "probe_imap_messages"])

  var samples: [ProbeSample] {
    messages.map { [ProbeSample(Self.messageSeries, Double($0), own: 0)] } ?? []
  }

  mutating func next(_ event: DialogueEvent, _ input: inout StreamBuffer, _ output: inout [UInt8]) -> DialogueStep {
    if event == .encrypted {
      isEncrypted = true
      return send(.capability, "CAPABILITY", &output)
    }
    guard let line = input.line() else { return .proceed }
    let words = String(decoding: line, as: UTF8.self).split(separator: " ", maxSplits: 2).map { $0.uppercased() }
    do throws(ExchangeFailure) {
      if step == .greeting { return try greet(line, words, &output) }
      guard let tag = words.first else { throw .broken("an empty line is no answer of IMAP") }
      if tag == "*" {
        try note(line, words)
        return .proceed
      }
      guard tag == "A\(step.rawValue)" else {
        throw .broken("\(ForeignText.quoted(line)) answers nothing that was asked")
      }
      guard words.count > 1, words[1] == "OK" else {
        // With this code it is a trouble of the server's own, not a wrong password.
        let isRefusal = step == .login && !(words.count > 2 && words[2].hasPrefix("[UNAVAILABLE]"))
        let text = "\(awaited) is \(ForeignText.quoted(line))"
        throw isRefusal ? .login(text) : .declined(text)
      }
      return try advance(&output)
    } catch {
      if step != .logout { output += Array("a9 LOGOUT\r\n".utf8) }
      return .failed(error)
    }
  }

  private mutating func greet(
    _ line: [UInt8], _ words: [String], _ output: inout [UInt8]
  ) throws(ExchangeFailure) -> DialogueStep {
    guard words.count > 1, words[0] == "*" else { throw .broken("\(ForeignText.quoted(line)) is no greeting of IMAP") }
    guard words[1] == "OK" || words[1] == "PREAUTH" else { throw .declined(ForeignText.quoted(line)) }
    isLoggedIn = words[1] == "PREAUTH"
    return send(.capability, "CAPABILITY", &output)
  }

  /// Lines that nobody asked for by number.
  private mutating func note(_ line: [UInt8], _ words: [String]) throws(ExchangeFailure) {
    guard words.count > 1 else { return }
    if words[1] == "BYE", step != .logout { throw .declined(ForeignText.quoted(line)) }
    if words[1] == "CAPABILITY", words.count > 2 {
      capabilities = Set(words[2].split(separator: " ").map(String.init))
    }
    if step == .examine, words.count > 2, words[2] == "EXISTS", let count = Int(words[1]), count >= 0 {
      messages = count
    }
  }

  private mutating func advance(_ output: inout [UInt8]) throws(ExchangeFailure) -> DialogueStep {
    switch step {
    case .greeting, .startTLS:
      return .startTLS
    case .capability:
      if !isEncrypted {
        guard capabilities.contains("STARTTLS") else { throw .declined("the server does not offer STARTTLS") }
        return send(.startTLS, "STARTTLS", &output)
      }
      guard let credentials, !isLoggedIn else {
        return isLoggedIn ? examine(&output) : send(.logout, "LOGOUT", &output)
      }
      if capabilities.contains("LOGINDISABLED") { throw .declined("the server takes no login without encryption") }
      let password = Self.quoted(credentials.password.reveal())
      return send(.login, "LOGIN \(Self.quoted(credentials.userName)) \(password)", &output)
    case .login: return examine(&output)
    case .examine: return send(.logout, "LOGOUT", &output)
    case .logout: return .done
    }
  }

  private mutating func examine(_ output: inout [UInt8]) -> DialogueStep {
    send(.examine, "EXAMINE \(Self.quoted(settings.mailbox))", &output)
  }

  private mutating func send(_ next: Step, _ command: String, _ output: inout [UInt8]) -> DialogueStep {
    step = next
    output += Array("A\(next.rawValue) \(command)\r\n".utf8)
    return .proceed
  }

  private static func quoted(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}

extension String {
  /// `the answer to capability` as `the answer to CAPABILITY`.
  fileprivate var uppercasedLastWord: String {
    guard let blank = lastIndex(of: " ") else { return self }
    return self[...blank] + self[blank...].dropFirst().uppercased()
  }
}

/// Settings of the kind `pop3`.
public struct POP3ProbeSettings: StreamProbeSettings {
  let stream: StreamSettings
  /// The default is `none`, and `starttls` with a user.
  let encryption: ServiceEncryption
  let login: ServiceLogin?

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case target, encryption, password
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
    var stream = try StreamSettings(fields, port: word == .tls ? 995 : 110)
    login = try ServiceLogin(fields, userName: .userName, password: .password, file: .passwordFile)
    encryption = try stream.encrypts(fields, .encryption, otherwise: login == nil ? .none : .starttls)
    self.stream = stream
  }

  public var logsIn: Bool { true }

  public func makeProbe(in environment: ProbeEnvironment) -> any Probe {
    ServiceProbe(stream, login, in: environment) { POP3Dialogue(self, $0) }
  }

  static let kind = ProbeKind(
    name: "pop3", summary: "Greets a POP3 server, logs in and counts the messages.",
    example: """
      name: old-mailbox
      kind: pop3
      interval: 1m
      timeout: 20s
      settings:
        target: mail.example.org:995
        encryption: tls
        username: probe
        password_file: /etc/watchkeeper/secrets/mail
      """,
    job: "pop3", interval: .seconds(60), timeout: .seconds(20), settings: POP3ProbeSettings.self)
}

/// - Source: RFC 1939 and RFC 2595.
struct POP3Dialogue: ServiceDialogue {
  private enum Step: Sendable { case greeting, startTLS, user, password, statistics, quit }

  private let encryption: ServiceEncryption
  private let credentials: ServiceCredentials?
  private var step = Step.greeting
  private var messages: Int?
  private var bytes: Int?

  init(_ settings: POP3ProbeSettings, _ credentials: ServiceCredentials?) {
    encryption = settings.encryption
    self.credentials = credentials
  }

  var awaited: String {
    switch step {
    case .greeting: "the greeting"
    case .startTLS: "the answer to STLS"
    case .user: "the answer to USER"
    case .password: "the answer to PASS"
    case .statistics: "the answer to STAT"
    case .quit: "the answer to QUIT"
    }
  }

  private static let messageSeries = LabelSet([LabelSet.metricName: "probe_pop3_messages"])
  private static let byteSeries = LabelSet([LabelSet.metricName: "probe_pop3_mailbox_bytes"])

  var samples: [ProbeSample] {
    guard let messages, let bytes else { return [] }
    return [
      ProbeSample(Self.messageSeries, Double(messages), own: 0), ProbeSample(Self.byteSeries, Double(bytes), own: 1),
    ]
  }

  mutating func next(_ event: DialogueEvent, _ input: inout StreamBuffer, _ output: inout [UInt8]) -> DialogueStep {
    if event == .encrypted { return logIn(&output) }
    guard let line = input.line() else { return .proceed }
    guard line.starts(with: "+OK".utf8) else {
      let text = "\(awaited) is \(ForeignText.quoted(line))"
      guard line.starts(with: "-ERR".utf8) else { return .failed(.broken(text)) }
      output += Array("QUIT\r\n".utf8)
      let isRefusal = (step == .user || step == .password) && !line.starts(with: "-ERR [SYS".utf8)
      return .failed(isRefusal ? .login(text) : .declined(text))
    }
    switch step {
    case .greeting where encryption == .starttls: return send(.startTLS, "STLS", &output)
    case .greeting: return logIn(&output)
    case .startTLS: return .startTLS
    case .user: return send(.password, "PASS \(credentials?.password.reveal() ?? "")", &output)
    case .password: return send(.statistics, "STAT", &output)
    case .statistics:
      let numbers = String(decoding: line, as: UTF8.self).split(separator: " ").dropFirst().compactMap { Int($0) }
      guard numbers.count >= 2, numbers.allSatisfy({ $0 >= 0 }) else {
        return .failed(.broken("\(ForeignText.quoted(line)) is no answer to STAT"))
      }
      (messages, bytes) = (numbers[0], numbers[1])
      return send(.quit, "QUIT", &output)
    case .quit: return .done
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
