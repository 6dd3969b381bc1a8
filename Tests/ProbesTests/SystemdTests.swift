import Foundation
import Glibc
import LoopbackServers
import Telemetry
import Testing

@testable import Probes

/// A real systemd with three units of its own, in a mount namespace where /run looks as if it had booted the machine.
final class PrivateSystemd {
  let folder = NSTemporaryDirectory() + "watchkeeper-systemd-\(UUID().uuidString.prefix(8))"
  private let process = Process()

  static let program = "/lib/systemd/systemd"

  /// Namespaces are for root, and not in every container.
  static let isPossible: Bool = {
    guard geteuid() == 0, FileManager.default.isExecutableFile(atPath: program) else { return false }
    let trial = Process()
    trial.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
    trial.arguments = ["-m", "mount", "-t", "tmpfs", "tmpfs", "/run"]
    trial.standardError = FileHandle.nullDevice
    guard (try? trial.run()) != nil else { return false }
    trial.waitUntilExit()
    return trial.terminationStatus == 0
  }()

  struct Failure: Error { let why: String }

  init() throws {
    let units = [
      "watch.target": "[Unit]\nWants=good.service bad.service tick.timer past.timer\n"
        + "After=good.service bad.service tick.timer\n",
      "past.timer": "[Timer]\nOnActiveSec=1us\nAccuracySec=1us\nUnit=good.service\n",
      "good.service": "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n",
      "bad.service": "[Service]\nType=oneshot\nExecStart=/bin/false\n",
      "tick.timer": "[Timer]\nOnCalendar=yearly\nUnit=good.service\n",
    ]
    let place = folder + "/config/systemd/user"
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    try FileManager.default.createDirectory(atPath: folder + "/run", withIntermediateDirectories: true)
    for (name, text) in units { try text.write(toFile: "\(place)/\(name)", atomically: false, encoding: .utf8) }
    let ready = try Self.listen(folder + "/ready")
    defer { close(ready) }
    process.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
    process.arguments = [
      "-m", "bash", "-c",
      "mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/system && exec \(Self.program) --user --unit=watch.target",
    ]
    process.environment = [
      "XDG_RUNTIME_DIR": folder + "/run", "XDG_CONFIG_HOME": folder + "/config", "NOTIFY_SOCKET": folder + "/ready",
      "HOME": folder, "PATH": "/usr/bin:/bin", "SYSTEMD_LOG_TARGET": "console",
    ]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    var message = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = recv(ready, &message, message.count, 0)
      guard count > 0 else { throw Failure(why: "systemd does not come up") }
      if String(decoding: message[..<count], as: UTF8.self).contains("READY=1") { break }
    }
  }

  deinit {
    process.terminate()
    process.waitUntilExit()
    try? FileManager.default.removeItem(atPath: folder)
  }

  private static func listen(_ path: String) throws -> Int32 {
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    var patience = timeval(tv_sec: 30, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    guard UnixAddress.use(path, { bind(descriptor, $0, $1) }) == 0 else { throw Failure(why: "no socket \(path)") }
    return descriptor
  }
}

enum UnixAddress {
  static func use(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix(107)) }
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
  }
}

@Suite("systemd")
struct SystemdTests {
  private func sampler(_ root: String, _ settings: String = #"{"systemd": {"unit_exclude": "^$"}}"#) throws
    -> HostSampler
  {
    let collectors = try JSONDecoder().decode(HostCollectorSettings.self, from: Data(settings.utf8))
    return HostSampler(root: root, collectors)
  }

  @Test(
    "a real systemd tells the states of its units", .enabled(if: PrivateSystemd.isPossible, "needs root and systemd"))
  func real() async throws {
    let systemd = try PrivateSystemd()
    defer { withExtendedLifetime(systemd) {} }
    let sampler = try sampler(systemd.folder)
    // It says that it is ready when it can be asked, which may be before its units are.
    let samples = await patiently(until: { samples in
      samples.value("node_systemd_unit_state", ["name": "watch.target", "state": "active", "type": ""]) == 1
    }) { sampler.sample() }
    #expect(!sampler.problems.contains { $0.hasPrefix("systemd: ") }, "\(sampler.problems)")
    func state(_ unit: String, _ state: String, _ type: String) -> Double? {
      samples.value("node_systemd_unit_state", ["name": unit, "state": state, "type": type])
    }
    #expect(state("good.service", "active", "oneshot") == 1)
    #expect(state("good.service", "failed", "oneshot") == 0)
    #expect(state("bad.service", "failed", "oneshot") == 1)
    #expect(state("tick.timer", "active", "") == 1)
    #expect(state("watch.target", "active", "") == 1)
    #expect(samples.value("node_systemd_units", ["state": "failed"]) ?? 0 >= 1)
    #expect(samples.value("node_systemd_system_running") == 0)
    #expect(samples.value("node_systemd_service_restart_total", ["name": "good.service"]) == 0)
    #expect(samples.value("node_systemd_timer_last_trigger_seconds", ["name": "tick.timer"]) == 0)
    func pastTrigger(_ samples: [ProbeSample]) -> Double {
      samples.value("node_systemd_timer_last_trigger_seconds", ["name": "past.timer"]) ?? 0
    }
    let later = await patiently(until: { pastTrigger($0) != 0 }) { sampler.sample() }
    #expect(abs(pastTrigger(later) - Date().timeIntervalSince1970) < 600, "\(pastTrigger(later))")
    #expect(samples.contains { $0.series.metric == "node_systemd_version" && $0.value > 200 })
    #expect(samples.value("node_scrape_collector_success", ["collector": "systemd"]) == 1)
    try ServiceTemplate.expectRules("systemd", seeWhatIs: samples)
    let again = sampler.sample()
    let units = again.filter { $0.series.metric?.hasPrefix("node_systemd_") == true }
    #expect(
      units.map(\.series) == samples.filter { $0.series.metric?.hasPrefix("node_systemd_") == true }.map(\.series))
  }

  /// A server that sends these bytes to whoever connects, whatever it asks.
  private func server(_ folder: String, sending bytes: [UInt8]) throws -> Int32 {
    try FileManager.default.createDirectory(atPath: folder + "/run/systemd", withIntermediateDirectories: true)
    let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    try #require(UnixAddress.use(folder + "/run/systemd/private") { bind(listener, $0, $1) } == 0)
    try #require(listen(listener, 1) == 0)
    Thread.detachNewThread {
      let connection = accept(listener, nil, nil)
      _ = send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
      shutdown(connection, Int32(SHUT_WR))
      var ignored = [UInt8](repeating: 0, count: 4096)
      while recv(connection, &ignored, ignored.count, 0) > 0 {}
      close(connection)
    }
    return listener
  }

  private static let header: [UInt8] = [0x6c, 2, 0, 1]

  @Test(
    "a server that lies is refused with a reason",
    arguments: [
      (Array("REJECTED EXTERNAL\r\n".utf8), "refuses the login"),
      (Array("OK 12\r\nnonsense that is no message".utf8), "no message of D-Bus"),
      (
        Array("OK 12\r\n".utf8) + header + [0xff, 0xff, 0xff, 0x7f, 1, 0, 0, 0, 8, 0, 0, 0],
        "no message of D-Bus, or too long"
      ),
      (Array("OK 12\r\n".utf8) + header + [0, 0, 0, 0, 1, 0, 0, 0, 8, 0, 0, 0, 5, 1, 0x75], "closed"),
      (Array("OK 12\r\n".utf8), "closed"),
      // ListUnits' answer: an array that says it is longer than the message.
      (
        Array("OK 12\r\n".utf8) + header + [
          4, 0, 0, 0, 1, 0, 0, 0, 8, 0, 0, 0, 5, 1, 0x75, 0, 1, 0, 0, 0, 0xff, 0, 0, 0,
        ]
          + header + [4, 0, 0, 0, 1, 0, 0, 0, 8, 0, 0, 0, 5, 1, 0x75, 0, 2, 0, 0, 0, 0xff, 0, 0, 0],
        "unknown form"
      ),
    ] as [([UInt8], String)])
  func lies(_ bytes: [UInt8], _ reason: String) throws {
    let folder = NSTemporaryDirectory() + "watchkeeper-dbus-\(UUID().uuidString.prefix(8))"
    let listener = try server(folder, sending: bytes)
    defer {
      close(listener)
      try? FileManager.default.removeItem(atPath: folder)
    }
    // The second socket, the bus, is absent: its error would hide the first.
    try FileManager.default.createDirectory(atPath: folder + "/run/dbus", withIntermediateDirectories: true)
    let sampler = try sampler(folder)
    _ = sampler.sample()
    #expect(sampler.problems.contains { $0.hasPrefix("systemd: ") && $0.contains(reason) }, "\(sampler.problems)")
  }

  @Test("a host without systemd has no data, and nothing is said of it")
  func absent() throws {
    let sampler = try sampler("/nowhere")
    let samples = sampler.sample()
    #expect(samples.value("node_scrape_collector_success", ["collector": "systemd"]) == 0)
    #expect(!sampler.problems.contains { $0.hasPrefix("systemd: ") })
  }
}
