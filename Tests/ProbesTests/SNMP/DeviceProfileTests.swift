import Foundation
import LoopbackServers
import Telemetry
import Testing
import Yams

@testable import Probes

@Suite("Packaged device profiles")
struct DeviceProfileTests {
  @Test("each file is a profile of its own name, with a title and a help for each metric")
  func decodes() throws {
    #expect(PackagedProfiles.texts.count >= 40)
    for (file, text) in PackagedProfiles.texts {
      let profile = try YAMLDecoder().decode(DeviceProfile.self, from: text)
      #expect(file == profile.name + ".yaml")
      #expect(profile.title != nil, "\(file)")
      let metrics = profile.scalars + profile.tables.flatMap(\.metrics)
      #expect(!metrics.isEmpty, "\(file)")
      for metric in metrics {
        #expect(metric.help.hasSuffix("."), "\(file): \(metric.metric)")
        #expect(metric.help.utf8.count < 240, "\(file): \(metric.metric)")
      }
      #expect(Set(profile.tables.map(\.name)).count == profile.tables.count, "\(file)")
    }
  }

  /// ZTE's older and newer MIB give these names to the same measures at two places; a device is read by one of them.
  private static let namedTwice: Set = [
    "zxr10SystemMemUsed", "zxr10SystemCpuUtility5s", "zxr10SystemCpuUtility1m", "zxr10SystemCpuUtility5m",
  ]

  @Test("a name stands for one object in all profiles, and an object has one name")
  func names() {
    var objects: [String: String] = [:]
    var metrics: [String: String] = [:]
    for profile in PackagedProfiles.all.all {
      var own: Set<String> = []
      for metric in profile.scalars + profile.tables.flatMap(\.metrics) {
        // A value in its unit is another metric of the same object.
        if metric.units != nil { continue }
        let oid = "\(metric.oid)"
        #expect(own.insert(oid).inserted, "\(profile.name): \(oid) twice")
        if profile.name == "zte-zxr10-old", Self.namedTwice.contains(metric.metric) { continue }
        #expect(objects.updateValue(oid, forKey: metric.metric) ?? oid == oid, "\(profile.name): \(metric.metric)")
        #expect(
          metrics.updateValue(metric.metric, forKey: oid) ?? metric.metric == metric.metric, "\(profile.name): \(oid)")
      }
    }
  }

  @Test("a table's columns lie in the device's tree, and its labels tell its rows apart")
  func tables() {
    for profile in PackagedProfiles.all.all {
      for table in profile.tables {
        #expect(!table.labels.isEmpty, "\(profile.name): \(table.name)")
        for metric in table.metrics {
          // Each column of a conceptual row: table, entry 1, column.
          let parts = "\(metric.oid)".split(separator: ".")
          #expect(parts.count > 8 && parts[parts.count - 2] == "1", "\(profile.name): \(metric.metric) \(metric.oid)")
        }
      }
    }
  }
}

@Suite(
  "Device profiles beside snmpwalk",
  .enabled(
    if: SNMPAgentServer.isInstalled && ServerProcess.isInstalled(SNMPWalk.program), "needs the packages snmpd and snmp"),
  .timeLimit(.minutes(2)))
final class DeviceProfileAgentTests {
  let agent: SNMPAgentServer
  let network = NetworkServices()

  init() throws { agent = try SNMPAgentServer() }

  deinit {
    agent.stop()
    network.stop()
  }

  @Test(
    "the agent's rows and settled values are those that snmpwalk shows",
    arguments: ["system", "if-mib", "if-mib-full", "host-resources", "ip", "ucd"])
  func values(_ name: String) async throws {
    let device = try DeviceUnderTest(
      #""target":"127.0.0.1:\#(agent.port)","community":"secret","retries":10,"profiles":["\#(name)"]"#,
      network: network)
    let report = await device.run()
    try #require(report.verdict == .up, "\(report.explanation)")
    var shown: [String: [Double]] = [:]
    for (labels, value) in device.values(report) { shown[labels.metric ?? "", default: []].append(value) }
    let profile = try #require(PackagedProfiles.all.all.first { $0.name == name })
    let metrics = profile.scalars + profile.tables.flatMap(\.metrics)
    var compared = 0
    for metric in metrics {
      let walked = try SNMPWalk.values(under: "\(metric.oid)", port: agent.port)
      let own = shown[metric.metric] ?? []
      if metric.kind == .info {
        #expect(own.count == walked.count { $0 != #""""# && $0 != "" }, "\(metric.metric): \(walked)")
      } else {
        #expect(own.count == walked.count, "\(metric.metric): \(own) beside \(walked)")
        guard metric.isSlow else { continue }
        #expect(own.sorted() == walked.compactMap { Double($0) }.map { $0 * metric.scale }.sorted(), "\(metric.metric)")
      }
      compared += own.count
    }
    #expect(compared > 0)
  }
}

/// Net-SNMP's own reader.
enum SNMPWalk {
  static let program = "/usr/bin/snmpwalk"

  /// The values below an object, numbers plain.
  static func values(under object: String, port: Int) throws -> [String] {
    let folder = ServerProcess.makeFolder()
    defer { _ = try? ServerProcess.run("/bin/rm", ["-rf", folder]) }
    let command = "\(program) -v2c -c secret -m '' -Onqet 127.0.0.1:\(port) \(object) >\(folder)/values 2>/dev/null"
    try ServerProcess.run("/bin/sh", ["-c", command])
    let text = try String(contentsOfFile: folder + "/values", encoding: .utf8)
    return text.split(separator: "\n").compactMap { line in
      guard line.hasPrefix("." + object + "."), let space = line.firstIndex(of: " ") else { return nil }
      return String(line[line.index(after: space)...])
    }
  }
}
