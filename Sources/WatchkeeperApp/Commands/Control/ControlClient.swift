internal import Foundation
internal import Glibc
internal import Records
internal import Transfers
internal import Wording

/// Asks a running program, through the control socket in its data folder or over HTTP with a token.
struct ControlClient: Sendable {
  enum Door: Sendable {
    /// The permissions of the file authenticate.
    case socket(path: String)
    /// - Parameter tokenFile: named in errors; the token never is.
    case server(url: String, token: Secret, tokenFile: String)
  }

  /// An answer with a status of success.
  struct Answer: Sendable, Equatable {
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }
  }

  let door: Door
  /// What texts in answers are worded in.
  let language: Language
  /// The way out: `TransferEngine.perform`, or a test's.
  let carry: @Sendable (TransferRequest) async -> TransferReport

  /// A little more than the server gives itself for a page, so that its word about it arrives.
  static let timeout = Duration.seconds(35)
  /// Pages carry graphs; the default is 32 MiB.
  static let answerBytesMax = 32 << 20

  func get(_ path: String, _ fields: [(name: String, value: String)] = []) async throws(ControlError) -> Answer {
    let query = FormCoding.text(fields)
    return try await send("GET", query.isEmpty ? path : "\(path)?\(query)", nil)
  }

  func post(_ path: String, json body: some Encodable & Sendable) async throws(ControlError) -> Answer {
    let bytes = (try? JSONEncoder().encode(body)).map { [UInt8]($0) } ?? []
    return try await send("POST", path, (bytes, "application/json"))
  }

  func post(_ path: String, form fields: [(name: String, value: String)]) async throws(ControlError) -> Answer {
    try await send("POST", path, (Array(FormCoding.text(fields).utf8), "application/x-www-form-urlencoded"))
  }

  // MARK: - The exchange

  private func send(
    _ method: String, _ path: String, _ content: (bytes: [UInt8], type: String)?
  ) async throws(ControlError) -> Answer {
    try checkDoor()
    let report = await carry(request(method, path, content))
    switch report.outcome {
    case .failed(let failure): throw error(for: failure)
    case .completed(let status, _):
      guard (200..<300).contains(status) else { throw error(for: status, report.body) }
      return Answer(body: report.body)
    }
  }

  private func request(
    _ method: String, _ path: String, _ content: (bytes: [UInt8], type: String)?
  ) -> TransferRequest {
    var request: TransferRequest
    switch door {
    case .socket(let socket):
      request = TransferRequest(url: "http://localhost\(path)")
      request.unixSocketPath = socket
    case .server(let url, let token, _):
      request = TransferRequest(url: (url.hasSuffix("/") ? String(url.dropLast()) : url) + path)
      request.headers.append(TransferHeader("Authorization", Secret("Bearer \(token.reveal())")))
    }
    request.method = method
    request.timeout = Self.timeout
    request.body = .refuseBeyond(Self.answerBytesMax)
    request.headers.append(TransferHeader("Accept", "application/json"))
    request.headers.append(TransferHeader("Accept-Language", language.rawValue))
    if let content {
      request.upload = content.bytes
      request.headers.append(TransferHeader("Content-Type", content.type))
    }
    return request
  }

  // MARK: - What goes wrong

  /// libcurl cannot tell a missing file from a closed one; the kernel can.
  private func checkDoor() throws(ControlError) {
    guard case .socket(let path) = door, access(path, R_OK | W_OK) != 0 else { return }
    throw errno == EACCES ? Self.notPermitted(path) : Self.noProgram(path)
  }

  private static func noProgram(_ path: String) -> ControlError {
    ControlError(.noProgram, "none", ["path": path])
  }

  private static func notPermitted(_ path: String) -> ControlError {
    ControlError(.notPermitted, "closed", ["path": path])
  }

  private func error(for failure: TransferFailure) -> ControlError {
    switch (failure.cause, door) {
    case (.timedOut, _):
      ControlError(.timedOut, "late", ["seconds": String(Self.timeout.components.seconds)])
    case (.bodyTooLarge, _):
      ControlError(.unreadable, "large", ["limit": String(Self.answerBytesMax >> 20)])
    case (.refused, .socket(let path)), (.unreachable, .socket(let path)): Self.noProgram(path)
    case (_, .socket(let path)): ControlError(.unreachable, said: "\(path): \(failure.text)")
    case (.tls, .server(let url, _, _)):
      ControlError(
        .unreachable, said: "\(url): \(failure.text)", remedy: Terminal.words("control.certificate.remedy"))
    case (_, .server(let url, _, _)):
      ControlError(.unreachable, "silent", ["url": url, "problem": failure.text])
    }
  }

  private func error(for status: Int, _ body: [UInt8]) -> ControlError {
    let message = Refusal(body)?.message ?? Terminal.words("control.http.problem", ["status": String(status)])
    switch status {
    case 401:
      guard case .server(_, _, let file) = door else { return ControlError(.unauthenticated, said: message) }
      return ControlError(.unauthenticated, "token", ["file": file])
    case 403: return ControlError(.forbidden, said: message)
    case 404: return ControlError(.notFound, said: message)
    default: return ControlError(.refused(status), said: message)
    }
  }
}

/// What the program says when it refuses: its own pages, or the query API in Prometheus' form.
private struct Refusal: Decodable {
  private struct Body: Decodable {
    let message: String
  }

  let message: String

  init?(_ body: [UInt8]) {
    guard let refusal = try? JSONDecoder().decode(Refusal.self, from: Data(body)) else { return nil }
    self = refusal
  }

  private enum CodingKeys: String, CodingKey { case error }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    if let text = try? container.decode(String.self, forKey: .error) {
      message = text
    } else {
      message = try container.decode(Body.self, forKey: .error).message
    }
  }
}

/// `application/x-www-form-urlencoded`, for addresses and bodies.
enum FormCoding {
  private static let plain = CharacterSet(
    charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

  static func text(_ fields: [(name: String, value: String)]) -> String {
    fields.map { "\(encode($0.name))=\(encode($0.value))" }.joined(separator: "&")
  }

  static func encode(_ text: String) -> String { text.addingPercentEncoding(withAllowedCharacters: plain) ?? "" }
}
