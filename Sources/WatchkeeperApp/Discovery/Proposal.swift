internal import Glibc
internal import Probes
internal import Telemetry
internal import Wording

/// A probe, with the item that it looks at, which nobody has written yet.
struct Proposal: Encodable, Equatable {
  let name: String
  let kind: String
  /// What the probe begins with; `nil`: it is written out.
  let template: String?
  /// As YAML has them.
  let settings: [String: String]
  let item: String
  /// What people read of the target.
  let target: String
  /// Of systemd.
  let unit: String?
  /// The name of the note; the words are the reader's.
  private(set) var note: String?

  fileprivate private(set) var check: ServiceCandidate
  fileprivate let className: String
  fileprivate let itemName: String
  fileprivate let host: String?
  fileprivate let port: Int?

  private enum CodingKeys: String, CodingKey { case name, kind, template, settings, item, target, unit, note }

  /// - Parameters:
  ///   - item: the item that is looked at.
  ///   - host: the item that it runs on; `nil`: the item is a host itself.
  init(
    _ name: String, _ check: ServiceCandidate, target: String, item: String, className: String, itemName: String,
    on host: String?, port: Int? = nil, unit: String? = nil
  ) {
    self.name = name
    self.check = check
    kind = check.kind
    template = check.template
    settings = Dictionary(check.settings.map { ($0.key, $0.value) }) { first, _ in first }
    note = check.note?.name
    self.target = target
    self.item = item
    self.className = className
    self.itemName = itemName
    self.host = host
    self.port = port
    self.unit = unit
  }

  /// Whether somebody has to do something before it can be well.
  var isToFillIn: Bool { check.note?.standing == .toFillIn }

  /// What would give its numbers is there already.
  fileprivate mutating func dropHint() {
    check = check.noting(nil)
    note = nil
  }

  func probeText(_ reader: Reader) -> String {
    let note = check.note?.text(reader).split(separator: "\n").map { "  # \($0)" } ?? []
    var lines = note + ["  - name: \(ServiceCandidate.quoted(name))"]
    lines.append(template.map { "    template: \($0)" } ?? "    kind: \(kind)")
    lines.append("    item: \(ServiceCandidate.quoted(item))")
    if !check.settings.isEmpty { lines.append("    settings:") }
    lines += check.settings.map { "      \($0.key): \($0.value)" }
    return lines.joined(separator: "\n")
  }

  /// - Parameter ports: of all proposals for the item.
  fileprivate func itemText(_ ports: [Int]) -> String {
    var lines = [
      "  - id: \(ServiceCandidate.quoted(item))", "    class: \(className)",
      "    name: \(ServiceCandidate.quoted(itemName))",
    ]
    let list = ports.map(String.init).joined(separator: ", ")
    if !ports.isEmpty { lines.append("    attributes: {\(ports.count == 1 ? "port" : "ports"): \"\(list)\"}") }
    if let host { lines.append("    runs-on: \(ServiceCandidate.quoted(host))") }
    return lines.joined(separator: "\n")
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
  /// Items that the CMDB has: they are not declared once more.
  private var knownItems: Set<String> = []

  init(knowing items: Set<String> = []) { knownItems = items }

  var isEmpty: Bool { new.isEmpty && gone.isEmpty }

  private enum CodingKeys: String, CodingKey { case new, watched, gone, silent }

  mutating func add(_ proposal: Proposal) { new.append(proposal) }

  /// Nobody is told to set up what answers at another port already.
  mutating func dropAnsweredHints() {
    let there = Set(new.compactMap(\.template))
    for index in new.indices where new[index].template == nil && !new[index].isToFillIn {
      if let note = new[index].note, there.contains(note) { new[index].dropHint() }
    }
  }

  mutating func add(_ known: Watched) { watched.append(known) }
  mutating func add(gone probe: Gone) { gone.append(probe) }
  mutating func add(silent target: String) { silent.append(target) }

  func probesText(_ reader: Reader) -> String {
    "probes:\n" + new.map { $0.probeText(reader) }.joined(separator: "\n") + "\n"
  }

  /// One item for all that answers of one service, or of one address; `nil` when the CMDB has them all.
  var itemsText: String? {
    var seen = knownItems
    let items = new.filter { seen.insert($0.item).inserted }
    guard !items.isEmpty else { return nil }
    let texts = items.map { item in
      item.itemText(Set(new.filter { $0.item == item.item }.compactMap(\.port)).sorted())
    }
    return "items:\n" + texts.joined(separator: "\n") + "\n"
  }
}

/// A place that a probe asks, in one spelling: this host is `localhost` whatever it is called.
struct WatchedPlace: Hashable {
  let text: String
  let isOnHost: Bool
  let port: Int?
  /// Of a socket of this host.
  let path: String?

  init?(_ definition: ProbeDefinition, hostName: String) {
    if let path = definition.settings.localSocket {
      self.init(socket: path)
      return
    }
    guard let network = definition.settings.network else { return nil }
    var rest = network.address[...]
    var standard = Self.ports[definition.kind]
    if let scheme = rest.firstRange(of: "://") {
      standard = rest[..<scheme.lowerBound] == "https" ? 443 : 80
      rest = rest[scheme.upperBound...]
    }
    rest = rest.prefix { $0 != "/" && $0 != "?" }
    var host = rest
    // An address of IPv6 without brackets has no port behind it.
    let hasPort = !rest.hasSuffix("]") && (rest.hasPrefix("[") || rest.count { $0 == ":" } == 1)
    if hasPort, let colon = rest.lastIndex(of: ":") {
      host = rest[..<colon]
      standard = Int(rest[rest.index(after: colon)...]) ?? standard
    }
    let isOnHost = network.isOnHost(named: hostName)
    let bare = host.hasPrefix("[") && host.hasSuffix("]") ? host.dropFirst().dropLast() : host
    let name = isOnHost ? "localhost" : bare.contains(":") ? "[\(bare.lowercased())]" : bare.lowercased()
    self.init(text: name + (standard.map { ":\($0)" } ?? ""), isOnHost: isOnHost, port: standard, path: nil)
  }

  private init(text: String, isOnHost: Bool, port: Int?, path: String?) {
    (self.text, self.isOnHost, self.port, self.path) = (text, isOnHost, port, path)
  }

  /// A database is the same behind its socket and its port.
  init(socket path: String) {
    let name = SourcePath.name(of: path)
    let port = name == "mysqld.sock" ? 3306 : name.hasPrefix(".s.PGSQL.") ? Int(name.dropFirst(9)) : nil
    self.init(text: port.map { "localhost:\($0)" } ?? "unix:" + path, isOnHost: true, port: port, path: path)
  }

  /// Whether nobody serves this place of this host any more.
  ///
  /// - Parameter ports: those that are listened on.
  func isGone(_ ports: Set<Int>) -> Bool {
    if let path { return access(path, F_OK) != 0 && errno == ENOENT }
    return port.map { isOnHost && !ports.contains($0) } ?? false
  }

  private static let ports = [
    "ssh": 22, "smtp": 25, "dns": 53, "pop3": 110, "ntp": 123, "imap": 143, "snmp": 161, "ldap": 389, "ftp": 21,
    "mysql": 3306, "postgresql": 5432, "redis": 6379, "memcached": 11_211,
  ]
}
