extension MetricDictionary {
  /// Type and meaning of this host's metrics.
  ///
  /// Counters end in `_total`, as Prometheus wants it; what breaks the rule is in `hostTypes`.
  static func hostMetric(_ name: String) -> (type: String, help: String)? {
    hostHelps[name].map { (hostTypes[name] ?? counterOrGauge(name), $0) }
  }

  /// Of those that come in families with a common beginning.
  static func hostFamilyMetric(_ name: String) -> (type: String, help: String)? {
    guard let family = hostFamilies.first(where: { name.hasPrefix($0.prefix) }) else { return nil }
    let field = name.dropFirst(family.prefix.count)
    return (hostTypes[name] ?? family.type ?? counterOrGauge(name), "\(field) of \(family.subject).")
  }

  private static let hostHelps: [String: String] = [
    "node_arp_entries": "Neighbours of the interface that are known by address.",
    "node_bonding_slaves": "Interfaces that belong to the bond.",
    "node_bonding_active": "Interfaces of the bond that are up.",
    "node_cpu_core_throttles_total": "How often the core was slowed down because of heat.",
    "node_cpu_package_throttles_total": "How often the package was slowed down because of heat.",
    "node_entropy_available_bits": "Randomness at hand.",
    "node_entropy_pool_size_bits": "The most randomness that is kept.",
    "node_nf_conntrack_entries": "Connections that the firewall follows.",
    "node_nf_conntrack_entries_limit": "The most connections that the firewall can follow.",
    "node_textfile_scrape_error": "1 when a file could not be read.",
    "node_systemd_unit_state": "1 for the state that the unit is in.",
    "node_systemd_units": "Units in each state.",
    "node_systemd_system_running": "1 when all units that were asked for run.",
    "node_systemd_service_restart_total": "How often systemd restarted the service.",
    "node_systemd_timer_last_trigger_seconds": "Unix time at which the timer fired last.",
    "apt_upgrades_pending": "Installed packages for which the suite has a newer version.",
    "apt_package_cache_timestamp_seconds": "Unix time at which the newest package list was made.",
    "log_lines_read_total": "Lines that were read.",
    "log_bytes_read_total": "Bytes that were read.",
    "log_lines_cut_total": "Lines that were too long and read in part.",
    "node_reboot_required": "1 when an upgrade asked for a restart of this host.",
    "node_disk_device_mapper_info": "The logical volume or encrypted disk behind a device mapper's number.",
    "node_listening_sockets": "Sockets that listen, or wait for datagrams on a service's port.",
    "node_listening_port": "Sockets that listen on the port.",
    "node_listening_port_backlog": "Connections on the port that wait to be accepted.",
    "node_listening_port_backlog_limit": "The most connections on the port that may wait.",
    "node_thermal_zone_temp": "The zone's temperature in degrees Celsius.",
    "node_udp_queues": "Bytes that wait in UDP sockets.",
    "node_network_up": "1 when the interface is up.",
    "node_network_info": "Addresses and state of the interface.",
    "node_network_transmit_queue_length": "Packets that the interface's queue holds at most.",
  ]

  /// Types that are not as the name has it.
  private static let hostTypes: [String: String] = [
    "node_nf_conntrack_entries": "gauge"
  ]

  private static let hostFamilies: [(prefix: String, type: String?, subject: String)] = [
    ("namedprocess_namegroup_", nil, "the processes of the group"), ("container_", nil, "the container"),
    ("node_systemd_unit_", nil, "the unit"), ("node_systemd_", nil, "systemd"),
    ("smartmon_", "gauge", "the disk's SMART"), ("nvme_", nil, "the NVMe disk's health log"),
    ("node_network_receive_", nil, "the interface, received"), ("node_network_transmit_", nil, "the interface, sent"),
    ("node_network_", nil, "the interface"), ("node_netstat_", "untyped", "the network protocols' counters"),
    ("node_nf_conntrack_stat_", "gauge", "the firewall's connection tracking"),
    ("node_softnet_", nil, "the processor's work for the network"),
    ("node_timex_", nil, "the kernel's clock discipline"),
    ("node_selinux_", nil, "SELinux"), ("node_schedstat_", nil, "the processor's scheduler"),
    ("node_cpu_frequency_", nil, "the processor's clock as the hardware has it"),
    ("node_cpu_scaling_frequency_", nil, "the processor's clock as the governor has it"),
    ("node_cooling_device_", nil, "the cooling device"), ("node_edac_", nil, "the memory controller"),
    ("node_hwmon_", nil, "the sensor"), ("node_rapl_", nil, "the processor package"),
    ("node_power_supply_", nil, "the power supply"), ("node_dmi_", nil, "the machine's firmware"),
    ("node_md_", nil, "the software RAID"), ("node_xfs_", nil, "the XFS"),
    ("node_zfs_zpool_state", "gauge", "the pool"),
    ("node_zfs_", "untyped", "ZFS"), ("node_btrfs_", nil, "the btrfs"), ("node_bcache_", nil, "the block cache"),
    ("node_nvme_", nil, "the NVMe disk"), ("node_tape_", nil, "the tape drive"),
    ("node_fibrechannel_", nil, "the Fibre Channel port"), ("node_infiniband_", nil, "the InfiniBand port"),
    ("node_ipvs_", nil, "the load balancer"), ("node_nfsd_", nil, "the NFS server"),
    ("node_nfs_", nil, "the NFS client"),
  ]
}
