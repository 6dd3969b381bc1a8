/// The groups of figures by their names, in the order in which they are read.
enum HostCollectorCatalog {
  struct Entry: Sendable {
    let name: String
    /// Whether it is read without being asked for.
    let isDefault: Bool
    let make: @Sendable (HostFiles, HostCollectorSettings) -> any HostCollector

    init(
      _ name: String, isDefault: Bool = true,
      _ make: @escaping @Sendable (HostFiles, HostCollectorSettings) -> any HostCollector
    ) {
      self.name = name
      self.isDefault = isDefault
      self.make = make
    }
  }

  static let entries: [Entry] = nodeExporters + own

  private static let own: [Entry] = [
    Entry("containers") { ControlGroupCollector($0, .containers, $1.systemd) },
    Entry("device_mapper") { _, _ in DeviceMapper.collector() },
    Entry("listeners") { system, _ in ListenerCollector(system) },
    Entry("packages") { system, _ in PackageCollector(system) },
    Entry("process_groups", isDefault: false) { ProcessCollector($0, $1.processes ?? ProcessGroupSettings()) },
    Entry("smart") { system, _ in DiskHealthCollector(system) },
    Entry("systemd") { SystemdCollector($0, $1.systemd) },
    Entry("systemd_units") { ControlGroupCollector($0, .units, $1.systemd) },
  ]

  /// What Debian's node_exporter collects without being asked.
  private static let nodeExporters: [Entry] = [
    Entry("arp") { NeighbourCollector($0, $1.neighbours) },
    Entry("bcache") { _, _ in BlockCacheCollector() },
    Entry("bonding") { _, _ in BondingCollector() },
    Entry("btrfs") { _, _ in BtrfsCollector() },
    Entry("conntrack") { system, _ in ConnectionTrackingCollector(system) },
    Entry("cpu") { _, _ in CPUCollector() },
    Entry("cpufreq") { _, _ in HardwareCollectors.frequencies() },
    Entry("diskstats") { DiskCollector($0, $1.disks) },
    Entry("dmi") { _, _ in HardwareCollectors.firmware() },
    Entry("edac") { _, _ in CollectorGroup(HardwareCollectors.memoryErrors()) },
    Entry("entropy") { system, _ in EntropyCollector(system) },
    Entry("fibrechannel") { _, _ in HardwareCollectors.fibreChannel() },
    Entry("filefd") { system, _ in FileDescriptorCollector(system) },
    Entry("filesystem") { FilesystemCollector($0, $1.filesystem) },
    Entry("hwmon") { _, _ in SensorCollector() },
    Entry("infiniband") { _, _ in CollectorGroup(HardwareCollectors.infiniband()) },
    Entry("ipvs") { system, _ in LoadBalancerCollector(system) },
    Entry("loadavg") { system, _ in LoadAverageCollector(system) },
    Entry("mdadm") { system, _ in RAIDCollector(system) },
    Entry("meminfo") { system, _ in MemoryCollector(system) },
    Entry("netclass") { LinkCollector($0, ignored: $1.links.ignored?.pattern) },
    Entry("netdev") { NetworkCollector($0, $1.interfaces) },
    Entry("netstat") { ProtocolCollector($0, fields: $1.netstat.fields.pattern) },
    Entry("nfs") { system, _ in RPCCollector.client(system) },
    Entry("nfsd") { system, _ in RPCCollector.server(system) },
    Entry("nvme") { _, _ in HardwareCollectors.nvme() },
    Entry("os") { _, _ in OSCollector() },
    Entry("powersupplyclass") { _, settings in
      HardwareCollectors.powerSupplies(ignored: settings.powerSupplies.ignored?.pattern)
    },
    Entry("pressure") { system, _ in PressureCollector(system) },
    Entry("rapl") { _, _ in EnergyCollector() },
    Entry("schedstat") { system, _ in SchedulerCollector(system) },
    Entry("selinux") { system, _ in SELinuxCollector(system) },
    Entry("sockstat") { system, _ in SocketCollector(system) },
    Entry("softnet") { system, _ in SoftnetCollector(system) },
    Entry("stat") { _, _ in StatCollector() },
    Entry("tapestats") { _, settings in HardwareCollectors.tapes(ignored: settings.tapes.ignored?.pattern) },
    Entry("textfile") { _, _ in TextfileErrorCollector() },
    Entry("thermal_zone") { _, _ in CollectorGroup(HardwareCollectors.thermalZones()) },
    Entry("time") { system, _ in TimeCollector(system) },
    Entry("timex") { _, _ in ClockDisciplineCollector() },
    Entry("udp_queues") { system, _ in DatagramQueueCollector(system) },
    Entry("uname") { _, _ in UnameCollector() },
    Entry("vmstat") { VirtualMemoryCollector($0, fields: $1.vmstat.fields.pattern) },
    Entry("xfs") { _, _ in XFSCollector() },
    Entry("zfs") { system, _ in ZFSCollector(system) },
  ]
}
