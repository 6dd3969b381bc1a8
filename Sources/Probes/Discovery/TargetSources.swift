internal import Interchange
internal import Records
internal import Telemetry

/// Where the targets of a definition come from when it does not name them itself, in Prometheus' terms.
public struct TargetSources: Hashable, Sendable {
  let files: [FileTargets]
  let servers: [ServerTargets]
  /// Applied to the labels of each target; for the kind `scrape` behind those of its settings.
  let rules: [RelabelRule]
  /// What a target's settings are made of; without the target.
  let template: SettingsTree

  /// The most targets that one definition may have; the default is 10,000. A list with more is refused whole.
  public static let targetsMax = 10_000

  var all: [TargetSource] { files.map(TargetSource.files) + servers.map(TargetSource.server) }
}

/// One entry of `file_sd_configs` or `http_sd_configs`.
enum TargetSource: Hashable, Sendable {
  case files(FileTargets)
  case server(ServerTargets)

  var refresh: Duration {
    switch self {
    case .files(let files): files.refresh
    case .server(let server): server.refresh
    }
  }

  /// As Prometheus' own series name it.
  var mechanism: String {
    switch self {
    case .files: "file"
    case .server: "http"
    }
  }

  /// For people, without a user and password.
  var place: String {
    switch self {
    case .files(let files): files.patterns.joined(separator: ", ")
    case .server(let server): NetworkTarget(url: server.url).address
    }
  }
}

/// `file_sd_configs`: files with lists of targets.
struct FileTargets: Decodable, Hashable, Sendable {
  /// Relative to the configuration folder; the last part may hold one `*`.
  let patterns: [String]
  /// How often files are read although they look unchanged; the default is 5 minutes. Changes are seen at once.
  let refresh: Duration

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case patterns = "files"
    case refresh = "refresh_interval"
  }

  static let refreshMin = Duration.seconds(1)
  private static let endings = [".json", ".yaml", ".yml"]

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    patterns = try fields.decode([String].self, forKey: .patterns)
    guard !patterns.isEmpty else { throw fields.problem(.patterns, "fault.targets.none") }
    if let bad = patterns.first(where: { !Self.isPattern($0) }) {
      throw fields.problem(.patterns, "fault.targets.pattern", ["text": bad])
    }
    refresh = try fields.targetRefresh(.refresh) ?? .seconds(300)
  }

  private static func isPattern(_ text: String) -> Bool {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    return endings.contains { text.hasSuffix($0) } && !parts.dropLast().contains { $0.contains("*") }
      && text.count(where: { $0 == "*" }) <= 1
  }
}

/// `http_sd_configs`: a server that answers with a list of targets. The options of the client are those of the kind `http`.
struct ServerTargets: Decodable, Hashable, Sendable {
  let url: String
  /// The default is 1 minute.
  let refresh: Duration
  let client: HTTPClientOptions

  private enum CodingKeys: String, CodingKey {
    case url
    case refresh = "refresh_interval"
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    url = try fields.decode(String.self, forKey: .url)
    guard HTTPRequestOptions.isWebAddress(url) else { throw fields.problem(.url, "fault.probe.url") }
    refresh = try fields.targetRefresh(.refresh) ?? .seconds(60)
    client = try HTTPClientOptions(from: decoder)
  }
}

extension KeyedDecodingContainer {
  fileprivate func targetRefresh(_ key: Key) throws -> Duration? {
    guard let refresh = try decodeIfPresent(DurationSetting.self, forKey: key)?.duration else { return nil }
    guard refresh >= FileTargets.refreshMin else {
      throw problem(key, "fault.targets.refresh", ["interval": refresh.notation])
    }
    return refresh
  }
}

/// Targets that share labels, as a file or an answer has them.
public struct DiscoveredGroup: Decodable, Hashable, Sendable {
  public let targets: [String]
  public private(set) var labels: [String: String]

  /// Labels of a group; the default is 64.
  static let labelsMax = 64
  /// Bytes of an address or of a label's value; the default is 4096.
  static let textBytesMax = 4096

  private enum CodingKeys: String, CodingKey, CaseIterable { case targets, labels }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    targets = try fields.decode([String].self, forKey: .targets)
    if let bad = targets.first(where: { $0.isEmpty || $0.utf8.count > Self.textBytesMax }) {
      throw fields.problem(.targets, "fault.targets.address", ["text": String(bad.prefix(40))])
    }
    labels = try fields.decodeIfPresent([String: String].self, forKey: .labels) ?? [:]
    guard labels.count <= Self.labelsMax, labels.values.allSatisfy({ $0.utf8.count <= Self.textBytesMax }) else {
      throw fields.problem(
        .labels, "fault.targets.labels", ["most": String(Self.labelsMax), "bytes": String(Self.textBytesMax)])
    }
    if let bad = labels.keys.sorted().first(where: { !ProbeDefinition.isLabelName($0, reserved: .allowed) }) {
      throw fields.problem(.labels, "fault.probe.label", ["name": bad])
    }
  }

  func adding(_ name: String, _ value: String) -> DiscoveredGroup {
    var group = self
    group.labels[name] = value
    return group
  }
}
