internal import PromQL
internal import Telemetry
internal import WebInterface

/// What a host says of itself at one moment. `nil` is unknown, never zero.
struct HostFigures: Sendable {
  /// 0 to 100: the share that is neither idle nor waiting.
  var cpuPercent: Double?
  var cores: Double?
  var memoryBytes: Double?
  var memoryPercent: Double?
  var load: Double?
  /// 0 to 100: how long some process waited for a disk.
  var pressurePercent: Double?
  var filesystems: [Filesystem] = []
  /// Read and written, by device.
  var disks: [String: Double] = [:]
  /// Received and sent, by device.
  var networks: [String: Double] = [:]
  var lastSample: Timestamp?

  struct Filesystem: Equatable, Sendable {
    let mountpoint: String
    let sizeBytes: Double
    let availableBytes: Double
    /// Bytes that become free each second, over the last hours; `nil` while there is too little to tell.
    var slope: Double?

    var usedPercent: Double { sizeBytes > 0 ? 100 * (1 - availableBytes / sizeBytes) : 0 }

    /// Until it is full at this pace.
    var secondsLeft: Double? {
      guard let slope, slope < 0 else { return nil }
      return availableBytes / -slope
    }
  }

  /// The fullest.
  var worstFilesystem: Filesystem? { filesystems.max { $0.usedPercent < $1.usedPercent } }
  var busiestDisk: (device: String, rate: Double)? { Self.busiest(disks) }
  var busiestNetwork: (device: String, rate: Double)? { Self.busiest(networks) }

  private static func busiest(_ rates: [String: Double]) -> (device: String, rate: Double)? {
    rates.max { ($0.value, $1.key) < ($1.value, $0.key) }.map { (device: $0.key, rate: $0.value) }
  }
}

/// What is asked to know `HostFigures`, for all hosts in one query each.
enum HostFigureQuery: CaseIterable {
  case cpu, cores, memoryTotal, memoryAvailable, load, pressure, size, available, slope, span, disk, network, seen

  /// A forecast looks back so far.
  static let outlookSpan = Duration.seconds(6 * 3600)
  /// Less than this is too little for a forecast.
  static let outlookLeast = Duration.seconds(3 * 3600)

  /// - Parameter instance: `nil` for all hosts.
  func query(instance: String?, interval: Duration) -> String {
    let host = instance.map { "instance=\(LabelSet.quoted($0))" } ?? "instance!=\"\""
    let span = "[\(ChartGrid.window(step: .zero, interval: interval).notation)]"
    let outlook = "[\(Self.outlookSpan.notation)]"
    func rates(_ first: String, _ second: String) -> String {
      "rate(\(first){\(host)}\(span)) + rate(\(second){\(host)}\(span))"
    }
    switch self {
    case .cpu:
      return "100 * (1 - sum by (instance) (rate(node_cpu_seconds_total{\(host),mode=~\"idle|iowait|steal\"}\(span)))"
        + " / count by (instance) (node_cpu_seconds_total{\(host),mode=\"idle\"}))"
    case .cores: return "count by (instance) (node_cpu_seconds_total{\(host),mode=\"idle\"})"
    case .memoryTotal: return "node_memory_MemTotal_bytes{\(host)}"
    case .memoryAvailable: return "node_memory_MemAvailable_bytes{\(host)}"
    case .load: return "node_load1{\(host)}"
    case .pressure: return "100 * rate(node_pressure_io_waiting_seconds_total{\(host)}\(span))"
    case .size: return "node_filesystem_size_bytes{\(host),fstype!~\"tmpfs|ramfs\"}"
    case .available: return "node_filesystem_avail_bytes{\(host),fstype!~\"tmpfs|ramfs\"}"
    case .slope: return "deriv(node_filesystem_avail_bytes{\(host),fstype!~\"tmpfs|ramfs\"}\(outlook))"
    // The age of the oldest sample that the forecast sees.
    case .span:
      return "time() - min_over_time(timestamp(node_filesystem_avail_bytes{\(host),fstype!~\"tmpfs|ramfs\"})"
        + "[\(Self.outlookSpan.notation):5m])"
    case .disk: return rates("node_disk_read_bytes_total", "node_disk_written_bytes_total")
    case .network: return rates("node_network_receive_bytes_total", "node_network_transmit_bytes_total")
    case .seen: return "max by (instance) (timestamp(node_time_seconds{\(host)}))"
    }
  }

  /// Cheap enough for a list of all hosts.
  static let brief: [HostFigureQuery] = [.cpu, .memoryTotal, .memoryAvailable, .size, .available, .seen]
}

extension HostFigures {
  /// - Parameter answers: of `HostFigureQuery`, those of one host.
  init(_ answers: [HostFigureQuery: [VectorElement]]) {
    func value(_ query: HostFigureQuery) -> Double? {
      answers[query]?.first.flatMap { $0.value.isFinite ? $0.value : nil }
    }
    cpuPercent = value(.cpu).map { min(100, max(0, $0)) }
    cores = value(.cores)
    memoryBytes = value(.memoryTotal)
    if let total = memoryBytes, total > 0, let available = value(.memoryAvailable) {
      memoryPercent = 100 * (1 - available / total)
    }
    load = value(.load)
    pressurePercent = value(.pressure)
    disks = Self.byDevice(answers[.disk] ?? []) { _ in true }
    networks = Self.byDevice(answers[.network] ?? [], isWanted: HostDevices.isNetworkShown)
    lastSample = value(.seen).map { Timestamp(seconds: $0) }
    filesystems = Self.filesystems(answers)
  }

  private static func byDevice(_ elements: [VectorElement], isWanted: (String) -> Bool) -> [String: Double] {
    var found: [String: Double] = [:]
    for element in elements where element.value.isFinite {
      guard let device = element.labels["device"], isWanted(device) else { continue }
      found[device] = element.value
    }
    return found
  }

  private static func filesystems(_ answers: [HostFigureQuery: [VectorElement]]) -> [Filesystem] {
    func values(_ query: HostFigureQuery) -> [String: Double] {
      Dictionary(
        (answers[query] ?? []).map { ($0.labels["mountpoint"] ?? "", $0.value) },
        uniquingKeysWith: { first, _ in first })
    }
    let (available, slopes, spans) = (values(.available), values(.slope), values(.span))
    return values(.size).compactMap { mountpoint, size -> Filesystem? in
      guard size > 0, let left = available[mountpoint] else { return nil }
      let isTold = (spans[mountpoint] ?? 0) >= HostFigureQuery.outlookLeast.inSeconds
      return Filesystem(
        mountpoint: mountpoint, sizeBytes: size, availableBytes: left,
        slope: isTold ? slopes[mountpoint].flatMap { $0.isFinite ? $0 : nil } : nil)
    }.sorted { $0.mountpoint < $1.mountpoint }
  }
}

/// Which devices are worth a chart.
enum HostDevices {
  /// Charts of one kind; more devices are left out.
  static let shownMax = 24

  /// Whether an interface may carry what leaves the host: not the loop, not the inner side of a bridge.
  static func isNetworkShown(_ device: String) -> Bool {
    device != "lo" && !["veth", "docker", "br-", "cali", "vnet", "virbr"].contains { device.hasPrefix($0) }
  }

  /// - Parameter values: of all its series in the range.
  static func isNetworkShown(_ device: String, _ values: [[Double]]) -> Bool {
    isNetworkShown(device)
      && (isMoving(values) || !isVirtual(device, ["ifb", "dummy", "sit", "tunl", "ip6tnl", "gre"]))
  }

  /// - Parameter values: of all its series in the range.
  static func isDiskShown(_ device: String, _ values: [[Double]]) -> Bool {
    isMoving(values) || !isVirtual(device, ["zram", "loop", "ram", "fd", "sr"])
  }

  /// Made by the kernel and mostly idle: shown only when something moves on it.
  private static func isVirtual(_ device: String, _ kinds: [String]) -> Bool {
    kinds.contains { kind in device.hasPrefix(kind) && device.dropFirst(kind.count).allSatisfy(\.isNumber) }
  }

  private static func isMoving(_ values: [[Double]]) -> Bool {
    values.contains { $0.contains { $0.isFinite && $0 > 0 } }
  }
}
