internal import Probes
internal import Telemetry

/// A probe, with the item that it looks at, which nobody has written yet.
struct Proposal: Encodable, Equatable {
  let name: String
  let kind: String
  /// As YAML has them.
  let settings: [String: String]
  let item: String
  /// What people read of the target.
  let target: String
  /// Of systemd.
  let unit: String?

  fileprivate let order: [String]
  fileprivate let className: String
  fileprivate let itemName: String
  fileprivate let host: String?
  fileprivate let port: Int?

  private enum CodingKeys: String, CodingKey { case name, kind, settings, item, target, unit }

  /// - Parameters:
  ///   - item: the item that is looked at.
  ///   - host: the item that it runs on; `nil`: the item is a host itself.
  init(
    _ name: String, _ check: ServiceCandidate, target: String, item: String, className: String, itemName: String,
    on host: String?, port: Int? = nil, unit: String? = nil
  ) {
    self.name = name
    kind = check.kind
    settings = Dictionary(check.settings.map { ($0.key, $0.value) }) { first, _ in first }
    order = check.settings.map(\.key)
    self.target = target
    self.item = item
    self.className = className
    self.itemName = itemName
    self.host = host
    self.port = port
    self.unit = unit
  }

  var probeText: String {
    var lines = [
      "  - name: \(ServiceCandidate.quoted(name))", "    kind: \(kind)", "    item: \(ServiceCandidate.quoted(item))",
    ]
    lines.append("    settings:")
    lines += order.map { "      \($0): \(settings[$0] ?? "")" }
    return lines.joined(separator: "\n")
  }

  var itemText: String {
    var lines = [
      "  - id: \(ServiceCandidate.quoted(item))", "    class: \(className)",
      "    name: \(ServiceCandidate.quoted(itemName))",
    ]
    if let port { lines.append("    attributes: {port: \"\(port)\"}") }
    if let host { lines.append("    runs-on: \(ServiceCandidate.quoted(host))") }
    return lines.joined(separator: "\n")
  }

  /// The probe as it would be read; what is written is what was tried.
  static func definition(_ check: ServiceCandidate, name: String = "discovery") -> ProbeDefinition? {
    let settings = check.settings.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
    let text = "{name: \(ServiceCandidate.quoted(name)), kind: \(check.kind), timeout: 3s, settings: {\(settings)}}"
    guard let document = try? SettingsDocument(text: text, file: "discovery"), let root = document.root else {
      return nil
    }
    return try? SettingsDecoder.decode(ProbeDefinition.self, from: root, of: document).perTarget.first
  }
}

/// Proposals against what is configured.
struct DiscoveryDiff: Encodable {
  struct Watched: Encodable, Equatable {
    let service: String
    let target: String
    /// The name of the probe.
    let by: String
  }

  struct Gone: Encodable, Equatable {
    /// The name of the probe.
    let name: String
    let kind: String
    let target: String
  }

  private(set) var new: [Proposal] = []
  private(set) var watched: [Watched] = []
  private(set) var gone: [Gone] = []
  /// Targets that gave no answer to any check.
  private(set) var silent: [String] = []

  var isEmpty: Bool { new.isEmpty && gone.isEmpty }

  private enum CodingKeys: String, CodingKey { case new, watched, gone, silent }

  mutating func add(_ proposal: Proposal) { new.append(proposal) }
  mutating func add(_ known: Watched) { watched.append(known) }
  mutating func add(gone probe: Gone) { gone.append(probe) }
  mutating func add(silent target: String) { silent.append(target) }

  var probesText: String { "probes:\n" + new.map(\.probeText).joined(separator: "\n") + "\n" }

  var itemsText: String {
    var seen: Set<String> = []
    let items = new.filter { seen.insert($0.item).inserted }
    return "items:\n" + items.map(\.itemText).joined(separator: "\n") + "\n"
  }
}

/// A place that a probe asks, in one spelling: this host is `localhost` whatever it is called.
struct WatchedPlace: Hashable {
  let text: String
  let isOnHost: Bool
  let port: Int?

  init?(_ definition: ProbeDefinition, hostName: String) {
    guard let network = definition.settings.network else { return nil }
    var rest = network.address[...]
    var standard = Self.ports[definition.kind]
    if let scheme = rest.firstRange(of: "://") {
      standard = rest[..<scheme.lowerBound] == "https" ? 443 : 80
      rest = rest[scheme.upperBound...]
    }
    rest = rest.prefix { $0 != "/" && $0 != "?" }
    var host = rest
    if !rest.hasSuffix("]"), let colon = rest.lastIndex(of: ":") {
      host = rest[..<colon]
      standard = Int(rest[rest.index(after: colon)...]) ?? standard
    }
    isOnHost = network.isOnHost(named: hostName)
    port = standard
    text = (isOnHost ? "localhost" : host.lowercased()) + (standard.map { ":\($0)" } ?? "")
  }

  private static let ports = [
    "ssh": 22, "smtp": 25, "dns": 53, "pop3": 110, "ntp": 123, "imap": 143, "snmp": 161, "ldap": 389, "ftp": 21,
    "mysql": 3306, "postgresql": 5432, "redis": 6379,
  ]
}
