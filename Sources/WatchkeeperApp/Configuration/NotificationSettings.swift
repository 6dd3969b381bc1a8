internal import Incidents
internal import Records
internal import Telemetry

// Receivers and the root route, in the shape of Alertmanager's configuration.

/// A secret given in clear or, better, as the path of a file that holds it; read when the configuration is taken.
struct SecretSetting: Sendable {
  let secret: Secret

  init<Keys: CodingKey>(_ fields: KeyedDecodingContainer<Keys>, clear: Keys, file: Keys) throws {
    guard let secret = try Self.optional(fields, clear: clear, file: file)?.secret else {
      throw DecodingError.dataCorruptedError(
        forKey: clear, in: fields,
        debugDescription: "neither '\(clear.stringValue)' nor '\(file.stringValue)' is given – add one")
    }
    self.secret = secret
  }

  private init(_ secret: Secret) { self.secret = secret }

  /// - Returns: `nil` when neither key is there.
  static func optional<Keys: CodingKey>(
    _ fields: KeyedDecodingContainer<Keys>, clear: Keys, file: Keys
  ) throws -> SecretSetting? {
    let text = try fields.decodeIfPresent(String.self, forKey: clear)
    let path = try fields.decodeIfPresent(String.self, forKey: file)
    switch (text, path) {
    case (nil, nil): return nil
    case (let text?, nil): return SecretSetting(Secret(text))
    case (nil, let path?):
      do {
        return SecretSetting(try SecretFile.read(path))
      } catch {
        throw DecodingError.dataCorruptedError(forKey: file, in: fields, debugDescription: error.description)
      }
    case (.some, .some):
      throw DecodingError.dataCorruptedError(
        forKey: file, in: fields,
        debugDescription: "'\(clear.stringValue)' stands beside '\(file.stringValue)' – keep one")
    }
  }
}

struct RouteSettings: Decodable, Sendable {
  let receiver: String
  let groupWait: Duration
  let repeatInterval: Duration

  private enum CodingKeys: String, CodingKey {
    case receiver
    case groupWait = "group_wait"
    case repeatInterval = "repeat_interval"
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    receiver = try fields.decode(String.self, forKey: .receiver)
    groupWait = try fields.decodeIfPresent(DurationSetting.self, forKey: .groupWait)?.duration ?? .zero
    repeatInterval =
      try fields.decodeIfPresent(DurationSetting.self, forKey: .repeatInterval)?.duration ?? .seconds(4 * 3600)
    guard repeatInterval >= .seconds(60) else {
      throw DecodingError.dataCorruptedError(
        forKey: .repeatInterval, in: fields, debugDescription: "an interval under 1m would flood – write e.g. 4h")
    }
  }
}

/// What holds for every receiver that does not say otherwise.
struct GlobalNotificationSettings: Decodable, Sendable {
  var smarthost: String?
  var from: String?
  var username: String?
  var password: Secret?
  /// The default is true, as Alertmanager's: a relay without STARTTLS must be named as such.
  var requiresTLS = true

  init() {}

  private enum CodingKeys: String, CodingKey {
    case smarthost = "smtp_smarthost"
    case from = "smtp_from"
    case username = "smtp_auth_username"
    case password = "smtp_auth_password"
    case passwordFile = "smtp_auth_password_file"
    case requiresTLS = "smtp_require_tls"
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    smarthost = try fields.decodeIfPresent(String.self, forKey: .smarthost)
    from = try fields.decodeIfPresent(String.self, forKey: .from)
    username = try fields.decodeIfPresent(String.self, forKey: .username)
    password = try SecretSetting.optional(fields, clear: .password, file: .passwordFile)?.secret
    requiresTLS = try fields.decodeIfPresent(Bool.self, forKey: .requiresTLS) ?? true
  }
}

struct ReceiverSettings: Decodable, Sendable {
  let name: String
  let webhooks: [WebhookSettings]
  let emails: [EmailSettings]

  private enum CodingKeys: String, CodingKey {
    case name
    case webhooks = "webhook_configs"
    case emails = "email_configs"
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    name = try fields.decode(String.self, forKey: .name)
    webhooks = try fields.decodeIfPresent([WebhookSettings].self, forKey: .webhooks) ?? []
    emails = try fields.decodeIfPresent([EmailSettings].self, forKey: .emails) ?? []
    guard !name.isEmpty, !name.contains("/") else {
      throw DecodingError.dataCorruptedError(
        forKey: .name, in: fields, debugDescription: "'\(name)' is not a name – write letters, digits, - and _")
    }
  }
}

struct WebhookSettings: Decodable, Sendable {
  let url: Secret
  let signingSecret: Secret?
  let sendsResolved: Bool
  let timeout: Duration

  private enum CodingKeys: String, CodingKey {
    case url, timeout
    case urlFile = "url_file"
    case secret = "signing_secret"
    case secretFile = "signing_secret_file"
    case sendsResolved = "send_resolved"
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    url = try SecretSetting(fields, clear: .url, file: .urlFile).secret
    signingSecret = try SecretSetting.optional(fields, clear: .secret, file: .secretFile)?.secret
    sendsResolved = try fields.decodeIfPresent(Bool.self, forKey: .sendsResolved) ?? true
    timeout = try fields.decodeIfPresent(DurationSetting.self, forKey: .timeout)?.duration ?? .seconds(15)
    let text = url.reveal()
    guard text.hasPrefix("http://") || text.hasPrefix("https://") else {
      throw DecodingError.dataCorruptedError(
        forKey: .url, in: fields, debugDescription: "this is not an http or https URL – write e.g. https://host/path")
    }
  }
}

struct EmailSettings: Decodable, Sendable {
  let to: [String]
  let from: String?
  let smarthost: String?
  let username: String?
  let password: Secret?
  let requiresTLS: Bool?
  let sendsResolved: Bool
  /// `en` or `zh-CN`; the installation's language by default.
  let language: String?

  private enum CodingKeys: String, CodingKey {
    case to, from, smarthost, language
    case username = "auth_username"
    case password = "auth_password"
    case passwordFile = "auth_password_file"
    case requiresTLS = "require_tls"
    case sendsResolved = "send_resolved"
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    to = try fields.decode(String.self, forKey: .to).split(separator: ",").map {
      $0.trimmingPrefix(while: { $0 == " " }).description
    }
    from = try fields.decodeIfPresent(String.self, forKey: .from)
    smarthost = try fields.decodeIfPresent(String.self, forKey: .smarthost)
    username = try fields.decodeIfPresent(String.self, forKey: .username)
    password = try SecretSetting.optional(fields, clear: .password, file: .passwordFile)?.secret
    requiresTLS = try fields.decodeIfPresent(Bool.self, forKey: .requiresTLS)
    // Alertmanager's defaults: mail tells of firing only, webhooks of both; here people want both.
    sendsResolved = try fields.decodeIfPresent(Bool.self, forKey: .sendsResolved) ?? true
    language = try fields.decodeIfPresent(String.self, forKey: .language)
    guard !to.isEmpty, to.allSatisfy({ $0.contains("@") }) else {
      throw DecodingError.dataCorruptedError(
        forKey: .to, in: fields, debugDescription: "this is not an address – write e.g. ops@example.org")
    }
  }
}
