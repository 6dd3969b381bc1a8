internal import Records
internal import Wording

/// Coming in by a link and going out.
struct AccessRoutes: Sendable {
  let sessions: SessionStore
  let renderer: PageRenderer
  let home: @Sendable (Call) async throws(WebFailure) -> WebResponse

  var routes: [Route] {
    [
      Route(.get, "/", .anonymous) { call async throws(WebFailure) in
        if let token = call.request.parameter("t") { return await enter(with: token, call) }
        guard let identity = call.identity else { throw .unauthenticated }
        guard identity.may(.metricsRead) else {
          throw .forbidden(lacking: PermissionNeed(permission: .metricsRead, role: Role.least(with: .metricsRead)))
        }
        return try await home(call)
      },
      Route(.post, "/logout", .anonymous) { call async throws(WebFailure) in
        if let token = call.request.cookie(Site.sessionCookie) { await sessions.end(token) }
        var response = WebResponse.seeOther("/")
        response.addCookie("\(Site.sessionCookie)=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax")
        return response
      },
    ]
  }

  /// Exchanges the link's token for a cookie and leaves the token out of the address: histories and logs keep
  /// addresses. `HEAD` must not use the token up, as link previews send it.
  private func enter(with token: String, _ call: Call) async -> WebResponse {
    guard call.request.method == "GET" else { return .seeOther("/") }
    switch await sessions.redeem(link: token) {
    case .admitted(let admission):
      var response = WebResponse.seeOther("/")
      response.addCookie(
        "\(Site.sessionCookie)=\(admission.token.reveal()); Path=/; Max-Age=604800; HttpOnly; SameSite=Lax")
      return response
    case .used where call.identity != nil:
      // The reader pressed the link again in the browser that it admitted.
      return .seeOther("/")
    case .used: return refusal("used", call)
    case .unknown: return refusal("unknown", call)
    }
  }

  private func refusal(_ what: String, _ call: Call) -> WebResponse {
    renderer.bare(
      "problem", status: 401, title: Phrase("login.\(what).title"), detail: Phrase("login.\(what).detail"),
      login: .offered, call.reader, call.theme, path: call.request.path)
  }
}
