import Foundation
import LoopbackServers
import Records
import Telemetry
import Testing
import Transfers

@testable import Probes

@Suite(
  "SNMP traps by snmptrap", .enabled(if: ServerProcess.isInstalled(TrapSender.program), "needs the package snmp"),
  .timeLimit(.minutes(2)))
final class TrapsProbeTests {
  let network = NetworkServices()
  let folder = ServerProcess.makeFolder()

  deinit {
    network.stop()
    _ = try? ServerProcess.run("/bin/rm", ["-rf", folder])
  }

  private func probe(_ settings: String, port: Int) throws -> any Probe {
    let json = #"{"listen":["udp://127.0.0.1:\#(port)"],\#(settings)}"#
    let decoder = JSONDecoder()
    decoder.userInfo[DeviceProfiles.key] = PackagedProfiles.all
    var environment = ProbeEnvironment(
      transfers: TransferEngine(), network: network, clock: ManualClock(), hostName: "h")
    environment.stateFolder = folder
    return try decoder.decode(TrapsProbeSettings.self, from: Data(json.utf8)).makeProbe(in: environment)
  }

  /// The port of a receiver that listens, and its probe.
  private func listening(_ settings: String) async throws -> (probe: any Probe, sender: TrapSender) {
    let port = try LoopbackServer.unusedPort()
    let probe = try probe(settings, port: port)
    let report = await probe.run(within: .seconds(60))
    try #require(report.verdict == .up, "\(report.explanation)")
    return (probe, TrapSender(port: port))
  }

  /// Runs until a series has this value.
  @discardableResult
  private func wait(_ probe: any Probe, for metric: String, _ labels: [String: String], _ value: Double) async
    -> ProbeReport
  {
    let report = await patiently(until: { $0.samples.value(metric, labels) == value }) {
      await probe.run(within: .seconds(60))
    }
    #expect(report.samples.value(metric, labels) == value, "\(report.samples.map { "\($0.series) \($0.value)" })")
    return report
  }

  static let users = #"""
    "users":[
      {"user":"proven","auth_protocol":"SHA-256","auth_password":"authpassword"},
      {"user":"hidden","auth_password":"authpassword","priv_password":"privpassword"},
      {"user":"cisco","auth_password":"authpassword","priv_protocol":"AES256C","priv_password":"privpassword"}]
    """#
  static let hidden =
    ["-l", "authPriv", "-u", "hidden", "-a", "SHA", "-A", "authpassword", "-x", "AES"]
    + ["-X", "privpassword"]

  @Test("traps of each version are counted by device and name, and what they carry becomes labels")
  func versions() async throws {
    let (probe, sender) = try await listening(
      #"""
      "communities":["secret"],\#(Self.users),"patterns":[
        {"name":"down","trap":"linkDown","where":{"ifOperStatus":"^down$"},"labels":{"port":"ifDescr","alias":"ifAlias"}},
        {"name":"cisco","trap":"1.3.6.1.4.1.9","labels":{"peer":"1.3.6.1.4.1.9.9.41"}}]
      """#)
    #expect(
      try sender.send(["-v1", "-c", "secret"], version1: ["1.3.6.1.4.1.9.9.41.2", "192.0.2.9", "2", "0", "123"]))
    #expect(try sender.send(["-v2c", "-c", "secret"]))
    #expect(try sender.send(["-v3", "-e", "0x8000000001020304"] + Self.hidden))
    #expect(
      try sender.send(
        ["-v1", "-c", "secret"], version1: ["1.3.6.1.4.1.9.9.41.2", "192.0.2.9", "6", "17", "123"],
        ["1.3.6.1.4.1.9.9.41.1", "s", "peer 7"]))
    await wait(probe, for: "snmp_traps_total", ["host": "127.0.0.1", "trap": "linkDown"], 2)
    await wait(probe, for: "snmp_traps_total", ["host": "192.0.2.9", "trap": "linkDown"], 1)
    await wait(probe, for: "snmp_traps_total", ["host": "192.0.2.9", "trap": "1.3.6.1.4.1.9.9.41.2.0.17"], 1)
    await wait(
      probe, for: "snmp_trap_pattern_matches_total",
      ["pattern": "down", "host": "127.0.0.1", "trap": "linkDown", "port": "ge-0/0/7", "alias": "uplink"], 2)
    let report = await wait(
      probe, for: "snmp_trap_pattern_matches_total",
      ["pattern": "cisco", "host": "192.0.2.9", "trap": "1.3.6.1.4.1.9.9.41.2.0.17", "peer": "peer 7"], 1)
    #expect(report.samples.allSatisfy { MetricDictionary.metric($0.series.metric ?? "").help != "No description." })
  }

  @Test("a packaged profile names a vendor's trap, and a trap that does not say what is asked for is not matched")
  func names() async throws {
    let (probe, sender) = try await listening(
      #""communities":["secret"],"patterns":[{"name":"up","trap":"linkDown","where":{"ifOperStatus":"^up$"}}]"#)
    #expect(try sender.send(["-v2c", "-c", "secret"]))
    #expect(try sender.send(["-v2c", "-c", "secret"], kind: "1.3.6.1.2.1.33.2.1", []))
    await wait(probe, for: "snmp_traps_total", ["host": "127.0.0.1", "trap": "linkDown"], 1)
    let report = await wait(
      probe, for: "snmp_traps_total", ["host": "127.0.0.1", "trap": "upsTrapOnBattery"], 1)
    #expect(!report.samples.contains { $0.series.metric == "snmp_trap_pattern_matches_total" })
  }

  @Test("informs are acknowledged, and a restart is another boot of the same engine")
  func informs() async throws {
    var engines: [String] = []
    for round in 1...2 {
      let (probe, sender) = try await listening(#""communities":["secret"],\#(Self.users)"#)
      #expect(try sender.send(["-v2c", "-Ci", "-r", "0", "-t", "20", "-c", "secret"]))
      #expect(try sender.send(["-v3", "-Ci", "-r", "10", "-t", "3"] + Self.hidden))
      let report = await wait(probe, for: "snmp_traps_total", ["host": "127.0.0.1", "trap": "linkDown"], 2)
      let info = try #require(report.samples.first { $0.series.metric == "snmp_trap_engine_info" })
      engines.append(info.series["engine_id"] ?? "")
      #expect(!report.samples.contains { $0.series.metric == "snmp_traps_refused_total" })
      let files = try FileManager.default.contentsOfDirectory(atPath: folder)
      let kept = try JSONDecoder().decode(
        EngineIdentity.self,
        from: try Data(contentsOf: URL(filePath: "\(folder)/\(try #require(files.first))")))
      #expect(files.count == 1)
      #expect(kept.boots == UInt32(round))
      #expect("0x\(kept.engine)" == engines.last)
    }
    #expect(engines[0] == engines[1])
    #expect(engines[0].utf8.count == 2 + 2 * 17)
  }

  @Test("a wrong community, user, password and level, and what is no trap, are refused by name and not answered")
  func refusals() async throws {
    let (probe, sender) = try await listening(#""communities":["secret"],\#(Self.users)"#)
    let cases: [(arguments: [String], reason: String)] = [
      (["-v2c", "-c", "public"], "unknown_community"), (["-v1", "-c", "public"], "unknown_community"),
      (["-v3", "-l", "noAuthNoPriv", "-u", "nobody"], "unknown_user"),
      (["-v3", "-l", "noAuthNoPriv", "-u", "proven"], "security_level"),
      (["-v3", "-l", "authNoPriv", "-u", "proven", "-a", "SHA-256", "-A", "wrongpassword"], "wrong_authentication"),
      (
        [
          "-v3", "-l", "authPriv", "-u", "hidden", "-a", "SHA", "-A", "authpassword", "-x", "AES", "-X",
          "wrongpassword",
        ],
        "wrong_privacy"
      ),
    ]
    var expected: [String: Double] = [:]
    for (arguments, reason) in cases {
      expected[reason, default: 0] += 1
      let isVersion1 = arguments[0] == "-v1"
      let engine = arguments[0] == "-v3" ? ["-e", "0x8000000001020304"] : []
      #expect(
        try sender.send(
          arguments + engine, version1: isVersion1 ? ["1.3.6.1.4.1.9", "192.0.2.9", "2", "0", "1"] : nil))
    }
    #expect(try !sender.send(["-v2c", "-Ci", "-r", "0", "-t", "0.2", "-c", "public"]))
    expected["unknown_community", default: 0] += 1
    // Lengths that lie, and other things.
    for bytes in [#"\x30\x84\xff\xff\xff\xff"#, #"\x30\x03\x02\x01"#, #"\x00"#, "GET / HTTP/1.1"] {
      try sender.sendRaw(bytes)
      expected["malformed", default: 0] += 1
    }
    // A request of a poller's.
    try sender.sendRaw(#"\x30\x18\x02\x01\x01\x04\x06secret\xa0\x0b\x02\x01\x01\x02\x01\x00\x02\x01\x00\x30\x00"#)
    expected["no_notification", default: 0] += 1
    for (reason, count) in expected {
      await wait(probe, for: "snmp_traps_refused_total", ["host": "127.0.0.1", "reason": reason], count)
    }
    let report = await probe.run(within: .seconds(60))
    #expect(!report.samples.contains { $0.series.metric == "snmp_traps_total" })
  }

  @Test("a sender that floods is bounded, and a changed secret is used without a new start")
  func bounds() async throws {
    ServerProcess.write("first\n", to: folder + "/community")
    let (probe, sender) = try await listening(
      #""communities":[{"file":"\#(folder)/community"}],"sender_traps_per_second_max":1"#)
    #expect(try sender.send(["-v2c", "-c", "first"]))
    await wait(probe, for: "snmp_traps_total", ["host": "127.0.0.1", "trap": "linkDown"], 1)
    try sender.flood(100)
    let dropped = await patiently(until: { $0.value > 0 && $0.value + $0.refused == 100 }) {
      let samples = await probe.run(within: .seconds(60)).samples
      return (
        value: samples.value("snmp_traps_dropped_total", ["reason": "rate"]) ?? 0,
        refused: samples.value("snmp_traps_refused_total", ["host": "127.0.0.1", "reason": "malformed"]) ?? 0
      )
    }
    #expect(dropped.value + dropped.refused == 100)
    #expect(dropped.value > 0)
    ServerProcess.write("second\n", to: folder + "/community")
    let (other, otherSender) = try await listening(#""communities":[{"file":"\#(folder)/community"}]"#)
    ServerProcess.write("third\n", to: folder + "/community")
    _ = await other.run(within: .seconds(60))
    #expect(try otherSender.send(["-v2c", "-c", "second"]))
    for _ in 0..<2 { #expect(try otherSender.send(["-v2c", "-c", "third"])) }
    await wait(other, for: "snmp_traps_refused_total", ["host": "127.0.0.1", "reason": "unknown_community"], 1)
    await wait(other, for: "snmp_traps_total", ["host": "127.0.0.1", "trap": "linkDown"], 2)
    try #require(try ServerProcess.run("/bin/rm", [folder + "/community"]))
    let blind = await other.run(within: .seconds(60))
    #expect(blind.verdict.reason?.id.hasPrefix("fault.secret") == true)
    #expect(blind.samples.value("snmp_traps_total", ["host": "127.0.0.1", "trap": "linkDown"]) == 2)
  }

  @Test(
    "settings that cannot be are refused",
    arguments: [
      (#"{"communities":["a"],"listen":["tcp://127.0.0.1:162"]}"#, "fault.snmp.listen"), (#"{}"#, "fault.snmp.nobody"),
      (#"{"users":[{"user":"a","auth_password":"short"}]}"#, "fault.snmp.password"),
      (#"{"users":[{"user":"a","auth_protocol":"SHA"}]}"#, "fault.snmp.without-password"),
      (#"{"communities":["a"],"patterns":[{"name":"a","trap":"linkDwon"}]}"#, "fault.snmp.notification"),
      (#"{"communities":["a"],"patterns":[{"name":"a","labels":{"b":"ifDecsr"}}]}"#, "fault.snmp.object"),
      (#"{"communities":["a"],"patterns":[{"name":"a","labels":{"host":"ifDescr"}}]}"#, "fault.snmp.label"),
      (#"{"communities":["a"],"patterns":[{"name":"a","where":{"ifDescr":"("}}]}"#, "fault.value.pattern"),
      (#"{"communities":["a"],"sender_traps_per_second_max":0}"#, "fault.network.range"),
    ])
  func settings(_ json: String, _ id: String) throws {
    do {
      _ = try JSONDecoder().decode(TrapsProbeSettings.self, from: Data(json.utf8))
      Issue.record("this should be refused")
    } catch let error as DecodingError {
      #expect(error.settingsFault?.id == id)
    }
  }
}

/// net-snmp's snmptrap, towards a port.
struct TrapSender {
  static let program = "/usr/bin/snmptrap"
  let port: Int

  private static let interface = [
    "1.3.6.1.2.1.2.2.1.2.7", "s", "ge-0/0/7", "1.3.6.1.2.1.2.2.1.8.7", "i", "2", "1.3.6.1.2.1.31.1.1.1.18.7", "s",
    "uplink",
  ]

  /// - Parameter version1: enterprise, agent, generic and specific number and time of a trap of version 1.
  /// - Returns: whether the program is content: with an inform, whether it was answered.
  func send(
    _ arguments: [String], version1: [String]? = nil, kind: String = "1.3.6.1.6.3.1.1.5.3",
    _ bindings: [String] = interface
  ) throws -> Bool {
    try ServerProcess.run(
      Self.program, ["-m", ""] + arguments + ["127.0.0.1:\(port)"] + (version1 ?? ["77", kind]) + bindings)
  }

  func flood(_ count: Int) throws {
    try ServerProcess.run(
      "/bin/bash", ["-c", "exec 3>/dev/udp/127.0.0.1/\(port); for i in {1..\(count)}; do printf x >&3; done"])
  }

  /// - Parameter text: as printf reads it.
  func sendRaw(_ text: String) throws {
    try ServerProcess.run("/bin/bash", ["-c", "printf \"$0\" > /dev/udp/127.0.0.1/\(port)", text])
  }
}
