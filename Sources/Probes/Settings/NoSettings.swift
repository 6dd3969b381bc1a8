internal import Telemetry

/// Stands for an absent settings block: a mapping without keys.
struct NoSettings: Decoder {
  let codingPath: [any CodingKey]
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    KeyedDecodingContainer(NoFields<Key>(codingPath: codingPath))
  }
  func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw absent("fault.probe.list-missing") }
  func singleValueContainer() throws -> any SingleValueDecodingContainer { throw absent("fault.probe.value-missing") }

  private func absent(_ id: String) -> DecodingError { .refused(id, at: codingPath) }
}

private struct NoFields<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let codingPath: [any CodingKey]
  var allKeys: [Key] { [] }

  func contains(_ key: Key) -> Bool { false }
  func decodeNil(forKey key: Key) throws -> Bool { true }
  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value { throw absent(key) }
  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> { throw absent(key) }
  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { throw absent(key) }
  func superDecoder() throws -> any Decoder { NoSettings(codingPath: codingPath) }
  func superDecoder(forKey key: Key) throws -> any Decoder { throw absent(key) }

  private func absent(_ key: Key) -> DecodingError {
    .refused("fault.probe.settings-missing", ["example": "settings: {\(key.stringValue): …}"], at: codingPath)
  }
}
