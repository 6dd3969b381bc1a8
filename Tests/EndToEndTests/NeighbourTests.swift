import Foundation
import Testing

extension EndToEnd {
  @Suite(
    "Neighbours that devices tell", .enabled(if: Tools.snmpd != nil, "needs the package snmpd: apt-get install it"))
  struct NeighbourTests {
    /// Net-SNMP's agent with rows of LLDP-MIB, as a switch has them.
    private func agent(
      _ name: String, port: Int, neighbours: [String], in folder: ScratchFolder
    ) async throws -> ChildProcess {
      var lines = [
        "agentAddress udp:127.0.0.1:\(port)", "[snmp] persistentDir \(folder.path)/\(name)",
        "rocommunity secret 127.0.0.1", "sysName \(name)", "override .1.0.8802.1.1.2.1.3.2.0 octet_str \"\(name)\"",
      ]
      for (index, neighbour) in neighbours.enumerated() {
        let columns = [
          "4": "integer 7", "5": "octet_str \"c\"", "6": "integer 7", "7": "octet_str \"p\"", "8": "octet_str \"d\"",
          "9": "octet_str \"\(neighbour)\"",
        ]
        lines += columns.sorted { $0.key < $1.key }.map {
          "override .1.0.8802.1.1.2.1.4.1.1.\($0.key).0.\(index + 1).1 \($0.value)"
        }
      }
      try folder.write("\(name)/agent.conf", lines.joined(separator: "\n") + "\n")
      let home = "\(folder.path)/\(name)"
      return try ChildProcess(
        try #require(Tools.snmpd), ["-f", "-Lo", "-C", "-c", "\(home)/agent.conf", "-p", "\(home)/pid", "-I", "-smux"],
        in: folder)
    }

    @Test("what a switch says by LLDP becomes relations of the CMDB, seen from the host that looks")
    func relations() async throws {
      let folder = try ScratchFolder()
      let port = try Sockets.freePort()
      let host = ProcessInfo.processInfo.hostName
      let core = try await agent("core", port: port, neighbours: ["\(host).example.org", "access"], in: folder)
      defer { core.kill() }
      try folder.write("config/watchkeeper.yaml", "packaged: {rules: false, plans: false}\n")
      try folder.write(
        "config/inventory/network.yaml",
        "items: [{id: network-device/core, name: a}, {id: network-device/access, name: access}]\n")
      try folder.write(
        "config/probes/core.yaml",
        """
        probes:
          - name: core
            kind: snmp
            interval: 1s
            item: network-device/core
            settings: {target: "127.0.0.1:\(port)", version: 2c, community: secret}
        """)
      let watchkeeper = Watchkeeper(in: folder)
      try await watchkeeper.startAndAwaitReady()
      defer { watchkeeper.kill() }
      try await Waiting.untilTrue("rows of LLDP; it said: \(watchkeeper.output)", seconds: 30) {
        try watchkeeper.query("lldpRemSysName").count == 2
      }
      // The first look at them is due 15 s after the start.
      try await Waiting.untilTrue("the relations; it said: \(watchkeeper.output)", seconds: 60) {
        try watchkeeper.ask("GET", "/cmdb/network-device%2Faccess").body.contains("network-device/core")
      }
      let shown = try await watchkeeper.command("ci", "show", "network-device/core").output
      let parts = shown.components(separatedBy: "This item")
      #expect(parts.count == 2 && parts[0].contains("access  OK  connected to"), "\(shown)")
      #expect(parts.last?.contains("\(host)  OK  connected to") == true, "\(shown)")
    }
  }
}
