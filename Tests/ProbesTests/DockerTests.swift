import Foundation
import Glibc
import LoopbackServers
import Telemetry
import Testing

@testable import Probes

/// A real dockerd with everything of its own in one folder, and an image of busybox alone.
private final class DockerServer {
  static let programs = ["/usr/sbin/dockerd", "/usr/bin/docker", "/usr/bin/busybox"]
  /// CAP_SYS_ADMIN: control groups and mounts, which containers have seldom.
  private static let administrator = 1 << 21

  static let isPossible: Bool = {
    guard getuid() == 0, programs.allSatisfy({ access($0, X_OK) == 0 }) else { return false }
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("CapEff:") } ?? ""
    let capabilities = line.split(separator: "\t").last.flatMap { Int($0, radix: 16) } ?? 0
    return capabilities & administrator != 0
  }()

  private let server: ServerProcess

  /// The folder that stands for `/`.
  var root: String { server.folder }
  var socket: String { server.folder + "/socket" }

  init() throws {
    server = try ServerProcess(
      "/usr/sbin/dockerd",
      [
        "--data-root", "FOLDER/var/lib/docker", "--exec-root", "FOLDER/run", "--pidfile", "FOLDER/pid",
        "-H", "unix://FOLDER/socket", "--iptables=false", "--ip6tables=false", "--bridge=none",
        "--storage-driver=vfs",
      ])
  }

  func run(_ script: String) throws -> Bool {
    try ServerProcess.run(
      "/bin/sh", ["-c", "export DOCKER_HOST=unix://\(socket) HOME=\(root); cd \(root); set -e; \(script)"])
  }

  func stop() {
    _ = try? run("docker rm -f $(docker ps -aq)")
    server.stop()
  }
}

@Suite(
  "Docker",
  .enabled(
    if: DockerServer.isPossible, "needs the packages docker.io and busybox-static, root and CAP_SYS_ADMIN"))
struct DockerTests {
  @Test("a real daemon's containers are counted by state, and the host's figures of them bear their names")
  func containers() async throws {
    let docker = try DockerServer()
    defer { docker.stop() }
    let settings = "{unix_socket: '\(docker.socket)'}"
    func samples(until isThere: ([ProbeSample]) -> Bool) async throws -> [ProbeSample] {
      let found = try await patiently(until: { $0.report.verdict == .up && isThere($0.samples) }) {
        try await ServiceTemplate(name: "docker").run(settings)
      }
      #expect(found.report.verdict == .up, "\(found.report.explanation)")
      return found.samples
    }
    let empty = try await samples { _ in true }
    #expect(empty.value("docker_containers_unhealthy") == 0)
    let begun = try docker.run(
      """
      mkdir -p image/bin; cp /usr/bin/busybox image/bin/; ln -s busybox image/bin/sh
      tar -C image -c bin | docker import - box:1
      docker run -d --network none --name shop box:1 /bin/busybox sleep 1000
      docker run -d --network none --name sick --health-cmd 'exit 1' --health-interval 100ms --health-retries 1 \
        box:1 /bin/busybox sleep 1000
      docker run -d --network none --name loops --restart always box:1 /bin/busybox false
      docker run --network none --name done box:1 /bin/busybox true
      """)
    #expect(begun)
    func number(_ state: String, in samples: [ProbeSample]) -> Double {
      samples.value("docker_containers", ["state": state]) ?? 0
    }
    let there = try await samples { samples in
      number("running", in: samples) == 2 && number("restarting", in: samples) == 1
        && samples.value("docker_containers_unhealthy") == 1
    }
    #expect(number("exited", in: there) == 1 && number("created", in: there) == 0)
    try ServiceTemplate.expectRules("docker", seeWhatIs: there)
    try expectNames(docker)
  }

  /// Where the kernel shows control groups of version 2, alone or beside version 1.
  private func expectNames(_ docker: DockerServer) throws {
    let trees = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"]
    guard trees.contains(where: { access($0 + "/cgroup.controllers", R_OK) == 0 }) else { return }
    let samples = HostSampler(root: docker.root, HostCollectorSettings().only(["containers"])).sample()
    for name in ["shop", "sick"] {
      let figures = samples.filter { $0.series["name"] == name && $0.series["runtime"] == "docker" }
      #expect(
        figures.filter { $0.series.metric == "container_cpu_seconds_total" }.compactMap { $0.series["mode"] }.sorted()
          == ["system", "user"], "\(name)")
      #expect(figures.allSatisfy { $0.series["id"]?.utf8.count == 12 })
    }
  }
}
