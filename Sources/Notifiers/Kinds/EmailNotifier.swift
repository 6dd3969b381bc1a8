public import Records
public import Telemetry
public import Transfers

/// Hands a mail to a server.
///
/// - Source: Alertmanager, "email_config".
public struct EmailNotifier: Notifier {
  public struct Settings: Sendable {
    public var from: MailAddress
    public var to: [MailAddress]
    /// `host:port`; with port 465 the connection is encrypted from its first byte.
    public var smarthost: String
    /// The name that this host gives itself; empty: libcurl's choice.
    public var hello = ""
    public var userName: String?
    public var password: Secret?
    /// The default is `.required`.
    public var startTLS = MailEnvelope.StartTLS.required
    public var verification = TransferRequest.Verification.systemTrust
    /// The default is true, unlike Alertmanager's: who was woken wants to know that it is over.
    public var sendsRecoveries = true

    public init(from: MailAddress, to: [MailAddress], smarthost: String) {
      self.from = from
      self.to = to
      self.smarthost = smarthost
    }
  }

  private let settings: Settings
  private let carry: NotifierEnvironment.Carrier

  public static let kind = NotifierKind(
    name: "email", settingsKey: "email_configs", summary: "a mail through an SMTP server",
    example: "to: Operations <ops@example.org>\nfrom: watchkeeper@example.org\nsmarthost: mail.example.org:587"
  ) { decoder, environment in
    EmailNotifier(try EmailSettingsText(decoder, environment).settings, carry: environment.carry)
  }

  public init(_ settings: Settings, carry: @escaping NotifierEnvironment.Carrier) {
    self.settings = settings
    self.carry = carry
  }

  public var sendsRecoveries: Bool { settings.sendsRecoveries }
  public var description: String { "email" }

  public func deliver(_ message: NotificationMessage, at now: Timestamp) async -> DeliveryOutcome {
    DeliveryVerdict.ofMail(await carry(request(for: message)))
  }

  func request(for message: NotificationMessage) -> TransferRequest {
    let mail = MailMessage(message: message, from: settings.from, to: settings.to)
    let envelope = MailEnvelope(
      sender: settings.from.address, recipients: settings.to.map(\.address), message: mail.bytes,
      startTLS: settings.startTLS)
    let scheme = settings.smarthost.hasSuffix(":465") ? "smtps" : "smtp"
    let path = settings.hello.isEmpty ? "" : "/\(settings.hello)"
    var request = TransferRequest(url: "\(scheme)://\(settings.smarthost)\(path)", mail: envelope)
    request.timeout = DeliveryLimits.attempt
    // libcurl 7.88 hands a mail that requires TLS to an open connection without it (seen with a server that offers
    // none), so no mail takes a connection of another.
    request.connection = .fresh
    request.verification = settings.verification
    request.userName = settings.userName
    request.password = settings.password
    return request
  }
}

/// What `global` says of mail, for entries that do not say it themselves.
public struct MailDefaults: Decodable, Sendable {
  public var from: String?
  public var smarthost: String?
  public var hello: String?
  public var userName: String?
  public var requireTLS: Bool?
  var password: SecretSource?

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case from = "smtp_from"
    case smarthost = "smtp_smarthost"
    case hello = "smtp_hello"
    case userName = "smtp_auth_username"
    case password = "smtp_auth_password"
    case passwordFile = "smtp_auth_password_file"
    case requireTLS = "smtp_require_tls"
  }

  public init() {}

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    from = try fields.decodeIfPresent(String.self, forKey: .from)
    smarthost = try fields.decodeIfPresent(String.self, forKey: .smarthost)
    hello = try fields.decodeIfPresent(String.self, forKey: .hello)
    userName = try fields.decodeIfPresent(String.self, forKey: .userName)
    requireTLS = try fields.decodeIfPresent(Bool.self, forKey: .requireTLS)
    password = try fields.secret(.password, orFile: .passwordFile)
  }
}

/// An entry of `email_configs`.
private struct EmailSettingsText {
  let settings: EmailNotifier.Settings

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case to, from, smarthost, hello
    case userName = "auth_username"
    case password = "auth_password"
    case passwordFile = "auth_password_file"
    case requireTLS = "require_tls"
    case tls = "tls_config"
    case sendsRecoveries = "send_resolved"
  }

  init(_ decoder: any Decoder, _ environment: NotifierEnvironment) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    let defaults = environment.mailDefaults
    guard let to = MailAddress.list(try fields.decode(String.self, forKey: .to)) else {
      throw fields.problem(.to, "fault.receiver.mail-to")
    }
    guard let sender = try fields.decodeIfPresent(String.self, forKey: .from) ?? defaults.from,
      let from = MailAddress(sender)
    else { throw fields.problem(.from, "fault.receiver.mail-from") }
    guard let host = try fields.decodeIfPresent(String.self, forKey: .smarthost) ?? defaults.smarthost,
      Self.isHostAndPort(host)
    else { throw fields.problem(.smarthost, "fault.receiver.smarthost") }
    let hello = try fields.decodeIfPresent(String.self, forKey: .hello) ?? defaults.hello ?? ""
    guard hello.isEmpty || Self.isHost(hello[...]) else {
      throw fields.problem(.hello, "fault.receiver.hello")
    }

    var settings = EmailNotifier.Settings(from: from, to: to, smarthost: host)
    settings.hello = hello
    settings.userName = try fields.decodeIfPresent(String.self, forKey: .userName) ?? defaults.userName
    settings.password = try (fields.secret(.password, orFile: .passwordFile) ?? defaults.password)?.resolve(environment)
    let requires = try fields.decodeIfPresent(Bool.self, forKey: .requireTLS) ?? defaults.requireTLS ?? true
    settings.startTLS = requires ? .required : .whenOffered
    settings.verification = try fields.decodeIfPresent(TLSSettings.self, forKey: .tls)?.verification ?? .systemTrust
    settings.sendsRecoveries = try fields.decodeIfPresent(Bool.self, forKey: .sendsRecoveries) ?? true
    self.settings = settings
  }

  private static func isHostAndPort(_ text: String) -> Bool {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]), port > 0 else {
      return false
    }
    let host = text[..<colon]
    guard host.hasPrefix("[") else { return isHost(host) }
    return host.hasSuffix("]") && host.dropFirst().dropLast().allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
  }

  private static func isHost(_ text: Substring) -> Bool {
    !text.isEmpty
      && text.unicodeScalars.allSatisfy { scalar in
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", ".", "-": true
        default: false
        }
      }
  }
}
