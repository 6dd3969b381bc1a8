import Foundation
import LoopbackServers
import Records
import Telemetry
import Testing
import Transfers

@testable import Probes

@Suite("NTP probe")
struct NTPProbeTests {
  private let network = NetworkServices()

  private func run(_ json: String, within limit: Duration = .seconds(60)) async throws -> ProbeReport {
    let environment = ProbeEnvironment(
      transfers: TransferEngine(), network: network, clock: ManualClock(), hostName: "h")
    return try await JSONDecoder().decode(NTPProbeSettings.self, from: Data(json.utf8)).makeProbe(in: environment)
      .run(within: limit)
  }

  @Test(
    "a chronyd on this host has this host's time",
    .enabled(if: ServerProcess.isInstalled("/usr/sbin/chronyd"), "needs chrony"))
  func chrony() async throws {
    defer { network.stop() }
    let port = try LoopbackServer.unusedPort()
    let server = try ServerProcess(
      "/usr/sbin/chronyd", ["-d", "-x", "-u", "root", "-f", "FOLDER/chrony.conf"],
      files: [
        "chrony.conf": """
        port \(port)
        bindaddress 127.0.0.1
        allow 127.0.0.1
        local stratum 5
        cmdport 0
        bindcmdaddress /
        pidfile FOLDER/pid

        """
      ])
    defer { server.stop() }
    let report = try await patiently(until: { $0.verdict == .up }) {
      try await run(#"{"target":"127.0.0.1:\#(port)","offset_max":"1s"}"#)
    }
    #expect(report.verdict == .up, "\(report.explanation)")
    #expect(abs(try #require(report.samples.value("probe_ntp_offset_seconds"))) < 0.1)
    #expect(try #require(report.samples.value("probe_ntp_rtt_seconds")) < 1)
    #expect(report.samples.value("probe_ntp_stratum") == 5)
    #expect(report.samples.value("probe_ntp_leap") == 0)
    let now = Date().timeIntervalSince1970
    #expect(abs(try #require(report.samples.value("probe_ntp_reference_timestamp_seconds")) - now) < 100)
    #expect(report.samples.allSatisfy { MetricDictionary.metric($0.series.metric ?? "").help != "No description." })
    let demanding = try await run(#"{"target":"127.0.0.1:\#(port)","stratum_max":4}"#)
    #expect(demanding.verdict.reason?.id == "reason.probe.ntp_quality")
  }

  /// A server's packet for a client's, with times so many seconds from the client's host.
  private static func answer(
    _ query: [UInt8], leap: UInt8 = 0, stratum: UInt8 = 2, reference: String = "ABCD", ahead: Double = 0
  ) -> [UInt8] {
    let now = Int64((Date().timeIntervalSince1970 + ahead) * 1_000_000_000)
    let time = NTPPacket.fixedPoint(now)
    let bytes = (0..<8).map { UInt8(truncatingIfNeeded: time >> (56 - 8 * UInt64($0))) }
    // Root delay 0.5 s, root dispersion 0.25 s, precision 2^-10 s.
    return [leap << 6 | 0x24, stratum, 6, 0xf6, 0, 0, 0x80, 0, 0, 0, 0x40, 0] + reference.utf8 + bytes + query[40..<48]
      + bytes + bytes
  }

  @Test("offset, distance and quality are measured and judged")
  func measured() async throws {
    defer { network.stop() }
    let server = try DatagramServer { [Self.answer($0, ahead: 90)] }
    defer { server.stop() }
    let target = "\"target\":\"127.0.0.1:\(server.port)\""
    let report = try await run("{\(target)}")
    #expect(report.verdict == .up)
    #expect(abs(try #require(report.samples.value("probe_ntp_offset_seconds")) - 90) < 1)
    #expect(report.samples.value("probe_ntp_root_delay_seconds") == 0.5)
    #expect(report.samples.value("probe_ntp_root_dispersion_seconds") == 0.25)
    #expect(report.samples.value("probe_ntp_root_distance_seconds") == 0.5)
    #expect(report.samples.value("probe_ntp_precision_seconds") == 1.0 / 1024)
    #expect(try await run("{\(target),\"offset_max\":\"89s\"}").verdict.reason?.id == "reason.probe.ntp_offset")
    let far = try await run("{\(target),\"root_distance_max\":\"499ms\"}")
    #expect(far.verdict.reason?.id == "reason.probe.ntp_quality")
    #expect(far.explanation == "the server's time may be wrong by 500.0ms, at most 499ms may be")
  }

  @Test("refusals, clocks that are not set, and forged answers are told apart")
  func refusals() async throws {
    defer { network.stop() }
    func verdict(_ answer: @escaping @Sendable ([UInt8]) -> [[UInt8]], _ limit: Duration = .seconds(60)) async throws
      -> ProbeReport
    {
      let server = try DatagramServer(answer)
      defer { server.stop() }
      return try await run(#"{"target":"127.0.0.1:\#(server.port)"}"#, within: limit)
    }
    let kiss = try await verdict { [Self.answer($0, stratum: 0, reference: "RATE")] }
    #expect(kiss.verdict.reason?.id == "reason.probe.ntp_refused")
    #expect(kiss.explanation == "the server answers with the kiss-o'-death RATE")
    let unset = try await verdict { [Self.answer($0, leap: 3, stratum: 0, reference: "\0\0\0\0")] }
    #expect(unset.verdict.reason?.id == "reason.probe.ntp_unset")
    #expect(try await verdict { [Self.answer($0, leap: 3)] }.verdict.reason?.id == "reason.probe.ntp_unset")
    #expect(try await verdict { [Self.answer($0, stratum: 16)] }.verdict.reason?.id == "reason.probe.ntp_unset")
    let forged = try await verdict(
      { query in
        var other = Self.answer(query)
        other[24] ^= 1
        return [other, [1, 2], query]
      }, .seconds(1))
    #expect(forged.verdict.reason?.id == "reason.probe.timed_out")
    #expect(forged.explanation.hasSuffix("3 datagrams answered something else"))
    let port = try LoopbackServer.unusedPort()
    let closed = try await run(#"{"target":"127.0.0.1:\#(port)"}"#)
    #expect(closed.verdict.reason?.id == "reason.probe.refused")
  }

  @Test("clocks are compared across the end of the era in 2036")
  func era() throws {
    let end: Int64 = (4_294_967_296 - 2_208_988_800) * 1_000_000_000
    var packet = [UInt8](repeating: 0, count: 48)
    packet[1] = 1
    // 2 s behind the end of the era.
    (packet[35], packet[43]) = (2, 2)
    let (offset, delay) = try #require(NTPPacket(packet)).clock(sent: end - 1_000_000_000, arrived: end - 500_000_000)
    #expect(offset == 2.75)
    #expect(delay == 0.5)
  }
}
