import Foundation
import LoopbackServers
import Telemetry
import Testing
import Yams

@testable import Probes
@testable import SNMP

/// Labels that other tables hold, and values whose unit stands beside them.
@Suite("Lookups and units beside snmpd", .enabled(if: SNMPAgentServer.isInstalled, SNMPAgentServer.needs))
struct LookupAgentTests {
  /// Lines of the agent's configuration that put values in its tree.
  private static func tree(_ values: [(oid: String, type: String, value: String)]) -> String {
    values.map { "override .\($0.oid) \($0.type) \($0.value)" }.joined(separator: "\n")
  }

  private static func report(
    _ values: [(oid: String, type: String, value: String)], profile: String
  ) async throws -> (written: [String], report: ProbeReport) {
    let network = NetworkServices()
    let agent = try SNMPAgentServer(more: tree(values))
    defer {
      agent.stop()
      network.stop()
    }
    let device = try DeviceUnderTest(
      #""target":"127.0.0.1:\#(agent.port)","community":"secret","retries":10,"profiles":["\#(profile)"]"#,
      network: network)
    let report = await device.run()
    try #require(report.verdict == .up, "\(report.explanation)")
    return (device.written(report), report)
  }

  @Test("a port of a bridge bears the name of its interface, one without an interface its number alone")
  func bridge() async throws {
    let bridge = "1.3.6.1.2.1.17"
    // Interface 1 is the agent's own loopback.
    let written = try await Self.report(
      [
        ("\(bridge).1.4.1.2.7", "integer", "1"), ("\(bridge).1.4.1.2.8", "integer", "0"),
        ("\(bridge).2.15.1.3.7", "integer", "5"), ("\(bridge).2.15.1.3.8", "integer", "2"),
        ("\(bridge).2.15.1.5.7", "integer", "4"), ("\(bridge).2.15.1.5.8", "integer", "19"),
      ], profile: "bridge"
    ).written
    #expect(written.contains(#"dot1dStpPortState{dot1dStpPort="7", ifName="lo"} 5.0"#), "\(written)")
    #expect(written.contains(#"dot1dStpPortState{dot1dStpPort="8"} 2.0"#), "\(written)")
    #expect(written.contains(#"dot1dStpPortPathCost{dot1dStpPort="7", ifName="lo"} 4.0"#), "\(written)")
  }

  @Test("a neighbour's series says which port of this device it stands behind")
  func neighbours() async throws {
    let lldp = "1.0.8802.1.1.2.1"
    let written = try await Self.report(
      [
        ("\(lldp).3.7.1.2.5", "integer", "5"), ("\(lldp).3.7.1.3.5", "octet_str", #""ge-0/0/5""#),
        ("\(lldp).3.7.1.4.5", "octet_str", #""to the core""#),
        ("\(lldp).4.1.1.7.0.5.1", "octet_str", #""p1""#), ("\(lldp).4.1.1.9.0.5.1", "octet_str", #""core""#),
      ], profile: "lldp"
    ).written
    #expect(
      written.contains {
        $0.hasPrefix(
          #"lldpRemSysName{lldpLocPortDesc="to the core", lldpLocPortId="ge-0/0/5", lldpRemLocalPortNum="5""#)
      }, "\(written)")
  }

  @Test("a sensor is read in its unit")
  func sensors() async throws {
    let sensor = "1.3.6.1.2.1.99.1.1.1"
    var values: [(oid: String, type: String, value: String)] = []
    // Type, scale, precision, value: 23.5 °C; 3300 mV, exact to three digits; 12 kW.
    for (index, row) in [[8, 9, 1, 235], [4, 8, -3, 3300], [6, 10, 0, 12]].enumerated() {
      values += row.enumerated().map { ("\(sensor).\($0 + 1).\(index + 10)", "integer", String($1)) }
    }
    // One without a precision is shown as it is alone.
    values += [(1, 10), (2, 9), (4, 900)].map { ("\(sensor).\($0).20", "integer", String($1)) }
    let written = try await Self.report(values, profile: "entity-sensor").written
    let readings = written.filter { $0.hasPrefix("entPhySensorReading") }
    #expect(
      readings.sorted() == [
        #"entPhySensorReading{entPhySensorType="celsius", entPhysicalIndex="10"} 23.5"#,
        #"entPhySensorReading{entPhySensorType="volts_dc", entPhysicalIndex="11"} 3.3"#,
        #"entPhySensorReading{entPhySensorType="watts", entPhysicalIndex="12"} 12000.0"#,
      ], "\(written)")
    #expect(written.contains(#"entPhySensorValue{entPhySensorType="celsius", entPhysicalIndex="10"} 235.0"#))
    #expect(written.contains(#"entPhySensorValue{entPhySensorType="rpm", entPhysicalIndex="20"} 900.0"#))
  }
}

/// Tables whose rows are known by their keys alone, over rounds.
@Suite("Rows that only a key names")
final class KeyedRowsTests {
  let network = NetworkServices()

  deinit { network.stop() }

  private func device(_ agent: TestAgent, _ table: String) throws -> DeviceUnderTest {
    let profile = try YAMLDecoder().decode(DeviceProfile.self, from: "profile: t\ntables:\n  - name: ports\n" + table)
    // The names are read in each round.
    let settings = #""target":"\#(agent.target)","community":"c","profiles":["t"],"refresh":"0s""#
    return try DeviceUnderTest(settings, profiles: DeviceProfiles([profile]), network: network)
  }

  private static func written(_ device: DeviceUnderTest, _ report: ProbeReport) -> [String] {
    device.written(report).filter { $0.hasPrefix("octets") }.sorted()
  }

  @Test("reading the names again tears no series, and a row that went is ended once")
  func names() async throws {
    let agent = try TestAgent([TestAgent.column(2, 1): .integer(10), TestAgent.column(2, 2): .integer(20)])
    defer { agent.stop() }
    let device = try device(
      agent,
      """
          index: [{name: port}]
          labels: [{label: port, index: port}]
          metrics: [{metric: octets, oid: 1.3.6.1.4.1.99.1.1.2}]
      """)
    for _ in 0..<3 {
      let report = await device.run()
      #expect(Self.written(device, report) == [#"octets{port="1"} 10.0"#, #"octets{port="2"} 20.0"#])
    }
    agent.tree = [TestAgent.column(2, 2): .integer(21), TestAgent.column(2, 3): .integer(30)]
    #expect(
      Self.written(device, await device.run()) == [
        #"octets{port="1"} stale"#, #"octets{port="2"} 21.0"#, #"octets{port="3"} 30.0"#,
      ])
    #expect(Self.written(device, await device.run()) == [#"octets{port="2"} 21.0"#, #"octets{port="3"} 30.0"#])
  }

  /// Ports 1 and 2 lead by column 3 to 11 and 12, which column 4 names.
  private static let chained = """
        index: [{name: port}]
        labels:
          - {label: port, index: port}
          - {label: name, index: port, lookup: [1.3.6.1.4.1.99.1.1.3, 1.3.6.1.4.1.99.1.1.4]}
        metrics: [{metric: octets, oid: 1.3.6.1.4.1.99.1.1.2, units: {factor: 1.3.6.1.4.1.99.1.1.5}}]
    """

  private static func chain(_ names: [UInt32: String], factor: Int64 = 1) -> [ObjectIdentifier: ObjectValue] {
    var tree: [ObjectIdentifier: ObjectValue] = [:]
    for port: UInt32 in 1...2 {
      tree[TestAgent.column(2, port)] = .integer(Int64(port) * 10)
      tree[TestAgent.column(3, port)] = .integer(Int64(port) + 10)
      tree[TestAgent.column(5, port)] = .integer(factor)
    }
    for (interface, name) in names { tree[TestAgent.column(4, interface)] = .octets(Array(name.utf8)) }
    return tree
  }

  @Test("a chain is followed, and what it leads to anew is shown with the next names")
  func chains() async throws {
    let agent = try TestAgent(Self.chain([11: "a", 12: "b"]))
    defer { agent.stop() }
    let device = try device(agent, Self.chained)
    for _ in 0..<2 {
      let report = await device.run()
      #expect(
        Self.written(device, report) == [#"octets{name="a", port="1"} 10.0"#, #"octets{name="b", port="2"} 20.0"#],
        "\(report.explanation)")
    }
    agent.tree = Self.chain([11: "a"], factor: 3)
    #expect(
      Self.written(device, await device.run()) == [
        #"octets{name="a", port="1"} 30.0"#, #"octets{name="b", port="2"} stale"#, #"octets{port="2"} 60.0"#,
      ])
  }

  @Test("a column that points nowhere, or to itself, costs nothing but the label")
  func nowhere() async throws {
    var tree = Self.chain([:])
    tree[TestAgent.column(3, 1)] = .octets(Array(repeating: 0xff, count: 5000))
    tree[TestAgent.column(3, 2)] = .integer(-1)
    let agent = try TestAgent(tree)
    defer { agent.stop() }
    let device = try device(agent, Self.chained)
    let report = await device.run()
    #expect(Self.written(device, report) == [#"octets{port="1"} 10.0"#, #"octets{port="2"} 20.0"#])
  }

  @Test("a row that comes later is shown with its label in the round that reads the names")
  func later() async throws {
    var tree = Self.chain([11: "a", 12: "b"])
    for column: UInt32 in [2, 3, 5] { tree[TestAgent.column(column, 2)] = nil }
    let agent = try TestAgent(tree)
    defer { agent.stop() }
    let profile = try YAMLDecoder().decode(
      DeviceProfile.self, from: "profile: t\ntables:\n  - name: ports\n" + Self.chained)
    let device = try DeviceUnderTest(
      #""target":"\#(agent.target)","community":"c","profiles":["t"]"#, profiles: DeviceProfiles([profile]),
      network: network)
    #expect(Self.written(device, await device.run()) == [#"octets{name="a", port="1"} 10.0"#])
    agent.tree = Self.chain([11: "a", 12: "b"])
    #expect(Self.written(device, await device.run()) == [#"octets{name="a", port="1"} 10.0"#])
    #expect(
      Self.written(device, await device.run()) == [
        #"octets{name="a", port="1"} 10.0"#, #"octets{name="b", port="2"} 20.0"#,
      ])
  }
}

/// A device may name as many rows as it likes, and say pages about each.
@Suite("What lookups keep of a device")
final class LookupBoundTests {
  private static let profile = """
    profile: t
    tables:
      - name: ports
        index: [{name: port}]
        labels:
          - {label: port, index: port}
          - {label: name, index: port, lookup: 1.3.6.1.4.1.99.1.1.3}
        metrics: [{metric: octets, oid: 1.3.6.1.4.1.99.1.1.2}]
    """
  private static let column = ObjectIdentifier(checkedNumbers: [1, 3, 6, 1, 4, 1, 99, 1, 1, 3])

  private func profile() throws -> DeviceProfile {
    try YAMLDecoder().decode(DeviceProfile.self, from: Self.profile)
  }

  /// An answer with these rows, as it comes in a message.
  private static func answer(_ rows: [(key: [UInt32], value: ObjectValue)]) -> [UInt8] {
    var writer = BERWriter()
    writer.group(ProtocolUnitKind.response.rawValue) { writer in
      writer.group(BERTag.sequence) { writer in
        for row in rows.reversed() {
          writer.group(BERTag.sequence) { writer in
            row.value.write(to: &writer)
            writer.put(tag: BERTag.objectIdentifier, column.appending(row.key).octets)
          }
        }
      }
      for _ in 0..<3 { writer.put(integer: 0) }
    }
    return writer.bytes
  }

  /// Gives one answer after another to what looks up.
  private func take(_ answers: [[(key: [UInt32], value: ObjectValue)]]) throws -> (ObjectLookups, [WalkFault]) {
    var lookups = ObjectLookups(of: try profile().tables)
    #expect(lookups.columns == [Self.column])
    var walk = ColumnWalk(columns: lookups.columns, isBulk: true)
    var size = ReplySize()
    for answer in answers where walk.request(size) != nil {
      let bytes = Self.answer(answer)
      try bytes.withUnsafeBytes { bytes in
        var reader = BERReader(bytes)
        var unit = try ProtocolUnit(&reader)
        _ = try walk.accept(&unit, bytes: bytes.count, &size) { lookups.take($0) }
      }
    }
    return (lookups, walk.faults)
  }

  @Test("50,000 rows of a column are kept, and of each text 256 octets")
  func rows() throws {
    let page = ObjectValue.octets(Array(repeating: 0x61, count: 1000))
    let answers = (0..<52).map { block in (1...1000).map { row in (key: [UInt32(block * 1000 + row)], value: page) } }
    let (lookups, faults) = try take(answers)
    #expect(faults == [.tooManyRows(Self.column, limit: 50_000)])
    for row: UInt32 in [1, 25_000, 50_000] {
      let kept = lookups.value(at: [row], through: [Self.column])
      #expect(kept == .octets(Array(repeating: 0x61, count: ObjectText.bytesMax)), "row \(row)")
    }
    for row: UInt32 in [50_001, 52_000] { #expect(lookups.value(at: [row], through: [Self.column]) == nil) }
  }

  @Test("a row whose name is longer than a name can be is not kept")
  func names() throws {
    // Each number takes five octets.
    let keys = [25, 26].map { [UInt32](repeating: .max, count: $0) }
    let (lookups, _) = try take([keys.map { (key: $0, value: .integer(7)) }])
    #expect(keys.map { lookups.value(at: $0, through: [Self.column]) } == [.integer(7), nil])
  }

  @Test(
    "a device whose table of names has no end is read all the same, and the report says so", .timeLimit(.minutes(2)))
  func endless() async throws {
    let network = NetworkServices()
    let agent = try TestAgent(
      [TestAgent.column(2, 1): .integer(10), TestAgent.column(2, 60_000): .integer(20)], .endlessLookup)
    defer {
      agent.stop()
      network.stop()
    }
    let device = try DeviceUnderTest(
      #""target":"\#(agent.target)","community":"c","profiles":["t"]"#, profiles: DeviceProfiles([try profile()]),
      network: network)
    let report = await device.probe.run(within: .seconds(100))
    #expect(report.verdict == .up, "\(report.explanation)")
    #expect(report.explanation.contains("more than 50000 rows"), "\(report.explanation)")
    #expect(
      device.written(report).filter { $0.hasPrefix("octets") }.sorted() == [
        #"octets{name="name 1", port="1"} 10.0"#, #"octets{port="60000"} 20.0"#,
      ])
  }
}

@Suite("Sizes of units")
struct ObjectUnitsTests {
  @Test(
    "scale, precision and factor together",
    arguments: [
      ([9, 0], 42.0, Double?.some(42)), ([8, 2], 12_345, 0.12345), ([1, 0], 1e24, 1), ([6, 0], 3, 3e-9),
      ([16, 0], 1, 1e21),
      ([9, -8], 7, 7), ([0, 0], 7, nil), ([18, 0], 7, nil), ([9, 21], 7, nil),
    ])
  func sizes(_ columns: [Int64], _ number: Double, _ expected: Double?) throws {
    let units = try YAMLDecoder().decode(ObjectUnits.self, from: "{scale: 1.3.1, precision: 1.3.2}")
    #expect(units.size(columns.map { .integer($0) }[...])?.applied(to: number) == expected)
    #expect(units.size([.integer(9), .null]) == nil)
  }

  @Test("a factor multiplies as it is")
  func factor() throws {
    let units = try YAMLDecoder().decode(ObjectUnits.self, from: "{factor: 1.3.1}")
    #expect(units.size([.gauge32(4096)])?.applied(to: 3) == 12_288)
  }
}
