internal import Glibc
internal import Telemetry

/// `node_arp_entries`: the neighbours of each interface.
final class NeighbourCollector: HostCollector {
  let name = "arp"
  private let file: ProcFile
  private let filter: DeviceFilter
  private var slots = KeyedSlots()
  private var counts: [(slot: Int, count: Double)] = []

  init(_ system: HostFiles, _ filter: DeviceFilter) {
    file = ProcFile(system.proc + "/net/arp")
    self.filter = filter
  }

  func collect(from system: HostFiles, into sink: inout HostSink) throws(HostReadError) {
    var lines = ByteCursor(try file.read(into: system.buffer))
    _ = lines.line()
    counts.removeAll(keepingCapacity: true)
    slots.rewind()
    while let line = lines.line() {
      var fields = ByteCursor(line)
      for _ in 0..<5 { _ = fields.word() }
      guard let device = fields.word() else { continue }
      let slot = slots.slot(for: device) { name in
        filter.accepts(name) ? sink.bind("node_arp_entries", [Label("device", name)]) : -1
      }
      if let index = counts.firstIndex(where: { $0.slot == slot }) {
        counts[index].count += 1
      } else {
        counts.append((slot, 1))
      }
    }
    for (slot, count) in counts { sink.put(slot, count) }
  }
}

/// `node_nf_conntrack_…`: the table of connections, and its counters summed over the processors.
final class ConnectionTrackingCollector: HostCollector {
  let name = "conntrack"
  private let entries: ProcFile
  private let limit: ProcFile
  private let statistics: ProcFile
  private var first: Int?
  private var columns: [UInt8] = []
  /// For each column of the table, which of `names` it is.
  private var wanted: [Int] = []

  private static let names = [
    "found", "invalid", "ignore", "insert", "insert_failed", "drop", "early_drop", "search_restart",
  ]

  init(_ system: HostFiles) {
    entries = ProcFile(system.proc + "/sys/net/netfilter/nf_conntrack_count")
    limit = ProcFile(system.proc + "/sys/net/netfilter/nf_conntrack_max")
    statistics = ProcFile(system.proc + "/net/stat/nf_conntrack")
  }

  func collect(from system: HostFiles, into sink: inout HostSink) throws(HostReadError) {
    let first =
      self.first
      ?? sink.bind(
        ["node_nf_conntrack_entries", "node_nf_conntrack_entries_limit"]
          + Self.names.map { "node_nf_conntrack_stat_\($0)" })
    self.first = first
    for (index, file) in [entries, limit].enumerated() {
      do {
        var cursor = ByteCursor(try file.read(into: system.buffer))
        if let value = cursor.number() { sink.put(first + index, value) }
      } catch {
        throw error.asNoData
      }
    }
    let content: Bytes
    do { content = try statistics.read(into: system.buffer) } catch { throw error.asNoData }
    var lines = ByteCursor(content)
    guard let heading = lines.line() else { return }
    if !heading.elementsEqual(columns) {
      columns = Array(heading)
      wanted = heading.text.split(whereSeparator: \.isWhitespace).map { Self.names.firstIndex(of: String($0)) ?? -1 }
    }
    var sums = [UInt64](repeating: 0, count: Self.names.count)
    while let line = lines.line() {
      var fields = ByteCursor(line)
      for index in wanted {
        guard let value = fields.hexadecimal() else { break }
        if index >= 0 { sums[index] &+= value }
      }
    }
    for (index, sum) in sums.enumerated() { sink.put(first + 2 + index, Double(sum)) }
  }
}

/// `node_entropy_available_bits` and `node_entropy_pool_size_bits`.
final class EntropyCollector: HostCollector {
  let name = "entropy"
  private let files: [ProcFile]
  private var first: Int?

  init(_ system: HostFiles) {
    files = ["entropy_avail", "poolsize"].map { ProcFile("\(system.proc)/sys/kernel/random/\($0)") }
  }

  func collect(from system: HostFiles, into sink: inout HostSink) throws(HostReadError) {
    let first = self.first ?? sink.bind(["node_entropy_available_bits", "node_entropy_pool_size_bits"])
    self.first = first
    for (index, file) in files.enumerated() {
      var cursor = ByteCursor(try file.read(into: system.buffer))
      if let value = cursor.number() { sink.put(first + index, value) }
    }
  }
}

/// `node_softnet_…_total`: packets that each processor took from the network cards.
final class SoftnetCollector: HostCollector {
  let name = "softnet"
  private let file: ProcFile
  private var slots: [Int: Int] = [:]

  init(_ system: HostFiles) { file = ProcFile(system.proc + "/net/softnet_stat") }

  func collect(from system: HostFiles, into sink: inout HostSink) throws(HostReadError) {
    var lines = ByteCursor(try file.read(into: system.buffer))
    var number = 0
    while let line = lines.line() {
      var fields = ByteCursor(line)
      guard let processed = fields.hexadecimal(), let dropped = fields.hexadecimal(),
        let squeezed = fields.hexadecimal()
      else { throw HostReadError(path: file.path, code: 0) }
      // Kernels since 5.10 name the processor in the 13th column: those that are off have no line.
      for _ in 3..<12 { _ = fields.hexadecimal() }
      let processor = fields.hexadecimal().map { Int(truncatingIfNeeded: $0) } ?? number
      let first =
        slots[processor]
        ?? sink.bind(
          ["processed", "dropped", "times_squeezed"].map { "node_softnet_\($0)_total" }, [Label("cpu", "\(processor)")])
      slots[processor] = first
      for (index, value) in [processed, dropped, squeezed].enumerated() { sink.put(first + index, Double(value)) }
      number += 1
    }
  }
}

/// `node_schedstat_…`: how long each processor ran, and how long what could run waited for it.
final class SchedulerCollector: HostCollector {
  let name = "schedstat"
  private let file: ProcFile
  private var slots = KeyedSlots()

  private static let metrics = ["running_seconds_total", "waiting_seconds_total", "timeslices_total"].map {
    "node_schedstat_\($0)"
  }

  init(_ system: HostFiles) { file = ProcFile(system.proc + "/schedstat") }

  func collect(from system: HostFiles, into sink: inout HostSink) throws(HostReadError) {
    let content: Bytes
    do { content = try file.read(into: system.buffer) } catch { throw error.asNoData }
    var lines = ByteCursor(content)
    slots.rewind()
    while let line = lines.line() {
      guard line.starts("cpu") else { continue }
      var fields = ByteCursor(line)
      guard let key = fields.word() else { continue }
      for _ in 0..<6 { _ = fields.number() }
      guard let running = fields.number(), let waiting = fields.number(), let slices = fields.number() else { continue }
      let first = slots.slot(for: key) { sink.bind(Self.metrics, [Label("cpu", String($0.dropFirst(3)))]) }
      guard first >= 0 else { continue }
      sink.put(first, running / 1e9)
      sink.put(first + 1, waiting / 1e9)
      sink.put(first + 2, slices)
    }
  }
}

/// `node_selinux_…`.
final class SELinuxCollector: HostCollector {
  let name = "selinux"
  private let enforce: ProcFile
  private let configuration: String
  private var first: Int?

  init(_ system: HostFiles) {
    enforce = ProcFile(system.sys + "/fs/selinux/enforce")
    configuration = system.root + "/etc/selinux/config"
  }

  func collect(from system: HostFiles, into sink: inout HostSink) throws(HostReadError) {
    let first =
      self.first ?? sink.bind(["enabled", "current_mode", "config_mode"].map { "node_selinux_\($0)" })
    self.first = first
    guard let content = try? enforce.read(into: system.buffer) else { return sink.put(first, 0) }
    var cursor = ByteCursor(content)
    sink.put(first, 1)
    sink.put(first + 1, cursor.number() ?? 0)
    let modes = ["enforcing": 1.0, "permissive": 0, "disabled": -1]
    let text = OSRelease.fields(ProcFile.text(at: configuration) ?? "")["SELINUX"] ?? ""
    sink.put(first + 2, modes[text] ?? -1)
  }
}

/// `node_timex_…` from adjtimex(2).
final class ClockDisciplineCollector: HostCollector {
  let name = "timex"
  private var first: Int?

  /// In the order of the kernel's structure. The unit of offsets and jitter is the kernel's choice of micro- or
  /// nanoseconds; frequencies are parts per million with 16 bits behind the point.
  private static let fields: [(metric: String, unit: Unit)] = [
    ("offset_seconds", .resolution), ("frequency_adjustment_ratio", .ratio), ("maxerror_seconds", .microseconds),
    ("estimated_error_seconds", .microseconds), ("status", .one), ("loop_time_constant", .one),
    ("tick_seconds", .microseconds), ("pps_frequency_hertz", .frequency), ("pps_jitter_seconds", .resolution),
    ("pps_shift_seconds", .one), ("pps_stability_hertz", .frequency), ("pps_jitter_total", .one),
    ("pps_calibration_total", .one), ("pps_error_total", .one), ("pps_stability_exceeded_total", .one),
    ("tai_offset_seconds", .one),
  ]
  private enum Unit { case one, microseconds, resolution, frequency, ratio }

  func collect(from system: HostFiles, into sink: inout HostSink) throws(HostReadError) {
    let first =
      self.first ?? sink.bind((Self.fields.map(\.metric) + ["sync_status"]).map { "node_timex_\($0)" })
    self.first = first
    let (state, values) = ClockDiscipline.read()
    // Sandboxes forbid the call that sets the clock, too: nothing can be done about it here.
    guard state >= 0 else { throw .noData("adjtimex") }
    let isNanoseconds = values[4] & 0x2000 != 0
    for (index, field) in Self.fields.enumerated() {
      let value = Double(values[index])
      let frequency = value / (1_000_000 * 65536)
      switch field.unit {
      case .one: sink.put(first + index, value)
      case .microseconds: sink.put(first + index, value / 1e6)
      case .resolution: sink.put(first + index, value / (isNanoseconds ? 1e9 : 1e6))
      case .frequency: sink.put(first + index, frequency)
      case .ratio: sink.put(first + index, 1 + frequency)
      }
    }
    let unsynchronised: Int32 = 5
    sink.put(first + Self.fields.count, state == unsynchronised ? 0 : 1)
  }
}

/// `node_bonding_slaves` and `node_bonding_active`.
final class BondingCollector: HostCollector {
  let name = "bonding"
  private var slots: [String: Int] = [:]

  func collect(from system: HostFiles, into sink: inout HostSink) throws(HostReadError) {
    let folder = system.sys + "/class/net"
    guard let masters = ProcFile.text(at: folder + "/bonding_masters") else {
      throw .noData(folder + "/bonding_masters")
    }
    for master in masters.split(whereSeparator: \.isWhitespace).map(String.init) {
      let slaves = (ProcFile.text(at: "\(folder)/\(master)/bonding/slaves") ?? "").split(whereSeparator: \.isWhitespace)
      let up = slaves.filter { slave in
        ["lower_", "slave_"].contains { link in
          ProcFile.text(at: "\(folder)/\(master)/\(link)\(slave)/bonding_slave/mii_status")?.trimmedLine == "up"
        }
      }
      let first = slots[master] ?? sink.bind(["node_bonding_slaves", "node_bonding_active"], [Label("master", master)])
      slots[master] = first
      sink.put(first, Double(slaves.count))
      sink.put(first + 1, Double(up.count))
    }
  }
}

/// `node_textfile_scrape_error`: dashboards ask for it. Files themselves are read by the kind `textfile`.
final class TextfileErrorCollector: HostCollector {
  let name = "textfile"
  private var slot: Int?

  func collect(from system: HostFiles, into sink: inout HostSink) throws(HostReadError) {
    let slot = self.slot ?? sink.bind("node_textfile_scrape_error")
    self.slot = slot
    sink.put(slot, 0)
  }
}
