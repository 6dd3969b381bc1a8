internal import Wording

/// A request, free of the server that took it.
struct WebRequest: Sendable {
  enum Door: Sendable {
    /// TCP: a browser or a program, to be authenticated.
    case network
    /// The Unix socket: the permissions of its file have authenticated the caller.
    case socket
  }

  var method = "GET"
  /// As sent, percent-encoded, without the query.
  var path: String
  var query = ""
  /// Names in lower case.
  var headers: [String: String] = [:]
  var body: [UInt8] = []
  var door = Door.network

  func header(_ name: String) -> String? { headers[name] }

  /// The first value of a query parameter.
  func parameter(_ name: String) -> String? { PercentCoding.fields(query).first { $0.name == name }?.value }

  func parameters(_ name: String) -> [String] {
    PercentCoding.fields(query).filter { $0.name == name }.map(\.value)
  }

  /// The fields of a form that was posted; empty for other bodies.
  var form: [String: String] {
    guard header("content-type")?.hasPrefix("application/x-www-form-urlencoded") == true else { return [:] }
    return Dictionary(
      PercentCoding.fields(String(decoding: body, as: UTF8.self)).map { ($0.name, $0.value) },
      uniquingKeysWith: { first, _ in first })
  }

  func cookie(_ name: String) -> String? {
    for pair in (header("cookie") ?? "").split(separator: ";").prefix(64) {
      let parts = pair.split(separator: "=", maxSplits: 1)
      if parts.count == 2, parts[0].drop(while: { $0 == " " }) == name { return String(parts[1]) }
    }
    return nil
  }

  /// The token of `Authorization: Bearer TOKEN`.
  var bearerToken: String? {
    guard let value = header("authorization"), value.lowercased().hasPrefix("bearer ") else { return nil }
    return String(value.dropFirst(7))
  }

  /// Whether it changes nothing: long queries of Prometheus' API are posted, and so are samples.
  var isReading: Bool { !isUnsafe || path.hasPrefix("/api/v1/") && path != WriteRoutes.path }

  var isUnsafe: Bool { method != "GET" && method != "HEAD" && method != "OPTIONS" }

  /// Whether the caller asks for JSON rather than a page: said by `Accept`, and the rule at the socket.
  var wantsJSON: Bool {
    let accept = header("accept") ?? ""
    if door == .socket { return !accept.contains("text/html") }
    return accept.contains("application/json") && !accept.contains("text/html")
  }
}

/// An answer, free of the server that sends it.
struct WebResponse: Sendable {
  enum Body: Sendable {
    case bytes([UInt8])
    /// Parts as they come; the connection stays open.
    case stream(AsyncStream<String>)
  }

  var status: Int
  var headers: [(name: String, value: String)] = []
  var body: Body

  init(status: Int = 200, contentType: String, _ text: String) {
    self.init(status: status, contentType: contentType, bytes: Array(text.utf8))
  }

  init(status: Int = 200, contentType: String, bytes: [UInt8]) {
    self.status = status
    headers = [("Content-Type", contentType)]
    body = .bytes(bytes)
  }

  /// After a form: the browser reads the page anew.
  static func seeOther(_ path: String) -> WebResponse {
    var response = WebResponse(status: 303, contentType: "text/plain; charset=utf-8", "")
    response.set("Location", path)
    return response
  }

  mutating func set(_ name: String, _ value: String) {
    headers.removeAll { $0.name.lowercased() == name.lowercased() }
    headers.append((name, value))
  }

  mutating func setIfAbsent(_ name: String, _ value: String) {
    if header(name) == nil { headers.append((name, value)) }
  }

  /// Several cookies may be set by one answer.
  mutating func addCookie(_ value: String) { headers.append(("Set-Cookie", value)) }

  func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name.lowercased() }?.value }
}

/// Why a request got no page.
enum WebFailure: Error, Sendable {
  case notFound
  case methodNotAllowed([String])
  case unauthenticated
  case forbidden(lacking: PermissionNeed)
  case badRequest(Phrase)
  case refused(Phrase)
  case tooLarge(limitBytes: Int)
  case misdirected
  case crossSite
  case unavailable(Phrase)
  case tookTooLong
}
