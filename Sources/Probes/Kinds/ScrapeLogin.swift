internal import FoundationEssentials
internal import Records
internal import Telemetry
internal import Transfers

/// How a scrape says who asks. Secrets are read again for each scrape.
public struct ScrapeLogin: Hashable, Sendable {
  private enum Way: Hashable {
    case basic(userName: String)
    /// With the word before the secret.
    case authorization(type: String)
  }

  private enum Source: Hashable {
    /// Its first line, whoever may read the file: as Prometheus takes it.
    case file(String)
    case other(SecretSource)

    init?<Key: CodingKey>(_ fields: KeyedDecodingContainer<Key>, _ key: Key, orFile fileKey: Key) throws {
      let source = try fields.secret(key, orFile: fileKey)
      let path = try fields.decodeIfPresent(String.self, forKey: fileKey)
      guard let chosen = path.map({ Source.file($0) }) ?? source.map({ .other($0) }) else { return nil }
      self = chosen
    }
  }

  private let way: Way
  private let source: Source

  /// `basic_auth`.
  struct Basic: Decodable {
    let login: ScrapeLogin

    private enum CodingKeys: String, CodingKey, CaseIterable {
      case password
      case userName = "username"
      case passwordFile = "password_file"
    }

    init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: CodingKeys.self)
      guard let source = try Source(fields, .password, orFile: .passwordFile) else {
        throw fields.problem(.passwordFile, "fault.receiver.credentials")
      }
      login = ScrapeLogin(way: .basic(userName: try fields.decode(String.self, forKey: .userName)), source: source)
    }
  }

  /// `authorization`.
  struct Authorization: Decodable {
    let login: ScrapeLogin

    private enum CodingKeys: String, CodingKey, CaseIterable {
      case type, credentials
      case file = "credentials_file"
    }

    init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: CodingKeys.self)
      guard let source = try Source(fields, .credentials, orFile: .file) else {
        throw fields.problem(.file, "fault.receiver.credentials")
      }
      // The default is `Bearer`.
      let type = try fields.decodeIfPresent(String.self, forKey: .type) ?? "Bearer"
      login = ScrapeLogin(way: .authorization(type: type), source: source)
    }
  }

  private init(way: Way, source: Source) {
    self.way = way
    self.source = source
  }

  /// - Returns: what keeps us from asking, or `nil`.
  func apply(to request: inout TransferRequest, _ secrets: ProbeSecrets) async throws(SecretFault) -> String? {
    let secret: Secret
    switch source {
    case .other(let source): secret = try await secrets.reveal(source)
    case .file(let path):
      guard let line = Self.firstLine(of: path) else {
        return "the secret in '\(path)' cannot be read – check its owner and mode"
      }
      secrets.remember(line)
      secret = line
    }
    switch way {
    case .basic(let userName):
      request.userName = userName
      request.password = secret
    case .authorization(let type):
      request.headers.append(TransferHeader("Authorization", Secret("\(type) \(secret.reveal())")))
    }
    return nil
  }

  private static func firstLine(of path: String) -> Secret? {
    guard let bytes = try? Data(contentsOf: URL(filePath: path)), bytes.count <= secretBytesMax else { return nil }
    let line = bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    return line.isEmpty ? nil : Secret(String(decoding: line, as: UTF8.self))
  }

  /// A longer file is no secret. The default is 64 KiB.
  private static let secretBytesMax = 64 << 10
}
