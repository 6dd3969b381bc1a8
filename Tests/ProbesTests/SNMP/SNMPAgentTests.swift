import Foundation
import Interchange
import LoopbackServers
import Synchronization
import Records
import Telemetry
import Testing

@testable import Probes

@Suite("SNMP beside snmpd", .enabled(if: SNMPAgentServer.isInstalled, SNMPAgentServer.needs), .timeLimit(.minutes(2)))
final class SNMPAgentTests: Sendable {
  let agent: SNMPAgentServer
  let network = NetworkServices()

  init() throws { agent = try SNMPAgentServer() }

  deinit {
    agent.stop()
    network.stop()
  }

  private func device(_ more: String) throws -> DeviceUnderTest {
    try DeviceUnderTest(#""target":"127.0.0.1:\#(agent.port)",\#(more)"#, network: network)
  }

  /// The agent needs a moment to listen: its first answer is waited for, up to some seconds.
  private func ready() async throws {
    let probe = try device(
      #""version":"2c","community":"secret","request_timeout":"200ms","retries":10,"profiles":["system"]"#)
    let report = await probe.run()
    try #require(report.verdict == .up, "\(report.explanation)")
  }

  @Test("each version reads the system's names and the interfaces")
  func versions() async throws {
    try await ready()
    for version in ["1", "2c"] { try await check(version: version) }
  }

  private func check(version: String) async throws {
    let device = try device(#""version":"\#(version)","community":"secret""#)
    let report = await device.run()
    #expect(report.verdict == .up, "\(report.explanation)")
    #expect(report.explanation.isEmpty)
    let written = device.written(report)
    #expect(written.contains { $0 == #"sysName{sysName="device-1"} 1.0"# }, "\(written)")
    #expect(written.contains { $0.hasPrefix(#"ifHCInOctets{ifDescr="lo", ifName="lo"}"#) } || version == "1")
    #expect(written.contains { $0.hasPrefix(#"ifOperStatus{ifDescr="lo", ifName="lo"} 1.0"#) })
    let told = device.told.metadata.withLock { $0 }
    #expect(told.first { $0.family == "ifOperStatus" }?.type == .gauge)
    #expect(told.first { $0.family == "ifInErrors" }?.type == .counter)
    #expect(told.first { $0.family == "ifInErrors" }?.help == "Received packets with errors.")
    let again = await device.run()
    #expect(again.verdict == .up)
    #expect(device.told.metadata.withLock { $0 } == told, "said once")
    #expect(again.batch.count == report.batch.count)
    let packets = try #require(again.cost.packets)
    #expect(packets >= 2 && packets.isMultiple(of: 2), "each request has its answer")
    #expect(Set(again.batch.references) == Set(report.batch.references))
    #expect(again.batch.values.allSatisfy { !$0.isStaleMarker })
  }

  @Test("every pair of algorithms is understood")
  func algorithms() async throws {
    try await ready()
    for (authentication, privacy) in SNMPAgentServer.pairs {
      let device = try device(Self.user(authentication, privacy))
      let report = await device.run()
      #expect(report.verdict == .up, "\(authentication) \(privacy ?? "-"): \(report.explanation)")
      #expect(device.written(report).contains { $0 == #"sysName{sysName="device-1"} 1.0"# })
    }
  }

  static func user(
    _ authentication: String, _ privacy: String?, proof: String = "authpassword", key: String = "privpassword"
  ) -> String {
    let name = authentication.filter { $0 != "-" }
    let settings = #""auth_protocol":"\#(authentication)","auth_password":"\#(proof)","profiles":["system"],"#
    guard let privacy else { return settings + #""user":"auth\#(name)""# }
    return settings + #""user":"priv\#(name)\#(privacy.filter { $0 != "-" })","priv_protocol":"\#(privacy)","#
      + #""priv_password":"\#(key)""#
  }

  @Test("with every pair of algorithms, a wrong user, password of the proof and password of the key are told apart")
  func refusalsOfPairs() async throws {
    try await ready()
    for (authentication, privacy) in SNMPAgentServer.pairs {
      for (settings, reason) in [
        (Self.user(authentication, privacy).replacing(#""user":""#, with: #""user":"no"#), "unknown_user"),
        (Self.user(authentication, privacy, proof: "wrongpassword"), "wrong_authentication"),
      ] { try await refuse(settings + #","retries":10"#, reason) }
    }
    // Not every agent answers what is hidden with another key: that is waited for in vain, but side by side.
    for authentication in SNMPAgentServer.authentications {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for privacy in SNMPAgentServer.privacies {
          let settings = Self.user(authentication, privacy, key: "wrongpassword") + #","retries":1"#
          group.addTask { try await self.refuse(settings, "wrong_privacy") }
        }
        try await group.waitForAll()
      }
    }
  }

  private func refuse(_ settings: String, _ reason: String) async throws {
    let report = await (try device(settings)).run()
    #expect(report.verdict.reason?.id == "reason.snmp." + reason, "\(settings): \(report.explanation)")
  }

  @Test("a wrong user, proof, key and level each have their own reason")
  func refusals() async throws {
    try await ready()
    let proof = #""auth_protocol":"SHA","auth_password":"authpassword""#
    for (settings, reason) in [
      (#""user":"nobody""#, "unknown_user"),
      (#""user":"authSHA","auth_protocol":"SHA","auth_password":"wrongpassword""#, "wrong_authentication"),
      (#""user":"authSHA","auth_protocol":"MD5","auth_password":"authpassword""#, "wrong_authentication"),
      (#""user":"privSHAAES",\#(proof),"priv_password":"wrongpassword""#, "wrong_privacy"),
      (#""user":"privSHAAES",\#(proof)"#, "security_level"),
    ] {
      let report = await (try device(settings)).run()
      #expect(report.verdict.reason?.id == "reason.snmp." + reason, "\(settings): \(report.explanation)")
    }
    let silent = await (try device(#""community":"wrong","request_timeout":"50ms","retries":1"#)).run()
    #expect(silent.verdict.reason?.id == "reason.probe.timed_out")
    #expect(silent.explanation.contains("check the address"))
  }

  @Test("secrets come from files and programs, and a changed one is used at the next round")
  func secrets() async throws {
    try await ready()
    let folder = ServerProcess.makeFolder()
    defer { _ = try? ServerProcess.run("/bin/rm", ["-rf", folder]) }
    ServerProcess.write("wrongpassword\n", to: folder + "/proof")
    let device = try device(
      #""user":"privSHAAES","auth_password":{"file":"\#(folder)/proof"},"priv_password":{"command":["/bin/echo","privpassword"]}"#
    )
    #expect(await device.run().verdict.reason?.id == "reason.snmp.wrong_authentication")
    ServerProcess.write("authpassword\n", to: folder + "/proof")
    let report = await device.run()
    #expect(report.verdict == .up, "\(report.explanation)")
    ServerProcess.write("short\n", to: folder + "/proof")
    #expect(await device.run().verdict.reason?.id == "fault.snmp.password")
    let named = try self.device(#""community":{"env":"SNMP_COMMUNITY_THAT_IS_NOT_SET"}"#)
    #expect(await named.run().verdict.reason?.id == "fault.secret.variable")
  }

  @Test("the address that requests come from can be chosen")
  func source() async throws {
    try await ready()
    // The agent lets this community in from 127.0.0.1 alone.
    for (source, reason) in [
      ("127.0.0.1", nil), ("127.0.0.2", "reason.probe.timed_out"), ("192.0.2.77", "reason.probe.local"),
      ("::1", "reason.probe.local"),
    ] {
      let report = await
        (try device(
          #""community":"secret","request_timeout":"200ms","retries":\#(reason == nil ? 10 : 0),"source_ip_address":"\#(source)""#
        )).run()
      #expect(report.verdict.reason?.id == reason, "\(source): \(report.explanation)")
    }
  }

  @Test("a user without proof reads what its view allows")
  func plainUser() async throws {
    try await ready()
    let device = try device(#""user":"plain","profiles":["system"]"#)
    let report = await device.run()
    #expect(report.verdict == .up, "\(report.explanation)")
  }

  @Test("rows are shown as the settings want them, and other tables whole")
  func rows() async throws {
    try await ready()
    let base = #""version":"2c","community":"secret","profiles":["system","if-mib"]"#
    for (filter, hasLoopback) in [
      (#""only":{"ifName":"lo"}"#, true), (#""only":{"ifName":"l"}"#, false),
      (#""except":{"ifName":"lo|eth.*"}"#, false),
    ] {
      let device = try device(base + #","rows":{\#(filter)}"#)
      for _ in 0..<2 {
        let report = await device.run()
        let written = device.written(report)
        #expect(report.verdict == .up, "\(report.explanation)")
        #expect(written.contains { $0.contains(#"ifName="lo""#) } == hasLoopback, "\(filter): \(written)")
        #expect(written.contains { $0 == #"sysName{sysName="device-1"} 1.0"# })
      }
    }
  }
}
