internal import Records
internal import Telemetry
internal import Transfers

/// `tls_config`, as Prometheus and its exporters spell it.
struct TLSOptions: Decodable, Hashable {
  var verifies = true
  var authorityFile: String?
  var authorities: String?
  var certificateFile: String?
  var certificate: String?
  var keyFile: String?
  var key: SecretSource?
  var serverName: String?
  var versionMin: TransferRequest.TLSClient.Version?
  var versionMax: TransferRequest.TLSClient.Version?

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case skipsVerification = "insecure_skip_verify"
    case authorityFile = "ca_file"
    case authorities = "ca"
    case certificateFile = "cert_file"
    case certificate = "cert"
    case keyFile = "key_file"
    case key
    case serverName = "server_name"
    case versionMin = "min_version"
    case versionMax = "max_version"
  }

  init() {}

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    verifies = try !(fields.decodeIfPresent(Bool.self, forKey: .skipsVerification) ?? false)
    authorityFile = try fields.decodeIfPresent(String.self, forKey: .authorityFile)
    authorities = try fields.decodeIfPresent(String.self, forKey: .authorities)
    certificateFile = try fields.decodeIfPresent(String.self, forKey: .certificateFile)
    certificate = try fields.decodeIfPresent(String.self, forKey: .certificate)
    keyFile = try fields.decodeIfPresent(String.self, forKey: .keyFile)
    key = try fields.decodeIfPresent(SecretSource.self, forKey: .key)
    serverName = try fields.decodeIfPresent(String.self, forKey: .serverName)
    versionMin = try fields.choice(forKey: .versionMin, else: "fault.http.choice")
    versionMax = try fields.choice(forKey: .versionMax, else: "fault.http.choice")
    if authorities != nil, authorityFile != nil {
      throw fields.problem(.authorities, "fault.receiver.both", ["key": CodingKeys.authorityFile.rawValue])
    }
    if (certificate ?? certificateFile) == nil, key != nil || keyFile != nil {
      throw fields.problem(key == nil ? .keyFile : .key, "fault.http.key-alone")
    }
  }

  func apply(to request: inout TransferRequest, _ secrets: ProbeSecrets) async throws(SecretFault) {
    if !verifies {
      request.verification = .none
    } else if let authorityFile {
      request.verification = .authorities(file: authorityFile)
    } else if let authorities {
      request.verification = .authority(text: authorities)
    }
    request.tls.serverName = serverName
    request.tls.versionMin = versionMin
    request.tls.versionMax = versionMax
    request.tls.certificateFile = certificateFile
    request.tls.certificate = certificate
    request.tls.keyFile = keyFile
    if let key { request.tls.key = try await secrets.reveal(key) }
  }
}

/// Who asks: `basic_auth`, `authorization` or `oauth2`.
enum HTTPLogin: Hashable {
  case basic(userName: SecretSource, password: SecretSource?)
  case authorization(type: String, credentials: SecretSource)
  case tokens(ClientCredentials)

  private enum CodingKeys: String, CodingKey {
    case basic = "basic_auth"
    case authorization
    case tokens = "oauth2"
    case bearer = "bearer_token"
    case bearerFile = "bearer_token_file"
  }

  private struct Basic: Decodable {
    let userName: SecretSource
    let password: SecretSource?

    private enum CodingKeys: String, CodingKey, CaseIterable {
      case password
      case userName = "username"
      case userNameFile = "username_file"
      case passwordFile = "password_file"
    }

    init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: CodingKeys.self)
      userName = try fields.secret(.userName, orFile: .userNameFile) ?? .inline(Secret(""))
      password = try fields.secret(.password, orFile: .passwordFile)
    }
  }

  private struct Authorization: Decodable {
    let type: String
    let credentials: SecretSource

    private enum CodingKeys: String, CodingKey, CaseIterable {
      case type, credentials
      case file = "credentials_file"
    }

    init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: CodingKeys.self)
      type = try fields.decodeIfPresent(String.self, forKey: .type) ?? "Bearer"
      guard let source = try fields.secret(.credentials, orFile: .file) else {
        throw fields.problem(.credentials, "fault.receiver.credentials")
      }
      credentials = source
    }
  }

  /// `nil` when nobody logs in; two ways at once are a fault.
  static func decodeIfPresent(from decoder: any Decoder) throws -> HTTPLogin? {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    var ways: [(CodingKeys, HTTPLogin)] = []
    if let basic = try fields.decodeIfPresent(Basic.self, forKey: .basic) {
      ways.append((.basic, .basic(userName: basic.userName, password: basic.password)))
    }
    if let other = try fields.decodeIfPresent(Authorization.self, forKey: .authorization) {
      ways.append((.authorization, .authorization(type: other.type, credentials: other.credentials)))
    }
    if let tokens = try fields.decodeIfPresent(ClientCredentials.self, forKey: .tokens) {
      ways.append((.tokens, .tokens(tokens)))
    }
    if let bearer = try fields.secret(.bearer, orFile: .bearerFile) {
      ways.append((.bearer, .authorization(type: "Bearer", credentials: bearer)))
    }
    if ways.count > 1 {
      throw fields.problem(ways[1].0, "fault.receiver.both", ["key": ways[0].0.rawValue])
    }
    return ways.first?.1
  }
}

/// `oauth2` with the grant of client credentials.
/// - Source: RFC 6749, section 4.4.
struct ClientCredentials: Decodable, Hashable {
  let clientID: String
  let clientSecret: SecretSource
  let scopes: [String]
  let url: String
  let parameters: [String: String]
  let tls: TLSOptions

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case scopes
    case clientID = "client_id"
    case clientSecret = "client_secret"
    case clientSecretFile = "client_secret_file"
    case url = "token_url"
    case parameters = "endpoint_params"
    case tls = "tls_config"
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    clientID = try fields.decode(String.self, forKey: .clientID)
    guard let secret = try fields.secret(.clientSecret, orFile: .clientSecretFile) else {
      throw fields.problem(.clientSecret, "fault.receiver.credentials")
    }
    clientSecret = secret
    scopes = try fields.decodeIfPresent([String].self, forKey: .scopes) ?? []
    url = try fields.decode(String.self, forKey: .url)
    guard HTTPRequestOptions.isWebAddress(url) else { throw fields.problem(.url, "fault.probe.url") }
    parameters = try fields.decodeIfPresent([String: String].self, forKey: .parameters) ?? [:]
    tls = try fields.decodeIfPresent(TLSOptions.self, forKey: .tls) ?? TLSOptions()
  }
}

/// How a request travels: TLS, login, proxy, versions and addresses, under the names of blackbox_exporter.
struct HTTPClientOptions: Hashable {
  var tls: TLSOptions
  var login: HTTPLogin?
  var proxy = Proxy.none
  var proxyHeaders: [SecretHeader] = []
  /// The default is true: HTTP/2 where TLS agrees on it.
  var usesHTTP2: Bool
  var usesHTTP3: Bool
  var sourceAddress: String?
  /// Which family is tried first; `nil` leaves it to the resolver, which knows which of them works.
  var family: TransferRequest.AddressFamily?
  /// The default is true: when the name has no address of that family the other one is asked.
  var fallsBack: Bool

  enum Proxy: Hashable {
    case none, environment
    case url(SecretSource, exceptions: String)
  }

  private enum Family: String, CaseIterable { case ip4, ip6 }

  private enum CodingKeys: String, CodingKey {
    case tls = "tls_config"
    case verifies = "tls_verify"
    case authorityFile = "tls_ca_file"
    case proxy = "proxy_url"
    case exceptions = "no_proxy"
    case proxyFromEnvironment = "proxy_from_environment"
    case proxyHeaders = "proxy_connect_header"
    case skipsResolving = "skip_resolve_phase_with_proxy"
    case usesHTTP2 = "enable_http2"
    case usesHTTP3 = "enable_http3"
    case sourceAddress = "source_ip_address"
    case family = "preferred_ip_protocol"
    case fallsBack = "ip_protocol_fallback"
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    tls = try fields.decodeIfPresent(TLSOptions.self, forKey: .tls) ?? TLSOptions()
    // Our first spellings.
    if let verifies = try fields.decodeIfPresent(Bool.self, forKey: .verifies) { tls.verifies = verifies }
    if let file = try fields.decodeIfPresent(String.self, forKey: .authorityFile) { tls.authorityFile = file }
    login = try HTTPLogin.decodeIfPresent(from: decoder)
    usesHTTP2 = try fields.decodeIfPresent(Bool.self, forKey: .usesHTTP2) ?? true
    usesHTTP3 = try fields.decodeIfPresent(Bool.self, forKey: .usesHTTP3) ?? false
    if usesHTTP3, !TransferEngine.knowsHTTP3 { throw fields.problem(.usesHTTP3, "fault.http.newest") }
    sourceAddress = try fields.decodeIfPresent(String.self, forKey: .sourceAddress)
    if let address = sourceAddress, !NetworkTarget.isAddress(address) {
      throw fields.problem(.sourceAddress, "fault.http.address", ["text": address])
    }
    let preferred: Family? = try fields.choice(forKey: .family, else: "fault.http.choice")
    fallsBack = try fields.decodeIfPresent(Bool.self, forKey: .fallsBack) ?? true
    // Without a word blackbox_exporter means IPv6.
    family = preferred.map { $0 == .ip4 ? .ipv4 : .ipv6 } ?? (fallsBack ? nil : .ipv6)
    // Names behind a proxy are always its own to resolve.
    _ = try fields.decodeIfPresent(Bool.self, forKey: .skipsResolving)
    let exceptions = try fields.decodeIfPresent(String.self, forKey: .exceptions) ?? ""
    let usesEnvironment = try fields.decodeIfPresent(Bool.self, forKey: .proxyFromEnvironment) ?? false
    if let url = try fields.decodeIfPresent(SecretSource.self, forKey: .proxy) {
      if usesEnvironment {
        throw fields.problem(.proxyFromEnvironment, "fault.receiver.both", ["key": CodingKeys.proxy.rawValue])
      }
      proxy = .url(url, exceptions: exceptions)
    } else if usesEnvironment {
      proxy = .environment
    }
    proxyHeaders = try (fields.decodeIfPresent([String: [SecretSource]].self, forKey: .proxyHeaders) ?? [:])
      .sorted { $0.key < $1.key }.flatMap { name, values in values.map { SecretHeader(name: name, value: $0) } }
  }

  /// All but the login, which may need a request of its own.
  func apply(to request: inout TransferRequest, _ secrets: ProbeSecrets) async throws(SecretFault) {
    try await tls.apply(to: &request, secrets)
    request.protocols = usesHTTP3 ? .http3 : usesHTTP2 ? .any : .http11
    request.sourceAddress = sourceAddress
    request.addressFamily = family ?? .any
    switch proxy {
    case .none: break
    case .environment: request.proxy = .environment
    case .url(let source, let exceptions):
      let url = try await secrets.reveal(source)
      for password in url.passwordsOfURL { secrets.remember(password) }
      request.proxy = .url(url, exceptions: exceptions)
    }
    for header in proxyHeaders {
      request.proxyHeaders.append(
        TransferHeader(header.name, try await secrets.reveal(header.value, named: header.name)))
    }
  }
}

/// A header whose value may be a secret.
struct SecretHeader: Hashable {
  let name: String
  let value: SecretSource
}
