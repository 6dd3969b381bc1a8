internal import Yams

/// Decodes YAML nodes into settings, strictly: a key that no initialiser asked for is an error, and every error knows
/// its line and column.
///
/// Strictness is in the decoder rather than in each settings type, so no type can forget it.
final class SettingsDecoder: Decoder {
  let document: SettingsDocument
  let node: Node
  let codingPath: [any CodingKey]
  let userInfo: [CodingUserInfoKey: Any]

  /// Keys that were asked for, by which a key that nobody knows is found.
  private var requestedKeys: [String] = []

  private init(
    _ node: Node, of document: SettingsDocument, at codingPath: [any CodingKey], userInfo: [CodingUserInfoKey: Any]
  ) {
    self.node = node
    self.document = document
    self.codingPath = codingPath
    self.userInfo = userInfo
  }

  /// - Parameters:
  ///   - path: where `node` stands, for the key in messages.
  ///   - userInfo: what settings types need from the program to read themselves.
  static func decode<Settings: Decodable>(
    _ type: Settings.Type, from node: Node, of document: SettingsDocument, at path: [any CodingKey] = [],
    userInfo: [CodingUserInfoKey: Any] = [:]
  ) throws(SettingsError) -> Settings {
    try finish(SettingsDecoder(node, of: document, at: path, userInfo: userInfo), Settings.init(from:))
  }

  /// Makes a value from a decoder of ours, then refuses keys that it did not ask for.
  static func finish<Value>(_ decoder: any Decoder, _ make: (any Decoder) throws -> Value) throws(SettingsError)
    -> Value
  {
    guard let decoder = decoder as? SettingsDecoder else {
      preconditionFailure("settings are read by SettingsDecoder only")
    }
    let value: Value
    do {
      value = try make(decoder)
    } catch let error as SettingsError {
      throw error
    } catch let error as DecodingError {
      throw decoder.explain(error)
    } catch {
      throw decoder.failure(String(describing: error))
    }
    try decoder.rejectUnknownKeys()
    return value
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    let mapping: Node.Mapping
    if case .mapping(let found) = node {
      mapping = found
    } else if node.isNull {
      mapping = Node.Mapping([])
    } else {
      throw failure("a mapping is expected, this is \(node.kindText)", hint: "write 'key: value' lines below it")
    }
    return KeyedDecodingContainer(KeyedSettings(decoder: self, mapping: mapping))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    if node.isNull { return ListedSettings(decoder: self, items: []) }
    guard case .sequence(let sequence) = node else {
      throw failure("a list is expected, this is \(node.kindText)", hint: "write '- item' lines, or [item, item]")
    }
    return ListedSettings(decoder: self, items: Array(sequence))
  }

  func singleValueContainer() -> any SingleValueDecodingContainer { ScalarSettings(decoder: self) }

  func note(requested key: String) { requestedKeys.append(key) }

  func child(_ node: Node, _ key: any CodingKey) -> SettingsDecoder {
    SettingsDecoder(node, of: document, at: codingPath + [key], userInfo: userInfo)
  }

  /// Decodes a part of this node.
  func decode<Value: Decodable>(_ type: Value.Type, from node: Node, at key: any CodingKey) throws -> Value {
    try Self.decode(type, from: node, of: document, at: codingPath + [key], userInfo: userInfo)
  }

  func failure(_ problem: String, hint: String? = nil) -> SettingsError {
    SettingsError(at: document.place(of: node), key: codingPath.settingsText, problem, hint: hint)
  }

  private func rejectUnknownKeys() throws(SettingsError) {
    guard case .mapping(let mapping) = node, !requestedKeys.isEmpty else { return }
    let known = Set(requestedKeys)
    for (key, _) in mapping {
      guard let name = key.string, !known.contains(name), name != "<<" else { continue }
      let suggestion = Spelling.nearest(to: name, among: known).map { "did you mean '\($0)'?" }
      let list = "keys here: \(known.sorted().joined(separator: ", "))"
      throw SettingsError(
        at: document.place(of: key), key: (codingPath + [TextKey(name)]).settingsText, "unknown key",
        hint: suggestion ?? list)
    }
  }

  /// Finds the node that a `DecodingError` of a settings type speaks of.
  private func explain(_ error: DecodingError) -> SettingsError {
    switch error {
    case .keyNotFound(let key, _):
      return failure("the key '\(key.stringValue)' is missing", hint: "add '\(key.stringValue): …'")
    case .dataCorrupted(let context), .valueNotFound(_, let context), .typeMismatch(_, let context):
      let path = Array(context.codingPath.dropFirst(codingPath.count))
      var deepest = node
      for key in path {
        guard let child = deepest.child(key) else { break }
        deepest = child
      }
      // Modules that refuse a key themselves name it in the path: the fault is the key's, not its value's.
      if let key = path.last, path.count == 1, !requestedKeys.contains(key.stringValue),
        let name = node.mapping?.first(where: { $0.key.string == key.stringValue })?.key
      {
        deepest = name
      }
      let full = context.codingPath.count >= codingPath.count ? context.codingPath : codingPath
      return SettingsError(at: document.place(of: deepest), key: full.settingsText, context.debugDescription)
    @unknown default: return failure(String(describing: error))
    }
  }
}

/// A key made at run time.
struct TextKey: CodingKey {
  let stringValue: String
  let intValue: Int?

  init(_ text: String) {
    stringValue = text
    intValue = nil
  }

  init(index: Int) {
    stringValue = String(index)
    intValue = index
  }

  init(stringValue: String) { self.init(stringValue) }
  init?(intValue: Int) { self.init(index: intValue) }
}

extension [any CodingKey] {
  /// `probes[2].every`
  var settingsText: String {
    var text = ""
    for key in self {
      if let index = key.intValue {
        text += "[\(index)]"
      } else {
        text += (text.isEmpty ? "" : ".") + key.stringValue
      }
    }
    return text
  }
}

extension Node {
  var isNull: Bool {
    guard case .scalar(let scalar) = self else { return false }
    return scalar.style == .plain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
  }

  var kindText: String {
    switch self {
    case .mapping: "a mapping"
    case .sequence: "a list"
    case .scalar(let scalar): isNull ? "empty" : "'\(scalar.string.prefix(40))'"
    case .alias: "an alias"
    }
  }

  func child(_ key: any CodingKey) -> Node? {
    if let index = key.intValue {
      guard let items = sequence, items.indices.contains(index) else { return nil }
      return items[index]
    }
    return mapping?.first { $0.key.string == key.stringValue }?.value
  }
}
