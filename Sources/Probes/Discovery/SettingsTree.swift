/// Settings as they were written, kept to be read again with another target in them.
///
/// They were checked when the file was read; what is wrong now is wrong with the target.
indirect enum SettingsTree: Hashable, Sendable {
  case empty
  case text(String)
  case list([SettingsTree])
  case mapping([String: SettingsTree])

  subscript(key: String) -> SettingsTree? {
    get { if case .mapping(let fields) = self { fields[key] } else { nil } }
    set {
      var fields: [String: SettingsTree] = if case .mapping(let fields) = self { fields } else { [:] }
      fields[key] = newValue
      self = .mapping(fields)
    }
  }
}

extension SettingsTree: Decodable {
  init(from decoder: any Decoder) throws {
    let single = try decoder.singleValueContainer()
    if single.decodeNil() {
      self = .empty
    } else if let text = try? single.decode(String.self) {
      self = .text(text)
    } else if var items = try? decoder.unkeyedContainer() {
      var list: [SettingsTree] = []
      while !items.isAtEnd { list.append(try items.decode(SettingsTree.self)) }
      self = .list(list)
    } else {
      let fields = try decoder.container(keyedBy: TreeKey.self)
      self = .mapping(
        Dictionary(
          try fields.allKeys.map { ($0.stringValue, try fields.decode(SettingsTree.self, forKey: $0)) }
        ) { $1 })
    }
  }
}

struct TreeKey: CodingKey {
  let stringValue: String
  let intValue: Int?

  init(stringValue: String) { (self.stringValue, intValue) = (stringValue, nil) }
  init(intValue: Int) { (stringValue, self.intValue) = (String(intValue), intValue) }
}

/// Reads settings from a tree.
struct TreeDecoder: Decoder {
  let tree: SettingsTree
  var codingPath: [any CodingKey] = []
  var userInfo: [CodingUserInfoKey: Any] = [:]

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    switch tree {
    case .mapping(let fields):
      KeyedDecodingContainer(Fields(fields: fields, codingPath: codingPath, userInfo: userInfo))
    case .empty: KeyedDecodingContainer(Fields(fields: [:], codingPath: codingPath, userInfo: userInfo))
    case .text, .list: throw mismatch("mapping")
    }
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    switch tree {
    case .list(let items): Items(items: items, codingPath: codingPath, userInfo: userInfo)
    case .empty: Items(items: [], codingPath: codingPath, userInfo: userInfo)
    case .text, .mapping: throw mismatch("list")
    }
  }

  func singleValueContainer() -> any SingleValueDecodingContainer { Scalar(decoder: self) }

  fileprivate func mismatch(_ wanted: String) -> DecodingError {
    .dataCorrupted(.init(codingPath: codingPath, debugDescription: "a \(wanted) was expected"))
  }

  private struct Scalar: SingleValueDecodingContainer {
    let decoder: TreeDecoder
    var codingPath: [any CodingKey] { decoder.codingPath }

    func decodeNil() -> Bool { decoder.tree == .empty }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
      guard type == Bool.self || type is any LosslessStringConvertible.Type else { return try Value(from: decoder) }
      guard case .text(let text) = decoder.tree, let value = Self.value(type, text) else {
        throw decoder.mismatch("\(type)")
      }
      return value
    }

    private static func value<Value>(_ type: Value.Type, _ text: String) -> Value? {
      if type == Bool.self { return ["true", "yes", "on"].contains(text.lowercased()) as? Value }
      return (type as? any LosslessStringConvertible.Type)?.init(text) as? Value
    }
  }

  private struct Fields<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let fields: [String: SettingsTree]
    let codingPath: [any CodingKey]
    let userInfo: [CodingUserInfoKey: Any]

    var allKeys: [Key] { fields.keys.sorted().compactMap(Key.init(stringValue:)) }

    func contains(_ key: Key) -> Bool { fields[key.stringValue] != nil }
    func decodeNil(forKey key: Key) -> Bool { fields[key.stringValue] ?? .empty == .empty }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
      try child(key).singleValueContainer().decode(type)
    }
    func nestedContainer<Nested: CodingKey>(
      keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> { try child(key).container(keyedBy: type) }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
      try child(key).unkeyedContainer()
    }
    func superDecoder() -> any Decoder {
      TreeDecoder(tree: .mapping(fields), codingPath: codingPath, userInfo: userInfo)
    }
    func superDecoder(forKey key: Key) throws -> any Decoder { try child(key) }

    private func child(_ key: Key) throws -> TreeDecoder {
      guard let tree = fields[key.stringValue] else {
        throw DecodingError.keyNotFound(key, .init(codingPath: codingPath, debugDescription: "it is missing"))
      }
      return TreeDecoder(tree: tree, codingPath: codingPath + [key], userInfo: userInfo)
    }
  }

  private struct Items: UnkeyedDecodingContainer {
    let items: [SettingsTree]
    let codingPath: [any CodingKey]
    let userInfo: [CodingUserInfoKey: Any]
    var currentIndex = 0

    var count: Int? { items.count }
    var isAtEnd: Bool { currentIndex >= items.count }

    mutating func decodeNil() -> Bool {
      guard !isAtEnd, items[currentIndex] == .empty else { return false }
      currentIndex += 1
      return true
    }
    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
      try next().singleValueContainer().decode(type)
    }
    mutating func nestedContainer<Nested: CodingKey>(
      keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> { try next().container(keyedBy: type) }
    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try next().unkeyedContainer() }
    mutating func superDecoder() throws -> any Decoder { try next() }

    private mutating func next() throws -> TreeDecoder {
      let key = TreeKey(intValue: currentIndex)
      guard !isAtEnd else { throw DecodingError.keyNotFound(key, .init(codingPath: codingPath, debugDescription: "")) }
      defer { currentIndex += 1 }
      return TreeDecoder(tree: items[currentIndex], codingPath: codingPath + [key], userInfo: userInfo)
    }
  }
}
