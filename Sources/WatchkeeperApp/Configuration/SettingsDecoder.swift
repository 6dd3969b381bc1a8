internal import Records
internal import Telemetry
internal import Yams

/// Decodes YAML nodes into settings, strictly: a key that no initialiser asked for is an error, every error knows its
/// line and column, and one reading names every fault that it can.
///
/// Strictness is in the decoder rather than in each settings type, so no type can forget it. After a fault the mapping
/// is read again as if the faulty key were absent, so that the next fault is found; nothing of such a reading is used.
final class SettingsDecoder: Decoder {
  let document: SettingsDocument
  let node: Node
  let codingPath: [any CodingKey]
  let userInfo: [CodingUserInfoKey: Any]
  private let faults: SettingsFaults

  /// Keys that were asked for, by which a key that nobody knows is found.
  private var requestedKeys: Set<String> = []
  /// Keys with a fault that is noted already; they read as absent.
  private(set) var hiddenKeys: Set<String> = []

  private init(
    _ node: Node, of document: SettingsDocument, at codingPath: [any CodingKey], userInfo: [CodingUserInfoKey: Any],
    faults: SettingsFaults
  ) {
    self.node = node
    self.document = document
    self.codingPath = codingPath
    self.userInfo = userInfo
    self.faults = faults
  }

  /// - Parameters:
  ///   - path: where `node` stands, for the key in messages.
  ///   - userInfo: what settings types need from the program to read themselves.
  static func decode<Settings: Decodable>(
    _ type: Settings.Type, from node: Node, of document: SettingsDocument, at path: [any CodingKey] = [],
    userInfo: [CodingUserInfoKey: Any] = [:]
  ) throws(SettingsErrors) -> Settings {
    let faults = SettingsFaults()
    let decoder = SettingsDecoder(node, of: document, at: path, userInfo: userInfo, faults: faults)
    let settings = try? finish(decoder, Settings.init(from:))
    guard let settings, faults.found.isEmpty else { throw SettingsErrors(errors: faults.found) }
    return settings
  }

  /// Makes a value from a decoder of ours, then refuses keys that it did not ask for.
  ///
  /// - Throws: `NotedFault` alone.
  static func finish<Value>(_ decoder: any Decoder, _ make: (any Decoder) throws -> Value) throws -> Value {
    guard let decoder = decoder as? SettingsDecoder else {
      preconditionFailure("settings are read by SettingsDecoder only")
    }
    return try decoder.makeNotingFaults(make)
  }

  private func makeNotingFaults<Value>(_ make: (any Decoder) throws -> Value) throws -> Value {
    let before = faults.found.count
    while true {
      requestedKeys = []
      do {
        let value = try make(self)
        noteUnknownKeys()
        guard faults.found.count == before else { throw NotedFault(path: codingPath) }
        return value
      } catch {
        guard let key = note(error), !faults.isFull, hiddenKeys.insert(key).inserted else {
          throw NotedFault(path: codingPath)
        }
      }
    }
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard node.isNull || node.mapping != nil else {
      throw failure("fault.setting.mapping-expected", ["found": node.kindName])
    }
    if !hiddenKeys.contains(Self.mergeKey.stringValue), let faulty = node.faultyMerge {
      throw SettingsFailure(
        error: SettingsError(
          at: document.place(of: faulty), key: (codingPath + [Self.mergeKey]).settingsText,
          "fault.setting.merge-expected", ["found": faulty.kindName]),
        path: codingPath + [Self.mergeKey])
    }
    if let keys = type as? any CaseIterable.Type {
      requestedKeys.formUnion(Self.names(of: keys))
      noteUnknownKeys()
    }
    return KeyedDecodingContainer(KeyedSettings(decoder: self))
  }

  private static let mergeKey = TextKey("<<")

  private static func names<Keys: CaseIterable>(of type: Keys.Type) -> [String] {
    type.allCases.compactMap { ($0 as? any CodingKey)?.stringValue }
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    if node.isNull { return ListedSettings(decoder: self, items: []) }
    guard case .sequence(let sequence) = node else {
      throw failure("fault.setting.list-expected", ["found": node.kindName])
    }
    return ListedSettings(decoder: self, items: Array(sequence))
  }

  func singleValueContainer() -> any SingleValueDecodingContainer { ScalarSettings(decoder: self) }

  func note(requested key: String) { requestedKeys.insert(key) }

  func child(_ node: Node, _ key: any CodingKey) -> SettingsDecoder {
    SettingsDecoder(node, of: document, at: codingPath + [key], userInfo: userInfo, faults: faults)
  }

  /// Decodes a part of this node.
  func decode<Value: Decodable>(_ type: Value.Type, from node: Node, at key: any CodingKey) throws -> Value {
    try Self.finish(child(node, key), Value.init(from:))
  }

  func failure(_ id: String, _ arguments: [String: String] = [:]) -> SettingsFailure {
    failure(SettingsFault(id, arguments))
  }

  private func failure(_ fault: SettingsFault) -> SettingsFailure {
    SettingsFailure(
      error: SettingsError(at: document.place(of: node), key: codingPath.settingsText, fault), path: codingPath)
  }

  func missing(_ key: any CodingKey) -> SettingsFailure {
    let fault = failure("fault.setting.missing", ["key": key.stringValue]).error
    return SettingsFailure(error: fault, path: codingPath + [key])
  }

  // MARK: Faults

  private func noteUnknownKeys() {
    guard let pairs = node.settingsPairs, !requestedKeys.isEmpty else { return }
    for (key, _) in pairs {
      guard let name = key.string, !requestedKeys.contains(name), !hiddenKeys.contains(name) else { continue }
      faults.note(
        SettingsError(
          at: document.place(of: key), key: (codingPath + [TextKey(name)]).settingsText, "fault.setting.unknown",
          ["known": Spelling.argument(for: name, among: requestedKeys.sorted())]))
    }
  }

  /// Notes what a settings type or a value of it refused.
  ///
  /// - Returns: the key of this mapping that the fault lies in, `nil` when it lies in the whole.
  private func note(_ error: any Error) -> String? {
    let (path, fault) = explain(error)
    let key = path.count > codingPath.count ? path[codingPath.count].stringValue : nil
    // What a type says of a hidden key comes of its absence.
    if let fault, key.map({ !hiddenKeys.contains($0) }) ?? true { faults.note(fault) }
    return key
  }

  private func explain(_ error: any Error) -> (path: [any CodingKey], fault: SettingsError?) {
    switch error {
    case let error as NotedFault: (error.path, nil)
    case let error as SettingsFailure: (error.path, error.error)
    case let error as DecodingError: explain(error)
    case let error as SecretFault: (codingPath, failure(error.fault).error)
    default: (codingPath, failure(SettingsFault(foreign: String(describing: error))).error)
    }
  }

  /// Finds the node that a `DecodingError` of a settings type speaks of.
  private func explain(_ error: DecodingError) -> (path: [any CodingKey], fault: SettingsError?) {
    switch error {
    case .keyNotFound(let key, _): return (codingPath + [key], missing(key).error)
    case .dataCorrupted(let context), .valueNotFound(_, let context), .typeMismatch(_, let context):
      let refused = context.underlyingError as? RefusedSetting
      guard refused?.comparedKeys.contains(where: hiddenKeys.contains) != true else { return (context.codingPath, nil) }
      let path = context.codingPath.count >= codingPath.count ? context.codingPath : codingPath
      let deepest = node.deepest(on: path.dropFirst(codingPath.count))
      return (
        path,
        SettingsError(
          at: document.place(of: deepest).inside(deepest, at: refused?.character), key: path.settingsText,
          refused?.fault ?? SettingsFault(foreign: context.debugDescription))
      )
    @unknown default: return (codingPath, failure(SettingsFault(foreign: String(describing: error))).error)
    }
  }
}

extension SourcePlace {
  /// The place of a character in a text that stands on one line.
  fileprivate func inside(_ node: Node, at character: Int?) -> SourcePlace {
    guard let character, case .scalar(let scalar) = node, !scalar.string.contains(where: \.isNewline) else {
      return self
    }
    let quote =
      switch scalar.style {
      case .singleQuoted, .doubleQuoted: 1
      default: 0
      }
    return SourcePlace(file: file, line: line, column: column + quote + character)
  }
}

/// The faults of one reading, each once, in the order of their discovery.
final class SettingsFaults {
  private(set) var found: [SettingsError] = []
  private var seen: Set<SettingsError> = []

  var isFull: Bool { found.count >= SettingsErrors.limit }

  func note(_ error: SettingsError) {
    if !isFull, seen.insert(error).inserted { found.append(error) }
  }
}

/// A fault on its way to the mapping that notes it.
struct SettingsFailure: Error {
  let error: SettingsError
  let path: [any CodingKey]
}

/// A value cannot be made, and why is noted already.
struct NotedFault: Error {
  let path: [any CodingKey]
}

/// A value that stands in for a required one with a fault, so that the keys behind it are read as well.
///
/// It is never used: a reading with a fault gives no settings.
private protocol StandingIn {
  static var standIn: Self { get }
}

extension Array: StandingIn { fileprivate static var standIn: [Element] { [] } }
extension String: StandingIn { fileprivate static var standIn: String { "" } }
extension Int: StandingIn { fileprivate static var standIn: Int { 1 } }
extension DurationSetting: StandingIn { fileprivate static var standIn: DurationSetting { .init(.seconds(60)) } }

extension SettingsDecoder {
  /// What a required key with a noted fault reads as, when there is something.
  func standIn<Value>(for key: any CodingKey, as type: Value.Type) -> Value? {
    guard hiddenKeys.contains(key.stringValue) else { return nil }
    return (type as? any StandingIn.Type)?.standIn as? Value
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
