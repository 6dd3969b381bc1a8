internal import Interchange
internal import Records
internal import Wording

/// Health, metrics and files: what machines ask for.
struct MachineRoutes: Sendable {
  let console: any Console
  let assets: AssetStore

  var routes: [Route] {
    [
      Route(.get, "/-/healthy", .anonymous) { _ async throws(WebFailure) in
        WebResponse(contentType: Self.plain, "healthy\n")
      },
      Route(.get, "/-/ready", .anonymous) { _ async throws(WebFailure) in
        switch await console.readiness() {
        case .ready: return WebResponse(contentType: Self.plain, "ready\n")
        case .notReady(let why): return WebResponse(status: 503, contentType: Self.plain, "not ready: \(why)\n")
        }
      },
      Route(.get, "/metrics", .anonymous) { call async throws(WebFailure) in
        let format = ExpositionFormat(accept: call.request.header("accept"))
        return WebResponse(contentType: format.contentType, await console.exposition(format))
      },
      // Browsers ask for this name whatever the page says.
      Route(.get, "/favicon.ico", .anonymous) { call async throws(WebFailure) in
        try file("favicon.svg", call)
      },
      Route(.get, "/assets/:file", .anonymous) { call async throws(WebFailure) in
        try file(call.parameter("file"), call)
      },
    ]
  }

  private static let plain = "text/plain; charset=utf-8"

  private func file(_ name: String, _ call: Call) throws(WebFailure) -> WebResponse {
    guard let (asset, isVersioned) = assets.resolve(name) else { throw .notFound }
    let tag = "\"\(asset.version)\""
    let isKnown = call.request.header("if-none-match") == tag
    var response = WebResponse(
      status: isKnown ? 304 : 200, contentType: asset.contentType, bytes: isKnown ? [] : asset.bytes)
    response.set("ETag", tag)
    response.set("Cache-Control", isVersioned ? "public, max-age=31536000, immutable" : "no-cache")
    return response
  }
}
