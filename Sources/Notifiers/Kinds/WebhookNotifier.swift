public import Records
public import Telemetry
public import Transfers

/// Posts Alertmanager's JSON, version 4, to an address.
///
/// The body is that of Alertmanager to the letter, so that its receivers work unchanged. What is ours goes in headers:
/// `X-Watchkeeper-Idempotency-Key`, the same at every attempt, and on wish a signature.
/// - Source: Alertmanager, "webhook_config".
public struct WebhookNotifier: Notifier {
  /// Where and how; all of it may be secret.
  public struct Settings: Sendable {
    public var url: Secret
    /// The value of the header `Authorization`.
    public var authorization: Secret?
    public var userName: String?
    public var password: Secret?
    /// One, or two while a secret is being replaced; none: no signature.
    public var signingSecrets: [Secret] = []
    public var verification = TransferRequest.Verification.systemTrust
    /// The default is true, as Alertmanager's.
    public var sendsRecoveries = true

    public init(url: Secret) { self.url = url }
  }

  private let settings: Settings
  private let carry: NotifierEnvironment.Carrier

  public static let kind = NotifierKind(
    name: "webhook", settingsKey: "webhook_configs", summary: "Alertmanager's JSON, version 4, by POST",
    example: "url: https://hooks.example.org/watchkeeper\nsigning_secret_file: /etc/watchkeeper/hook.secret"
  ) { decoder, environment in
    WebhookNotifier(
      try WebhookSettingsText(from: decoder).settings(environment), carry: environment.carry)
  }

  public init(_ settings: Settings, carry: @escaping NotifierEnvironment.Carrier) {
    self.settings = settings
    self.carry = carry
  }

  public var sendsRecoveries: Bool { settings.sendsRecoveries }
  public var description: String { "webhook" }

  public func deliver(_ message: NotificationMessage, at now: Timestamp) async -> DeliveryOutcome {
    DeliveryVerdict.ofHTTP(await carry(request(for: message, at: now)), at: now)
  }

  func request(for message: NotificationMessage, at now: Timestamp) -> TransferRequest {
    let body = WebhookBody.json(message).bytes
    var request = TransferRequest(url: settings.url)
    request.method = "POST"
    request.upload = body
    request.timeout = DeliveryLimits.attempt
    request.body = .truncateBeyond(DeliveryLimits.answerBytes)
    request.verification = settings.verification
    request.userName = settings.userName
    request.password = settings.password
    request.headers = [
      TransferHeader("Content-Type", "application/json"),
      TransferHeader("X-Watchkeeper-Idempotency-Key", Self.headerText(message.idempotencyKey)),
    ]
    if let authorization = settings.authorization {
      request.headers.append(TransferHeader("Authorization", authorization))
    }
    if !settings.signingSecrets.isEmpty {
      let proof = Signature.header(for: body, secrets: settings.signingSecrets, at: now)
      request.headers.append(TransferHeader(Signature.headerName, proof))
    }
    return request
  }

  /// Visible ASCII as it is, every other byte as `%XX`: receivers' names may be in any script.
  static func headerText(_ key: String) -> String { headerNotation.escaped(key) }

  private static let headerNotation = TextNotation(
    ["%": "%25"], others: { $0.isControl || $0 == " " ? TextNotation.percentBytes(of: $0) : nil },
    beyondASCII: TextNotation.percentBytes)
}

/// Alertmanager's body with one alert.
enum WebhookBody {
  static func json(_ message: NotificationMessage) -> JSONText {
    let status = message.isFiring ? "firing" : "resolved"
    return .object([
      ("receiver", .text(message.receiver)), ("status", .text(status)), ("alerts", .list([alert(message, status)])),
      ("groupLabels", .labels(message.groupLabels)), ("commonLabels", .labels(message.labels)),
      ("commonAnnotations", .map(message.annotations)), ("externalURL", .text(message.externalURL)),
      ("version", .text("4")), ("groupKey", .text(message.groupKey)), ("truncatedAlerts", .number(0)),
    ])
  }

  private static func alert(_ message: NotificationMessage, _ status: String) -> JSONText {
    // Alertmanager's zero time says that the end is not known.
    let end = message.isFiring ? "0001-01-01T00:00:00Z" : WireTime(message.endedAt ?? message.decidedAt).rfc3339
    return .object([
      ("status", .text(status)), ("labels", .labels(message.labels)), ("annotations", .map(message.annotations)),
      ("startsAt", .text(WireTime(message.startedAt).rfc3339)), ("endsAt", .text(end)),
      ("generatorURL", .text(message.generatorURL)), ("fingerprint", .text(message.fingerprint)),
    ])
  }
}

/// An entry of `webhook_configs`.
private struct WebhookSettingsText: Decodable {
  let url: SecretSource
  let sendsRecoveries: Bool
  let signing: SecretSource?
  let signingNext: SecretSource?
  let client: HTTPClientSettings?

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case url
    case urlFile = "url_file"
    case sendsRecoveries = "send_resolved"
    case client = "http_config"
    /// One alert is sent at a time, so any limit is kept.
    case alertsMax = "max_alerts"
    case signing = "signing_secret"
    case signingFile = "signing_secret_file"
    case signingNext = "next_signing_secret"
    case signingNextFile = "next_signing_secret_file"
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    guard let url = try fields.secret(.url, orFile: .urlFile) else {
      throw fields.problem(.url, "fault.receiver.url-missing")
    }
    if case .inline(let text) = url, !Self.isWebAddress(text) {
      throw fields.problem(.url, "fault.receiver.url")
    }
    self.url = url
    sendsRecoveries = try fields.decodeIfPresent(Bool.self, forKey: .sendsRecoveries) ?? true
    client = try fields.decodeIfPresent(HTTPClientSettings.self, forKey: .client)
    _ = try fields.decodeIfPresent(Int.self, forKey: .alertsMax)
    signing = try fields.secret(.signing, orFile: .signingFile)
    signingNext = try fields.secret(.signingNext, orFile: .signingNextFile)
  }

  func settings(_ environment: NotifierEnvironment) throws -> WebhookNotifier.Settings {
    var settings = WebhookNotifier.Settings(url: try url.resolve(environment))
    settings.sendsRecoveries = sendsRecoveries
    settings.signingSecrets = try [signing, signingNext].compactMap { try $0?.resolve(environment) }
    settings.verification = client?.tls?.verification ?? .systemTrust
    settings.userName = client?.basic?.userName
    settings.password = try client?.basic?.password?.resolve(environment)
    if let authorization = client?.authorization {
      let credentials = try authorization.credentials.resolve(environment)
      settings.authorization = Secret("\(authorization.type) \(credentials.reveal())")
    }
    return settings
  }

  private static func isWebAddress(_ url: Secret) -> Bool {
    let text = url.reveal().lowercased()
    return text.hasPrefix("http://") || text.hasPrefix("https://")
  }
}
