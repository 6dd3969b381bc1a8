internal import Glibc
internal import Telemetry

/// `node_systemd_…`: the states of the units, asked of systemd over D-Bus.
final class SystemdCollector: HostCollector {
  let name = "systemd"
  private let sockets: [(path: String, isBus: Bool)]
  private let filter: UnitFilter
  private var connection: DBusConnection?
  private var slots = KeyedSlots()
  private var types: [String: String] = [:]
  private var totals: Int?
  private var version: (slot: Int, value: Double)?
  private var counters: [String: Counter] = [:]

  /// A property that is asked for once in `HostFiles.scanEvery` rounds and shown in between.
  private struct Counter {
    let slot: Int
    var value: Double
    var round: Int
  }

  private static let states = ["activating", "active", "deactivating", "failed", "inactive"]
  private static let manager = "org.freedesktop.systemd1.Manager"
  /// Units that are looked at; the default is 10,000.
  private static let unitsMax = 10_000

  init(_ system: HostFiles, _ filter: UnitFilter) {
    sockets = [
      (system.root + "/run/systemd/private", false), (system.root + "/run/dbus/system_bus_socket", true),
    ]
    self.filter = filter
  }

  func collect(from system: HostFiles, into sink: inout HostSink) throws(HostReadError) {
    do {
      try read(try connected(), system, into: &sink)
    } catch {
      connection = nil
      throw HostReadError(path: "systemd: \(error.description)", code: error.code, isNoData: error.code == ENOENT)
    }
  }

  /// systemd's own socket is for root; the bus is for all.
  private func connected() throws(DBusError) -> DBusConnection {
    if let connection { return connection }
    var problem: DBusError?
    for (path, isBus) in sockets {
      do {
        let made = try DBusConnection(path: path, isBus: isBus)
        connection = made
        return made
      } catch {
        // What the first socket said, unless there is none: the second may be there and refuse.
        if problem == nil || problem?.code == ENOENT { problem = error }
      }
    }
    throw problem ?? DBusError(description: "no socket")
  }

  private struct Unit {
    let name: String
    let active: String
    let path: String
  }

  private func read(
    _ connection: DBusConnection, _ system: HostFiles, into sink: inout HostSink
  ) throws(DBusError) {
    let path = "/org/freedesktop/systemd1"
    let list = DBusConnection.Call(path: path, interface: Self.manager, member: "ListUnits")
    let state = property("SystemState", of: path, interface: Self.manager)
    let answers = try connection.ask([list, state])
    guard let body = answers[0] else { throw DBusError(description: "ListUnits was refused") }
    let all = try Self.units(body)
    let units = all.filter { $0.isLoaded && filter.accepts($0.unit.name) }.map(\.unit)
    try learnTypes(units, connection)
    put(units, counting: all.map(\.unit.active), isRunning: Self.text(answers[1]) == "running", into: &sink)
    if version == nil { try readVersion(path, connection, into: &sink) }
    if let version { sink.put(version.slot, version.value) }
    if system.isScanRound { try readCounters(units, connection, system.round, into: &sink) }
    for counter in counters.values where counter.round > system.round - HostFiles.scanEvery {
      sink.put(counter.slot, counter.value)
    }
  }

  private func put(_ units: [Unit], counting states: [String], isRunning: Bool, into sink: inout HostSink) {
    slots.rewind()
    for unit in units {
      var name = unit.name
      let first = name.withUTF8 { bytes in
        slots.slot(for: Bytes(UnsafeRawBufferPointer(bytes))) { bind($0, into: &sink) }
      }
      guard first >= 0 else { continue }
      for (index, state) in Self.states.enumerated() { sink.put(first + index, unit.active == state ? 1 : 0) }
    }
    let totals = self.totals ?? bindTotals(into: &sink)
    self.totals = totals
    for (index, state) in Self.states.enumerated() {
      sink.put(totals + index, Double(states.count { $0 == state }))
    }
    sink.put(totals + Self.states.count, isRunning ? 1 : 0)
  }

  private func bind(_ name: String, into sink: inout HostSink) -> Int {
    let first = sink.series.count
    for state in Self.states {
      _ = sink.bind(
        "node_systemd_unit_state", [Label("name", name), Label("state", state), Label("type", types[name] ?? "")])
    }
    return sink.series.count == first + Self.states.count ? first : -1
  }

  private func bindTotals(into sink: inout HostSink) -> Int {
    let first = sink.series.count
    for state in Self.states { _ = sink.bind("node_systemd_units", [Label("state", state)]) }
    _ = sink.bind("node_systemd_system_running")
    return first
  }

  /// A service's kind (simple, oneshot …) is the label `type`; it is asked for when the service is first seen.
  private func learnTypes(_ units: [Unit], _ connection: DBusConnection) throws(DBusError) {
    let new = units.filter { $0.name.hasSuffix(".service") && types[$0.name] == nil }
    let answers = try connection.ask(
      new.map { property("Type", of: $0.path, interface: "org.freedesktop.systemd1.Service") })
    for (unit, answer) in zip(new, answers) { types[unit.name] = Self.text(answer) ?? "" }
  }

  private func readVersion(
    _ path: String, _ connection: DBusConnection, into sink: inout HostSink
  ) throws(DBusError) {
    let answer = try connection.ask([property("Version", of: path, interface: Self.manager)])[0]
    guard let text = Self.text(answer) else { return }
    let number = text.drop { !$0.isNumber }.prefix { $0.isNumber || $0 == "." }
    let slot = sink.bind("node_systemd_version", [Label("version", text)])
    version = (slot, Double(number.split(separator: ".").prefix(2).joined(separator: ".")) ?? 0)
  }

  /// Restarts of services, and when timers last fired.
  private func readCounters(
    _ units: [Unit], _ connection: DBusConnection, _ round: Int, into sink: inout HostSink
  ) throws(DBusError) {
    let kinds: [(suffix: String, property: String, metric: String, divisor: Double)] = [
      ("service", "NRestarts", "node_systemd_service_restart_total", 1),
      ("timer", "LastTriggerUSec", "node_systemd_timer_last_trigger_seconds", 1e6),
    ]
    for kind in kinds {
      let wanted = units.filter { $0.name.hasSuffix("." + kind.suffix) }
      let interface = "org.freedesktop.systemd1." + kind.suffix.capitalised
      let answers = try connection.ask(wanted.map { property(kind.property, of: $0.path, interface: interface) })
      for (unit, answer) in zip(wanted, answers) {
        guard let value = Self.number(answer) else { continue }
        let slot = counters[unit.name]?.slot ?? sink.bind(kind.metric, [Label("name", unit.name)])
        counters[unit.name] = Counter(slot: slot, value: value / kind.divisor, round: round)
      }
    }
  }

  private func property(_ name: String, of path: String, interface: String) -> DBusConnection.Call {
    DBusConnection.Call(
      path: path, interface: "org.freedesktop.DBus.Properties", member: "Get", arguments: [interface, name])
  }

  /// The body of ListUnits: an array of (name, description, load, active, sub, following, path, job, job type, job path).
  private static func units(_ body: [UInt8]) throws(DBusError) -> [(unit: Unit, isLoaded: Bool)] {
    var reader = DBusReader(body)
    guard let bytes = reader.number() else { throw DBusError(description: "ListUnits has an unknown form") }
    reader.align(8)
    let end = reader.position + Int(bytes)
    var units: [(Unit, Bool)] = []
    while reader.position < end, units.count < unitsMax {
      reader.align(8)
      guard let name = reader.text(), reader.textRange() != nil, let load = reader.text(), let active = reader.text(),
        reader.textRange() != nil, reader.textRange() != nil, let path = reader.text(), reader.number() != nil,
        reader.textRange() != nil, reader.textRange() != nil
      else { throw DBusError(description: "ListUnits has an unknown form") }
      units.append((Unit(name: name, active: active, path: path), load == "loaded"))
    }
    return units
  }

  private static func text(_ answer: [UInt8]?) -> String? {
    var reader = DBusReader(answer ?? [])
    guard reader.signature() == "s" else { return nil }
    return reader.text()
  }

  private static func number(_ answer: [UInt8]?) -> Double? {
    var reader = DBusReader(answer ?? [])
    switch reader.signature() {
    case "u": return reader.number().map(Double.init)
    // Not `map(Double.init)`: of a UInt64 that takes the bits.
    case "t": return reader.longNumber().map { Double($0) }
    default: return nil
    }
  }
}

extension String {
  fileprivate var capitalised: String { prefix(1).uppercased() + dropFirst() }
}

/// Units by name; the whole name must match.
struct UnitFilter: Decodable, Hashable, Sendable {
  /// The default is all.
  var include: PatternSetting?
  /// The default is node_exporter's: no devices, mounts, scopes, slices and targets.
  var exclude = PatternSetting(own: #".+\.(automount|device|mount|scope|slice|target)"#)

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case include = "unit_include"
    case exclude = "unit_exclude"
  }

  init() {}

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    include = try fields.decodeIfPresent(PatternSetting.self, forKey: .include)
    exclude = try fields.decodeIfPresent(PatternSetting.self, forKey: .exclude) ?? exclude
  }

  func accepts(_ unit: String) -> Bool {
    include?.pattern.matchesWhole(unit) ?? true && !exclude.pattern.matchesWhole(unit)
  }
}
