import Foundation
import Testing
import Yams

@testable import Probes

@Suite("Pages about probes")
struct ProbePageTests {
  private static let root = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
    .deletingLastPathComponent()
    .deletingLastPathComponent()

  @Test("the device profile that is shown works, in both languages")
  func profile() throws {
    let profiles = try ["docs/probes/snmp.md", "docs/zh-CN/probes/snmp.md"].map { path in
      let text = try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
      let block = try #require(
        text.components(separatedBy: "```\n").first { $0.hasPrefix("profile: acme-sensors") }, "\(path)")
      return try YAMLDecoder().decode(DeviceProfile.self, from: block)
    }
    #expect(profiles[0] == profiles[1])
    #expect(profiles[0].tables.first?.labels.contains { !$0.lookup.isEmpty } == true)
    #expect(profiles[0].tables.first?.metrics.contains { $0.units != nil } == true)
  }

  /// The YAML that a page shows, without remarks, whose language differs.
  private func blocks(_ path: String) throws -> [String] {
    let text = try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
    return text.components(separatedBy: "```yaml\n").dropFirst().map { part in
      part.components(separatedBy: "```")[0].split(separator: "\n").map { line in
        var bare = line.prefix { $0 != "#" }
        while bare.last == " " { bare = bare.dropLast() }
        return String(bare)
      }
      .joined(separator: "\n")
    }
  }

  @Test(
    "what is shown works, in both languages",
    arguments: [
      "host", "network", "http", "exec", "schedules", "tcp", "databases", "syslog", "snmp", "discovery", "services",
    ])
  func examples(_ page: String) throws {
    let shown = try blocks("docs/probes/\(page).md")
    #expect(!shown.isEmpty)
    let lookups: [CodingUserInfoKey: any Sendable] = [DeviceProfiles.key: PackagedProfiles.all]
    for block in shown {
      var node = try #require(try Yams.compose(yaml: block))
      let probes = try (node["probes"]?.array() ?? []).map { probe in
        try probe["template"]?.string.map { try ServiceTemplate(name: $0).merged(under: probe) } ?? probe
      }
      node["probes"] = Node(probes)
      #expect(try !YAMLDecoder().decode(ProbeFile.self, from: node, userInfo: lookups).probes.isEmpty)
    }
    #expect(try blocks("docs/zh-CN/probes/\(page).md") == shown)
  }
}
