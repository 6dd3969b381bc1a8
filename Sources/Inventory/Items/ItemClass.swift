/// What kind of thing an item is: which attributes it has, how discovery names its children.
public struct ItemClass: Hashable, Sendable {
  /// What an observation of an attribute is.
  public enum AttributeMode: String, Hashable, Sendable {
    /// A number that belongs in the sample store.
    case series
    /// Recorded as a fact when it changed.
    case stable
    /// Seen, but of no interest.
    case ignored
  }

  /// For example `filesystem`: the word in ids, files and pages.
  public let name: String
  /// The label by which an alert names this child of its target's item, for example `mountpoint`.
  public let identityLabel: String?
  public let attributes: [String: AttributeMode]
  /// Attributes whose value is a comma-separated set: order and case of no meaning.
  public let sets: Set<String>

  init(
    _ name: String, identity: String? = nil, stable: [String] = [], sets: Set<String> = [], series: [String] = [],
    ignored: [String] = []
  ) {
    self.name = name
    identityLabel = identity
    var modes: [String: AttributeMode] = [:]
    for attribute in stable { modes[attribute] = .stable }
    for attribute in sets { modes[attribute] = .stable }
    for attribute in series { modes[attribute] = .series }
    for attribute in ignored { modes[attribute] = .ignored }
    attributes = modes
    self.sets = sets
  }

  /// An attribute that the class does not list is ignored.
  public func mode(of attribute: String) -> AttributeMode { attributes[attribute] ?? .ignored }

  /// The longest value that is recorded; the rest is cut and an ellipsis says so. The value is 4 KiB.
  public static let valueBytesMax = 4 << 10

  /// One spelling for equal values: white space trimmed and joined, sets sorted.
  public func normalise(_ value: String, of attribute: String) -> String {
    let spelled = spell(value, of: attribute)
    guard spelled.utf8.count > Self.valueBytesMax else { return spelled }
    var kept = 0
    let head = spelled.prefix { character in
      kept += character.utf8.count
      return kept <= Self.valueBytesMax
    }
    return head + "…"
  }

  private func spell(_ value: String, of attribute: String) -> String {
    guard sets.contains(attribute) else { return Self.joined(value) }
    let members = value.split(separator: ",").map { Self.joined(String($0)).lowercased() }.filter { !$0.isEmpty }
    return Set(members).sorted().joined(separator: ",")
  }

  private static func joined(_ text: String) -> String {
    text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}

extension ItemClass {
  /// The list: a new class is one line here. The order is the order in which an alert's labels are tried.
  public static let catalogue: [ItemClass] = [
    ItemClass(
      "host",
      stable: [
        "hostname", "machine_id", "serial", "vendor", "model", "os", "os_version", "kernel", "architecture",
        "cpu_model", "cpu_count", "memory_bytes", "virtualisation", "timezone",
      ], sets: ["addresses"], series: ["load", "uptime"], ignored: ["boot_time"]),
    ItemClass(
      "filesystem", identity: "mountpoint",
      stable: ["device", "fstype", "size_bytes", "options", "uuid"], series: ["free_bytes", "files_free"]),
    ItemClass(
      "interface", identity: "device",
      stable: ["address", "mtu", "speed", "duplex", "driver", "kind"], sets: ["addresses"],
      series: ["carrier", "operstate"]),
    ItemClass(
      "disk", identity: "device", stable: ["serial", "model", "vendor", "size_bytes", "firmware", "rotational"]),
    ItemClass("unit", identity: "name", stable: ["description", "type", "enabled"], series: ["state"]),
    ItemClass(
      "certificate", identity: "serial",
      stable: ["subject", "issuer", "not_after", "not_before", "key_type", "fingerprint"], sets: ["names"]),
    ItemClass("endpoint", stable: ["url", "address", "server", "tls_version"], sets: ["addresses"]),
    ItemClass("service", stable: ["version", "port"]),
    ItemClass("application", stable: ["version", "vendor"]),
    ItemClass("database", stable: ["version", "role", "port", "encoding"], series: ["size_bytes"]),
    ItemClass("virtual-machine", stable: ["uuid", "hypervisor", "cpu_count", "memory_bytes"]),
    ItemClass(
      "network-device", stable: ["serial", "model", "vendor", "firmware", "sysname", "location"],
      sets: ["addresses"], ignored: ["contact"]),
    ItemClass("power", stable: ["serial", "model", "vendor", "capacity_va"], series: ["charge", "load"]),
    ItemClass("site", stable: ["address"]),
    ItemClass("collector", stable: ["version"]),
    ItemClass("users", stable: ["department"]),
  ]

  private static let byName = Dictionary(uniqueKeysWithValues: catalogue.map { ($0.name, $0) })

  public static func named(_ name: String) -> ItemClass? { byName[name] }

  /// Classes whose items are found below a target's item by a label of the alert.
  public static let identified = catalogue.filter { $0.identityLabel != nil }

  /// Whether a discovered thing comes and goes too often to be an item.
  ///
  /// - Source: architecture decision 11.
  public static func isTransient(_ className: String, identity: String, attributes: [String: String]) -> Bool {
    switch className {
    case "interface":
      identity == "lo"
        || ["veth", "docker", "br-", "cali", "flannel", "cni", "vnet", "tap", "tun", "virbr"].contains {
          identity.hasPrefix($0)
        }
    case "filesystem": transientFilesystems.contains(attributes["fstype"] ?? "")
    case "unit": identity.hasSuffix(".scope") || identity.hasPrefix("session-") || identity.hasPrefix("user@")
    case "disk": ["loop", "ram", "zram", "dm-"].contains { identity.hasPrefix($0) }
    default: false
    }
  }

  private static let transientFilesystems: Set<String> = [
    "tmpfs", "overlay", "devtmpfs", "squashfs", "proc", "sysfs", "cgroup", "cgroup2", "devpts", "autofs", "mqueue",
    "debugfs", "tracefs", "securityfs", "pstore", "bpf", "configfs", "fusectl", "hugetlbfs", "nsfs", "ramfs",
    "rpc_pipefs", "binfmt_misc", "efivarfs", "aufs",
  ]
}
