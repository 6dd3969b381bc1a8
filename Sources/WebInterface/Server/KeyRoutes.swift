internal import Records
internal import Telemetry

/// Keys to the console: log-in links and API tokens.
///
/// Only through the control socket: a session or a token that was stolen must not make itself a lasting one.
struct KeyRoutes: Sendable {
  let sessions: SessionStore
  let settings: WebSettings

  var routes: [Route] {
    [
      Route(.post, "/login-links", .configurationWrite) { call async throws(WebFailure) in
        let token = await sessions.issueLink(for: try socketCaller(call))
        return .json(Link(url: "\(settings.consoleURL())/?t=\(token.reveal())"), reader: call.reader)
      },
      Route(.get, "/tokens", .configurationWrite) { call async throws(WebFailure) in
        _ = try socketCaller(call)
        return .json(Tokens(tokens: await settings.tokenDesk?.tokens() ?? []), reader: call.reader)
      },
      Route(.post, "/tokens", .configurationWrite, answer: issue),
      Route(.post, "/tokens/:name/revoke", .configurationWrite) { call async throws(WebFailure) in
        _ = try socketCaller(call)
        guard let desk = settings.tokenDesk else { throw .notFound }
        let name = call.parameter("name")
        do throws(TokenRefusal) { try await desk.revoke(name) } catch { throw WebFailure(error) }
        return .json(Done(result: Phrase("token.revoked", ["name": name])), reader: call.reader)
      },
    ]
  }

  private struct Link: Encodable {
    let url: String
  }

  private struct Tokens: Encodable {
    let tokens: [TokenEntry]
  }

  private struct Done: Encodable {
    let result: Phrase
  }

  private struct OrderBody: Decodable {
    let role: String
    let name: String?
    /// Absent for never.
    let expiresInSeconds: Double?
  }

  private struct Issued: Encodable {
    let token: String
    let name: String
    let role: String
    let expiresAt: Timestamp?
  }

  /// The longest lifetime of a token that expires: ten years.
  static let lifetimeSecondsMax = 315_360_000.0

  @Sendable private func issue(_ call: Call) async throws(WebFailure) -> WebResponse {
    _ = try socketCaller(call)
    guard let desk = settings.tokenDesk else { throw .notFound }
    guard let body = JSONText.decode(OrderBody.self, from: call.request.body), let role = Role(rawValue: body.role)
    else { throw .badRequest(Phrase("token.order-unreadable")) }
    if let seconds = body.expiresInSeconds, !(seconds >= 1 && seconds <= Self.lifetimeSecondsMax) {
      throw .badRequest(Phrase("token.lifetime", ["limit": String(Self.lifetimeSecondsMax)]))
    }
    let order = TokenOrder(
      name: body.name, role: role, lifetime: body.expiresInSeconds.map { .milliseconds(Int64($0 * 1000)) })
    let issued: IssuedToken
    do throws(TokenRefusal) { issued = try await desk.issue(order) } catch { throw WebFailure(error) }
    let entry = issued.entry
    return .json(
      Issued(token: issued.token.reveal(), name: entry.name, role: entry.role, expiresAt: entry.expiresAt),
      reader: call.reader)
  }

  /// On the network these addresses do not exist.
  private func socketCaller(_ call: Call) throws(WebFailure) -> Identity {
    guard call.request.door == .socket, let identity = call.identity else { throw .notFound }
    return identity
  }
}

extension WebFailure {
  init(_ refusal: TokenRefusal) {
    switch refusal {
    case .refused(let reason): self = .refused(.message(reason))
    case .notFound: self = .notFound
    case .failed(let reason): self = .unavailable(.message(reason))
    }
  }
}
