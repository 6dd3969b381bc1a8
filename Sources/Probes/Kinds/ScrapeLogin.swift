internal import FoundationEssentials
internal import Records
internal import Telemetry
internal import Transfers

/// How a scrape says who asks. Secrets lie in files, which are read again for each scrape.
public enum ScrapeLogin: Hashable, Sendable {
  case basic(Basic)
  case authorization(Authorization)

  /// `basic_auth`.
  public struct Basic: Decodable, Hashable, Sendable {
    public let userName: String
    public let passwordFile: String

    private enum CodingKeys: String, CodingKey, CaseIterable {
      case userName = "username"
      case passwordFile = "password_file"
    }
  }

  /// `authorization`.
  public struct Authorization: Decodable, Hashable, Sendable {
    /// The default is `Bearer`.
    public let type: String
    public let file: String

    private enum CodingKeys: String, CodingKey, CaseIterable {
      case type
      case file = "credentials_file"
    }

    public init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: CodingKeys.self)
      type = try fields.decodeIfPresent(String.self, forKey: .type) ?? "Bearer"
      file = try fields.decode(String.self, forKey: .file)
    }
  }

  /// - Returns: what keeps us from asking, or `nil`.
  func apply(to request: inout TransferRequest) -> String? {
    switch self {
    case .basic(let basic):
      guard let password = Self.secret(in: basic.passwordFile) else { return Self.unreadable(basic.passwordFile) }
      request.userName = basic.userName
      request.password = password
    case .authorization(let authorization):
      guard let secret = Self.secret(in: authorization.file) else { return Self.unreadable(authorization.file) }
      request.headers.append(TransferHeader("Authorization", Secret("\(authorization.type) \(secret.reveal())")))
    }
    return nil
  }

  private static func unreadable(_ path: String) -> String {
    "the secret in '\(path)' cannot be read – check its owner and mode"
  }

  /// The file's first line.
  private static func secret(in path: String) -> Secret? {
    guard let bytes = try? Data(contentsOf: URL(filePath: path)), bytes.count <= secretBytesMax else { return nil }
    let line = bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    return line.isEmpty ? nil : Secret(String(decoding: line, as: UTF8.self))
  }

  /// A longer file is no secret. The default is 64 KiB.
  private static let secretBytesMax = 64 << 10
}
