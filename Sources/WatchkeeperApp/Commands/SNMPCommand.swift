internal import ArgumentParser
internal import Foundation
internal import Probes
internal import Records

struct SNMPCommand: ParsableCommand {
  static var configuration: CommandConfiguration {
    .worded("snmp", subcommands: [SNMPProfileCommand.self])
  }
}

/// Makes a device profile of what vendors' MIB files define.
struct SNMPProfileCommand: ParsableCommand, PermittedCommand {
  static let permission = Permission.configurationRead
  static var configuration: CommandConfiguration {
    .worded(
      "snmp.profile",
      examples: [
        "watchkeeper snmp profile ACME-MIB.mib > probes/snmp/acme.yaml",
        "watchkeeper snmp profile ACME-MIB.mib ACME-TC.mib --name acme --object ACME-MIB::sensorTable",
      ], ending: "snmp.profile")
  }

  @Argument(help: .words("snmp.profile.files")) var files: [String]

  @Option(help: .words("snmp.profile.name")) var name: String?

  @Option(name: .customLong("object"), help: .words("snmp.profile.object")) var objects: [String] = []

  mutating func run() throws {
    Terminal.write(try text())
  }

  func text() throws -> String {
    var mibs = MIBFiles()
    do {
      for file in files {
        guard let content = FileManager.default.contents(atPath: file) else {
          throw UsageError("usage.mib-unopened", ["path": file])
        }
        try mibs.add([UInt8](content), file: file)
      }
      return try mibs.profileText(named: name ?? mibs.modules.first?.lowercased() ?? "", of: objects)
    } catch let fault as MIBFiles.Fault {
      Terminal.tell("\(fault)")
      throw ExitStatus.usage.code
    }
  }
}
