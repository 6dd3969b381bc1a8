internal import Telemetry

/// Which groups of figures of this host are collected, and of which devices, in node_exporter's terms.
struct HostCollectorSettings: Decodable, Hashable, Sendable {
  /// Added to the default set.
  var enable: Set<String> = []
  /// Left out of it.
  var disable: Set<String> = []
  var filesystem = FilesystemFilter()
  var disks = DeviceFilter(exclude: #"^(ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\d+n\d+p)\d+$"#)
  var interfaces = DeviceFilter()
  var neighbours = DeviceFilter()
  var links = IgnoredDevices()
  var tapes = IgnoredDevices()
  var powerSupplies = IgnoredDevices()
  var netstat = FieldChoice(ProtocolCollector.fieldsDefault)
  var vmstat = FieldChoice("^(oom_kill|pgpg|pswp|pg.*fault).*")
  var systemd = UnitFilter()
  /// Read only when the block is there, or `enable` names the collector.
  var processes: ProcessGroupSettings?

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case enable, disable, filesystem, netstat, vmstat, arp, systemd
    case processes = "process_groups"
    case disks = "diskstats"
    case interfaces = "netdev"
    case links = "netclass"
    case tapes = "tapestats"
    case powerSupplies = "powersupplyclass"
  }

  init() {}

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    enable = try Self.names(fields, .enable)
    disable = try Self.names(fields, .disable)
    filesystem = try fields.decodeIfPresent(FilesystemFilter.self, forKey: .filesystem) ?? filesystem
    disks = try fields.decodeIfPresent(DeviceFilter.self, forKey: .disks) ?? disks
    interfaces = try fields.decodeIfPresent(DeviceFilter.self, forKey: .interfaces) ?? interfaces
    neighbours = try fields.decodeIfPresent(DeviceFilter.self, forKey: .arp) ?? neighbours
    links = try fields.decodeIfPresent(IgnoredDevices.self, forKey: .links) ?? links
    tapes = try fields.decodeIfPresent(IgnoredDevices.self, forKey: .tapes) ?? tapes
    powerSupplies = try fields.decodeIfPresent(IgnoredDevices.self, forKey: .powerSupplies) ?? powerSupplies
    netstat = try fields.decodeIfPresent(FieldChoice.self, forKey: .netstat) ?? netstat
    systemd = try fields.decodeIfPresent(UnitFilter.self, forKey: .systemd) ?? systemd
    processes = try fields.decodeIfPresent(ProcessGroupSettings.self, forKey: .processes)
    vmstat = try fields.decodeIfPresent(FieldChoice.self, forKey: .vmstat) ?? vmstat
  }

  private static func names(_ fields: KeyedDecodingContainer<CodingKeys>, _ key: CodingKeys) throws -> Set<String> {
    let names = try fields.decodeIfPresent([String].self, forKey: key) ?? []
    let known = HostCollectorCatalog.entries.map(\.name)
    if let wrong = names.first(where: { !known.contains($0) }) {
      throw fields.problem(
        key, "fault.host.collector", ["word": wrong, "known": Spelling.argument(for: wrong, among: known)])
    }
    return Set(names)
  }

  /// The same filters for a few collectors.
  func only(_ names: Set<String>) -> HostCollectorSettings {
    var few = self
    few.enable = names
    few.disable = Set(HostCollectorCatalog.entries.map(\.name)).subtracting(names)
    few.processes = nil
    return few
  }

  func isWanted(_ entry: HostCollectorCatalog.Entry) -> Bool {
    enable.contains(entry.name) || (entry.name == "process_groups" && processes != nil)
      || (entry.isDefault && !disable.contains(entry.name))
  }
}

/// A regular expression of a settings file; like node_exporter's it may match anywhere.
struct PatternSetting: Decodable, Hashable, Sendable {
  let pattern: Pattern

  init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    do {
      pattern = try Pattern(text)
    } catch {
      throw DecodingError.refused(error.fault, at: decoder.codingPath)
    }
  }

  /// For the program's own patterns.
  init(own text: String) {
    do { pattern = try Pattern(text) } catch { preconditionFailure("\(text): \(error)") }
  }

  func matches(_ text: String) -> Bool { pattern.firstMatch(in: Array(text.utf8)) != nil }
}

/// Devices by name: those that match `device_include`, without those that match `device_exclude`.
struct DeviceFilter: Decodable, Hashable, Sendable {
  var include: PatternSetting?
  var exclude: PatternSetting?

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case include = "device_include"
    case exclude = "device_exclude"
  }

  init(exclude: String? = nil) { self.exclude = exclude.map { PatternSetting(own: $0) } }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    include = try fields.decodeIfPresent(PatternSetting.self, forKey: .include)
    exclude = try fields.decodeIfPresent(PatternSetting.self, forKey: .exclude)
  }

  func accepts(_ device: String) -> Bool { include?.matches(device) ?? true && !(exclude?.matches(device) ?? false) }
}

/// Mounted file systems by mount point and type.
struct FilesystemFilter: Decodable, Hashable, Sendable {
  /// The defaults are node_exporter's.
  var mountPoints = PatternSetting(
    own: "^/(dev|proc|run/credentials/.+|sys|var/lib/docker/.+|var/lib/containers/storage/.+)($|/)")
  var types = PatternSetting(
    own: "^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fusectl|hugetlbfs|iso9660|mqueue|nsfs"
      + "|overlay|proc|procfs|pstore|rpc_pipefs|securityfs|selinuxfs|squashfs|sysfs|tracefs)$")

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case mountPoints = "mount_points_exclude"
    case types = "fs_types_exclude"
  }

  init() {}

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    mountPoints = try fields.decodeIfPresent(PatternSetting.self, forKey: .mountPoints) ?? mountPoints
    types = try fields.decodeIfPresent(PatternSetting.self, forKey: .types) ?? types
  }

  func accepts(mountPoint: String, type: String) -> Bool { !mountPoints.matches(mountPoint) && !types.matches(type) }
}

/// Devices that are left out, all others are in.
struct IgnoredDevices: Decodable, Hashable, Sendable {
  var ignored: PatternSetting?

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case ignored = "ignored_devices"
  }

  init() {}

  init(from decoder: any Decoder) throws {
    ignored = try decoder.container(keyedBy: CodingKeys.self).decodeIfPresent(PatternSetting.self, forKey: .ignored)
  }
}

/// The fields of a table that become series.
struct FieldChoice: Decodable, Hashable, Sendable {
  var fields: PatternSetting

  private enum CodingKeys: String, CodingKey, CaseIterable { case fields }

  init(_ pattern: String) { fields = PatternSetting(own: pattern) }

  init(from decoder: any Decoder) throws {
    fields = try decoder.container(keyedBy: CodingKeys.self).decode(PatternSetting.self, forKey: .fields)
  }
}
