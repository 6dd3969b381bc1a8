internal import CLinux
internal import Glibc
internal import Telemetry

/// `smartmon_…` and `nvme_…`: what disks say of their own health, every ten minutes and never of one that sleeps.
///
/// Asked on a thread of its own: a disk that is about to die may not answer for long.
final class DiskHealthCollector: HostCollector {
  let name = "smart"
  private let dev: String
  private let work = BackgroundWork<DiskHealth>()
  private var askedAt: Int64 = 0
  private var slots: [[Label]: Int] = [:]

  /// Seconds between two questions; the default is 600.
  private static let secondsMin: Int64 = 600

  init(_ system: HostFiles) { dev = system.root + "/dev" }

  func collect(from system: HostFiles, into sink: inout HostSink) throws(HostReadError) {
    let now = Int64(watchkeeper_clock_nanoseconds(Int32(CLOCK_MONOTONIC)) / 1_000_000_000)
    if askedAt == 0 || now - askedAt >= Self.secondsMin {
      let disks = Folder.names(in: system.sys + "/block").filter { $0.hasPrefix("sd") }
      let controllers = Folder.names(in: system.sys + "/class/nvme")
      if work.begin({ [dev] in DiskHealth(disks: disks, controllers: controllers, in: dev) }) {
        askedAt = now
        work.wait(atMost: system.patience)
      }
    }
    guard let health = work.result else { return }
    for (right, what) in health.denied { system.lack(right, what) }
    guard !health.isEmpty else { throw .noData(system.sys + "/block") }
    for (metric, labels, value) in health.figures {
      let key = [Label(LabelSet.metricName, metric)] + labels
      let slot = slots[key] ?? sink.bind(metric, labels)
      slots[key] = slot
      sink.put(slot, value)
    }
  }
}

/// What the disks answered.
struct DiskHealth: Sendable {
  private(set) var figures: [(metric: String, labels: [Label], value: Double)] = []
  private(set) var denied: [LackingRight: String] = [:]
  /// Whether there is no disk that could be asked.
  let isEmpty: Bool

  /// Whether files of devices may be hidden from us: root sees all that there are.
  private let isRestricted: Bool

  init(disks: [String], controllers: [String], in dev: String, isRestricted: Bool = LackingRight.isNeeded) {
    self.isRestricted = isRestricted
    isEmpty = disks.isEmpty && controllers.isEmpty
    for disk in disks { ask("\(dev)/\(disk)", .disks) { $0.readATA(disk, $1) } }
    for controller in controllers { ask("\(dev)/\(controller)", .controllers) { $0.readNVMe(controller, $1) } }
  }

  /// - Parameter question: gives what the system says: negative for an error.
  private mutating func ask(
    _ path: String, _ right: LackingRight, _ question: (inout DiskHealth, Int32) -> Int32
  ) {
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    let answer = descriptor < 0 ? -errno : question(&self, descriptor)
    if descriptor >= 0 { close(descriptor) }
    // The kernel has the device; where its file is not to be seen, the unit hides it.
    let isHidden = answer == -ENOENT && isRestricted
    if isHidden || answer == -EACCES || answer == -EPERM { denied[right] = "the health of \(path) cannot be asked" }
  }

  private mutating func readNVMe(_ controller: String, _ descriptor: Int32) -> Int32 {
    var log = [UInt8](repeating: 0, count: 512)
    let answer = watchkeeper_nvme_health(descriptor, &log)
    guard answer >= 0 else { return answer }
    figures += NVMeHealth.figures(log).map { ($0.metric, [Label("device", controller)], $0.value) }
    return 0
  }

  private mutating func readATA(_ disk: String, _ descriptor: Int32) -> Int32 {
    let labels = [Label("disk", "/dev/" + disk), Label("type", "sat")]
    let isActive = watchkeeper_ata_is_active(descriptor)
    guard isActive >= 0 else { return isActive }
    figures.append(("smartmon_device_active", labels, Double(isActive)))
    guard isActive > 0 else { return 0 }
    let isHealthy = watchkeeper_ata_is_healthy(descriptor)
    if isHealthy >= 0 { figures.append(("smartmon_device_smart_healthy", labels, Double(isHealthy))) }
    var data = [UInt8](repeating: 0, count: 512)
    guard watchkeeper_ata_attributes(descriptor, &data) == 0 else { return 0 }
    for attribute in ATAAttributes.figures(data) {
      let all = labels + [Label("smart_id", "\(attribute.id)")]
      figures.append(("smartmon_\(attribute.name)_raw_value", all, attribute.raw))
      figures.append(("smartmon_\(attribute.name)_value", all, attribute.value))
    }
    return 0
  }
}

/// The health log of an NVMe controller. - Source: NVM Express base specification, "SMART / Health Information".
enum NVMeHealth {
  static func figures(_ log: [UInt8]) -> [(metric: String, value: Double)] {
    guard log.count == 512 else { return [] }
    func number(_ start: Int, _ count: Int) -> Double {
      (start..<(start + count)).reversed().reduce(0) { $0 * 256 + Double(log[$1]) }
    }
    return [
      ("nvme_critical_warning", number(0, 1)), ("nvme_temperature_celsius", number(1, 2) - 273),
      ("nvme_available_spare_ratio", number(3, 1) / 100), ("nvme_available_spare_threshold_ratio", number(4, 1) / 100),
      ("nvme_percentage_used_ratio", number(5, 1) / 100),
      // A unit is a thousand blocks of 512 bytes.
      ("nvme_read_bytes_total", number(32, 16) * 512_000), ("nvme_written_bytes_total", number(48, 16) * 512_000),
      ("nvme_power_cycles_total", number(112, 16)), ("nvme_power_on_hours_total", number(128, 16)),
      ("nvme_unsafe_shutdowns_total", number(144, 16)), ("nvme_media_errors_total", number(160, 16)),
      ("nvme_num_err_log_entries_total", number(176, 16)),
    ]
  }
}

/// SMART attributes of an ATA disk: 30 entries of 12 bytes. The raw value has 6 bytes, and vendors put more than a number
/// into that of temperatures.
enum ATAAttributes {
  struct Figure: Equatable {
    let id: UInt8
    let name: String
    let value: Double
    let raw: Double
  }

  private static let names: [UInt8: String] = [
    1: "raw_read_error_rate", 5: "reallocated_sector_ct", 9: "power_on_hours", 10: "spin_retry_count",
    12: "power_cycle_count", 177: "wear_leveling_count", 184: "end_to_end_error", 187: "reported_uncorrect",
    188: "command_timeout", 190: "airflow_temperature_cel", 194: "temperature_celsius", 196: "reallocated_event_count",
    197: "current_pending_sector", 198: "offline_uncorrectable", 199: "udma_crc_error_count", 231: "ssd_life_left",
    233: "media_wearout_indicator", 241: "total_lbas_written", 242: "total_lbas_read",
  ]

  static func figures(_ data: [UInt8]) -> [Figure] {
    guard data.count == 512 else { return [] }
    return (0..<30).compactMap { index in
      let start = 2 + 12 * index
      guard let name = names[data[start]] else { return nil }
      let isTemperature = data[start] == 190 || data[start] == 194
      let raw = data[(start + 5)..<(start + (isTemperature ? 6 : 11))].reversed().reduce(0.0) { $0 * 256 + Double($1) }
      return Figure(id: data[start], name: name, value: Double(data[start + 3]), raw: raw)
    }
  }
}

/// `node_disk_device_mapper_info`: which logical volume or encrypted disk a `dm-N` of the disk figures is.
enum DeviceMapper {
  static func collector() -> SysfsCollector {
    let information = SysfsInformation(
      metric: "node_disk_device_mapper_info", fields: [("name", "name"), ("uuid", "uuid")])
    return SysfsCollector("device_mapper", [], information: information) { system throws(HostReadError) in
      let folder = system.sys + "/block"
      let devices = Folder.names(in: folder).filter { $0.isNumbered(after: "dm-") }
      guard !devices.isEmpty else { throw .noData(folder) }
      return devices.map { device in
        let path = "\(folder)/\(device)/dm"
        var labels = [Label("device", device)]
        if ProcFile.text(at: path + "/uuid")?.hasPrefix("LVM-") == true,
          let (group, volume) = logicalVolume(ProcFile.text(at: path + "/name")?.trimmedLine ?? "")
        {
          labels += [Label("vg_name", group), Label("lv_name", volume)]
        }
        return SysfsDevice(path: path, labels: labels)
      }
    }
  }

  /// `my--group-root`: a dash parts group and volume, two are one in a name.
  static func logicalVolume(_ name: String) -> (group: String, volume: String)? {
    let marked = name.replacing("--", with: "\0")
    guard let dash = marked.firstIndex(of: "-") else { return nil }
    let parts = [marked[..<dash], marked[marked.index(after: dash)...]].map { $0.replacing("\0", with: "-") }
    return (String(parts[0]), String(parts[1]))
  }
}
