internal import CLinux
internal import Glibc
internal import Telemetry

/// `node_listening_…`: the ports on which this host answers, asked of the kernel's sockets once in a few rounds.
///
/// Datagram sockets on ports that the kernel gives away by itself are clients, not services, and are left out.
final class ListenerCollector: HostCollector {
  let name = "listeners"
  private let netlink = Netlink(.sockets)
  private let portRange: ProcFile
  private var ports: [Key: Port] = [:]
  private var totals: Int?
  private var round = 0

  private struct Key: Hashable {
    let isStream: Bool
    let port: UInt16
    let isLoopback: Bool
  }

  private struct Port {
    let slot: Int
    var sockets = 0.0, queue = 0.0, queueMax = 0.0
    var round = 0
  }

  init(_ system: HostFiles) { portRange = ProcFile(system.proc + "/sys/net/ipv4/ip_local_port_range") }

  func collect(from system: HostFiles, into sink: inout HostSink) throws(HostReadError) {
    if system.isScanRound {
      round = system.round
      try scan(system, into: &sink)
    }
    let totals = self.totals ?? bindTotals(into: &sink)
    self.totals = totals
    var counts = (stream: 0.0, datagram: 0.0)
    for (key, port) in ports where port.round == round {
      sink.put(port.slot, port.sockets)
      if key.isStream {
        counts.stream += port.sockets
        sink.put(port.slot + 1, port.queue)
        sink.put(port.slot + 2, port.queueMax)
      } else {
        counts.datagram += port.sockets
      }
    }
    sink.put(totals, counts.stream)
    sink.put(totals + 1, counts.datagram)
  }

  private func bindTotals(into sink: inout HostSink) -> Int {
    let first = sink.bind("node_listening_sockets", [Label("protocol", "tcp")])
    _ = sink.bind("node_listening_sockets", [Label("protocol", "udp")])
    return first
  }

  private func scan(_ system: HostFiles, into sink: inout HostSink) throws(HostReadError) {
    guard let netlink else { throw .noData("sock_diag") }
    var firstFree = 32_768.0
    if let content = try? portRange.read(into: system.buffer) {
      var cursor = ByteCursor(content)
      firstFree = cursor.number() ?? firstFree
    }
    for family in [AF_INET, AF_INET6] {
      for isStream in [true, false] {
        let number = Int32(isStream ? IPPROTO_TCP : IPPROTO_UDP)
        guard let found = netlink.listening(family: family, protocol: number, buffer: system.buffer) else {
          if family == AF_INET, isStream { throw HostReadError(path: "sock_diag", code: EOPNOTSUPP) }
          continue
        }
        for listener in found where isStream || Double(listener.port) < firstFree {
          add(listener, isStream, isLoopback: Self.isLoopback(listener.address, family), into: &sink)
        }
      }
    }
  }

  private func add(_ listener: watchkeeper_listener, _ isStream: Bool, isLoopback: Bool, into sink: inout HostSink) {
    let key = Key(isStream: isStream, port: listener.port, isLoopback: isLoopback)
    var port = ports[key] ?? Port(slot: bind(key, into: &sink))
    if port.round != round {
      port.round = round
      (port.sockets, port.queue, port.queueMax) = (0, 0, 0)
    }
    port.sockets += 1
    port.queue += Double(listener.queue)
    port.queueMax += Double(listener.queue_max)
    ports[key] = port
  }

  private func bind(_ key: Key, into sink: inout HostSink) -> Int {
    let metrics = ["port", "port_backlog", "port_backlog_limit"].map { "node_listening_\($0)" }
    let labels = [
      Label("protocol", key.isStream ? "tcp" : "udp"), Label("port", "\(key.port)"),
      Label("scope", key.isLoopback ? "loopback" : "any"),
    ]
    return sink.bind(key.isStream ? metrics : Array(metrics.prefix(1)), labels)
  }

  private static func isLoopback<Tuple>(_ address: Tuple, _ family: Int32) -> Bool {
    withUnsafeBytes(of: address) { bytes in
      if family == AF_INET { return bytes[0] == 127 }
      let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xff && bytes[11] == 0xff
      return isMapped ? bytes[12] == 127 : bytes[..<15].allSatisfy { $0 == 0 } && bytes[15] == 1
    }
  }
}
