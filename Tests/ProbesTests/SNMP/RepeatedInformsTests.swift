import CLinux
import Foundation
import Glibc
import LoopbackServers
import Synchronization
import Telemetry
import Testing
import Transfers

@testable import Probes
@testable import SNMP

@Suite("Informs that come again")
struct RepeatedInformsTests {
  private static let sender = SocketAddress("192.0.2.1", port: 4000)!
  private static let kind = ObjectIdentifier(checkedNumbers: [1, 3, 6, 1, 6, 3, 1, 1, 5, 3])

  private static func inform(_ number: Int, text: String = "a", user: String = "m") throws -> DeviceNotification {
    var writer = BERWriter()
    writer.group(ProtocolUnitKind.inform.rawValue) { writer in
      writer.group(BERTag.sequence) { writer in
        let bindings: [(ObjectIdentifier, ObjectValue)] = [
          (DeviceNotification.uptimeName, .timeTicks(77)), (DeviceNotification.kindName, .objectIdentifier(kind)),
          (ObjectIdentifier(checkedNumbers: [1, 3, 6, 1, 4, 1, 99, 1]), .octets(Array(text.utf8))),
        ]
        for (name, value) in bindings.reversed() {
          writer.group(BERTag.sequence) { writer in
            value.write(to: &writer)
            writer.put(tag: BERTag.objectIdentifier, name.octets)
          }
        }
      }
      writer.put(integer: 0)
      writer.put(integer: 0)
      writer.put(integer: number)
    }
    return try writer.bytes.withUnsafeBytes { bytes in
      var reader = BERReader(bytes)
      var unit = try ProtocolUnit(&reader)
      return try DeviceNotification(&unit, sender: .user(user, engine: [1, 2, 3, 4, 5]))
    }
  }

  @Test("it is one with the same number, sender, user and content, for five minutes")
  func same() throws {
    var informs = RepeatedInforms()
    let first = try Self.inform(7)
    func takes(
      _ inform: DeviceNotification, from sender: SocketAddress = RepeatedInformsTests.sender, at seconds: Double = 0
    ) -> Bool {
      informs.takes(again: inform, from: sender, at: seconds)
    }
    #expect(!takes(first))
    #expect(takes(first))
    // A translator of addresses on the way chose another port.
    #expect(takes(first, from: SocketAddress("192.0.2.1", port: 5000)!, at: 299))
    #expect(!takes(first, from: SocketAddress("192.0.2.2", port: 4000)!))
    #expect(!takes(try Self.inform(8)))
    #expect(!takes(try Self.inform(7, text: "b")))
    #expect(!takes(try Self.inform(7, user: "n")))
    #expect(!takes(first, at: 301))
  }

  @Test("only so many are remembered")
  func bound() throws {
    var informs = RepeatedInforms()
    for number in 0..<RepeatedInforms.informsMax * 3 {
      #expect(!informs.takes(again: try Self.inform(number), from: Self.sender, at: 0))
    }
    #expect(informs.count == RepeatedInforms.informsMax)
    #expect(informs.takes(again: try Self.inform(RepeatedInforms.informsMax * 3 - 1), from: Self.sender, at: 0))
    #expect(!informs.takes(again: try Self.inform(0), from: Self.sender, at: 0))
  }
}

@Suite(
  "Informs and relayed traps by snmptrap",
  .enabled(if: ServerProcess.isInstalled(TrapSender.program), "needs the package snmp"), .timeLimit(.minutes(2)))
final class RelayedTrapsTests {
  let network = NetworkServices()

  deinit { network.stop() }

  private func listening(_ settings: String) async throws -> (probe: any Probe, port: Int) {
    let port = try LoopbackServer.unusedPort()
    let json = #"{"listen":["udp://127.0.0.1:\#(port)"],\#(settings)}"#
    let decoder = JSONDecoder()
    decoder.userInfo[DeviceProfiles.key] = PackagedProfiles.all
    let environment = ProbeEnvironment(
      transfers: TransferEngine(), network: network, clock: ManualClock(), hostName: "h")
    let probe = try decoder.decode(TrapsProbeSettings.self, from: Data(json.utf8)).makeProbe(in: environment)
    let report = await probe.run(within: .seconds(60))
    try #require(report.verdict == .up, "\(report.explanation)")
    return (probe, port)
  }

  private func wait(
    _ probe: any Probe, for metric: String, _ labels: [String: String], _ value: Double
  ) async -> [ProbeSample] {
    let report = await patiently(until: { $0.samples.value(metric, labels) == value }) {
      await probe.run(within: .seconds(60))
    }
    #expect(
      report.samples.value(metric, labels) == value,
      "\(metric) \(labels): \(report.samples.map { "\($0.series) \($0.value)" })")
    return report.samples
  }

  @Test(
    "one whose answer was lost on the way is answered again and counted once",
    arguments: [(["-v2c", "-c", "secret"], 100), (["-v3"] + TrapsProbeTests.hidden, 170)])
  func lostAnswer(_ user: [String], _ answerBytes: Int) async throws {
    let (probe, port) = try await listening(#""communities":["secret"],\#(TrapsProbeTests.users)"#)
    let way = try LossyWay(to: port, longerThan: answerBytes)
    defer { way.stop() }
    // Its own tries, each a second after the last.
    let isContent = try TrapSender(port: way.port).send(["-Ci", "-r", "5", "-t", "1"] + user)
    #expect(isContent)
    #expect(way.lost == 1)
    let samples = await wait(probe, for: "snmp_informs_repeated_total", ["host": "127.0.0.1"], 1)
    #expect(samples.value("snmp_traps_total", ["host": "127.0.0.1", "trap": "linkDown"]) == 1)
  }

  static let relayed = [
    "1.3.6.1.6.3.18.1.3.0", "a", "192.0.2.9", "1.3.6.1.6.3.18.1.4.0", "s", "hidden-community",
    "1.3.6.1.6.3.1.1.4.3.0", "o", "1.3.6.1.4.1.9.1.1",
  ]

  @Test(
    "the device that a relay names is the host, and its community is no label",
    arguments: [
      (["-v2c", "-c", "secret"], ""),
      (["-v3", "-e", "0x8000000001020304"] + TrapsProbeTests.hidden, #""forwarders":["127.0.0.1"],"#),
    ])
  func relayed(_ user: [String], _ forwarders: String) async throws {
    let (probe, port) = try await listening(
      #"""
      \#(forwarders)"communities":["secret"],\#(TrapsProbeTests.users),"patterns":[{"name":"p","labels":{"device":"snmpTrapAddress",
        "enterprise":"snmpTrapEnterprise","community":"1.3.6.1.6.3.18.1.4"}}]
      """#)
    #expect(try TrapSender(port: port).send(user, Self.relayed))
    let samples = await wait(probe, for: "snmp_traps_total", ["host": "192.0.2.9", "trap": "linkDown"], 1)
    #expect(!samples.contains { "\($0.series)".contains("hidden-community") })
    _ = await wait(
      probe, for: "snmp_trap_pattern_matches_total",
      [
        "pattern": "p", "host": "192.0.2.9", "trap": "linkDown", "device": "192.0.2.9",
        "enterprise": "1.3.6.1.4.1.9.1.1",
      ], 1)
    // 0.0.0.0 says nothing.
    #expect(try TrapSender(port: port).send(user, ["1.3.6.1.6.3.18.1.3.0", "a", "0.0.0.0"]))
    _ = await wait(probe, for: "snmp_traps_total", ["host": "127.0.0.1", "trap": "linkDown"], 1)
  }

  @Test("where relays are named, nobody else speaks for another device")
  func forwarders() async throws {
    let secret = #""communities":["secret"]"#
    for (forwarders, host) in [
      (#"["127.0.0.1"]"#, "192.0.2.9"), (#"["192.0.2.5","2001:db8::5"]"#, "127.0.0.1"), ("[]", "127.0.0.1"),
    ] {
      let (probe, port) = try await listening(secret + #","forwarders":\#(forwarders)"#)
      let sender = TrapSender(port: port)
      #expect(try sender.send(["-v2c", "-c", "secret"], Self.relayed))
      #expect(try sender.send(["-v1", "-c", "secret"], version1: ["1.3.6.1.4.1.9", "192.0.2.9", "2", "0", "1"]))
      _ = await wait(probe, for: "snmp_traps_total", ["host": host, "trap": "linkDown"], 2)
    }
    let (probe, port) = try await listening(TrapsProbeTests.users)
    let user = ["-v3", "-e", "0x8000000001020304"] + TrapsProbeTests.hidden
    #expect(try TrapSender(port: port).send(user, Self.relayed))
    let told = await wait(probe, for: "snmp_traps_total", ["host": "127.0.0.1", "trap": "linkDown"], 1)
    #expect(told.value("snmp_traps_total", ["host": "192.0.2.9", "trap": "linkDown"]) == nil)
    let error = #expect(throws: DecodingError.self) {
      _ = try JSONDecoder().decode(
        TrapsProbeSettings.self, from: Data(#"{\#(secret),"forwarders":["relay.example.org"]}"#.utf8))
    }
    #expect(error?.settingsFault?.id == "fault.snmp.forwarder")
  }
}

/// A way to a port of this host that loses the first answer to an inform. Reports, which are shorter, pass.
private final class LossyWay: Sendable {
  private let server: DatagramServer
  private let losses: Losses

  private final class Losses: Sendable {
    let count = Mutex(0)
  }

  /// - Parameter bytes: of an answer that repeats what the inform carried.
  init(to port: Int, longerThan bytes: Int) throws {
    let losses = Losses()
    self.losses = losses
    server = try DatagramServer { datagram in
      guard let answer = Self.answer(to: datagram, at: port) else { return [] }
      let isLost = losses.count.withLock { count in
        guard count == 0, answer.count > bytes else { return false }
        count += 1
        return true
      }
      return isLost ? [] : [answer]
    }
  }

  var port: Int { server.port }

  var lost: Int { losses.count.withLock { $0 } }

  func stop() { server.stop() }

  private static func answer(to datagram: [UInt8], at port: Int) -> [UInt8]? {
    let descriptor = watchkeeper_socket(4, Int32(SOCK_DGRAM.rawValue), 0)
    defer { close(descriptor) }
    guard var endpoint = SocketAddress("127.0.0.1", port: UInt16(port))?.endpoint,
      watchkeeper_connect(descriptor, &endpoint) == 0, send(descriptor, datagram, datagram.count, 0) == datagram.count
    else { return nil }
    var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&waiting, 1, 5000) == 1 else { return nil }
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &bytes, bytes.count, 0)
    return count > 0 ? Array(bytes[..<count]) : nil
  }
}
