internal import Glibc
internal import Telemetry

/// `node_cpu_seconds_total` and `node_cpu_guest_seconds_total` from /proc/stat, and how often cores were throttled.
final class CPUCollector: HostCollector {
  let name = "cpu"
  private let throttles = ThrottleReader()
  private var slots = KeyedSlots()
  private let ticksPerSecond = Double(max(1, sysconf(Int32(_SC_CLK_TCK))))

  /// In the order of the fields; the last two are guest time.
  private static let modes = ["user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal"]

  func collect(from system: HostFiles, into sink: inout HostSink) throws(HostReadError) {
    var lines = ByteCursor(try system.stat.read(in: system.round))
    slots.rewind()
    while let line = lines.line(), line.starts("cpu") {
      var fields = ByteCursor(line)
      guard let key = fields.word(), key.count > 3 else { continue }  // "cpu" alone is the sum
      let first = slots.slot(for: key) { name in
        let number = Label("cpu", String(name.dropFirst(3)))
        let first = sink.series.count
        for mode in Self.modes { _ = sink.bind("node_cpu_seconds_total", [number, Label("mode", mode)]) }
        for mode in ["user", "nice"] { _ = sink.bind("node_cpu_guest_seconds_total", [number, Label("mode", mode)]) }
        return sink.series.count == first + Self.modes.count + 2 ? first : -1
      }
      guard first >= 0 else { continue }
      for index in 0..<Self.modes.count + 2 {
        guard let ticks = fields.number() else { break }
        sink.put(first + index, ticks / ticksPerSecond)
      }
    }
    throttles.collect(from: system, into: &sink)
  }
}

/// `node_cpu_core_throttles_total` and `node_cpu_package_throttles_total`, once for each core and package.
private final class ThrottleReader {
  private var attributes: [BoundAttribute] = []

  func collect(from system: HostFiles, into sink: inout HostSink) {
    if system.isScanRound { scan(system, into: &sink) }
    for attribute in attributes { attribute.collect(from: system, into: &sink) }
  }

  private func scan(_ system: HostFiles, into sink: inout HostSink) {
    var seen = Set(attributes.map(\.file.path))
    var cores: Set<[String]> = []
    let folder = system.sys + "/devices/system/cpu"
    for name in Folder.names(in: folder) where name.isNumbered(after: "cpu") {
      let topology = "\(folder)/\(name)/topology/"
      guard let package = ProcFile.text(at: topology + "physical_package_id")?.trimmedLine,
        let core = ProcFile.text(at: topology + "core_id")?.trimmedLine
      else { continue }
      for (kind, identity) in [("core", [package, core]), ("package", [package])] {
        let path = "\(folder)/\(name)/thermal_throttle/\(kind)_throttle_count"
        guard access(path, R_OK) == 0, cores.insert([kind] + identity).inserted, seen.insert(path).inserted else {
          continue
        }
        let labels = zip(["package", "core"], identity).map { Label($0, $1) }
        attributes.append(
          BoundAttribute(ProcFile(path), sink.bind("node_cpu_\(kind)_throttles_total", labels), .decimal, 1))
      }
    }
  }
}

/// The rest of /proc/stat: interrupts, context switches, forks, processes, boot time.
final class StatCollector: HostCollector {
  let name = "stat"
  private var slots = KeyedSlots()

  private static let metrics = [
    "intr": "node_intr_total", "ctxt": "node_context_switches_total", "btime": "node_boot_time_seconds",
    "processes": "node_forks_total", "procs_running": "node_procs_running", "procs_blocked": "node_procs_blocked",
  ]

  func collect(from system: HostFiles, into sink: inout HostSink) throws(HostReadError) {
    var lines = ByteCursor(try system.stat.read(in: system.round))
    slots.rewind()
    while let line = lines.line() {
      if line.starts("cpu") { continue }
      var fields = ByteCursor(line)
      guard let key = fields.word() else { continue }
      let slot = slots.slot(for: key) { name in Self.metrics[name].map { sink.bind($0) } ?? -1 }
      if slot >= 0, let value = fields.number() { sink.put(slot, value) }
    }
  }
}

/// `node_load1`, `node_load5`, `node_load15`.
final class LoadAverageCollector: HostCollector {
  let name = "loadavg"
  private let file: ProcFile
  private var first: Int?

  init(_ system: HostFiles) { file = ProcFile(system.proc + "/loadavg") }

  func collect(from system: HostFiles, into sink: inout HostSink) throws(HostReadError) {
    var fields = ByteCursor(try file.read(into: system.buffer))
    let first = self.first ?? sink.bind(["node_load1", "node_load5", "node_load15"])
    self.first = first
    for index in 0..<3 {
      guard let value = fields.decimal() else { throw HostReadError(path: file.path, code: 0) }
      sink.put(first + index, value)
    }
  }
}

/// `node_pressure_…_seconds_total` from the pressure stall files. Kernels without them have none of the series.
final class PressureCollector: HostCollector {
  let name = "pressure"
  private struct Source {
    let file: ProcFile
    /// Metrics of the lines "some" and "full"; the CPU's "full" line means nothing for the whole system.
    let some: String?
    let full: String?
    var slots = KeyedSlots()
  }
  private var sources: [Source]

  init(_ system: HostFiles) {
    func source(_ resource: String, some: String?, full: String?) -> Source {
      func metric(_ kind: String) -> String { "node_pressure_\(resource)_\(kind)_seconds_total" }
      return Source(
        file: ProcFile("\(system.proc)/pressure/\(resource)"), some: some.map(metric), full: full.map(metric))
    }
    sources = [
      source("cpu", some: "waiting", full: nil), source("io", some: "waiting", full: "stalled"),
      source("memory", some: "waiting", full: "stalled"), source("irq", some: nil, full: "stalled"),
    ]
  }

  func collect(from system: HostFiles, into sink: inout HostSink) throws(HostReadError) {
    for index in sources.indices {
      let content: Bytes
      do {
        content = try sources[index].file.read(into: system.buffer)
      } catch {
        if error.isAbsent, index > 0 { continue }  // irq pressure is newer than the rest
        throw error
      }
      var lines = ByteCursor(content)
      let (some, full) = (sources[index].some, sources[index].full)
      sources[index].slots.rewind()
      while let line = lines.line() {
        var fields = ByteCursor(line)
        guard let key = fields.word() else { continue }
        let slot = sources[index].slots.slot(for: key) { name in
          (name == "some" ? some : name == "full" ? full : nil).map { sink.bind($0) } ?? -1
        }
        guard slot >= 0 else { continue }
        while let field = fields.word() {
          guard field.starts("total=") else { continue }
          var digits = ByteCursor(Bytes(rebasing: field.dropFirst(6)))
          if let microseconds = digits.number() { sink.put(slot, microseconds / 1_000_000) }
        }
      }
    }
  }
}
