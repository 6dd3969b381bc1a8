internal import Glibc
internal import Telemetry

/// The collectors that only list files of devices.
enum HardwareCollectors {
  static func tapes(ignored: Pattern?) -> SysfsCollector {
    let counters: [(String, String, Double)] = [
      ("in_flight", "io_now", 1), ("io_ns", "io_time_seconds_total", 1e9), ("other_cnt", "io_others_total", 1),
      ("read_byte_cnt", "read_bytes_total", 1), ("read_cnt", "reads_completed_total", 1),
      ("read_ns", "read_time_seconds_total", 1e9), ("resid_cnt", "residual_total", 1),
      ("write_byte_cnt", "written_bytes_total", 1), ("write_cnt", "writes_completed_total", 1),
      ("write_ns", "write_time_seconds_total", 1e9),
    ]
    return SysfsCollector(
      "tapestats", counters.map { SysfsAttribute("stats/\($0)", "node_tape_\($1)", divisor: $2) }
    ) { system throws(HostReadError) in
      // st0 is a tape; st0a, nst0 are the same one with other habits.
      try devices(system, "class/scsi_tape", "device") {
        $0.isNumbered(after: "st") && ignored?.firstMatch(in: Array($0.utf8)) == nil
      }
    }
  }

  static func fibreChannel() -> SysfsCollector {
    let counters: [(String, String)] = [
      ("dumped_frames", "dumped_frames"), ("error_frames", "error_frames"), ("invalid_crc_count", "invalid_crc"),
      ("rx_frames", "rx_frames"), ("rx_words", "rx_words"), ("tx_frames", "tx_frames"), ("tx_words", "tx_words"),
      ("seconds_since_last_reset", "seconds_since_last_reset"), ("invalid_tx_word_count", "invalid_tx_words"),
      ("link_failure_count", "link_failure"), ("loss_of_sync_count", "loss_of_sync"),
      ("loss_of_signal_count", "loss_of_signal"), ("nos_count", "nos"), ("fcp_packet_aborts", "fcp_packet_aborts"),
    ]
    let texts = [
      "speed", "port_state", "port_type", "port_id", "port_name", "fabric_name", "symbolic_name", "supported_classes",
      "supported_speeds", "dev_loss_tmo",
    ]
    return SysfsCollector(
      "fibrechannel",
      counters.map { SysfsAttribute("statistics/\($0)", "node_fibrechannel_\($1)_total", .hexadecimal) },
      information: SysfsInformation(metric: "node_fibrechannel_info", fields: texts.map { ($0, $0) }, prefix: "0x")
    ) { system throws(HostReadError) in
      try devices(system, "class/fc_host", "fc_host")
    }
  }

  static func infiniband() -> [SysfsCollector] { [infinibandPorts(), infinibandCards()] }

  private static func infinibandCards() -> SysfsCollector {
    let fields = [(label: "board_id", file: "board_id"), ("firmware_version", "fw_ver"), ("hca_type", "hca_type")]
    return SysfsCollector(
      "infiniband", [], information: SysfsInformation(metric: "node_infiniband_info", fields: fields)
    ) {
      system throws(HostReadError) in
      try devices(system, "class/infiniband", "device")
    }
  }

  /// Mellanox' cards count data per lane and have four: hence the division by a quarter.
  private static func infinibandPorts() -> SysfsCollector {
    let current: [(String, String)] = [
      ("link_downed", "link_downed"), ("link_error_recovery", "link_error_recovery"),
      ("multicast_rcv_packets", "multicast_packets_received"),
      ("multicast_xmit_packets", "multicast_packets_transmitted"),
      ("port_rcv_constraint_errors", "port_constraint_errors_received"),
      ("port_xmit_constraint_errors", "port_constraint_errors_transmitted"),
      ("port_rcv_data", "port_data_received_bytes"), ("port_xmit_data", "port_data_transmitted_bytes"),
      ("port_rcv_discards", "port_discards_received"), ("port_xmit_discards", "port_discards_transmitted"),
      ("port_rcv_errors", "port_errors_received"), ("port_rcv_packets", "port_packets_received"),
      ("port_xmit_packets", "port_packets_transmitted"), ("port_xmit_wait", "port_transmit_wait"),
      ("unicast_rcv_packets", "unicast_packets_received"), ("unicast_xmit_packets", "unicast_packets_transmitted"),
    ]
    let legacy: [(String, String)] = [
      ("port_multicast_rcv_packets", "multicast_packets_received"),
      ("port_multicast_xmit_packets", "multicast_packets_transmitted"), ("port_rcv_data_64", "data_received_bytes"),
      ("port_xmit_data_64", "data_transmitted_bytes"), ("port_rcv_packets_64", "packets_received"),
      ("port_xmit_packets_64", "packets_transmitted"), ("port_unicast_rcv_packets", "unicast_packets_received"),
      ("port_unicast_xmit_packets", "unicast_packets_transmitted"),
    ]
    func counter(_ folder: String, _ prefix: String) -> ((String, String)) -> SysfsAttribute {
      { (pair: (file: String, metric: String)) in
        SysfsAttribute(
          "\(folder)/\(pair.file)", "node_infiniband_\(prefix)\(pair.metric)_total", .leading,
          divisor: pair.file.contains("_data") ? 0.25 : 1)
      }
    }
    let states = [
      SysfsAttribute("state", "node_infiniband_state_id", .leading),
      SysfsAttribute("phys_state", "node_infiniband_physical_state_id", .leading),
      SysfsAttribute("rate", "node_infiniband_rate_bytes_per_second", .leading, divisor: 1 / 125_000_000),
    ]
    return SysfsCollector(
      "infiniband", states + current.map(counter("counters", "")) + legacy.map(counter("counters_ext", "legacy_"))
    ) { system throws(HostReadError) in
      let folder = system.sys + "/class/infiniband"
      return try Folder.names(of: folder).flatMap { card in
        Folder.names(in: "\(folder)/\(card)/ports").map { port in
          SysfsDevice(
            path: "\(folder)/\(card)/ports/\(port)", labels: [Label("device", card), Label("port", port)])
        }
      }
    }
  }

  /// The kernel says kHz.
  static func frequencies() -> SysfsCollector {
    let files: [(String, String)] = [
      ("cpuinfo_cur_freq", "frequency_hertz"), ("cpuinfo_min_freq", "frequency_min_hertz"),
      ("cpuinfo_max_freq", "frequency_max_hertz"), ("scaling_cur_freq", "scaling_frequency_hertz"),
      ("scaling_min_freq", "scaling_frequency_min_hertz"), ("scaling_max_freq", "scaling_frequency_max_hertz"),
    ]
    return SysfsCollector(
      "cpufreq", files.map { SysfsAttribute("cpufreq/\($0)", "node_cpu_\($1)", divisor: 0.001) }
    ) { system throws(HostReadError) in
      let folder = system.sys + "/devices/system/cpu"
      return Folder.names(in: folder).filter {
        $0.isNumbered(after: "cpu") && access("\(folder)/\($0)/cpufreq", F_OK) == 0
      }
      .map { SysfsDevice(path: "\(folder)/\($0)", labels: [Label("cpu", String($0.dropFirst(3)))]) }
    }
  }

  static func thermalZones() -> [SysfsCollector] {
    func part(_ prefix: String, _ label: String, _ attributes: [SysfsAttribute]) -> SysfsCollector {
      SysfsCollector("thermal_zone", attributes) { system throws(HostReadError) in
        let folder = system.sys + "/class/thermal"
        return Folder.names(in: folder).filter { $0.isNumbered(after: prefix) }.compactMap { name in
          guard let type = ProcFile.text(at: "\(folder)/\(name)/type")?.trimmedLine else { return nil }
          let number = Label(label, String(name.dropFirst(prefix.count)))
          return SysfsDevice(path: "\(folder)/\(name)", labels: [number, Label("type", type)])
        }
      }
    }
    return [
      part("thermal_zone", "zone", [SysfsAttribute("temp", "node_thermal_zone_temp", divisor: 1000)]),
      part(
        "cooling_device", "name",
        [
          SysfsAttribute("cur_state", "node_cooling_device_cur_state"),
          SysfsAttribute("max_state", "node_cooling_device_max_state"),
        ]),
    ]
  }

  /// Memory controllers, and their rows; errors that belong to no row are those of the row "unknown".
  static func memoryErrors() -> [SysfsCollector] {
    let folder = "/devices/system/edac/mc"
    func attributes(_ correctable: String, _ uncorrectable: String, _ prefix: String) -> [SysfsAttribute] {
      [
        SysfsAttribute(correctable, "node_edac_\(prefix)correctable_errors_total"),
        SysfsAttribute(uncorrectable, "node_edac_\(prefix)uncorrectable_errors_total"),
      ]
    }
    func controllers(_ system: HostFiles) -> [SysfsDevice] {
      Folder.names(in: system.sys + folder).filter { $0.isNumbered(after: "mc") }.map {
        SysfsDevice(path: "\(system.sys)\(folder)/\($0)", labels: [Label("controller", String($0.dropFirst(2)))])
      }
    }
    return [
      SysfsCollector("edac", attributes("ce_count", "ue_count", "")) { controllers($0) },
      SysfsCollector("edac", attributes("ce_noinfo_count", "ue_noinfo_count", "csrow_")) { system in
        controllers(system).map { SysfsDevice(path: $0.path, labels: $0.labels + [Label("csrow", "unknown")]) }
      },
      SysfsCollector("edac", attributes("ce_count", "ue_count", "csrow_")) { system in
        controllers(system).flatMap { controller in
          Folder.names(in: controller.path).filter { $0.isNumbered(after: "csrow") }.map {
            SysfsDevice(
              path: "\(controller.path)/\($0)", labels: controller.labels + [Label("csrow", String($0.dropFirst(5)))])
          }
        }
      },
    ]
  }

  static func nvme() -> SysfsCollector {
    let fields = [
      (label: "firmware_revision", file: "firmware_rev"), ("model", "model"), ("serial", "serial"), ("state", "state"),
    ]
    return SysfsCollector("nvme", [], information: SysfsInformation(metric: "node_nvme_info", fields: fields)) {
      system throws(HostReadError) in
      try devices(system, "class/nvme", "device")
    }
  }

  static func powerSupplies(ignored: Pattern?) -> SysfsCollector {
    let plain: [(String, String)] = [
      ("authentic", "authentic"), ("calibrate", "calibrate"), ("capacity", "capacity"),
      ("capacity_alert_max", "capacity_alert_max"), ("capacity_alert_min", "capacity_alert_min"),
      ("cycle_count", "cyclecount"), ("online", "online"), ("present", "present"),
      ("time_to_empty_now", "time_to_empty_seconds"), ("time_to_full_now", "time_to_full_seconds"),
    ]
    let micro: [(String, String)] =
      [
        ("current_now", "current_ampere"), ("energy_now", "energy_watthour"), ("voltage_now", "voltage_volt"),
        ("charge_now", "charge_ampere"), ("power_now", "power_watt"),
      ]
      + [
        "current_boot", "current_max", "energy_empty", "energy_empty_design", "energy_full", "energy_full_design",
        "voltage_boot", "voltage_max", "voltage_max_design", "voltage_min", "voltage_min_design", "voltage_ocv",
        "charge_control_limit", "charge_control_limit_max", "charge_counter", "charge_empty", "charge_empty_design",
        "charge_full", "charge_full_design", "charge_term_current", "constant_charge_current",
        "constant_charge_current_max", "constant_charge_voltage", "constant_charge_voltage_max", "precharge_current",
        "input_current_limit",
      ].map { ($0, $0) }
    let tenths = [
      "temp", "temp_alert_max", "temp_alert_min", "temp_ambient", "temp_ambient_max", "temp_ambient_min", "temp_max",
      "temp_min",
    ]
    let texts = [
      "capacity_level", "charge_type", "health", "manufacturer", "model_name", "serial_number", "status", "technology",
      "type", "usb_type", "scope",
    ]
    func attributes(_ files: [(String, String)], _ divisor: Double) -> [SysfsAttribute] {
      files.map { SysfsAttribute($0, "node_power_supply_\($1)", divisor: divisor) }
    }
    return SysfsCollector(
      "powersupplyclass",
      attributes(plain, 1) + attributes(micro, 1e6) + attributes(tenths.map { ($0, $0 + "_celsius") }, 10),
      information: SysfsInformation(metric: "node_power_supply_info", fields: texts.map { ($0, $0) })
    ) { system throws(HostReadError) in
      try devices(system, "class/power_supply", "power_supply") { ignored?.firstMatch(in: Array($0.utf8)) == nil }
    }
  }

  /// `node_dmi_info`: what the firmware says of the machine. Serial numbers are for root only.
  static func firmware() -> SysfsCollector {
    let same = [
      "bios_date", "bios_release", "bios_vendor", "bios_version", "board_asset_tag", "board_name", "board_serial",
      "board_vendor", "board_version", "chassis_asset_tag", "chassis_serial", "chassis_vendor", "chassis_version",
      "product_family", "product_name", "product_serial", "product_sku", "product_uuid", "product_version",
    ]
    let fields = same.map { (label: $0, file: $0) } + [(label: "system_vendor", file: "sys_vendor")]
    return SysfsCollector("dmi", [], information: SysfsInformation(metric: "node_dmi_info", fields: fields)) {
      system throws(HostReadError) in
      let folder = system.sys + "/class/dmi/id"
      _ = try Folder.names(of: folder)
      return [SysfsDevice(path: folder, labels: [])]
    }
  }

  private static func devices(
    _ system: HostFiles, _ folder: String, _ label: String, where isWanted: (String) -> Bool = { _ in true }
  ) throws(HostReadError) -> [SysfsDevice] {
    try Folder.names(of: "\(system.sys)/\(folder)").filter(isWanted).map {
      SysfsDevice(path: "\(system.sys)/\(folder)/\($0)", labels: [Label(label, $0)])
    }
  }
}

/// Several collectors that node_exporter counts as one.
final class CollectorGroup: HostCollector {
  let name: String
  private let parts: [any HostCollector]

  init(_ parts: [any HostCollector]) {
    name = parts[0].name
    self.parts = parts
  }

  func collect(from system: HostFiles, into sink: inout HostSink) throws(HostReadError) {
    for part in parts { try part.collect(from: system, into: &sink) }
  }
}
