internal import CLinux
internal import Glibc
internal import Telemetry

/// `node_network_…` about the interfaces themselves: their state, their addresses, their settings.
///
/// On a live host one rtnetlink dump gives nearly all of it; the rest is read from sysfs seldom, because it changes with
/// the link or never. Elsewhere (fixtures, a mounted /sys) all comes from sysfs.
final class LinkCollector: HostCollector {
  let name = "netclass"
  private let folder: String
  private let ignored: Pattern?
  private var netlink: Netlink?
  private var known: [Link] = []

  /// What sysfs alone shows is read again after this many rounds; the default is 20.
  private static let seldom = 20

  private static let numbers: [(file: String, metric: String)] = [
    ("addr_assign_type", "address_assign_type"), ("carrier", "carrier"), ("carrier_changes", "carrier_changes_total"),
    ("carrier_up_count", "carrier_up_changes_total"), ("carrier_down_count", "carrier_down_changes_total"),
    ("dev_id", "device_id"), ("dormant", "dormant"), ("flags", "flags"), ("ifindex", "iface_id"),
    ("iflink", "iface_link"), ("link_mode", "iface_link_mode"), ("mtu", "mtu_bytes"),
    ("name_assign_type", "name_assign_type"), ("netdev_group", "net_dev_group"), ("type", "protocol_type"),
    ("speed", "speed_bytes"), ("tx_queue_len", "transmit_queue_length"), ("up", "up"),
  ]
  private static let states = ["unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", "up"]

  private final class Link {
    let name: String
    let bytes: [UInt8]
    let first: Int
    var information: (labels: [Label], slot: Int)?
    /// From sysfs, by the index in `numbers`.
    var rare: [Int: Double] = [:]
    var duplex = ""
    var readAt = -1
    var carrierChanges: UInt32?
    /// Of what the labels were made.
    var raw: [UInt8] = []

    init(_ name: String, _ first: Int) {
      self.name = name
      bytes = Array(name.utf8)
      self.first = first
    }
  }

  init(_ system: HostFiles, ignored: Pattern?) {
    folder = system.sys + "/class/net"
    self.ignored = ignored
    netlink = system.isLive ? Netlink(.links) : nil
  }

  func collect(from system: HostFiles, into sink: inout HostSink) throws(HostReadError) {
    if let netlink {
      if let links = netlink.interfaces(buffer: system.buffer) {
        for state in links { put(state, system, into: &sink) }
        return
      }
      self.netlink = nil
    }
    for name in try Folder.names(of: folder) where access("\(folder)/\(name)/.", F_OK) == 0 {
      guard let link = link(named: name, into: &sink) else { continue }
      for index in Self.numbers.indices {
        if let value = number(index, of: name) { sink.put(link.first + index, value) }
      }
      let text = { (file: String) in ProcFile.text(at: "\(self.folder)/\(name)/\(file)")?.trimmedLine ?? "" }
      let state = text("operstate")
      sink.put(link.first + Self.numbers.count - 1, state == "up" ? 1 : 0)
      inform(link, text("address"), text("broadcast"), text("duplex"), state, text("ifalias"), into: &sink)
    }
  }

  private func link(named name: String, into sink: inout HostSink) -> Link? {
    if let link = known.first(where: { $0.name == name }) { return link.first >= 0 ? link : nil }
    let isWanted = ignored?.firstMatch(in: Array(name.utf8)) == nil
    let first = isWanted ? sink.bind(Self.numbers.map { "node_network_\($0.metric)" }, [Label("device", name)]) : -1
    let link = Link(name, first)
    known.append(link)
    return first >= 0 ? link : nil
  }

  private func put(_ state: watchkeeper_link, _ system: HostFiles, into sink: inout HostSink) {
    var state = state
    let found = withUnsafeBytes(of: &state.name) { bytes -> Link? in
      let name = Bytes(rebasing: bytes.prefix { $0 != 0 })
      return known.first { name.elementsEqual($0.bytes) } ?? link(named: name.text, into: &sink)
    }
    guard let link = found, link.first >= 0 else { return }
    refresh(link, state.carrier_changes, system.round)
    let isUp = state.flags & 1 != 0
    let operational = Self.states.indices.contains(Int(state.operational_state)) ? Int(state.operational_state) : 0
    let values: [(Int, Double?)] = [
      (1, isUp ? Double(state.has_carrier) : nil), (2, Double(state.carrier_changes)), (3, Double(state.carrier_up)),
      (4, Double(state.carrier_down)), (6, isUp ? (operational == 5 ? 1 : 0) : nil), (7, Double(state.flags)),
      (8, Double(state.index)), (9, Double(state.lower_index)), (10, Double(state.link_mode)), (11, Double(state.mtu)),
      (13, Double(state.group)), (14, Double(state.type)), (16, Double(state.queue_length)),
      (17, operational == 6 ? 1 : 0),
    ]
    for (index, value) in values { if let value { sink.put(link.first + index, value) } }
    for (index, value) in link.rare { sink.put(link.first + index, value) }
    if link.readAt == system.round || !Self.isSame(link.raw, &state) {
      link.raw = Self.raw(&state)
      inform(
        link, Self.address(&state.address, state.address_length),
        Self.address(&state.broadcast, state.broadcast_length),
        link.duplex, Self.states[operational], Self.text(&state.alias), into: &sink)
    } else if let slot = link.information?.slot {
      sink.put(slot, 1)
    }
  }

  /// Speed and duplex change with the carrier; the other two never.
  private func refresh(_ link: Link, _ carrierChanges: UInt32, _ round: Int) {
    let isDue = link.readAt < 0 || round >= link.readAt + Self.seldom || link.carrierChanges != carrierChanges
    guard isDue else { return }
    link.readAt = round
    link.carrierChanges = carrierChanges
    link.rare = [:]
    for index in [0, 5, 12, 15] { link.rare[index] = number(index, of: link.name) }
    link.duplex = ProcFile.text(at: "\(folder)/\(link.name)/duplex")?.trimmedLine ?? ""
  }

  private func number(_ index: Int, of name: String) -> Double? {
    let file = Self.numbers[index].file
    guard let text = ProcFile.text(at: "\(folder)/\(name)/\(file)")?.trimmedLine else { return nil }
    let number = text.hasPrefix("0x") ? Int64(text.dropFirst(2), radix: 16) : Int64(text)
    // Megabits per second.
    return number.map { file == "speed" ? Double($0) * 125_000 : Double($0) }
  }

  private func inform(
    _ link: Link, _ address: String, _ broadcast: String, _ duplex: String, _ state: String, _ alias: String,
    into sink: inout HostSink
  ) {
    let labels = [
      Label("device", link.name), Label("address", address), Label("broadcast", broadcast), Label("duplex", duplex),
      Label("operstate", state), Label("ifalias", alias),
    ]
    if link.information?.labels != labels {
      link.information = (labels, sink.bind("node_network_info", labels))
    }
    if let slot = link.information?.slot { sink.put(slot, 1) }
  }

  /// What the labels of `node_network_info` are made of, as it lies in memory.
  private static func raw(_ state: inout watchkeeper_link) -> [UInt8] {
    let state = state
    return withUnsafeBytes(of: (state.alias, state.address, state.broadcast, state.operational_state)) { Array($0) }
  }

  private static func isSame(_ known: [UInt8], _ state: inout watchkeeper_link) -> Bool {
    let state = state
    return withUnsafeBytes(of: (state.alias, state.address, state.broadcast, state.operational_state)) { bytes in
      known.elementsEqual(bytes)
    }
  }

  private static func address<Tuple>(_ tuple: inout Tuple, _ length: UInt32) -> String {
    withUnsafeBytes(of: &tuple) { bytes in
      bytes.prefix(Int(length)).map { byte in
        let text = String(byte, radix: 16)
        return text.count < 2 ? "0" + text : text
      }.joined(separator: ":")
    }
  }

  private static func text<Tuple>(_ tuple: inout Tuple) -> String {
    withUnsafeBytes(of: &tuple) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
