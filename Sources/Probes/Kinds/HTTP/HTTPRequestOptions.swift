internal import Records
internal import Telemetry
internal import Transfers

/// What is asked: method, headers and body, under the names of blackbox_exporter.
struct HTTPRequestOptions: Hashable {
  /// The default is GET.
  let method: String
  let headers: [SecretHeader]
  let body: SecretSource?
  let bodyFile: String?
  /// The default asks for nothing packed.
  let encoding: TransferRequest.Encoding

  private enum CodingKeys: String, CodingKey {
    case method, headers, body, compression
    case namedHeaders = "http_headers"
    case bodyFile = "body_file"
  }

  /// A value of `http_headers`.
  private struct HeaderValues: Decodable {
    let sources: [SecretSource]

    private enum CodingKeys: String, CodingKey, CaseIterable { case values, secrets, files }

    init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: CodingKeys.self)
      sources =
        try (fields.decodeIfPresent([String].self, forKey: .values) ?? []).map { .inline(Secret($0)) }
        + (fields.decodeIfPresent([SecretSource].self, forKey: .secrets) ?? [])
        + (fields.decodeIfPresent([String].self, forKey: .files) ?? []).map { .file($0) }
    }
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    method = try fields.decodeIfPresent(String.self, forKey: .method) ?? "GET"
    guard !method.isEmpty, method.utf8.allSatisfy({ $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z") }) else {
      throw fields.problem(.method, "fault.probe.method", ["text": method])
    }
    let plain = try fields.decodeIfPresent([String: SecretSource].self, forKey: .headers) ?? [:]
    let named = try fields.decodeIfPresent([String: HeaderValues].self, forKey: .namedHeaders) ?? [:]
    headers =
      plain.sorted { $0.key < $1.key }.map { SecretHeader(name: $0.key, value: $0.value) }
      + named.sorted { $0.key < $1.key }.flatMap { name, values in
        values.sources.map { SecretHeader(name: name, value: $0) }
      }
    body = try fields.decodeIfPresent(SecretSource.self, forKey: .body)
    bodyFile = try fields.decodeIfPresent(String.self, forKey: .bodyFile)
    if body != nil, bodyFile != nil {
      throw fields.problem(.bodyFile, "fault.receiver.both", ["key": CodingKeys.body.rawValue])
    }
    let word = try fields.decodeIfPresent(String.self, forKey: .compression)
    guard let encoding = Self.encoding(word) else {
      throw fields.problem(
        .compression, "fault.http.choice",
        ["word": word ?? "", "known": Spelling.argument(for: word ?? "", among: Self.encodings)])
    }
    self.encoding = encoding
  }

  private static let encodings = ["identity", "gzip", "deflate", "br", "zstd"]

  private static func encoding(_ word: String?) -> TransferRequest.Encoding? {
    guard let word, !["identity", "none", ""].contains(word) else { return .plain }
    return encodings.contains(word) ? TransferRequest.Encoding(rawValue: word) : nil
  }

  /// A longer file is no body of a check: 10 MiB.
  private static let bodyBytesMax = 10 << 20

  func apply(to request: inout TransferRequest, _ secrets: ProbeSecrets) async throws(SecretFault) {
    request.method = method
    request.encoding = encoding
    for header in headers {
      request.headers.append(TransferHeader(header.name, try await secrets.reveal(header.value, named: header.name)))
    }
    if let body { request.upload = Array(try await secrets.reveal(body, named: "body").reveal().utf8) }
    if let bodyFile {
      guard let file = RegularFile(bodyFile, bytesMax: Self.bodyBytesMax) else {
        throw SecretFault("fault.http.body-file", ["path": bodyFile])
      }
      request.upload = file.bytes
    }
  }

  /// Texts of the settings in which a scenario fills in values.
  var clearTexts: [String] {
    (headers.map(\.value) + [body].compactMap { $0 }).compactMap { source in
      if case .inline(let text) = source { text.reveal() } else { nil }
    }
  }

  static func isWebAddress(_ url: String) -> Bool {
    (url.hasPrefix("http://") || url.hasPrefix("https://")) && !url.utf8.contains { $0 <= 0x20 }
  }
}
