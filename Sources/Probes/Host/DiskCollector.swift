internal import Glibc
internal import Telemetry

/// `node_disk_…` from /proc/diskstats; by default without partitions, loop and RAM devices.
final class DiskCollector: HostCollector {
  let name = "diskstats"
  private let file: ProcFile
  private let udevFolder: String
  private var slots = KeyedSlots()
  private let filter: DeviceFilter

  /// Kernel units: sectors of 512 bytes and milliseconds.
  private static let columns: [(metric: String, scale: Double)] = [
    ("reads_completed_total", 1), ("reads_merged_total", 1), ("read_bytes_total", 512),
    ("read_time_seconds_total", 0.001), ("writes_completed_total", 1), ("writes_merged_total", 1),
    ("written_bytes_total", 512), ("write_time_seconds_total", 0.001), ("io_now", 1), ("io_time_seconds_total", 0.001),
    ("io_time_weighted_seconds_total", 0.001), ("discards_completed_total", 1), ("discards_merged_total", 1),
    ("discarded_sectors_total", 1), ("discard_time_seconds_total", 0.001), ("flush_requests_total", 1),
    ("flush_requests_time_seconds_total", 0.001),
  ]

  init(_ system: HostFiles, _ filter: DeviceFilter) {
    file = ProcFile(system.proc + "/diskstats")
    udevFolder = system.root + "/run/udev/data"
    self.filter = filter
  }

  func collect(from system: HostFiles, into sink: inout HostSink) throws(HostReadError) {
    var lines = ByteCursor(try file.read(into: system.buffer))
    slots.rewind()
    while let line = lines.line() {
      var fields = ByteCursor(line)
      guard let major = fields.number(), let minor = fields.number(), let key = fields.word() else { continue }
      let first = slots.slot(for: key) { device in
        if !filter.accepts(device) { return -1 }
        let metrics = Self.columns.map { "node_disk_\($0.metric)" }
        let info = information(device, major: Int(major), minor: Int(minor))
        let first = sink.bind(metrics, [Label("device", device)])
        return sink.bind("node_disk_info", info) >= 0 ? first : -1
      }
      guard first >= 0 else { continue }
      for index in Self.columns.indices {  // old kernels have fewer columns
        guard let value = fields.number() else { break }
        let scale = Self.columns[index].scale
        // Dividing keeps 2406 ms at 2.406; multiplying by 0.001 would not.
        sink.put(first + index, scale == 0.001 ? value / 1000 : value * scale)
      }
      sink.put(first + Self.columns.count, 1)
    }
  }

  /// What udev knows of the device, read when it is first seen.
  private func information(_ device: String, major: Int, minor: Int) -> [Label] {
    var labels = [Label("device", device), Label("major", "\(major)"), Label("minor", "\(minor)")]
    let wanted = [
      "ID_PATH": "path", "ID_MODEL": "model", "ID_SERIAL_SHORT": "serial", "ID_WWN": "wwn", "ID_REVISION": "revision",
    ]
    // Not through the shared buffer: it holds the list of devices that is being read.
    guard let content = ProcFile.text(at: "\(udevFolder)/b\(major):\(minor)") else {
      return labels
    }
    for line in content.split(separator: "\n") where line.hasPrefix("E:") {
      let parts = line.dropFirst(2).split(separator: "=", maxSplits: 1)
      if parts.count == 2, let label = wanted[String(parts[0])] { labels.append(Label(label, String(parts[1]))) }
    }
    return labels
  }
}
