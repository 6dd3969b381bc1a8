import Foundation
import Glibc
import LoopbackServers
import Telemetry
import Testing
import Transfers

@testable import Probes

@Suite("Listening ports")
struct ListenerTests {
  @Test("a port that listens is a series with its backlog")
  func listens() throws {
    let server = try LoopbackServer { _, _ in }
    defer { server.stop() }
    let samples = HostSampler().sample()
    let port = ["protocol": "tcp", "port": "\(server.port)", "scope": "loopback"]
    #expect(samples.value("node_listening_port", port) == 1)
    #expect(samples.value("node_listening_port_backlog", port) == 0)
    #expect(samples.value("node_listening_port_backlog_limit", port) ?? 0 > 0)
    let ports = samples.filter { $0.series.metric == "node_listening_port" && $0.series["protocol"] == "tcp" }
    #expect(samples.value("node_listening_sockets", ["protocol": "tcp"]) == ports.map(\.value).reduce(0, +))
  }
}

@Suite("Package upgrades")
struct PackageTests {
  @Test("installed packages are compared with the lists; what is held or gone does not count")
  func pending() throws {
    let fixture = try HostFixture()
    defer { withExtendedLifetime(fixture) {} }
    func package(
      _ name: String, _ version: String, _ state: String? = "install ok installed", _ architecture: String = "amd64"
    ) -> String {
      "Package: \(name)\n" + (state.map { "Status: \($0)\n" } ?? "")
        + "Architecture: \(architecture)\nVersion: \(version)\nDescription: x\n y\n\n"
    }
    try fixture.write(
      "var/lib/dpkg/status",
      package("nginx", "1.22.1-9") + package("bash", "5.2-1") + package("held", "1", "hold ok installed")
        + package("gone", "1", "deinstall ok config-files") + package("doc", "1", "install ok installed", "all")
        + package("openssl", "3.0.1-1"))
    try fixture.write(
      "var/lib/apt/lists/deb.debian.org_debian_dists_bookworm_main_binary-amd64_Packages",
      package("nginx", "1.22.1-9", nil) + package("bash", "5.2-1+b1", nil) + package("held", "2", nil)
        + package("gone", "2", nil)
        + package("openssl", "3.0.1-2", nil) + package("doc", "2", nil, "all"))
    try fixture.write(
      "var/lib/apt/lists/security.debian.org_debian-security_dists_bookworm-security_main_binary-amd64_Packages",
      package("openssl", "3.0.1-3~deb12u1", nil) + package("nginx", "1.22.1-9~bpo1", nil).dropLast())
    let found = PendingUpgrades.count(
      status: fixture.folder + "/var/lib/dpkg/status", lists: fixture.folder + "/var/lib/apt/lists")
    #expect(
      found.counts == [
        PendingUpgrades.Key(origin: "bookworm", architecture: "amd64"): 1,
        PendingUpgrades.Key(origin: "bookworm", architecture: "all"): 1,
        PendingUpgrades.Key(origin: "bookworm-security", architecture: "amd64"): 1,
      ])
    #expect(found.newestList > 1_700_000_000)
    let system = HostFiles(proc: fixture.proc, sys: fixture.sys, root: fixture.folder)
    let collector = PackageCollector(system)
    var sink = HostSink()
    try collector.collect(from: system, into: &sink)
    collector.finish()
    try fixture.write("run/reboot-required", "")
    try collector.collect(from: system, into: &sink)
    let samples = sink.take()
    #expect(samples.value("apt_upgrades_pending", ["origin": "bookworm-security", "arch": "amd64"]) == 1)
    #expect(samples.filter { $0.series.metric == "node_reboot_required" }.map(\.value) == [0, 1])
  }

  @Test("a trial has upgrades in its one run; lists that are compressed are named instead of counted too low")
  func trial() async throws {
    let fixture = try HostFixture()
    defer { withExtendedLifetime(fixture) {} }
    let list = "var/lib/apt/lists/deb.debian.org_debian_dists_bookworm_main_binary-amd64_Packages"
    try fixture.write(
      "var/lib/dpkg/status", "Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n")
    try fixture.write(list, "Package: bash\nArchitecture: amd64\nVersion: 2\n\n")
    try fixture.write(list + ".diff_Index", "SHA256-Current: x\n")
    var environment = ProbeEnvironment(transfers: .init(), clock: ManualClock(), hostName: "h")
    environment.isTrial = true
    let settings = LinuxHostSettings(proc: fixture.proc, sys: fixture.sys, root: fixture.folder)
    let report = await settings.makeProbe(in: environment).run(within: .seconds(10))
    #expect(report.samples.value("apt_upgrades_pending", ["origin": "bookworm", "arch": "amd64"]) == 1)
    #expect(!report.notes.contains { $0.contains("compressed") })

    try fixture.write(list.replacing("bookworm_", with: "bookworm-security_") + ".lz4", "x")
    let probe = settings.makeProbe(in: environment)
    for _ in 0..<2 {
      let cut = await probe.run(within: .seconds(10))
      #expect(cut.samples.value("apt_upgrades_pending", ["origin": "bookworm", "arch": "amd64"]) == nil)
      #expect(cut.samples.value("node_scrape_collector_success", ["collector": "packages"]) == 0)
      #expect(cut.verdict == .up && cut.explanation == report.explanation)
      #expect(cut.notes.filter { $0.contains("amd64_Packages.lz4 is compressed") }.count == 1, "\(cut.notes)")
    }
  }

  @Test(
    "versions are ordered as dpkg orders them",
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/dpkg")),
    arguments: [
      ("1.0", "1.0"), ("1.0~rc1", "1.0"), ("1.0-1", "1.0-1+b1"), ("1:0.9", "2.0"), ("1.10", "1.9"), ("1.0a", "1.0+"),
      ("2.36-9+deb12u4", "2.36-9+deb12u10"), ("1.0-1~bpo1", "1.0-1"), ("0:1", "1"), ("1.0.", "1.0"), ("001", "1"),
      ("1.2-3-4", "1.2-3-5"), ("5.10~~", "5.10~"), ("a", "1"),
    ])
  func order(_ one: String, _ other: String) throws {
    func dpkg(_ one: String, _ other: String) throws -> Bool {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/dpkg")
      process.arguments = ["--compare-versions", one, "lt-nl", other]
      process.standardError = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      return process.terminationStatus == 0
    }
    #expect(DebianVersion.isOlder(Array(one.utf8), Array(other.utf8)) == (try dpkg(one, other)))
    #expect(DebianVersion.isOlder(Array(other.utf8), Array(one.utf8)) == (try dpkg(other, one)))
  }
}

@Suite("Disk health")
struct DiskHealthTests {
  @Test("an NVMe health log is read by its specification")
  func nvme() {
    var log = [UInt8](repeating: 0, count: 512)
    log[0] = 4
    (log[1], log[2]) = (0x3b, 0x01)  // 315 kelvin
    (log[3], log[4], log[5]) = (100, 10, 7)
    (log[32], log[33]) = (0x01, 0x01)
    log[160] = 3
    let figures = Dictionary(uniqueKeysWithValues: NVMeHealth.figures(log))
    #expect(figures["nvme_critical_warning"] == 4)
    #expect(figures["nvme_temperature_celsius"] == 42)
    #expect(figures["nvme_available_spare_ratio"] == 1)
    #expect(figures["nvme_percentage_used_ratio"] == 0.07)
    #expect(figures["nvme_read_bytes_total"] == 131_584_000.0)
    #expect(figures["nvme_media_errors_total"] == 3)
    #expect(NVMeHealth.figures([1, 2]).isEmpty)
  }

  @Test("SMART attributes are found in their table, temperatures without the vendor's addition")
  func attributes() {
    var data = [UInt8](repeating: 0, count: 512)
    data.replaceSubrange(2..<14, with: [5, 0x33, 0, 100, 99, 8, 1, 0, 0, 0, 0, 0])
    data.replaceSubrange(14..<26, with: [194, 0x22, 0, 64, 50, 36, 0, 20, 0, 45, 0, 0])
    data.replaceSubrange(26..<38, with: [222, 0x22, 0, 64, 50, 36, 0, 20, 0, 45, 0, 0])
    #expect(
      ATAAttributes.figures(data) == [
        ATAAttributes.Figure(id: 5, name: "reallocated_sector_ct", value: 100, raw: 264),
        ATAAttributes.Figure(id: 194, name: "temperature_celsius", value: 64, raw: 36),
      ])
  }

  @Test("a disk that may not be asked names the rights that are lacking and what gives the unit them, as said first")
  func lacking() throws {
    let fixture = try HostFixture()
    defer { withExtendedLifetime(fixture) {} }
    let system = HostFiles(proc: fixture.proc, sys: fixture.sys, root: fixture.folder)
    system.lack(.disks, "the health of /dev/sda cannot be asked")
    system.lack(.disks, "the health of /dev/sdb cannot be asked")
    system.lack(.files, "x")
    #expect(
      system.notes == [
        "x – this needs CAP_DAC_READ_SEARCH: systemctl edit watchkeeper, and write under [Service] "
          + "AmbientCapabilities=CAP_DAC_READ_SEARCH, CapabilityBoundingSet=CAP_DAC_READ_SEARCH",
        "the health of /dev/sda cannot be asked – this needs CAP_SYS_RAWIO and CAP_DAC_READ_SEARCH: systemctl edit "
          + "watchkeeper, and write under [Service] AmbientCapabilities=CAP_SYS_RAWIO CAP_DAC_READ_SEARCH, "
          + "CapabilityBoundingSet=CAP_SYS_RAWIO CAP_DAC_READ_SEARCH, PrivateDevices=no",
      ])
  }

  @Test("a disk that the kernel has and whose file is not to be seen lacks a right; what answers otherwise does not")
  func hidden() throws {
    let fixture = try HostFixture()
    defer { withExtendedLifetime(fixture) {} }
    let health = DiskHealth(disks: ["sda"], controllers: ["nvme0"], in: fixture.folder + "/dev", isRestricted: true)
    #expect(
      health.denied == [
        .disks: "the health of \(fixture.folder)/dev/sda cannot be asked",
        .controllers: "the health of \(fixture.folder)/dev/nvme0 cannot be asked",
      ])
    let roots = DiskHealth(disks: ["sda"], controllers: [], in: fixture.folder + "/dev", isRestricted: false)
    #expect(roots.denied.isEmpty)
    // A folder is no disk: the kernel says so.
    #expect(DiskHealth(disks: ["sys"], controllers: [], in: fixture.folder).denied.isEmpty)
  }

  @Test(
    "a logical volume has its group and name", arguments: [("vg-root", "vg", "root"), ("my--vg-a--b", "my-vg", "a-b")])
  func volumes(_ name: String, _ group: String, _ volume: String) throws {
    let found = try #require(DeviceMapper.logicalVolume(name))
    #expect(found.group == group)
    #expect(found.volume == volume)
  }
}
