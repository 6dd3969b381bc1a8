import Dispatch
import Foundation
import LoopbackServers
import Records
import Synchronization
import Telemetry
import Testing
import Transfers

@testable import Probes

@Suite("HTTP and TCP probes")
struct EndpointProbeTests {
  let environment = ProbeEnvironment(transfers: TransferEngine(), clock: ManualClock(), hostName: "h")

  private func probe<Settings: ProbeSettings>(_ type: Settings.Type, _ json: String) throws -> any Probe {
    try JSONDecoder().decode(type, from: Data(json.utf8)).makeProbe(in: environment)
  }

  static let page = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nready"

  @Test("a good answer is up, with blackbox_exporter's series")
  func up() async throws {
    let server = try LoopbackServer.answering(Self.page)
    defer { server.stop() }
    let report = try await probe(HTTPProbeSettings.self, #"{"url":"\#(server.url())"}"#).run(within: .seconds(5))
    #expect(report.verdict == .up)
    #expect(report.samples.value("probe_http_status_code") == 200)
    #expect(report.samples.value("probe_http_version") == 1.1)
    #expect(report.samples.value("probe_http_ssl") == 0)
    #expect(report.samples.value("probe_http_content_length") == 5)
    #expect(report.samples.value("probe_http_uncompressed_body_length") == 5)
    #expect(report.samples.value("probe_ip_protocol") == 4)
    #expect(report.samples.value("probe_failed_due_to_regex") == 0)
    for phase in ["resolve", "connect", "tls", "processing", "transfer"] {
      #expect(report.samples.value("probe_http_duration_seconds", ["phase": phase]) != nil)
    }
    #expect(report.verdictSamples(took: .seconds(2)).value("probe_duration_seconds") == 2)
  }

  @Test(
    "what the settings demand decides",
    arguments: [
      (#""valid_status_codes":[204]"#, "reason.probe.status", 0.0),
      (#""fail_if_body_not_matches":["rea.y","^x"]"#, "reason.probe.body", 1),
      (#""fail_if_body_matches":["ready"]"#, "reason.probe.body", 1),
      (#""fail_if_not_ssl":true"#, "reason.probe.plain", 0),
    ])
  func demands(_ setting: String, _ reason: String, _ regex: Double) async throws {
    let server = try LoopbackServer.answering(Self.page)
    defer { server.stop() }
    let report = try await probe(HTTPProbeSettings.self, #"{"url":"\#(server.url())",\#(setting)}"#)
      .run(within: .seconds(5))
    guard case .down(let found) = report.verdict else { return #expect(Bool(false), "\(report.verdict)") }
    #expect(found.id == reason)
    #expect(report.samples.value("probe_failed_due_to_regex") == regex)
    #expect(report.samples.value("probe_http_status_code") == 200)
  }

  @Test("a closed port is down and a silent server times out inside the limit")
  func down() async throws {
    let port = try LoopbackServer.unusedPort()
    let refused = try await probe(HTTPProbeSettings.self, #"{"url":"http://127.0.0.1:\#(port)/"}"#).run(
      within: .seconds(5))
    #expect(refused.verdict.reason?.id == "reason.probe.refused")
    #expect(refused.samples.value("probe_http_status_code") == 0)
    let silent = try LoopbackServer { connection, _ in connection.waitForClose() }
    defer { silent.stop() }
    let late = try await probe(HTTPProbeSettings.self, #"{"url":"\#(silent.url())"}"#).run(within: .milliseconds(100))
    #expect(late.verdict.reason?.id == "reason.probe.timed_out")
  }

  @Test("a stopped engine makes the target unknown, not down")
  func selfFault() async throws {
    environment.transfers.shutdown()
    let report = try await probe(HTTPProbeSettings.self, #"{"url":"http://127.0.0.1:1/"}"#).run(within: .seconds(5))
    guard case .unknown = report.verdict else { return #expect(Bool(false), "\(report.verdict)") }
    #expect(report.samples.isEmpty)
  }

  @Test("a TCP target that accepts is up, sees no byte, and is let go")
  func tcp() async throws {
    let (ended, end) = AsyncStream<String>.makeStream()
    let server = try LoopbackServer { connection, _ in end.yield(connection.readHead()) }
    defer { server.stop() }
    let report = try await probe(TCPProbeSettings.self, #"{"target":"127.0.0.1:\#(server.port)"}"#).run(
      within: .seconds(5))
    #expect(report.verdict == .up)
    #expect(report.samples.value("probe_ip_protocol") == 4)
    #expect(report.samples.value("probe_dns_lookup_time_seconds") != nil)
    var iterator = ended.makeAsyncIterator()
    #expect(await iterator.next() == "")
    let port = try LoopbackServer.unusedPort()
    let refused = try await probe(TCPProbeSettings.self, #"{"target":"127.0.0.1:\#(port)"}"#).run(within: .seconds(5))
    #expect(refused.verdict.reason?.id == "reason.probe.refused")
  }

  @Test("chain, version and names of a TLS session become series")
  func encryption() {
    var transfer = TransferReport(outcome: .completed(status: 200, version: .http2))
    transfer.tls = TLSSession(version: "TLSv1.3", cipher: "C")
    var leaf = PresentedCertificate()
    leaf.notAfter = Timestamp(seconds: 2000)
    leaf.subject = "CN = a"
    leaf.alternativeNames = ["DNS:a.example.org", "DNS:b.example.org"]
    var root = PresentedCertificate()
    root.notAfter = Timestamp(seconds: 1000)
    transfer.certificates = [leaf, root]
    transfer.verifiedUntil = Timestamp(seconds: 1500)
    let samples = EndpointSamples.encryption(of: transfer)
    #expect(samples.value("probe_tls_version_info", ["version": "TLS 1.3"]) == 1)
    #expect(samples.value("probe_ssl_earliest_cert_expiry") == 1000)
    #expect(samples.value("probe_ssl_last_chain_expiry_timestamp_seconds") == 1500)
    let names = ["subject": "CN = a", "subjectalternative": "a.example.org,b.example.org"]
    #expect(samples.value("probe_ssl_last_chain_info", names) == 1)
  }

  @Test("the host probe runs through the same door, again and again")
  func host() async {
    let probe = LinuxHostSettings().makeProbe(in: environment)
    for _ in 0..<3 {
      let report = await probe.run(within: .seconds(5))
      #expect(report.verdict == .up, "\(report.explanation)")
      #expect(report.samples.count > 100)
    }
  }
}

@Suite("Host discovery")
struct DiscoveryTests {
  @Test("a written host is found with its parts")
  func fixture() throws {
    let fixture = try HostFixture()
    try fixture.write("sys/class/net/eth0/device/vendor", "x")
    try fixture.write("sys/class/net/eth0/address", "00:11:22:33:44:55\n")
    try fixture.write("sys/class/net/eth0/speed", "1000\n")
    try fixture.write("sys/class/net/veth1/address", "00:11:22:33:44:56\n")
    try fixture.write("etc/machine-id", "abc\n")
    try fixture.write(
      "proc/net/tcp",
      """
        sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
         0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0
         1: 0100007F:1538 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4712 1 0
         2: 0100007F:9999 0100007F:0016 01 00000000:00000000 00:00000000 00000000     0        0 4713 1 0

      """)
    try fixture.write("proc/42/comm", "sshd\n")
    try fixture.write("proc/42/fd/x", "")
    try FileManager.default.createSymbolicLink(atPath: fixture.proc + "/42/fd/3", withDestinationPath: "socket:[4711]")
    let findings = HostDiscovery(LinuxHostSettings(proc: fixture.proc, sys: fixture.sys, root: fixture.folder)).look()
    #expect(findings.machineID == "abc")
    #expect(findings.processors == 2)
    #expect(findings.memoryBytes == 1_024_000)
    #expect(findings.bootedAtSeconds == 1_763_690_000)
    #expect(findings.operatingSystemID == "debian")
    #expect(findings.filesystems.map(\.mountPoint) == ["/", "/with blank"])
    #expect(
      findings.interfaces == [
        HostFindings.Interface(name: "eth0", hardwareAddress: "00:11:22:33:44:55", speedMegabits: 1000)
      ])
    #expect(
      findings.listeners == [
        HostFindings.Listener(port: 22, isReachable: true, processName: "sshd"),
        HostFindings.Listener(port: 5432, isReachable: false, processName: nil),
      ])
  }

  @Test("a look that hangs costs a bounded time, and no second one is begun beside it", .timeLimit(.minutes(1)))
  func hanging() async {
    let gate = DispatchSemaphore(value: 0)
    let looks = Mutex(0)
    let discovery = PatientDiscovery(patience: .milliseconds(20)) {
      looks.withLock { $0 += 1 }
      gate.wait()
      return HostFindings()
    }
    for _ in 0..<2 {
      let findings = await discovery.findings()
      #expect(!findings.isComplete)
      #expect(!findings.hostName.isEmpty, "the start goes on with the host's name")
    }
    // On a busy machine the thread may begin after the patience has ended.
    while looks.withLock({ $0 }) == 0 { await Task.yield() }
    #expect(looks.withLock { $0 } == 1)
    gate.signal()
    // Once it is back, the host is looked at again.
    while looks.withLock({ $0 }) == 1 {
      _ = await discovery.findings()
      await Task.yield()
    }
    for _ in 0..<1000 { gate.signal() }
  }

  @Test("this host has a name, processors and a listener of this test")
  func thisHost() throws {
    let server = try LoopbackServer { connection, _ in connection.waitForClose() }
    defer { server.stop() }
    let findings = HostDiscovery().look()
    #expect(!findings.hostName.isEmpty)
    #expect(findings.processors > 0)
    #expect(findings.listeners.contains { $0.port == server.port && !$0.isReachable })
  }
}
