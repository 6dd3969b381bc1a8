internal import Interchange
internal import Records
internal import Synchronization
internal import Telemetry
internal import Transfers

/// Sends requests with the options of a client: TLS, proxy, login. An OAuth token is asked for once and kept as long as
/// its server allows.
final class HTTPRequester: Sendable {
  let secrets: ProbeSecrets
  private let options: HTTPClientOptions
  private let transfers: TransferEngine
  private let clock: any WallClock
  private struct Token {
    let text: Secret
    let until: Duration
  }
  private let token = Mutex<Token?>(nil)

  init(_ options: HTTPClientOptions, in environment: ProbeEnvironment) {
    self.options = options
    secrets = environment.secrets
    transfers = environment.transfers
    clock = environment.clock
  }

  /// - Parameter protocols: instead of what the options say.
  /// - Throws: what keeps us from asking at all.
  func perform(
    _ given: TransferRequest, within limit: Duration, speaking protocols: TransferRequest.Protocols? = nil
  ) async throws(SecretFault) -> TransferReport {
    let start = clock.uptime
    var request = given
    for password in request.url.passwordsOfURL { secrets.remember(password) }
    try await options.apply(to: &request, secrets)
    if let protocols { request.protocols = protocols }
    // A name given with the request is what its certificate is for.
    if request.tls.serverName == nil, request.url.reveal().hasPrefix("https:"),
      let host = request.headers.first(where: { $0.name.lowercased() == "host" }), !host.value.reveal().hasPrefix("[")
    {
      request.tls.serverName = String(host.value.reveal().prefix { $0 != ":" })
    }
    if request.addressFamily != .any, let family = NetworkTarget.family(of: request.url.reveal()) {
      guard options.fallsBack || family == request.addressFamily else {
        return TransferReport(
          outcome: .failed(TransferFailure(.nameUnresolved, "the target is an address of the other version of IP")))
      }
      request.addressFamily = .any
    }
    if let failure = try await logIn(&request, within: limit) { return TransferReport(outcome: .failed(failure)) }
    request.timeout = limit - (clock.uptime - start)
    let report = await transfers.perform(request)
    if report.status == 401 { token.withLock { $0 = nil } }
    guard options.fallsBack, report.failure?.cause == .nameUnresolved, request.addressFamily != .any else {
      return report
    }
    request.addressFamily = request.addressFamily == .ipv4 ? .ipv6 : .ipv4
    request.timeout = limit - (clock.uptime - start)
    return request.timeout > .zero ? await transfers.perform(request) : report
  }

  /// - Returns: why the server of tokens gave none.
  private func logIn(
    _ request: inout TransferRequest, within limit: Duration
  ) async throws(SecretFault) -> TransferFailure? {
    switch options.login {
    case nil: break
    case .basic(let userName, let password):
      request.userName = try await secrets.reveal(userName, named: "username").reveal()
      if let password { request.password = try await secrets.reveal(password) }
    case .authorization(let type, let credentials):
      let secret = try await secrets.reveal(credentials)
      request.headers.append(TransferHeader("Authorization", Secret("\(type) \(secret.reveal())")))
    case .tokens(let client):
      let now = clock.uptime
      var known = token.withLock { $0 }
      if known.map({ $0.until <= now }) ?? true {
        switch try await ask(client, within: limit) {
        case .success(let fresh): known = fresh
        case .failure(let failure): return failure
        }
        token.withLock { $0 = known }
      }
      if let known {
        request.headers.append(TransferHeader("Authorization", Secret("Bearer \(known.text.reveal())")))
      }
    }
    return nil
  }

  /// A token without an end is asked for anew after 5 minutes, one with an end shortly before it and at least daily.
  private static func life(_ seconds: Double?) -> Duration {
    guard let seconds, seconds.isFinite else { return .seconds(300) }
    return .seconds(min(max(0, seconds - 10), 86_400))
  }

  private func ask(
    _ client: ClientCredentials, within limit: Duration
  ) async throws(SecretFault) -> Result<Token, TransferFailure> {
    var request = TransferRequest(url: client.url)
    try await client.tls.apply(to: &request, secrets)
    var form = [("grant_type", "client_credentials")] + client.parameters.sorted { $0.key < $1.key }
    if !client.scopes.isEmpty { form.append(("scope", client.scopes.joined(separator: " "))) }
    let notation = TextNotation.percent
    request.upload = Array(
      form.map { "\(notation.escaped($0))=\(notation.escaped($1))" }.joined(separator: "&").utf8)
    request.method = "POST"
    request.headers = [TransferHeader("Content-Type", "application/x-www-form-urlencoded")]
    request.userName = client.clientID
    request.password = try await secrets.reveal(client.clientSecret)
    request.timeout = limit
    let answer = await transfers.perform(request)
    if let failure = answer.failure {
      return .failure(TransferFailure(failure.cause, "the server of tokens: \(failure.text)"))
    }
    guard answer.status == 200, case .object(let grant) = JSONReader.value(of: answer.body),
      case .text(let token) = grant["access_token"]
    else {
      return .failure(
        TransferFailure(.loginDenied, "the server of tokens gave none, its status is \(answer.status ?? 0)"))
    }
    let seconds: Double? = if case .number(let number) = grant["expires_in"] { number } else { nil }
    secrets.remember(Secret(token))
    return .success(Token(text: Secret(token), until: clock.uptime + Self.life(seconds)))
  }
}
