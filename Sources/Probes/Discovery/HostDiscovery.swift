internal import Glibc
internal import Telemetry

/// What this host is and consists of, as plain values: the CMDB decides what becomes an item.
public struct HostFindings: Sendable, Equatable {
  public struct Filesystem: Sendable, Equatable {
    public let device: String
    public let mountPoint: String
    public let type: String
    public let sizeBytes: Double
  }

  public struct Interface: Sendable, Equatable {
    public let name: String
    /// Empty when the kernel shows none.
    public let hardwareAddress: String
    /// In megabits per second; `nil` when unknown, as with most virtual cards.
    public let speedMegabits: Int?
  }

  public struct Listener: Sendable, Equatable, Hashable {
    public let port: Int
    /// Whether an address beyond the loopback is bound.
    public let isReachable: Bool
    /// `nil` when the owner's descriptors are not readable for us.
    public let processName: String?
    /// Where a program of this host reaches it.
    public var address = "127.0.0.1"
    /// Of systemd, for example `nginx.service`; `nil` when it is none's, or not readable.
    public var unit: String?
    /// `nil` when the owner's descriptors are not readable for us, and where a restart is to change nothing.
    public var processID: Int?
  }

  /// A socket in the file system that somebody listens on.
  public struct LocalSocket: Sendable, Equatable, Hashable {
    public let path: String
    /// `nil` when the owner's descriptors are not readable for us; so are the next two.
    public let processName: String?
    public var processID: Int?
    /// Of systemd.
    public var unit: String?

    public init(path: String, processName: String?, processID: Int? = nil, unit: String? = nil) {
      (self.path, self.processName, self.processID, self.unit) = (path, processName, processID, unit)
    }
  }

  public var hostName = ""
  /// Of systemd; empty when the file is absent.
  public var machineID = ""
  public var kernel = ""
  public var architecture = ""
  public var operatingSystem = ""
  /// For example `debian` and `12`.
  public var operatingSystemID = ""
  public var operatingSystemVersion = ""
  public var processors = 0
  public var memoryBytes = 0.0
  public var bootedAtSeconds = 0.0
  public var filesystems: [Filesystem] = []
  /// Mount points whose file system did not answer: they are there, but nothing is known of them.
  public var silentMounts: [String] = []
  public var interfaces: [Interface] = []
  public var listeners: [Listener] = []
  /// False when the look did not end in time: then only the host's names are known.
  public var isComplete = true

  public init() {}
}

/// Who serves others on this host.
public struct HostServices: Sendable {
  /// TCP.
  public let streams: [HostFindings.Listener]
  /// UDP.
  public let datagrams: [HostFindings.Listener]
  /// Sockets in the file system, by path.
  public let sockets: [HostFindings.LocalSocket]
  /// Names of all processes.
  public let processes: Set<String>

  public init(
    streams: [HostFindings.Listener], datagrams: [HostFindings.Listener] = [],
    sockets: [HostFindings.LocalSocket] = [], processes: Set<String> = []
  ) {
    self.sockets = sockets
    self.streams = streams
    self.datagrams = datagrams
    self.processes = processes
  }
}

/// Looks at this host. Blocking and slow (tens of milliseconds): for start and for once in some minutes.
public struct HostDiscovery: Sendable {
  private let settings: LinuxHostSettings

  public init(_ settings: LinuxHostSettings = LinuxHostSettings()) { self.settings = settings }

  public func look() -> HostFindings {
    var findings = Self.names()
    findings.machineID = firstLine(settings.root + "/etc/machine-id")
    let release = OSRelease.fields(text(settings.root + "/etc/os-release"))
    findings.operatingSystem = release["PRETTY_NAME"] ?? ""
    findings.operatingSystemID = release["ID"] ?? ""
    findings.operatingSystemVersion = release["VERSION_ID"] ?? ""
    readFigures(into: &findings)
    findings.interfaces = interfaces()
    findings.listeners = ListenerScan(proc: settings.proc).listeners()
    return findings
  }

  /// A closer look at who listens, for a person who asks.
  public func services() -> HostServices {
    let scan = ListenerScan(proc: settings.proc, owners: .withUnits)
    let processes = Folder.names(in: settings.proc).filter { $0.allSatisfy(\.isNumber) }
      .prefix(ListenerScan.processesMax)
    return HostServices(
      streams: scan.listeners(), datagrams: scan.datagrams(), sockets: scan.sockets(),
      processes: Set(processes.map { firstLine("\(settings.proc)/\($0)/comm") }))
  }

  /// What the kernel says without a look at any file.
  static func names() -> HostFindings {
    let names = HostIdentity.kernelNames()
    var findings = HostFindings()
    findings.hostName = names.node
    findings.kernel = names.release
    findings.architecture = names.machine
    return findings
  }

  /// Takes what the sampler knows rather than parsing the same files twice.
  private func readFigures(into findings: inout HostFindings) {
    var processors: Set<String> = []
    let collectors = settings.collectors.only(["cpu", "filesystem", "meminfo", "stat"])
    for sample in HostSampler(proc: settings.proc, sys: settings.sys, root: settings.root, collectors).sample() {
      switch sample.series.metric {
      case "node_cpu_seconds_total": processors.insert(sample.series["cpu"] ?? "")
      case "node_memory_MemTotal_bytes": findings.memoryBytes = sample.value
      case "node_boot_time_seconds": findings.bootedAtSeconds = sample.value
      case "node_filesystem_size_bytes":
        let device = sample.series["device"] ?? ""
        let type = sample.series["fstype"] ?? ""
        // Memory-backed mounts come and go; they are measured, but they are no items.
        guard !["tmpfs", "ramfs", "overlay"].contains(type), sample.value > 0 else { continue }
        findings.filesystems.append(
          HostFindings.Filesystem(
            device: device, mountPoint: sample.series["mountpoint"] ?? "", type: type, sizeBytes: sample.value))
      case "node_filesystem_device_error" where sample.value > 0:
        findings.silentMounts.append(sample.series["mountpoint"] ?? "")
      default: break
      }
    }
    findings.silentMounts.sort()
    findings.processors = processors.count
    findings.filesystems.sort { $0.mountPoint < $1.mountPoint }
  }

  /// Physical and virtual cards have a device behind them; bridges, loopback and container pairs have not.
  private func interfaces() -> [HostFindings.Interface] {
    let folder = settings.sys + "/class/net"
    return Folder.names(in: folder).compactMap { name in
      guard access("\(folder)/\(name)/device", F_OK) == 0 else { return nil }
      let speed = Int(firstLine("\(folder)/\(name)/speed"))
      return HostFindings.Interface(
        name: name, hardwareAddress: firstLine("\(folder)/\(name)/address"),
        speedMegabits: speed.flatMap { $0 > 0 ? $0 : nil })
    }
  }

  private func firstLine(_ path: String) -> String {
    text(path).split(separator: "\n").first.map(String.init) ?? ""
  }

  private func text(_ path: String) -> String { ProcFile.text(at: path) ?? "" }
}

enum Folder {
  /// The names in a folder, ascending, without the dots; empty when it cannot be read.
  static func names(in path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }
}
