internal import Notifiers
internal import Records
internal import Telemetry
internal import Transfers

// Receivers and the root route, in the shape of Alertmanager's configuration.

/// A secret given in clear or, better, as the path of a file that holds it; read when the configuration is taken.
struct SecretSetting: Sendable {
  let secret: Secret

  init<Keys: CodingKey>(_ fields: KeyedDecodingContainer<Keys>, clear: Keys, file: Keys) throws {
    guard let secret = try Self.optional(fields, clear: clear, file: file)?.secret else {
      throw fields.problem(clear, "fault.secret.none", ["clear": clear.stringValue, "file": file.stringValue])
    }
    self.secret = secret
  }

  private init(_ secret: Secret) { self.secret = secret }

  /// - Returns: `nil` when neither key is there.
  static func optional<Keys: CodingKey>(
    _ fields: KeyedDecodingContainer<Keys>, clear: Keys, file: Keys
  ) throws -> SecretSetting? {
    let text = try fields.decodeIfPresent(String.self, forKey: clear)
    let path = try fields.decodeIfPresent(String.self, forKey: file)
    switch (text, path) {
    case (nil, nil): return nil
    case (let text?, nil): return SecretSetting(Secret(text))
    case (nil, let path?):
      do {
        return SecretSetting(try SecretFile.read(path))
      } catch {
        throw fields.problem(file, error.fault)
      }
    case (.some, .some):
      throw fields.problem(file, "fault.secret.both", ["clear": clear.stringValue, "file": file.stringValue])
    }
  }
}

struct RouteSettings: Decodable, Sendable {
  let receiver: String
  let groupWait: Duration
  let repeatInterval: Duration

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case receiver
    case groupWait = "group_wait"
    case repeatInterval = "repeat_interval"
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    receiver = try fields.decode(String.self, forKey: .receiver)
    groupWait = try fields.decodeIfPresent(DurationSetting.self, forKey: .groupWait)?.duration ?? .zero
    repeatInterval =
      try fields.decodeIfPresent(DurationSetting.self, forKey: .repeatInterval)?.duration ?? .seconds(4 * 3600)
    guard repeatInterval >= .seconds(60) else {
      throw fields.problem(.repeatInterval, "fault.route.interval")
    }
  }
}

/// One receiver with its channels, each decoded by its kind.
struct ReceiverSettings: Decodable, Sendable {
  struct Channel: Sendable {
    /// Distinct in the installation and stable, because delivery is remembered under it: `on-call/webhook`.
    let name: String
    let notifier: any Notifier
  }

  let name: String
  let channels: [Channel]

  /// The keys of a receiver: its name, and a list for each kind of channel.
  private struct Key: CodingKey, CaseIterable {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ text: String) { stringValue = text }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }

    static let name = Key("name")
    static let allCases = [name] + NotifierCatalog.kinds.map { Key($0.settingsKey) }
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Key.self)
    let name = try fields.decode(String.self, forKey: .name)
    guard !name.isEmpty, !name.contains("/") else {
      throw fields.problem(.name, "fault.receiver.name", ["name": name])
    }
    guard let environment = decoder.userInfo[Self.environmentKey] as? NotifierEnvironment else {
      preconditionFailure("receivers are decoded with a notifier environment in userInfo")
    }
    var channels: [Channel] = []
    for kind in NotifierCatalog.kinds {
      let key = Key(kind.settingsKey)
      guard fields.contains(key) else { continue }
      var entries = try fields.nestedUnkeyedContainer(forKey: key)
      while !entries.isAtEnd {
        let number = entries.currentIndex + 1
        let entry = try entries.superDecoder()
        let notifier = try SettingsDecoder.finish(entry) { try kind.make($0, environment) }
        channels.append(
          Channel(name: number == 1 ? "\(name)/\(kind.name)" : "\(name)/\(kind.name)-\(number)", notifier: notifier))
      }
    }
    let known = NotifierCatalog.kinds.map(\.settingsKey)
    // A misspelt channel is told as an unknown key, with what was meant.
    let isSpelt = fields.allKeys.allSatisfy { $0.stringValue == "name" || known.contains($0.stringValue) }
    guard !channels.isEmpty || !isSpelt else {
      throw fields.problem(
        .name, "fault.receiver.no-channel", ["name": name, "known": known.joined(separator: ", ")])
    }
    self.name = name
    self.channels = channels
  }

  static let environmentKey = CodingUserInfoKey(rawValue: "watchkeeper.notifiers") ?? unreachableKey

  private static var unreachableKey: CodingUserInfoKey {
    preconditionFailure("CodingUserInfoKey takes every text")
  }
}
