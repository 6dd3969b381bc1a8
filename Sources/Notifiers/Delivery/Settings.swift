internal import Glibc
internal import Records
internal import Telemetry
package import Transfers

extension SecretSource {
  func resolve(_ environment: NotifierEnvironment) throws -> Secret {
    switch self {
    case .inline(let secret): return secret
    case .file(let path): return try environment.readSecret(path)
    case .environment(let name):
      guard let text = getenv(name) else { throw SecretFault("fault.secret.variable", ["name": name]) }
      return Secret(String(cString: text))
    case .command(let words): return try environment.runForSecret(words)
    }
  }
}

/// `tls_config`, as Alertmanager spells it.
package struct TLSSettings: Decodable {
  let verification: TransferRequest.Verification

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case authorities = "ca_file"
    case skip = "insecure_skip_verify"
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    let file = try fields.decodeIfPresent(String.self, forKey: .authorities)
    let skips = try fields.decodeIfPresent(Bool.self, forKey: .skip) ?? false
    verification = skips ? .none : file.map { .authorities(file: $0) } ?? .systemTrust
  }
}

/// `http_config`, as Alertmanager spells it; Prometheus has the same keys beside others.
package struct HTTPClientSettings: Decodable {
  let tls: TLSSettings?
  let authorization: Authorization?
  let basic: BasicAuthentication?

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case tls = "tls_config"
    case authorization
    case basic = "basic_auth"
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    tls = try fields.decodeIfPresent(TLSSettings.self, forKey: .tls)
    authorization = try fields.decodeIfPresent(Authorization.self, forKey: .authorization)
    basic = try fields.decodeIfPresent(BasicAuthentication.self, forKey: .basic)
    if authorization != nil, basic != nil {
      throw fields.problem(.basic, "fault.receiver.both", ["key": "authorization"])
    }
  }

  /// Secret files are read here.
  package func apply(to request: inout TransferRequest, _ environment: NotifierEnvironment) throws {
    request.verification = tls?.verification ?? .systemTrust
    request.userName = basic?.userName
    request.password = try basic?.password?.resolve(environment)
    if let authorization {
      let credentials = try authorization.credentials.resolve(environment)
      request.headers.append(TransferHeader("Authorization", Secret("\(authorization.type) \(credentials.reveal())")))
    }
  }

  struct Authorization: Decodable {
    /// The default is `Bearer`.
    let type: String
    let credentials: SecretSource

    private enum CodingKeys: String, CodingKey, CaseIterable {
      case type, credentials
      case file = "credentials_file"
    }

    init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: CodingKeys.self)
      type = try fields.decodeIfPresent(String.self, forKey: .type) ?? "Bearer"
      guard let secret = try fields.secret(.credentials, orFile: .file) else {
        throw fields.problem(.credentials, "fault.receiver.credentials")
      }
      credentials = secret
    }
  }

  struct BasicAuthentication: Decodable {
    let userName: String
    let password: SecretSource?

    private enum CodingKeys: String, CodingKey, CaseIterable {
      case userName = "username"
      case password
      case file = "password_file"
    }

    init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: CodingKeys.self)
      userName = try fields.decode(String.self, forKey: .userName)
      password = try fields.secret(.password, orFile: .file)
    }
  }
}
