internal import FoundationEssentials
internal import Records
internal import Wording

/// A refusal in words: what, why, what to do.
struct ProblemPage: Sendable {
  let status: Int
  /// Stable, for programs.
  let code: String
  let title: Phrase
  let detail: Phrase

  init(_ failure: WebFailure) {
    switch failure {
    case .notFound: self.init(404, "not_found")
    case .methodNotAllowed: self.init(405, "method_not_allowed")
    case .unauthenticated: self.init(401, "unauthenticated")
    case .misdirected: self.init(421, "misdirected")
    case .crossSite: self.init(403, "cross_site")
    case .tookTooLong: self.init(503, "timeout")
    case .tooLarge(let limit): self.init(413, "too_large", ["limit": "\(limit)"])
    case .badRequest(let phrase): self.init(400, "bad_request", detail: phrase)
    case .refused(let phrase): self.init(409, "refused", detail: phrase)
    case .unavailable(let phrase): self.init(503, "unavailable", detail: phrase)
    case .forbidden(let need):
      self.init(
        403, "forbidden",
        ["permission": need.permission.rawValue, "role": "role.\(need.role?.rawValue ?? Role.administrator.rawValue)"])
    }
  }

  private init(_ status: Int, _ code: String, _ arguments: [String: String] = [:], detail: Phrase? = nil) {
    self.status = status
    self.code = code
    title = Phrase("problem.\(code).title", arguments)
    self.detail = detail ?? Phrase("problem.\(code).detail", arguments)
  }

  private struct Envelope: Encodable {
    struct Body: Encodable {
      let code: String
      let message: String
    }

    let error: Body
  }

  func json(for reader: Reader) -> WebResponse {
    .json(Envelope(error: .init(code: code, message: message(for: reader))), status: status, reader: reader)
  }

  /// For readers of Prometheus' API: they show `error` and look for nothing else.
  func prometheusJSON(for reader: Reader) -> WebResponse {
    let kind = status == 400 ? PrometheusFailure.Kind.badData.rawValue : code
    // A program asks: it has no session, but may have a token.
    let message = status == 401 ? reader.text("problem.unauthenticated.program") : message(for: reader)
    return WebResponse(
      status: status, contentType: "application/json", PrometheusJSON.failure(kind: kind, message: message))
  }

  private func message(for reader: Reader) -> String {
    "\(title.text(for: reader)) \(detail.text(for: reader))"
  }
}

extension WebResponse {
  /// A value as JSON; texts are in the reader's language beside their ids.
  static func json(_ value: some Encodable, status: Int = 200, reader: Reader) -> WebResponse {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "+Inf", negativeInfinity: "-Inf", nan: "NaN")
    if let key = CodingUserInfoKey(rawValue: Phrase.readerKey) { encoder.userInfo[key] = reader }
    let contentType = "application/json; charset=utf-8"
    guard let bytes = try? encoder.encode(value) else {
      return WebResponse(status: 500, contentType: contentType, #"{"error":{"code":"encoding"}}"#)
    }
    return WebResponse(status: status, contentType: contentType, bytes: Array(bytes))
  }
}
