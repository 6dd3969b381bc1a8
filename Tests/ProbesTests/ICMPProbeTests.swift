import CLinux
import Foundation
import Glibc
import LoopbackServers
import Records
import Synchronization
import Telemetry
import Testing
import Transfers

@testable import Probes

@Suite("ICMP probe")
struct ICMPProbeTests {
  /// Whether this run of the tests has one of the two ways to ping.
  static let mayPing: Bool = {
    for type in [SOCK_RAW, SOCK_DGRAM] {
      let descriptor = watchkeeper_socket(4, Int32(type.rawValue), Int32(IPPROTO_ICMP))
      if descriptor >= 0 {
        close(descriptor)
        return true
      }
    }
    return false
  }()
  static let hasVersion6 = FileManager.default.fileExists(atPath: "/proc/net/if_inet6")

  private let network = NetworkServices()

  private func probe(_ json: String) throws -> any Probe {
    let environment = ProbeEnvironment(
      transfers: TransferEngine(), network: network, clock: ManualClock(), hostName: "h")
    return try JSONDecoder().decode(ICMPProbeSettings.self, from: Data(json.utf8)).makeProbe(in: environment)
  }

  @Test("a burst gives loss, round trips and jitter", .enabled(if: mayPing, "needs CAP_NET_RAW"))
  func burst() async throws {
    defer { network.stop() }
    let probe = try probe(
      #"{"target":"127.0.0.1","count":4,"spacing":"10ms","tos":184,"source_ip_address":"127.0.0.9"}"#)
    for run in 1...2 {
      let report = await probe.run(within: .seconds(60))
      #expect(report.verdict == .up, "\(report.explanation)")
      #expect(report.samples.value("probe_icmp_loss_ratio") == 0)
      let rtt = ["min", "avg", "p95", "max"].compactMap { report.samples.value("probe_icmp_rtt_\($0)_seconds") }
      #expect(rtt.count == 4)
      #expect(rtt == rtt.sorted() && rtt[0] > 0 && rtt[3] < 5)
      #expect(try #require(report.samples.value("probe_icmp_jitter_seconds")) <= rtt[3] - rtt[0])
      #expect(report.samples.value("probe_icmp_packets_sent_total") == Double(4 * run))
      #expect(report.samples.value("probe_icmp_packets_received_total") == Double(4 * run))
      #expect(report.samples.value("probe_icmp_late_replies_total") == 0)
      let shown = report.samples.map { $0.series.metric ?? "" }
      #expect(shown.allSatisfy { MetricDictionary.metric($0).help != "No description." })
    }
  }

  @Test(
    "names, labels and values are those of blackbox_exporter",
    .enabled(if: mayPing && BlackboxExporter.isInstalled, "needs CAP_NET_RAW and prometheus-blackbox-exporter"),
    arguments: ["127.0.0.1", "::1", "no-such-host.invalid"])
  func blackbox(_ target: String) async throws {
    guard Self.hasVersion6 || target != "::1" else { return }
    defer { network.stop() }
    let exporter = try BlackboxExporter(modules: "modules: {ping: {prober: icmp, timeout: 5s}}")
    let theirs = await exporter.probe("ping", target)
    let ours = try await probe(#"{"target":"\#(target)","count":1}"#).run(within: .seconds(60)).written
    #expect(theirs.count > 7)
    #expect(Set(theirs.keys).subtracting(ours.keys) == [])
    for (series, value) in theirs where !series.contains("seconds") { #expect(ours[series] == value, "\(series)") }
  }

  @Test("the most that a round trip or the loss may be decides", .enabled(if: mayPing, "needs CAP_NET_RAW"))
  func demands() async throws {
    defer { network.stop() }
    let slow = try await probe(#"{"target":"127.0.0.1","count":1,"rtt_max":"0s"}"#).run(within: .seconds(60))
    #expect(slow.verdict.reason?.id == "reason.probe.slow")
    #expect(slow.samples.value("probe_icmp_loss_ratio") == 0)
  }

  @Test("a packet that may not be cut up and is too large says so", .enabled(if: mayPing && hasVersion6, "needs IPv6"))
  func tooLarge() async throws {
    defer { network.stop() }
    let text = #"{"target":"::1","count":2,"spacing":"10ms","payload_size":65500,"dont_fragment":"#
    let refused = try await probe(text + "true}").run(within: .seconds(60))
    #expect(refused.verdict.reason?.id == "reason.probe.packet_size", "\(refused.explanation)")
    #expect(refused.samples.value("probe_icmp_loss_ratio") == 1)
    // The same socket sends the next one in pieces.
    let cut = try await probe(text + "false}").run(within: .seconds(60))
    #expect(cut.verdict == .up, "\(cut.explanation)")
  }

  @Test(
    "an address that is not ours to send from says nothing of the target", .enabled(if: mayPing, "needs CAP_NET_RAW"))
  func foreignSource() async throws {
    defer { network.stop() }
    let report = try await probe(#"{"target":"127.0.0.1","source_ip_address":"192.0.2.77","count":2}"#)
      .run(within: .seconds(60))
    #expect(report.verdict.reason?.id == "reason.probe.local", "\(report.explanation)")
    let mixed = try await probe(#"{"target":"127.0.0.1","source_ip_address":"::1"}"#).run(within: .seconds(60))
    #expect(mixed.explanation.contains("another family"))
  }

  @Test("replies that come twice are counted, forged ones are not", .enabled(if: mayPing, "needs CAP_NET_RAW"))
  func duplicates() async throws {
    defer { network.stop() }
    // The replies that arrive at this host are sent again, and once more with another payload or number.
    let descriptor = watchkeeper_socket(4, Int32(SOCK_RAW.rawValue), Int32(IPPROTO_ICMP))
    try #require(descriptor >= 0, "the test itself needs CAP_NET_RAW")
    defer { close(descriptor) }
    var home = try #require(SocketAddress("127.0.0.1", port: 0)).endpoint
    let probe = try probe(#"{"target":"127.0.0.1","count":3,"spacing":"10ms","payload_size":333}"#)
    _ = await probe.run(within: .seconds(60))
    var packet = [UInt8](repeating: 0, count: 2048)
    var replayed = 0
    while true {
      let count = recv(descriptor, &packet, packet.count, 0)
      guard count > 0 else { break }
      guard count == 20 + 8 + 333, packet[20] == 0 else { continue }
      for (index, difference): (Int, UInt8) in [(0, 0), (8, 1), (4, 1), (6, 8)] {
        var reply = Array(packet[20..<count])
        reply[index] ^= difference
        (reply[2], reply[3]) = (0, 0)
        let sum = EchoMessage.checksum(reply)
        (reply[2], reply[3]) = (UInt8(sum >> 8), UInt8(truncatingIfNeeded: sum))
        _ = watchkeeper_send_to(descriptor, reply, reply.count, &home)
      }
      replayed += 1
      guard replayed < 3 else { break }
    }
    let report = await probe.run(within: .seconds(60))
    #expect(report.samples.value("probe_icmp_duplicate_replies_total") == 3)
    #expect(report.samples.value("probe_icmp_late_replies_total") == 0)
    #expect(report.verdict == .up)
  }

  @Test("packets keep the pace in all and to one address", .enabled(if: mayPing, "needs CAP_NET_RAW"))
  func pace() async throws {
    let loop = NetworkLoop()
    defer { loop.stop() }
    let pinger = Pinger(on: loop, packetsPerSecondMax: 1000)
    func took(_ addresses: [String]) async throws -> Duration {
      let begin = NetworkLoop.now
      try await withThrowingTaskGroup(of: Void.self) { group in
        for text in addresses {
          let request = PingRequest(
            address: try #require(SocketAddress(text, port: 0)), count: 1, spacing: .zero, payloadBytes: 8,
            forbidsFragments: false, hopsMax: nil, trafficClass: nil, source: nil)
          group.addTask {
            let outcome = try await pinger.ping(request, within: .seconds(60), tally: PingTally()).get()
            #expect(outcome.roundTrips.count == 1)
          }
        }
        try await group.waitForAll()
      }
      return NetworkLoop.now - begin
    }
    // At 1,000 a second 100 may leave at once, the other 60 take 60 ms.
    #expect(try await took((0..<160).map { "127.0.1.\($0)" }) >= .milliseconds(58))
    #expect(try await took([String](repeating: "127.0.2.1", count: 4)) >= .milliseconds(30))
  }

  @Test(
    "what a router says becomes a reason",
    arguments: [
      (false, 11, 0, 0, PingRefusal.Cause.hopLimit, "the hop limit was reached at 192.0.2.1 (ICMP type 11 code 0)"),
      (
        false, 3, 4, 1400, .tooBig(pathMTU: 1400),
        "192.0.2.1 passes on no packet of this size, but 1400 bytes (ICMP type 3 code 4)"
      ),
      (false, 3, 1, 0, .unreachable, "192.0.2.1 says: host unreachable (ICMP type 3 code 1)"),
      (false, 3, 13, 0, .unreachable, "192.0.2.1 says: administratively prohibited (ICMP type 3 code 13)"),
      (true, 1, 0, 0, .unreachable, "192.0.2.1 says: no route (ICMPv6 type 1 code 0)"),
      (true, 3, 0, 0, .hopLimit, "the hop limit was reached at 192.0.2.1 (ICMPv6 type 3 code 0)"),
      (true, 4, 2, 0, .unreachable, "192.0.2.1 says: the packet is refused (ICMPv6 type 4 code 2)"),
    ])
  func routers(
    _ version6: Bool, _ type: UInt8, _ code: UInt8, _ size: UInt32, _ cause: PingRefusal.Cause, _ text: String
  )
    throws
  {
    var error = watchkeeper_packet_error()
    error.by = try #require(SocketAddress("192.0.2.1", port: 9)).endpoint
    (error.type, error.code, error.size_max) = (type, code, size)
    let refusal = PingRefusal(error, isVersion6: version6)
    #expect(refusal.cause == cause)
    #expect(refusal.text == text)
    #expect(refusal.by == SocketAddress("192.0.2.1", port: 0))
  }

  @Test("the checksum is that of RFC 1071")
  func checksum() {
    #expect(EchoMessage.checksum([0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]) == ~0xddf2)
    #expect(EchoMessage.checksum([0xff]) == 0x00ff)
  }

  @Test(
    "settings that cannot be are refused",
    arguments: [
      (#"{"target":"a:1"}"#, "fault.network.host"), (#"{"target":"a","count":0}"#, "fault.network.range"),
      (#"{"target":"a","spacing":"9ms"}"#, "fault.icmp.spacing"),
      (#"{"target":"a","loss_max":1.5}"#, "fault.icmp.loss"), (#"{"target":"a","ttl":256}"#, "fault.network.range"),
      (#"{"target":"a","source_ip_address":"b"}"#, "fault.network.address"),
      (#"{"target":"a","preferred_ip_protocol":"ipv4"}"#, "fault.network.choice"),
    ])
  func faults(_ json: String, _ id: String) throws {
    do {
      _ = try JSONDecoder().decode(ICMPProbeSettings.self, from: Data(json.utf8))
      Issue.record("this should be refused")
    } catch let error as DecodingError {
      #expect(error.settingsFault?.id == id)
    }
  }
}
