import Foundation
import LoopbackServers
import Records
import Synchronization
import Telemetry
import Testing

@testable import Probes
@testable import SNMP

/// Each misbehaviour ends for a reason of its own, in bounded time and memory.
@Suite("Agents that misbehave", .timeLimit(.minutes(2)))
final class HostileAgentTests {
  let network = NetworkServices()

  deinit { network.stop() }

  private static let profile = #"""
    {"profile":"t","tables":[{"name":"ports","index":[{"name":"i"}],
      "labels":[{"label":"port","oid":"1.3.6.1.4.1.99.1.1.1"}],
      "metrics":[{"metric":"octets_total","type":"counter","oid":"1.3.6.1.4.1.99.1.1.2"}]}]}
    """#

  private func device(
    _ agent: TestAgent, _ more: String = "", profile: String = HostileAgentTests.profile
  ) throws -> DeviceUnderTest {
    let profile = try JSONDecoder().decode(DeviceProfile.self, from: Data(profile.utf8))
    let settings = #""target":"\#(agent.target)","community":"c","profiles":["t"]\#(more)"#
    return try DeviceUnderTest(settings, profiles: DeviceProfiles([profile]), network: network)
  }

  /// For answers that will not come: one request, and not for long.
  private static let impatient = #","request_timeout":"100ms","retries":0"#

  private static func table(_ rows: [(index: UInt32, name: String, octets: UInt32)]) -> [ObjectIdentifier: ObjectValue]
  {
    var tree: [ObjectIdentifier: ObjectValue] = [:]
    for row in rows {
      tree[TestAgent.column(1, row.index)] = .octets(Array(row.name.utf8))
      tree[TestAgent.column(2, row.index)] = .counter32(row.octets)
    }
    return tree
  }

  private static let twoPorts = table([(1, "a", 10), (2, "b", 20)])

  @Test("an agent in order is read")
  func orderly() async throws {
    let agent = try TestAgent(Self.twoPorts)
    defer { agent.stop() }
    let device = try device(agent)
    let report = await device.run()
    #expect(report.verdict == .up, "\(report.explanation)")
    #expect(
      device.written(report).filter { $0.hasPrefix("octets_total") } == [
        #"octets_total{port="a"} 10.0"#, #"octets_total{port="b"} 20.0"#,
      ])
  }

  @Test(
    "what is said in answer to something else, by somebody else or in nobody's language is not taken",
    arguments: [
      (TestAgent.Vice.outerLength, "reason.probe.timed_out", "check the address"),
      (.innerLength, "reason.probe.protocol", "longer than what holds it"),
      (.wrongNumber, "reason.probe.timed_out", "check the address"),
      (.otherAddress, "reason.probe.timed_out", "check the address"),
      (.otherCommunity, "reason.probe.timed_out", "check the address"),
      (.empty, "reason.snmp.refused", "without any value"),
      (.tooBig, "reason.snmp.refused", "not even one value fits"),
      (.refuses, "reason.snmp.refused", "genErr"),
    ])
  func refused(_ vice: TestAgent.Vice, _ reason: String, _ text: String) async throws {
    let agent = try TestAgent(Self.twoPorts, vice)
    defer { agent.stop() }
    let report = await (try device(agent, Self.impatient)).run()
    #expect(report.verdict.reason?.id == reason, "\(report.explanation)")
    #expect(report.explanation.contains(text), "\(report.explanation)")
    #expect(report.batch.references.isEmpty)
  }

  @Test("an agent with room for one answer at a time is read all the same", arguments: [TestAgent.Vice.narrow, .curt])
  func narrow(_ vice: TestAgent.Vice) async throws {
    let load = ObjectIdentifier(checkedNumbers: [1, 3, 6, 1, 4, 1, 99, 2, 0])
    let agent = try TestAgent(Self.twoPorts.merging([load: .gauge32(7)]) { $1 }, vice)
    defer { agent.stop() }
    let scalars = #"{"profile":"t","scalars":[{"metric":"load","oid":"1.3.6.1.4.1.99.2"}],"#
    let device = try device(agent, profile: Self.profile.replacing(#"{"profile":"t","#, with: scalars))
    let report = await device.run()
    #expect(report.verdict == .up, "\(report.explanation)")
    #expect(
      device.written(report).filter { !$0.hasPrefix("sysUpTime") }.sorted() == [
        "load 7.0", #"octets_total{port="a"} 10.0"#, #"octets_total{port="b"} 20.0"#,
      ])
    // What was learnt of it holds until the names are read again.
    let before = agent.refusedAsTooBig
    #expect(await device.run().verdict == .up)
    #expect(agent.refusedAsTooBig == before)
  }

  @Test("a device that ends in the midst of a round gives back what the last one showed")
  func endedInRound() async throws {
    let agent = try TestAgent(Self.twoPorts)
    defer { agent.stop() }
    let device = try device(agent)
    let shown = Set(await device.run().batch.references)
    #expect(shown.count == 3)
    agent.isSilent = true
    let asked = agent.requests
    let second = Task { await device.run() }
    _ = await patiently(until: { $0 > asked }) { agent.requests }
    #expect(Set(device.probe.endSeries()) == shown)
    agent.isSilent = false
    #expect(await second.value.batch.references.isEmpty)
  }

  @Test("names that do not go on end the column, and the report says so")
  func notIncreasing() async throws {
    let agent = try TestAgent(Self.twoPorts, .standsStill)
    defer { agent.stop() }
    let report = await (try device(agent)).run()
    #expect(report.verdict == .up)
    #expect(report.explanation.contains("out of order"), "\(report.explanation)")
  }

  @Test("a table without an end ends with the round, or with its rows")
  func endless() async throws {
    let agent = try TestAgent(Self.twoPorts, .endless)
    defer { agent.stop() }
    let device = try device(agent)
    let report = await device.probe.run(within: .seconds(2))
    if report.verdict == .up {
      #expect(report.explanation.contains("more than 50000 rows"), "\(report.explanation)")
    } else {
      #expect(report.verdict.reason?.id == "reason.probe.timed_out")
      #expect(report.explanation.contains("in the middle of a walk"), "\(report.explanation)")
    }
    #expect(report.batch.references.count <= 50_000)
  }

  @Test("columns whose rows have nothing in common cost no more than others")
  func disjoint() throws {
    let rows = 20_000
    var keys = RowKeys()
    func key(_ number: Int) -> [UInt8] { (0..<3).map { UInt8(number >> ($0 * 7) & 0x7f) } }
    for row in 0..<rows { key(row).withUnsafeBytes { keys.append($0) } }
    let clock = ContinuousClock()
    var found = 0
    let took = clock.measure {
      for row in 0..<rows {
        found += key(row + rows).withUnsafeBytes { keys.row(of: $0, near: row) } == nil ? 1 : 0
        found +=
          key((row + rows / 2) % rows).withUnsafeBytes { keys.row(of: $0, near: row) } == (row + rows / 2) % rows
          ? 1 : 0
      }
    }
    #expect(found == 2 * rows)
    // One after another it would be 400 million comparisons.
    #expect(took < .seconds(20))
  }

  @Test("a counter of 32 bits that goes round leaves the increase right")
  func wrap() async throws {
    let agent = try TestAgent(Self.table([(1, "a", 4_294_967_290)]))
    defer { agent.stop() }
    let device = try device(agent)
    _ = await device.run()
    agent.tree = Self.table([(1, "a", 5)])
    let report = await device.run()
    #expect(
      device.written(report).filter { $0.hasPrefix("octets_total") } == [
        #"octets_total{port="a"} 4294967295.0"#, #"octets_total{port="a"} 0.0"#, #"octets_total{port="a"} 5.0"#,
      ])
  }

  @Test("a restart begins counters anew, even above where they were, and rows that are numbered anew stay who they are")
  func restart() async throws {
    let agent = try TestAgent(Self.twoPorts)
    defer { agent.stop() }
    let device = try device(agent)
    let first = await device.run()
    agent.tree = Self.table([(7, "b", 21), (9, "a", 3)])
    agent.restart()
    let report = await device.run()
    #expect(report.verdict == .up, "\(report.explanation)")
    #expect(
      device.written(report).filter { $0.hasPrefix("octets_total") }.sorted() == [
        #"octets_total{port="a"} 3.0"#, #"octets_total{port="b"} 0.0"#, #"octets_total{port="b"} 21.0"#,
      ])
    #expect(Set(first.batch.references) == Set(report.batch.references))
  }

  @Test("rows that come while nothing else changes are known by their names in the next round")
  func newRows() async throws {
    let agent = try TestAgent(Self.twoPorts)
    defer { agent.stop() }
    let device = try device(agent)
    _ = await device.run()
    agent.tree = Self.table([(1, "a", 11), (3, "c", 30)])
    _ = await device.run()
    let report = await device.run()
    #expect(
      device.written(report).filter { $0.hasPrefix("octets_total") }.sorted() == [
        #"octets_total{port="a"} 11.0"#, #"octets_total{port="c"} 30.0"#,
      ])
  }

  @Test(
    "with every pair of algorithms, an agent whose boots went on is heard in the same round, one whose clock went back is told as such and heard in the next",
    .enabled(if: SNMPAgentServer.isInstalled, SNMPAgentServer.needs))
  func clockSkew() async throws {
    let port = try LoopbackServer.unusedPort()
    func agent(boots: Int) throws -> SNMPAgentServer {
      try SNMPAgentServer(
        port: port, more: "exactEngineID 0x8000000001020304\noldEngineID 0x8000000001020304\nengineBoots \(boots)")
    }
    let devices = try SNMPAgentServer.pairs.map { authentication, privacy in
      let user = SNMPAgentTests.user(authentication, privacy)
      return try DeviceUnderTest(#""target":"127.0.0.1:\#(port)",\#(user),"retries":1"#, network: network)
    }
    let witness = try DeviceUnderTest(
      #""target":"127.0.0.1:\#(port)","community":"secret","request_timeout":"200ms","profiles":["system"]"#,
      network: network)
    func listening() async {
      let report = await patiently(until: { $0.verdict == .up }) { await witness.run() }
      #expect(report.verdict == .up, "\(report.explanation)")
    }
    var server = try agent(boots: 7)
    await listening()
    for device in devices {
      let report = await device.run()
      #expect(report.verdict == .up, "\(report.explanation)")
    }
    server.stop()
    server = try agent(boots: 900)
    await listening()
    for device in devices {
      let report = await device.run()
      #expect(report.verdict == .up, "\(report.explanation)")
    }
    server.stop()
    server = try agent(boots: 3)
    defer { server.stop() }
    await listening()
    let atATime = SNMPAgentServer.privacies.count + 1
    for first in stride(from: 0, to: devices.count, by: atATime) {
      await withTaskGroup(of: Void.self) { group in
        for device in devices[first..<first + atATime] {
          group.addTask {
            let report = await device.run()
            #expect(report.verdict.reason?.id == "reason.snmp.time_window", "\(report.explanation)")
            let next = await device.run()
            #expect(next.verdict == .up, "\(next.explanation)")
          }
        }
      }
    }
  }
}

/// An agent of version 2c that answers from a tree of values, in order or not.
final class TestAgent: Sendable {
  enum Vice: Sendable {
    case none
    /// The message says that it is longer than its datagram; a value longer than what holds it.
    case outerLength, innerLength
    case wrongNumber, otherAddress, otherCommunity
    case empty, tooBig, refuses
    /// Room for one name alone: it says so, or answers the first without a word about the others.
    case narrow, curt
    /// Each answer names the same object; each answer has one more row; the same for column 3 alone.
    case standsStill, endless, endlessLookup
  }

  private let values: Values
  private let server: DatagramServer

  init(_ tree: [ObjectIdentifier: ObjectValue], _ vice: Vice = .none) throws {
    let values = Values(tree, vice)
    self.values = values
    // At all addresses, the answer to a datagram for 127.0.0.2 comes from 127.0.0.1.
    server = try DatagramServer(at: vice == .otherAddress ? 0 : 0x7f00_0001) { values.answers(to: $0) }
  }

  var target: String { values.vice == .otherAddress ? "127.0.0.2:\(server.port)" : "127.0.0.1:\(server.port)" }

  func stop() { server.stop() }

  var tree: [ObjectIdentifier: ObjectValue] {
    get { values.state.withLock { $0.tree } }
    set { values.state.withLock { $0.tree = newValue } }
  }

  /// Requests so far, answered or not.
  var requests: Int { values.state.withLock { $0.requests } }

  /// Whether it hears and says nothing.
  var isSilent: Bool {
    get { values.state.withLock { $0.isSilent } }
    set { values.state.withLock { $0.isSilent = newValue } }
  }

  /// Requests so far that it had no room to answer.
  var refusedAsTooBig: Int { values.state.withLock { $0.refusedAsTooBig } }

  /// Begins anew.
  func restart() { values.state.withLock { $0.uptime = 50 } }

  /// Of the table that every tree has.
  static func column(_ number: UInt32, _ row: UInt32) -> ObjectIdentifier {
    ObjectIdentifier(checkedNumbers: [1, 3, 6, 1, 4, 1, 99, 1, 1, number, row])
  }

  private final class Values: Sendable {
    struct State {
      var tree: [ObjectIdentifier: ObjectValue]
      var uptime: UInt32 = 100_000
      var refusedAsTooBig = 0
      var requests = 0
      var isSilent = false
    }

    let vice: Vice
    let state: Mutex<State>

    init(_ tree: [ObjectIdentifier: ObjectValue], _ vice: Vice) {
      self.vice = vice
      state = Mutex(State(tree: tree))
    }

    func answers(to datagram: [UInt8]) -> [[UInt8]] {
      let isSilent = state.withLock { state in
        state.requests += 1
        return state.isSilent
      }
      return isSilent ? [] : datagram.withUnsafeBytes { bytes in (try? answer(bytes)).map { [$0] } ?? [] }
    }

    private func answer(_ bytes: UnsafeRawBufferPointer) throws -> [UInt8] {
      var fields = try Session.opened(bytes)
      _ = try fields.integer()
      let community = try fields.octets()
      var unit = try ProtocolUnit(&fields)
      let names = try unit.rest().map(\.name)
      let isTooBig = vice == .tooBig || vice == .narrow && names.count > 1
      if isTooBig { state.withLock { $0.refusedAsTooBig += 1 } }
      var bindings = vice == .empty || isTooBig ? [] : bindings(after: names, unit)
      if vice == .narrow || vice == .curt { bindings = Array(bindings.prefix(1)) }
      let status = isTooBig ? 1 : vice == .refuses ? 5 : 0
      var writer = BERWriter()
      writer.group(BERTag.sequence) { writer in
        writer.group(ProtocolUnitKind.response.rawValue) { writer in
          writer.group(BERTag.sequence) { writer in
            for binding in bindings.reversed() {
              writer.group(BERTag.sequence) { writer in
                binding.value.write(to: &writer)
                writer.put(tag: BERTag.objectIdentifier, binding.name.octets)
              }
            }
          }
          writer.put(integer: 0)
          writer.put(integer: status)
          writer.put(integer: unit.requestID ^ (vice == .wrongNumber ? 1 << 20 : 0))
        }
        writer.put(tag: BERTag.octetString, vice == .otherCommunity ? [0x78] : community)
        writer.put(integer: 1)
      }
      return spoilt(writer.bytes, last: bindings.last)
    }

    private func spoilt(_ answer: [UInt8], last: VariableBinding?) -> [UInt8] {
      var answer = answer
      switch vice {
      case .outerLength: answer[answer[1] < 0x80 ? 1 : 2] = answer[1] < 0x80 ? 0x7f : 0xff
      case .innerLength:
        var value = BERWriter()
        last?.value.write(to: &value)
        answer[answer.count - value.count + 1] += 9
      default: break
      }
      return answer
    }

    private func bindings(after names: [ObjectIdentifier], _ unit: ProtocolUnit) -> [VariableBinding] {
      let (tree, uptime) = state.withLock { ($0.tree, $0.uptime) }
      var all = tree
      let identity = ObjectIdentifier(checkedNumbers: [1, 3, 6, 1, 2, 1, 1, 2, 0])
      all[identity] = tree[identity] ?? .objectIdentifier(TestAgent.column(9, 9))
      all[ObjectIdentifier(checkedNumbers: [1, 3, 6, 1, 2, 1, 1, 3, 0])] = .timeTicks(uptime)
      let sorted = all.keys.sorted()
      let single = unit.kind == .getBulk ? unit.errorStatus : names.count
      var last = names
      var bindings: [VariableBinding] = []
      for round in 0..<(unit.kind == .getBulk ? max(1, unit.errorIndex) : 1) {
        for place in names.indices where round == 0 || place >= single {
          let binding = next(after: last[place], all, sorted)
          bindings.append(binding)
          last[place] = binding.name
        }
      }
      return bindings
    }

    private func next(
      after name: ObjectIdentifier, _ tree: [ObjectIdentifier: ObjectValue], _ sorted: [ObjectIdentifier]
    ) -> VariableBinding {
      let numbers = name.numbers
      if vice == .endlessLookup, numbers.starts(with: [1, 3, 6, 1, 4, 1, 99, 1, 1, 3]) {
        let row = numbers.count > 10 ? numbers[10] + 1 : 1
        return VariableBinding(TestAgent.column(3, row), .octets(Array("name \(row)".utf8)))
      }
      if vice == .endless || vice == .standsStill, numbers.starts(with: [1, 3, 6, 1, 4, 1, 99]) {
        let row = numbers.count > 10 && vice == .endless ? numbers[10] + 1 : 1
        return VariableBinding(TestAgent.column(numbers[9], row), .counter32(row))
      }
      guard let next = sorted.first(where: { name < $0 }), let value = tree[next] else {
        return VariableBinding(name, .endOfMIBView)
      }
      return VariableBinding(next, value)
    }
  }
}
