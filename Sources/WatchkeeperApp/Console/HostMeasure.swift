internal import Telemetry
internal import WebInterface

/// One line of a host's charts: where it stands and what it asks for. Sums and maxima are named as such; disks and
/// interfaces are never averaged.
enum HostMeasure: String, CaseIterable, Sendable {
  case cpuUser, cpuSystem, cpuWait, cpuSteal
  case load1, load5, load15
  case memoryUsed, memoryCache, swapUsed
  case pressureCPU, pressureMemory, pressureIO
  case diskRead, diskWrite, diskReadWait, diskWriteWait
  case networkIn, networkOut

  /// Charts of one measure lie in one section.
  enum Section: String, CaseIterable { case cpu, load, memory, pressure, disks, network }

  /// The chart, or the first part of its name when every device has its own.
  var chart: String {
    switch self {
    case .cpuUser, .cpuSystem, .cpuWait, .cpuSteal: "cpu"
    case .load1, .load5, .load15: "load"
    case .memoryUsed, .memoryCache, .swapUsed: "memory"
    case .pressureCPU, .pressureMemory, .pressureIO: "pressure"
    case .diskRead, .diskWrite: "disk"
    case .diskReadWait, .diskWriteWait: "await"
    case .networkIn, .networkOut: "net"
    }
  }

  var isPerDevice: Bool { section == .disks || section == .network }

  var section: Section {
    switch self {
    case .cpuUser, .cpuSystem, .cpuWait, .cpuSteal: .cpu
    case .load1, .load5, .load15: .load
    case .memoryUsed, .memoryCache, .swapUsed: .memory
    case .pressureCPU, .pressureMemory, .pressureIO: .pressure
    case .diskRead, .diskWrite, .diskReadWait, .diskWriteWait: .disks
    case .networkIn, .networkOut: .network
    }
  }

  /// The series in its chart.
  var series: String {
    switch self {
    case .cpuUser: "user"
    case .cpuSystem: "system"
    case .cpuWait: "iowait"
    case .cpuSteal: "steal"
    case .load1, .load5, .load15: rawValue
    case .memoryUsed: "used"
    case .memoryCache: "cache"
    case .swapUsed: "swap"
    case .pressureCPU: "cpu"
    case .pressureMemory: "memory"
    case .pressureIO: "io"
    case .diskRead, .diskReadWait: "read"
    case .diskWrite, .diskWriteWait: "write"
    case .networkIn: "received"
    case .networkOut: "sent"
    }
  }

  var unit: ChartUnit {
    switch self {
    case .cpuUser, .cpuSystem, .cpuWait, .cpuSteal, .pressureCPU, .pressureMemory, .pressureIO: .percent
    case .load1, .load5, .load15: .plain
    case .memoryUsed, .memoryCache, .swapUsed: .bytes
    case .diskRead, .diskWrite, .networkIn, .networkOut: .bytesPerSecond
    case .diskReadWait, .diskWriteWait: .milliseconds
    }
  }

  /// The id of the chart that shows these labels.
  func chartID(of labels: LabelSet) -> String {
    isPerDevice ? "\(chart).\(labels["device"] ?? "")" : chart
  }

  // MARK: - PromQL

  /// - Parameters:
  ///   - instance: the label of the host's series.
  ///   - window: over which rates are taken.
  func query(instance: String, window: Duration) -> String {
    let host = "instance=\(LabelSet.quoted(instance))"
    let span = "[\(window.notation)]"
    func rate(_ metric: String) -> String { "rate(\(metric){\(host)}\(span))" }
    /// Of all processors together: their sum over their number.
    func mode(_ modes: String) -> String {
      "100 * sum(rate(node_cpu_seconds_total{\(host),mode=~\"\(modes)\"}\(span)))"
        + " / count(node_cpu_seconds_total{\(host),mode=\"idle\"})"
    }
    func wait(_ time: String, _ count: String) -> String { "1000 * \(rate(time)) / \(rate(count))" }
    switch self {
    case .cpuUser: return mode("user|nice")
    case .cpuSystem: return mode("system|irq|softirq")
    case .cpuWait: return mode("iowait")
    case .cpuSteal: return mode("steal")
    case .load1: return "node_load1{\(host)}"
    case .load5: return "node_load5{\(host)}"
    case .load15: return "node_load15{\(host)}"
    case .memoryUsed: return "node_memory_MemTotal_bytes{\(host)} - node_memory_MemAvailable_bytes{\(host)}"
    case .memoryCache: return "node_memory_Cached_bytes{\(host)} + node_memory_Buffers_bytes{\(host)}"
    case .swapUsed: return "node_memory_SwapTotal_bytes{\(host)} - node_memory_SwapFree_bytes{\(host)}"
    case .pressureCPU: return "100 * " + rate("node_pressure_cpu_waiting_seconds_total")
    case .pressureMemory: return "100 * " + rate("node_pressure_memory_waiting_seconds_total")
    case .pressureIO: return "100 * " + rate("node_pressure_io_waiting_seconds_total")
    case .diskRead: return rate("node_disk_read_bytes_total")
    case .diskWrite: return rate("node_disk_written_bytes_total")
    case .diskReadWait: return wait("node_disk_read_time_seconds_total", "node_disk_reads_completed_total")
    case .diskWriteWait: return wait("node_disk_write_time_seconds_total", "node_disk_writes_completed_total")
    case .networkIn: return rate("node_network_receive_bytes_total")
    case .networkOut: return rate("node_network_transmit_bytes_total")
    }
  }
}
