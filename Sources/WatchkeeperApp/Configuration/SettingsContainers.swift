internal import Yams

/// A mapping as `Decodable` sees it.
struct KeyedSettings<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let decoder: SettingsDecoder
  private let values: [String: Node]
  private let names: [String]

  init(decoder: SettingsDecoder) {
    self.decoder = decoder
    var values: [String: Node] = [:]
    var names: [String] = []
    for (key, value) in decoder.node.settingsPairs ?? [] {
      guard let name = key.string else { continue }
      values[name] = value
      if !decoder.hiddenKeys.contains(name) { names.append(name) }
    }
    self.values = values
    self.names = names
  }

  var codingPath: [any CodingKey] { decoder.codingPath }
  var allKeys: [Key] { names.compactMap { Key(stringValue: $0) } }

  func contains(_ key: Key) -> Bool {
    decoder.note(requested: key.stringValue)
    return values[key.stringValue] != nil
  }

  func decodeNil(forKey key: Key) throws -> Bool {
    decoder.note(requested: key.stringValue)
    return decoder.hiddenKeys.contains(key.stringValue) || values[key.stringValue]?.isNull ?? true
  }

  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
    decoder.note(requested: key.stringValue)
    if let standIn = decoder.standIn(for: key, as: type) { return standIn }
    return try decoder.decode(type, from: node(key), at: key)
  }

  func nestedContainer<NestedKey: CodingKey>(
    keyedBy type: NestedKey.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<NestedKey> {
    try decoder.child(node(key), key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try decoder.child(node(key), key).unkeyedContainer()
  }

  func superDecoder() throws -> any Decoder { decoder }

  func superDecoder(forKey key: Key) throws -> any Decoder { decoder.child(try node(key), key) }

  private func node(_ key: Key) throws -> Node {
    decoder.note(requested: key.stringValue)
    guard !decoder.hiddenKeys.contains(key.stringValue) else { throw NotedFault(path: codingPath + [key]) }
    guard let node = values[key.stringValue] else { throw decoder.missing(key) }
    return node
  }
}

/// A list as `Decodable` sees it.
struct ListedSettings: UnkeyedDecodingContainer {
  let decoder: SettingsDecoder
  let items: [Node]
  private(set) var currentIndex = 0

  init(decoder: SettingsDecoder, items: [Node]) {
    self.decoder = decoder
    self.items = items
  }

  var codingPath: [any CodingKey] { decoder.codingPath }
  var count: Int? { items.count }
  var isAtEnd: Bool { currentIndex >= items.count }

  mutating func decodeNil() throws -> Bool {
    guard !isAtEnd, items[currentIndex].isNull else { return false }
    currentIndex += 1
    return true
  }

  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    let (node, key) = try next()
    do {
      return try decoder.decode(type, from: node, at: key)
    } catch {
      // One reading names the faults of every entry; none of them is used.
      while let (node, key) = try? next() { _ = try? decoder.decode(type, from: node, at: key) }
      throw error
    }
  }

  mutating func nestedContainer<NestedKey: CodingKey>(
    keyedBy type: NestedKey.Type
  ) throws -> KeyedDecodingContainer<NestedKey> {
    let (node, key) = try next()
    return try decoder.child(node, key).container(keyedBy: type)
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    let (node, key) = try next()
    return try decoder.child(node, key).unkeyedContainer()
  }

  mutating func superDecoder() throws -> any Decoder {
    let (node, key) = try next()
    return decoder.child(node, key)
  }

  private mutating func next() throws -> (Node, TextKey) {
    guard !isAtEnd else { throw decoder.failure("fault.setting.list-short") }
    defer { currentIndex += 1 }
    return (items[currentIndex], TextKey(index: currentIndex))
  }
}

/// A single value as `Decodable` sees it. Numbers may be read as text, text never as a number.
struct ScalarSettings: SingleValueDecodingContainer {
  let decoder: SettingsDecoder

  var codingPath: [any CodingKey] { decoder.codingPath }

  func decodeNil() -> Bool { decoder.node.isNull }

  func decode(_ type: Bool.Type) throws -> Bool {
    switch try scalar().lowercased() {
    case "true", "yes", "on": true
    case "false", "no", "off": false
    case let text: throw decoder.failure("fault.value.boolean", ["text": text])
    }
  }

  func decode(_ type: String.Type) throws -> String { try scalar() }

  func decode(_ type: Double.Type) throws -> Double {
    let text = try scalar()
    guard let number = Double(text.replacing("_", with: "")) else {
      throw decoder.failure("fault.value.number", ["text": text])
    }
    return number
  }

  func decode(_ type: Float.Type) throws -> Float { Float(try decode(Double.self)) }
  func decode(_ type: Int.Type) throws -> Int { try integer(type) }
  func decode(_ type: Int8.Type) throws -> Int8 { try integer(type) }
  func decode(_ type: Int16.Type) throws -> Int16 { try integer(type) }
  func decode(_ type: Int32.Type) throws -> Int32 { try integer(type) }
  func decode(_ type: Int64.Type) throws -> Int64 { try integer(type) }
  func decode(_ type: UInt.Type) throws -> UInt { try integer(type) }
  func decode(_ type: UInt8.Type) throws -> UInt8 { try integer(type) }
  func decode(_ type: UInt16.Type) throws -> UInt16 { try integer(type) }
  func decode(_ type: UInt32.Type) throws -> UInt32 { try integer(type) }
  func decode(_ type: UInt64.Type) throws -> UInt64 { try integer(type) }

  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    try Value(from: decoder)
  }

  private func integer<Number: FixedWidthInteger>(_ type: Number.Type) throws -> Number {
    let text = try scalar()
    guard let number = Number(text.replacing("_", with: "")) else {
      throw decoder.failure("fault.value.integer", ["text": text])
    }
    return number
  }

  private func scalar() throws -> String {
    guard case .scalar(let scalar) = decoder.node, !decoder.node.isNull else {
      throw decoder.failure("fault.setting.value-expected", ["found": decoder.node.kindName])
    }
    return scalar.string
  }
}
