import Foundation
import Glibc
import Probes
import Telemetry
import Testing

@testable import WatchkeeperApp

@Suite("Device profiles of an operator's own")
struct DeviceProfileFaultTests {
  private static func read(_ profile: String) throws -> Configuration {
    try ConfigurationReader.read(
      ConfigurationFiles(files: [.init(kind: .deviceProfiles, path: "probes/snmp/acme.yaml", text: profile)]),
      hostName: "web01", notifiers: CommandWorld.offlineNotifiers)
  }

  private static func table(_ label: String = "", _ metric: String = "") -> String {
    """
    profile: acme
    tables:
      - name: ports
        index: [{name: port}]
        labels:
          - {label: port, index: port\(label)}
        metrics:
          - {metric: acmeState, oid: 1.3.6.1.4.1.99999.1.1.2\(metric)}

    """
  }

  @Test(
    "a lookup and units that are right are taken",
    arguments: [
      table(", lookup: 1.3.6.1.2.1.31.1.1.1.1"), table(", lookup: [1.3.6.1.2.1.17.1.4.1.2, 1.3.6.1.2.1.31.1.1.1.1]"),
      table("", ", units: {scale: 1.3.6.1.4.1.99999.1.1.3, precision: 1.3.6.1.4.1.99999.1.1.4}"),
      table("", ", units: {factor: 1.3.6.1.4.1.99999.1.1.3}, scale: 0.1"),
    ])
  func right(_ profile: String) throws { _ = try Self.read(profile) }

  @Test(
    "what is wrong with a lookup or units is told at its place",
    arguments: [
      (table(", lookup: ifName"), "fault.snmp.oid", 6, 44),
      (table(", lookup: [1.3.6.1, ifName]"), "fault.snmp.oid", 6, 54),
      (table(", lookup: []"), "fault.snmp.lookup", 6, 44),
      (table(", lookup: [1.3.1, 1.3.2, 1.3.3, 1.3.4, 1.3.5]"), "fault.snmp.lookup", 6, 44),
      (table("", ", units: {}"), "fault.snmp.units-empty", 8, 66),
      (table("", ", units: {scale: none}"), "fault.snmp.oid", 8, 74),
      (table("", ", type: counter, units: {scale: 1.3.1}"), "fault.snmp.units-kind", 8, 81),
    ])
  func wrong(_ profile: String, _ id: String, _ line: Int, _ column: Int) throws {
    let error = try #require(throws: SettingsErrors.self) { try Self.read(profile) }
    #expect(error.errors.map(\.fault.id) == [id])
    #expect(error.errors.first?.place == SourcePlace(file: "probes/snmp/acme.yaml", line: line, column: column))
  }
}

@Suite("MIB files outside of the configuration")
final class ForeignMIBTests {
  private let folder = URL(filePath: NSTemporaryDirectory()).appending(path: "foreign-mibs-\(UUID().uuidString)")

  init() throws {
    try FileManager.default.createDirectory(
      at: folder.appending(path: "configuration/probes/snmp/mibs"), withIntermediateDirectories: true)
    try FileManager.default.createDirectory(at: folder.appending(path: "mibs"), withIntermediateDirectories: true)
    try write(
      "probes: [{name: a, kind: snmp, settings: {target: a, profiles: [acme]}}]\n", "configuration/probes/a.yaml")
    try write(
      "{profile: acme, match: [ACME-MIB::acme], scalars: [{metric: acmeLoad, oid: ACME-MIB::acmeLoad}]}\n",
      "configuration/probes/snmp/acme.yaml")
    try write("mibs: [../mibs]\n", "configuration/watchkeeper.yaml")
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  private func write(_ text: String, _ path: String) throws {
    try Data(text.utf8).write(to: folder.appending(path: path))
  }

  private func read() throws -> Configuration {
    try ConfigurationReader.read(
      try ConfigurationFiles.read(folder.appending(path: "configuration").path), hostName: "web01",
      notifiers: CommandWorld.offlineNotifiers)
  }

  private static func module(_ name: String, _ number: Int) -> String {
    """
    \(name) DEFINITIONS ::= BEGIN
    acme OBJECT IDENTIFIER ::= { enterprises \(number) }
    acmeLoad OBJECT-TYPE SYNTAX Gauge32 MAX-ACCESS read-only STATUS current DESCRIPTION "" ::= { acme 1 }
    END

    """
  }

  @Test("their names are known to profiles; files without an ending are read, an index and hidden files are not")
  func names() throws {
    try write(Self.module("ACME-MIB", 99999), "mibs/ACME-MIB")
    try write("ACME-MIB ACME-MIB\n", "mibs/INDEX")
    try write("none", "mibs/.index.mib")
    let configuration = try read()
    #expect(configuration.warnings.isEmpty, "\(configuration.warnings)")
    #expect(configuration.probes.contains { $0.name == "a" })
    #expect(configuration.files.files(of: .foreignMIBs).map(\.path).count == 1)
    // What is kept for a restart is what was read.
    let kept = try JSONDecoder().decode(
      ConfigurationFiles.self, from: try JSONEncoder().encode(configuration.files))
    #expect(kept == configuration.files)
  }

  @Test("a faulty file is a warning with its place, and costs no other file a name")
  func faulty() throws {
    try write("A-MIB DEFINITIONS ::= BEGIN\n  a OBJECT IDENTIFIER := { b 1 }\nEND", "mibs/A.mib")
    try write(Self.module("ACME-MIB", 99999), "mibs/B.my")
    let configuration = try read()
    #expect(configuration.warnings.map(\.fault.id) == ["fault.snmp.mib"])
    let place = try #require(configuration.warnings.first?.place)
    #expect(place.file.hasSuffix("/mibs/A.mib"))
    #expect(place.line == 2)
    for number in 0..<30 { try write("X DEFINITIONS y", "mibs/x\(number).txt") }
    let many = try read().warnings
    #expect(many.count == ForeignMIBs.faultsMax + 1)
    #expect(many.last?.fault.id == "fault.snmp.foreign-more")
    #expect(many.last?.fault.arguments["count"] == "11")
  }

  @Test("the operator's own module takes the place of one of the same name")
  func own() throws {
    try write(Self.module("ACME-MIB", 11111), "mibs/ACME-MIB.txt")
    let without = try read()
    try write(Self.module("ACME-MIB", 99999), "configuration/probes/snmp/mibs/acme.mib")
    let with = try read()
    let profiles = [without, with].compactMap { $0.lookups[DeviceProfiles.key] as? DeviceProfiles }
    #expect(profiles.count == 2 && profiles[0] != profiles[1])
    try FileManager.default.removeItem(at: folder.appending(path: "mibs/ACME-MIB.txt"))
    #expect(try read().lookups[DeviceProfiles.key] as? DeviceProfiles == profiles[1])
  }

  @Test("of a module that two folders have, the one of the folder that is named first is taken")
  func order() throws {
    func profiles(_ folders: String...) throws -> DeviceProfiles {
      try write("mibs: [\(folders.joined(separator: ", "))]\n", "configuration/watchkeeper.yaml")
      let configuration = try read()
      #expect(configuration.warnings.isEmpty, "\(configuration.warnings)")
      return try #require(configuration.lookups[DeviceProfiles.key] as? DeviceProfiles)
    }
    try FileManager.default.createDirectory(at: folder.appending(path: "later"), withIntermediateDirectories: true)
    // Neither the folders' names nor the files' decide.
    try write(Self.module("ACME-MIB", 11111), "mibs/A.mib")
    try write(Self.module("ACME-MIB", 99999), "later/Z.mib")
    let (first, second) = (try profiles("../mibs"), try profiles("../later"))
    #expect(first != second)
    #expect(try profiles("../mibs", "../later") == first)
    #expect(try profiles("../later", "../mibs") == second)
  }

  @Test("a folder that is not there, too many bytes and what is no file are bounded and told")
  func bounds() throws {
    try write("mibs: [../mibs, ../absent]\n", "configuration/watchkeeper.yaml")
    try write(Self.module("ACME-MIB", 99999), "mibs/A.mib")
    let big = folder.appending(path: "mibs/b.mib").path
    #expect(FileManager.default.createFile(atPath: big, contents: nil))
    let handle = try #require(FileHandle(forWritingAtPath: big))
    try handle.truncate(atOffset: UInt64(ForeignMIBs.bytesMax))
    try handle.close()
    // Nobody writes into it: to open it would wait for ever.
    #expect(mkfifo(folder.appending(path: "mibs/a.my").path, 0o600) == 0)
    let configuration = try read()
    #expect(configuration.warnings.map(\.fault.id) == ["fault.snmp.foreign-bound"])
    try FileManager.default.removeItem(atPath: big)
    #expect(try read().warnings.map(\.fault.id) == ["fault.snmp.foreign-folder"])
  }

  @Test("what the documents show is taken", arguments: ["docs/probes/snmp.md", "docs/zh-CN/probes/snmp.md"])
  func shown(_ page: String) throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
    let text = try String(contentsOf: root.appending(path: page), encoding: .utf8)
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("mibs: ") })
    try write(line + "\n", "configuration/watchkeeper.yaml")
    try write(Self.module("ACME-MIB", 99999), "configuration/probes/snmp/mibs/acme.mib")
    #expect(try read().settings.mibs.first == "/usr/share/snmp/mibs")
  }

  @Test("too many folders are refused in the settings")
  func folders() throws {
    let folders = (0...ForeignMIBs.foldersMax).map { "m\($0)" }.joined(separator: ", ")
    try write("mibs: [\(folders)]\n", "configuration/watchkeeper.yaml")
    let error = try #require(throws: SettingsErrors.self) { try read() }
    #expect(error.errors.map(\.fault.id).contains("fault.snmp.foreign-count"))
  }
}
