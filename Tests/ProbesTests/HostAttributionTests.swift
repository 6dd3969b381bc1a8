import Foundation
import Telemetry
import Testing

@testable import Probes

@Suite("Process groups")
struct ProcessGroupTests {
  static func stat(
    _ pid: Int, _ command: String, parent: Int = 1, state: String = "S", user: Int = 0, start: Int = 500
  ) -> String {
    "\(pid) (\(command)) \(state) \(parent) 1 1 0 -1 4194304 11 0 22 0 \(user) 40 0 0 20 0 3 0 \(start) 4096000 7 "
      + "18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0\n"
  }

  private func fixture() throws -> HostFixture {
    let fixture = try HostFixture()
    try fixture.write("proc/2/stat", Self.stat(2, "kthreadd", parent: 0))
    try fixture.write("proc/9/stat", Self.stat(9, "kworker/0:1", parent: 2))
    try fixture.write("proc/10/stat", Self.stat(10, "web (a b) x", user: 100))
    try fixture.write(
      "proc/10/status", "VmSwap:\t     8 kB\nvoluntary_ctxt_switches:\t5\nnonvoluntary_ctxt_switches:\t6\n")
    try fixture.write("proc/10/io", "rchar: 1\nread_bytes: 4096\nwrite_bytes: 8192\n")
    try fixture.write(
      "proc/10/limits",
      "Limit  Soft Limit  Hard Limit  Units\nMax open files            4                  8              files\n")
    try fixture.write("proc/10/fd/0", "")
    try fixture.write("proc/10/fd/1", "")
    try fixture.write("proc/10/cmdline", "/usr/bin/web\0--serve\0")
    try fixture.write("proc/10/cgroup", "0::/system.slice/web.service\n")
    try fixture.write("proc/11/stat", Self.stat(11, "web (a b) x", state: "R", user: 200, start: 300))
    return fixture
  }

  private func sampler(_ fixture: HostFixture, _ settings: String) throws -> HostSampler {
    let collectors = try JSONDecoder().decode(HostCollectorSettings.self, from: Data(settings.utf8))
    return HostSampler(proc: fixture.proc, sys: fixture.sys, root: fixture.folder, collectors)
  }

  @Test("processes of a name are summed, kernel threads left out")
  func sums() throws {
    let fixture = try fixture()
    defer { withExtendedLifetime(fixture) {} }
    let samples = try sampler(fixture, #"{"process_groups": {}}"#).sample()
    let group = ["groupname": "web (a b) x"]
    func value(_ metric: String, _ more: [String: String] = [:]) -> Double? {
      samples.value("namedprocess_namegroup_" + metric, group.merging(more) { $1 })
    }
    let page = Double(sysconf(Int32(_SC_PAGESIZE)))
    #expect(value("num_procs") == 2)
    #expect(value("cpu_seconds_total", ["mode": "user"]) == 3)
    #expect(value("cpu_seconds_total", ["mode": "system"]) == 0.8)
    #expect(value("num_threads") == 6)
    #expect(value("memory_bytes", ["memtype": "resident"]) == 14 * page)
    #expect(value("memory_bytes", ["memtype": "virtual"]) == 8_192_000)
    #expect(value("memory_bytes", ["memtype": "swapped"]) == 8192)
    #expect(value("read_bytes_total") == 4096)
    #expect(value("write_bytes_total") == 8192)
    #expect(value("context_switches_total", ["ctxswitchtype": "nonvoluntary"]) == 6)
    #expect(value("minor_page_faults_total") == 22)
    #expect(value("major_page_faults_total") == 44)
    #expect(value("open_filedesc") == 2)
    #expect(value("worst_fd_ratio") == 0.5)
    #expect(value("states", ["state": "Running"]) == 1)
    #expect(value("oldest_start_time_seconds") == 1_763_690_003)
    #expect(!samples.contains { $0.series["groupname"]?.hasPrefix("k") == true })
  }

  @Test("what an ended process had used stays in its group, and a reused number is another process")
  func endings() throws {
    let fixture = try fixture()
    defer { withExtendedLifetime(fixture) {} }
    let sampler = try sampler(fixture, #"{"process_groups": {}}"#)
    _ = sampler.sample()
    try FileManager.default.removeItem(atPath: fixture.proc + "/11")
    try fixture.write("proc/10/stat", Self.stat(10, "web (a b) x", user: 50, start: 900))
    let samples = sampler.sample()
    let user = ["groupname": "web (a b) x", "mode": "user"]
    #expect(samples.value("namedprocess_namegroup_cpu_seconds_total", user) == 3.5)
    #expect(samples.value("namedprocess_namegroup_num_procs", ["groupname": "web (a b) x"]) == 1)
  }

  @Test(
    "own groups come first, then the key; the rest can be left out",
    arguments: [
      (
        #"{"process_groups": {"groups": [{"name": "shop", "cmdline": "--serve$|--serve "}]}}"#,
        ["shop": 1.0, "web (a b) x": 1]
      ),
      (
        #"{"process_groups": {"groups": [{"name": "shop", "comm": "^web", "cgroup": "web.service"}], "exclude": "web"}}"#,
        ["shop": 1]
      ),
      (#"{"process_groups": {"by": "cgroup", "include": "service$"}}"#, ["web.service": 1]),
      (#"{"process_groups": {"by": "user"}}"#, [NSUserName(): 2]),
    ] as [(String, [String: Double])])
  func groups(_ settings: String, _ expected: [String: Double]) throws {
    let fixture = try fixture()
    defer { withExtendedLifetime(fixture) {} }
    var found: [String: Double] = [:]
    for sample in try sampler(fixture, settings).sample()
    where sample.series.metric == "namedprocess_namegroup_num_procs" {
      found[sample.series["groupname"] ?? ""] = sample.value
    }
    #expect(found == expected)
  }
}

@Suite("Control groups")
struct ControlGroupTests {
  static let docker = String(repeating: "0a1b2c3d", count: 8)
  static let pod =
    "kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod12345678_1234_1234_1234_123456789abc.slice"

  private func fixture() throws -> HostFixture {
    let fixture = try HostFixture()
    try fixture.write("sys/fs/cgroup/cgroup.controllers", "cpu io memory pids\n")
    let groups = [
      "system.slice/nginx.service", "system.slice/docker-\(Self.docker).scope",
      "docker/\(Self.docker.replacing("0a", with: "0b"))",
      "\(Self.pod)/cri-containerd-\(Self.docker).scope", "user.slice/user-0.slice/session-1.scope",
    ]
    for (number, group) in groups.enumerated() {
      let folder = "sys/fs/cgroup/\(group)"
      try fixture.write(folder + "/cpu.stat", "usage_usec 9\nuser_usec \(number + 1)000000\nsystem_usec 500000\n")
      try fixture.write(folder + "/memory.current", "\(number + 1)0\n")
      try fixture.write(folder + "/io.stat", "8:0 rbytes=1 wbytes=2 rios=3\n8:16 rbytes=10 wbytes=20 rios=3\n")
      try fixture.write(folder + "/pids.current", "4\n")
      try fixture.write(folder + "/memory.events", "low 0\noom 1\noom_kill 2\n")
    }
    try fixture.write(
      "var/lib/docker/containers/\(Self.docker)/config.v2.json", #"{"StreamConfig":{},"Name":"/shop","Driver":"o"}"#)
    return fixture
  }

  @Test("units have what their control groups use")
  func units() throws {
    let fixture = try fixture()
    let samples = withExtendedLifetime(fixture) { $0.sampler().sample() }
    let unit = ["name": "nginx.service"]
    #expect(samples.value("node_systemd_unit_cpu_seconds_total", unit.merging(["mode": "user"]) { $1 }) == 1)
    #expect(samples.value("node_systemd_unit_cpu_seconds_total", unit.merging(["mode": "system"]) { $1 }) == 0.5)
    #expect(samples.value("node_systemd_unit_memory_bytes", unit) == 10)
    #expect(samples.value("node_systemd_unit_io_read_bytes_total", unit) == 11)
    #expect(samples.value("node_systemd_unit_io_written_bytes_total", unit) == 22)
    #expect(samples.value("node_systemd_unit_tasks", unit) == 4)
    #expect(samples.value("node_systemd_unit_oom_kills_total", unit) == 2)
    // Scopes are left out like node_exporter does, containers are no units.
    let others = samples.filter {
      $0.series.metric == "node_systemd_unit_memory_bytes" && $0.series["name"] != "nginx.service"
    }
    #expect(others.isEmpty)
  }

  @Test("containers are found in every runtime's paths, with their names where those are readable")
  func containers() throws {
    let fixture = try fixture()
    let samples = withExtendedLifetime(fixture) { $0.sampler().sample() }
    let short = String(Self.docker.prefix(12))
    func memory(_ labels: [String: String]) -> Double? { samples.value("container_memory_bytes", labels) }
    #expect(memory(["id": short, "runtime": "docker", "name": "shop"]) == 20)
    let plain = short.replacing("0a", with: "0b")
    #expect(memory(["id": plain, "runtime": "docker", "name": plain]) == 30)
    let pod = "12345678-1234-1234-1234-123456789abc"
    #expect(memory(["id": short, "runtime": "containerd", "name": short, "pod_uid": pod]) == 40)
    #expect(samples.filter { $0.series.metric == "container_memory_bytes" }.count == 3)
  }

  @Test(
    "a machine of nspawn is one however it was started",
    arguments: ["machine-web\\x2d1.scope", "systemd-nspawn@web-1.service"])
  func machines(folder: String) throws {
    let machine = try #require(ContainerIdentity(folder: folder, path: "machine.slice/\(folder)"))
    #expect(machine.runtime == "nspawn" && machine.id == "web-1")
    #expect(ContainerIdentity(folder: "nginx.service", path: "system.slice/nginx.service") == nil)
  }

  @Test("Docker's data may lie where its daemon was told to put it")
  func dataRoot() throws {
    let fixture = try fixture()
    let id = Self.docker.replacing("0a", with: "0b")
    try fixture.write("etc/docker/daemon.json", #"{"log-level": "warn", "data-root": "/srv/docker"}"#)
    try fixture.write("srv/docker/containers/\(id)/config.v2.json", #"{"Name":"/orders"}"#)
    let samples = withExtendedLifetime(fixture) { $0.sampler().sample() }
    let labels = ["id": String(id.prefix(12)), "runtime": "docker", "name": "orders"]
    #expect(samples.value("container_memory_bytes", labels) == 30)
  }

  @Test("a host without control groups has no data, and nothing is said of it")
  func absent() throws {
    let fixture = try HostFixture()
    let sampler = fixture.sampler()
    let samples = withExtendedLifetime(fixture) { _ in sampler.sample() }
    #expect(samples.value("node_scrape_collector_success", ["collector": "containers"]) == 0)
    #expect(!sampler.problems.contains { $0.hasPrefix("containers") })
  }
}

@Suite(
  "process-exporter compatibility",
  .enabled(
    if: FileManager.default.isExecutableFile(atPath: NodeExporterOracle.processProgram),
    "needs the package prometheus-process-exporter"))
struct ProcessExporterTests {
  @Test("the families, label names and types are process-exporter's")
  func families() throws {
    let oracle = try NodeExporterOracle(
      program: NodeExporterOracle.processProgram,
      ["-procnames", "systemd,bash", "-threads=false", "-gather-smaps=false"],
      prefix: "namedprocess_namegroup_")
    let settings = try JSONDecoder().decode(HostCollectorSettings.self, from: Data(#"{"process_groups": {}}"#.utf8))
    let samples = HostSampler(settings).sample().filter { $0.series.metric?.hasPrefix("namedprocess_") == true }
    func shape(_ series: some Sequence<LabelSet>) -> [String: Set<String>] {
      series.reduce(into: [:]) { all, labels in
        all[labels.metric ?? "", default: []].formUnion(
          labels.removingMetricName().map { $0.name == "groupname" ? "groupname" : "\($0.name)=\($0.value)" })
      }
    }
    #expect(!oracle.samples.isEmpty)
    // Where threads wait in the kernel is dear to ask and a series for each of its functions.
    let theirs = oracle.samples.keys.filter { $0.metric != "namedprocess_namegroup_threads_wchan" }
    #expect(shape(samples.map(\.series)) == shape(theirs))
    for (name, type) in oracle.types where name.hasPrefix("namedprocess_namegroup_") {
      #expect(MetricDictionary.metric(name).type == type, "\(name)")
    }
  }
}
