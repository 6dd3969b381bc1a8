import Foundation
import Telemetry
import Testing

@testable import Probes

/// A small /proc, /sys and root written for these tests.
final class HostFixture {
  let folder: String
  var proc: String { folder + "/proc" }
  var sys: String { folder + "/sys" }

  init() throws {
    folder = NSTemporaryDirectory() + "watchkeeper-host-\(UUID().uuidString)"
    for (path, text) in Self.files { try write(path, text) }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func write(_ path: String, _ text: String) throws {
    let file = folder + "/" + path
    try FileManager.default.createDirectory(
      atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    // In place, as the kernel does: an open descriptor sees the new content.
    if let handle = FileHandle(forWritingAtPath: file) {
      try handle.truncate(atOffset: 0)
      try handle.write(contentsOf: Data(text.utf8))
      try handle.close()
    } else {
      try Data(text.utf8).write(to: URL(fileURLWithPath: file))
    }
  }

  /// Adds what most hosts lack, beside tables that all have.
  func writeHardware() throws {
    for (path, text) in HardwareFixture.files { try write(path, text) }
    for (link, target) in HardwareFixture.links {
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder)/\(link)", withDestinationPath: "\(folder)/\(target)")
    }
  }

  func sampler() -> HostSampler { HostSampler(proc: proc, sys: sys, root: folder) }

  static let files: [String: String] = [
    "proc/stat": """
    cpu  300 4 50 6000 10 0 2 1 0 0
    cpu0 100 1 20 3000 5 0 1 0 0 0
    cpu1 200 3 30 3000 5 0 1 1 25 50
    intr 123456 0 1 2 3
    ctxt 987654
    btime 1763690000
    processes 4242
    procs_running 3
    procs_blocked 1
    softirq 55 1 2 3 4 5 6 7 8 9 10

    """,
    "proc/meminfo": """
    MemTotal:       1000 kB
    Active(anon):     20 kB
    HugePages_Total:   7

    """,
    "proc/loadavg": "0.25 1.5 10.07 2/345 6789\n",
    "proc/vmstat": """
    nr_free_pages 5
    pgpgin 11
    pgfault 12
    pgmajfault 13
    pgfree 14
    pswpin 15
    oom_kill 2

    """,
    "proc/1/mounts": """
    /dev/vda1 / ext4 rw,relatime 0 0
    proc /proc proc rw 0 0
    /dev/vdb1 /gone xfs ro,noatime 0 0
    /dev/vdc1 /with\\040blank ext4 rw,errors=remount-ro 0 0
    overlay /var/lib/docker/overlay2/x/merged overlay rw 0 0
    tmpfs /dev/shm tmpfs rw 0 0

    """,
    "with blank/x": "",
    "proc/diskstats": """
      7       0 loop0 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1
    254       0 vda 100 2 2000 2406 50 4 800 60 3 700 900 5 6 7 8 9 10
    254       1 vda1 100 2 2000 2406 50 4 800 60 3 700 900 5 6 7 8 9 10
      8       0 sdb 1 2 4 1000 5 6 8 2000 0 3000 4000

    """,
    "run/udev/data/b254:0": "S:disk/by-id/x\nE:ID_MODEL=Fast Disk\nE:ID_SERIAL=vendor_S1\nE:ID_SERIAL_SHORT=S1\n",
    "proc/net/dev": """
    Inter-|   Receive                                                |  Transmit
     face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
      lo:    3193      29    0    0    0     0          0         0     3193      29    0    0    0     0       0          0
    eth0:18446744073709551615 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16

    """,
    "sys/class/net/eth0/statistics/rx_nohandler": "17\n",
    "proc/net/sockstat": """
    sockets: used 440
    TCP: inuse 4 orphan 0 tw 9 alloc 5 mem 2
    UDP: inuse 1 mem 3
    FRAG: inuse 0 memory 0

    """,
    "proc/net/sockstat6": "TCP6: inuse 6\n",
    "proc/pressure/cpu":
      "some avg10=1.01 avg60=0.82 avg300=0.62 total=551709002\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=77\n",
    "proc/pressure/io": "some avg10=0 avg60=0 avg300=0 total=2000000\nfull avg10=0 avg60=0 avg300=0 total=500000\n",
    "proc/pressure/memory": "some avg10=0 avg60=0 avg300=0 total=0\nfull avg10=0 avg60=0 avg300=0 total=0\n",
    "proc/sys/fs/file-nr": "1416\t0\t2466177\n",
    "sys/devices/system/clocksource/clocksource0/available_clocksource": "tsc kvm-clock \n",
    "sys/devices/system/clocksource/clocksource0/current_clocksource": "tsc\n",
    "etc/os-release":
      "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nID=debian\n",
  ]
}

extension [ProbeSample] {
  func value(_ metric: String, _ labels: [String: String] = [:]) -> Double? {
    let wanted = LabelSet(labels.merging([LabelSet.metricName: metric]) { $1 })
    let found = filter { $0.series == wanted }
    return found.count == 1 ? found[0].value : nil
  }
}

@Suite("Linux host probe")
struct LinuxHostTests {
  /// One sample of the written host for all its cases.
  static let written = Result<[ProbeSample], any Error> {
    let fixture = try HostFixture()
    return withExtendedLifetime(fixture) { $0.sampler().sample() }
  }

  @Test(
    "a written /proc gives node_exporter's values",
    arguments: [
      ("node_cpu_seconds_total", ["cpu": "1", "mode": "user"], 2.0),
      ("node_cpu_seconds_total", ["cpu": "0", "mode": "idle"], 30),
      ("node_cpu_guest_seconds_total", ["cpu": "1", "mode": "nice"], 0.5),
      ("node_intr_total", [:], 123456), ("node_context_switches_total", [:], 987654), ("node_forks_total", [:], 4242),
      ("node_boot_time_seconds", [:], 1_763_690_000), ("node_procs_running", [:], 3), ("node_procs_blocked", [:], 1),
      ("node_memory_MemTotal_bytes", [:], 1_024_000), ("node_memory_Active_anon_bytes", [:], 20480),
      ("node_memory_HugePages_Total", [:], 7), ("node_load1", [:], 0.25), ("node_load5", [:], 1.5),
      ("node_load15", [:], 10.07), ("node_vmstat_pgpgin", [:], 11), ("node_vmstat_pgmajfault", [:], 13),
      ("node_vmstat_oom_kill", [:], 2), ("node_vmstat_pswpin", [:], 15),
      ("node_filesystem_device_error", ["device": "/dev/vda1", "fstype": "ext4", "mountpoint": "/"], 0),
      ("node_filesystem_device_error", ["device": "/dev/vdb1", "fstype": "xfs", "mountpoint": "/gone"], 1),
      ("node_filesystem_readonly", ["device": "/dev/vdc1", "fstype": "ext4", "mountpoint": "/with blank"], 0),
      ("node_disk_read_bytes_total", ["device": "vda"], 1_024_000),
      ("node_disk_read_time_seconds_total", ["device": "vda"], 2.406), ("node_disk_io_now", ["device": "vda"], 3),
      ("node_disk_flush_requests_time_seconds_total", ["device": "vda"], 0.01),
      ("node_disk_io_time_weighted_seconds_total", ["device": "sdb"], 4),
      ("node_disk_info", ["device": "vda", "major": "254", "minor": "0", "model": "Fast Disk", "serial": "S1"], 1),
      ("node_network_receive_bytes_total", ["device": "eth0"], 0x1p64),
      ("node_network_receive_multicast_total", ["device": "eth0"], 8),
      ("node_network_transmit_colls_total", ["device": "eth0"], 14),
      ("node_network_transmit_compressed_total", ["device": "eth0"], 16),
      ("node_network_receive_nohandler_total", ["device": "eth0"], 17),
      ("node_sockstat_sockets_used", [:], 440), ("node_sockstat_TCP_inuse", [:], 4), ("node_sockstat_TCP_mem", [:], 2),
      ("node_sockstat_UDP_mem_bytes", [:], Double(3 * sysconf(Int32(_SC_PAGESIZE)))),
      ("node_sockstat_TCP6_inuse", [:], 6),
      ("node_sockstat_FRAG_memory", [:], 0), ("node_pressure_cpu_waiting_seconds_total", [:], 551.709002),
      ("node_pressure_io_stalled_seconds_total", [:], 0.5), ("node_filefd_allocated", [:], 1416),
      ("node_filefd_maximum", [:], 2_466_177),
      ("node_time_clocksource_available_info", ["clocksource": "kvm-clock", "device": "0"], 1),
      ("node_time_clocksource_current_info", ["clocksource": "tsc", "device": "0"], 1),
      ("node_os_version", ["id": "debian", "name": "Debian GNU/Linux"], 12),
      ("node_scrape_collector_success", ["collector": "diskstats"], 1),
    ] as [(String, [String: String], Double)])
  func values(_ metric: String, _ labels: [String: String], _ expected: Double) throws {
    #expect(try Self.written.get().value(metric, labels) == expected)
  }

  @Test("what node_exporter leaves out by default is left out")
  func exclusions() throws {
    let fixture = try HostFixture()
    let samples = withExtendedLifetime(fixture) { $0.sampler().sample() }
    let texts = samples.map(\.series.description)
    #expect(!texts.contains { $0.contains("loop0") || $0.contains("device=\"vda1\"") })
    #expect(!texts.contains { $0.contains("/dev/shm") || $0.contains("docker") || $0.contains("fstype=\"proc\"") })
    #expect(!texts.contains { $0.contains("cpu_stalled") || $0.contains("nr_free_pages") || $0.contains("pgfree") })
    #expect(samples.value("node_disk_flush_requests_total", ["device": "sdb"]) == nil)
    #expect(!texts.contains { $0.contains("node_filesystem_size_bytes") && $0.contains("/gone") })
  }

  @Test("each series comes once, and keeps its number from round to round")
  func slots() throws {
    let fixture = try HostFixture()
    defer { withExtendedLifetime(fixture) {} }
    let sampler = fixture.sampler()
    let first = sampler.sample()
    let second = sampler.sample()
    #expect(Set(first.map(\.series)).count == first.count)
    #expect(first.map(\.slot) == second.map(\.slot))
    #expect(first.map(\.series) == second.map(\.series))
    #expect(first.allSatisfy { $0.slot != nil })
  }

  @Test("a device that comes, goes and comes back keeps its series")
  func devices() throws {
    let fixture = try HostFixture()
    let sampler = fixture.sampler()
    let first = sampler.sample()
    try fixture.write("proc/diskstats", "   8       0 sdb 2 2 4 1000 5 6 8 2000 0 3000 4000\n")
    let without = sampler.sample()
    #expect(without.value("node_disk_reads_completed_total", ["device": "vda"]) == nil)
    #expect(without.value("node_disk_reads_completed_total", ["device": "sdb"]) == 2)
    try fixture.write("proc/diskstats", HostFixture.files["proc/diskstats"] ?? "")
    let back = sampler.sample()
    #expect(first.map(\.slot) == back.map(\.slot))
  }

  @Test("a missing file costs its own collector only")
  func missing() throws {
    let fixture = try HostFixture()
    try fixture.writeHardware()
    try FileManager.default.removeItem(atPath: fixture.proc + "/meminfo")
    defer { withExtendedLifetime(fixture) {} }
    let sampler = fixture.sampler()
    let samples = sampler.sample()
    #expect(samples.value("node_scrape_collector_success", ["collector": "meminfo"]) == 0)
    #expect(samples.value("node_scrape_collector_success", ["collector": "cpu"]) == 1)
    #expect(sampler.problems.count == 1)
    #expect(sampler.problems.first?.hasPrefix("meminfo: ") == true)
  }

  @Test(
    "nonsense in every file neither traps nor invents", arguments: ["", "\n", ":", "cpu", "\u{0}\u{ff}", "9 9 9 9"])
  func nonsense(_ text: String) throws {
    let fixture = try HostFixture()
    try fixture.writeHardware()
    for path in Array(HostFixture.files.keys) + Array(HardwareFixture.files.keys) { try fixture.write(path, text) }
    let sampler = fixture.sampler()
    _ = sampler.sample()
    _ = sampler.sample()
  }
}
