public import Telemetry

/// Where a secret of a settings file comes from: the text itself, or `{file: /path}`, `{env: NAME}`,
/// `{command: [/program, argument]}`.
///
/// What is no inline text is read when it is needed, so that a changed password needs no reload.
public enum SecretSource: Decodable, Hashable, Sendable {
  case inline(Secret)
  /// The content without line ends at its end. The file must not be readable by everybody.
  case file(String)
  /// A variable of this process.
  case environment(String)
  /// What a program prints, its path first; no shell reads it. Kept for some minutes.
  case command([String])

  /// Whether revealing it reads a file, which may lie on a disk that hangs.
  public var isFile: Bool { if case .file = self { true } else { false } }

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case file, command
    case environment = "env"
  }

  public init(from decoder: any Decoder) throws {
    if let text = try? decoder.singleValueContainer().decode(String.self) {
      self = .inline(Secret(text))
      return
    }
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    let file = try fields.decodeIfPresent(String.self, forKey: .file)
    let name = try fields.decodeIfPresent(String.self, forKey: .environment)
    let words = try fields.decodeIfPresent([String].self, forKey: .command)
    switch (file, name, words) {
    case (let file?, nil, nil) where !file.isEmpty: self = .file(file)
    case (nil, let name?, nil) where !name.isEmpty: self = .environment(name)
    case (nil, nil, let words?) where words.first?.hasPrefix("/") == true: self = .command(words)
    default: throw DecodingError.refused("fault.secret.source", at: decoder.codingPath)
    }
  }
}

extension KeyedDecodingContainer {
  /// The secret under `key`, or in the file named under `fileKey`, Prometheus' older spelling; both at once is a fault.
  public func secret(_ key: Key, orFile fileKey: Key) throws -> SecretSource? {
    let source = try decodeIfPresent(SecretSource.self, forKey: key)
    let file = try decodeIfPresent(String.self, forKey: fileKey)
    if source != nil, file != nil {
      throw problem(fileKey, "fault.receiver.both", ["key": key.stringValue])
    }
    return source ?? file.map { .file($0) }
  }
}

/// Why a secret cannot be had. The words name the place, never the secret.
public struct SecretFault: Error, Hashable, Sendable {
  public let fault: SettingsFault

  public init(_ id: String, _ arguments: [String: String] = [:]) { fault = SettingsFault(id, arguments) }
}
