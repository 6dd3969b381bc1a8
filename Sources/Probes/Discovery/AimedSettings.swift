internal import Telemetry

extension ProbeKind {
  /// The key of the settings that names the target, with the one of the example; `nil` for kinds without a target, or
  /// with several. It is read from the example, so that a kind need not say it twice.
  var target: (key: String, example: String)? {
    for line in example.split(separator: "\n") {
      for key in ["target", "url"] where line.hasPrefix("  \(key): ") {
        return (key, String(line.dropFirst(key.count + 4)))
      }
    }
    return nil
  }

  /// Whether targets may come from elsewhere.
  var takesTargets: Bool { target != nil || settings == ScrapeSettings.self }
}

/// Settings that are checked before any target is known: the kind's example stands in for it, and is never asked.
struct Aimed<Settings: ProbeSettings>: Decodable {
  let settings: Settings

  init(from decoder: any Decoder) throws {
    let target = ProbeCatalog.kinds.first { $0.settings == Settings.self }?.target
    settings = try Settings(from: AimedDecoder(base: decoder, key: target?.key ?? "", value: target?.example ?? ""))
  }
}

/// Gives the target where its key is asked for, and all else from another decoder.
struct AimedDecoder: Decoder {
  let base: any Decoder
  let key: String
  let value: String

  var codingPath: [any CodingKey] { base.codingPath }
  var userInfo: [CodingUserInfoKey: Any] { base.userInfo }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    let fields = try base.container(keyedBy: type)
    if let own = Key(stringValue: key), fields.contains(own) {
      throw fields.problem(own, "fault.targets.twice", ["key": key])
    }
    return KeyedDecodingContainer(Fields(base: fields, key: key, value: value))
  }
  func unkeyedContainer() throws -> any UnkeyedDecodingContainer { try base.unkeyedContainer() }
  func singleValueContainer() throws -> any SingleValueDecodingContainer { try base.singleValueContainer() }

  private struct Fields<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let base: KeyedDecodingContainer<Key>
    let key: String
    let value: String

    var codingPath: [any CodingKey] { base.codingPath }
    var allKeys: [Key] { base.allKeys }

    func contains(_ key: Key) -> Bool { key.stringValue == self.key || base.contains(key) }
    func decodeNil(forKey key: Key) throws -> Bool {
      if key.stringValue == self.key { return false }
      return try base.decodeNil(forKey: key)
    }
    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
      if key.stringValue == self.key, let value = value as? Value { return value }
      return try base.decode(type, forKey: key)
    }
    func nestedContainer<Nested: CodingKey>(
      keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> { try base.nestedContainer(keyedBy: type, forKey: key) }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
      try base.nestedUnkeyedContainer(forKey: key)
    }
    func superDecoder() throws -> any Decoder { try base.superDecoder() }
    func superDecoder(forKey key: Key) throws -> any Decoder { try base.superDecoder(forKey: key) }
  }
}
