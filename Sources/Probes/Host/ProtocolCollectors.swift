internal import CLinux
internal import Glibc
internal import Telemetry

/// `node_netstat_…`: the chosen fields of /proc/net/netstat, snmp and snmp6.
final class ProtocolCollector: HostCollector {
  let name = "netstat"
  private let paired: [ProcFile]
  private let single: ProcFile
  private let wanted: Pattern
  private var headings: [Heading] = []
  private var slots = KeyedSlots()

  /// A line of names, and which series each name is.
  private struct Heading {
    let bytes: [UInt8]
    let slots: [Int]
  }

  /// node_exporter's default.
  static let fieldsDefault =
    "^(.*_(InErrors|InErrs)|Ip_Forwarding|Ip(6|Ext)_(InOctets|OutOctets)|Icmp6?_(InMsgs|OutMsgs)"
    + "|TcpExt_(Listen.*|Syncookies.*|TCPSynRetrans|TCPTimeouts)|Tcp_(ActiveOpens|InSegs|OutSegs|OutRsts|PassiveOpens"
    + "|RetransSegs|CurrEstab)|Udp6?_(InDatagrams|OutDatagrams|NoPorts|RcvbufErrors|SndbufErrors))$"

  init(_ system: HostFiles, fields: Pattern) {
    paired = [ProcFile(system.proc + "/net/netstat"), ProcFile(system.proc + "/net/snmp")]
    single = ProcFile(system.proc + "/net/snmp6")
    wanted = fields
  }

  func collect(from system: HostFiles, into sink: inout HostSink) throws(HostReadError) {
    var next = 0
    for file in paired {
      var lines = ByteCursor(try file.read(into: system.buffer))
      while let names = lines.line(), let values = lines.line() { read(names, values, at: &next, into: &sink) }
    }
    let content: Bytes
    do {
      content = try single.read(into: system.buffer)
    } catch {
      if error.isAbsent { return }  // no IPv6
      throw error
    }
    var lines = ByteCursor(content)
    slots.rewind()
    while let line = lines.line() {
      var fields = ByteCursor(line)
      guard let key = fields.word() else { continue }
      let slot = slots.slot(for: key) { bind($0, into: &sink) }
      if slot >= 0, let value = fields.number() { sink.put(slot, value) }
    }
  }

  /// `Ip6InOctets` is the field `InOctets` of the protocol `Ip6`.
  private func bind(_ name: String, into sink: inout HostSink) -> Int {
    guard let six = name.firstIndex(of: "6") else { return -1 }
    let field = "\(name[...six])_\(name[name.index(after: six)...])"
    return accepts(field) ? sink.bind("node_netstat_\(field)") : -1
  }

  /// Lines come in pairs, names and values, in the same order each time.
  private func read(_ names: Bytes, _ values: Bytes, at next: inout Int, into sink: inout HostSink) {
    if next >= headings.count || !names.elementsEqual(headings[next].bytes) {
      headings.removeSubrange(min(next, headings.count)...)
      headings.append(heading(names, into: &sink))
    }
    let slots = headings[next].slots
    next += 1
    var fields = ByteCursor(values)
    _ = fields.word()
    for slot in slots {
      guard let value = fields.signed() else { break }
      sink.put(slot, value)
    }
  }

  private func heading(_ names: Bytes, into sink: inout HostSink) -> Heading {
    let words = names.text.split(separator: " ")
    let group = words.first.map { $0.dropLast() } ?? ""
    let slots = words.dropFirst().map { word in
      let field = "\(group)_\(word)"
      return accepts(field) ? sink.bind("node_netstat_\(field)") : -1
    }
    return Heading(bytes: Array(names), slots: slots)
  }

  private func accepts(_ field: String) -> Bool { wanted.firstMatch(in: Array(field.utf8)) != nil }
}

/// `node_udp_queues`: bytes that wait in the sockets. The kernel is asked for its sockets; files are for fixtures, and for
/// kernels without that answer.
final class DatagramQueueCollector: HostCollector {
  let name = "udp_queues"
  private let files: [ProcFile]
  private var netlink: Netlink?
  private var first: Int?

  init(_ system: HostFiles) {
    files = [ProcFile(system.proc + "/net/udp"), ProcFile(system.proc + "/net/udp6")]
    netlink = system.isLive ? Netlink(.sockets) : nil
  }

  func collect(from system: HostFiles, into sink: inout HostSink) throws(HostReadError) {
    let first = self.first ?? bind(&sink)
    self.first = first
    for (index, family) in [AF_INET, AF_INET6].enumerated() {
      if let netlink {
        if let totals = netlink.totals(family: family, protocol: Int32(IPPROTO_UDP), buffer: system.buffer) {
          sink.put(first + 2 * index, Double(totals.receive_queue))
          sink.put(first + 2 * index + 1, Double(totals.send_queue))
          continue
        }
        self.netlink = nil
      }
      try read(files[index], index == 1, first + 2 * index, system, &sink)
    }
  }

  private func bind(_ sink: inout HostSink) -> Int {
    let first = sink.series.count
    for ip in ["v4", "v6"] {
      for queue in ["rx", "tx"] { _ = sink.bind("node_udp_queues", [Label("queue", queue), Label("ip", ip)]) }
    }
    return sink.series.count == first + 4 ? first : -4
  }

  private func read(
    _ file: ProcFile, _ mayBeAbsent: Bool, _ slot: Int, _ system: HostFiles, _ sink: inout HostSink
  ) throws(HostReadError) {
    let content: Bytes
    do {
      content = try file.read(into: system.buffer)
    } catch {
      if error.isAbsent, mayBeAbsent { return }
      throw error
    }
    var lines = ByteCursor(content)
    _ = lines.line()
    var (received, sent): (UInt64, UInt64) = (0, 0)
    while let line = lines.line() {
      var fields = ByteCursor(line)
      for _ in 0..<4 { _ = fields.word() }
      guard let queues = fields.word() else { continue }
      var parts = ByteCursor(queues)
      sent &+= parts.hexadecimal() ?? 0
      _ = parts.text(upTo: UInt8(ascii: ":"))
      received &+= parts.hexadecimal() ?? 0
    }
    sink.put(slot, Double(received))
    sink.put(slot + 1, Double(sent))
  }
}

/// `node_ipvs_…`: the kernel's load balancer.
final class LoadBalancerCollector: HostCollector {
  let name = "ipvs"
  private let totals: ProcFile
  private let backends: ProcFile
  private var first: Int?
  private var slots = KeyedSlots()

  private static let counters = [
    "connections", "incoming_packets", "outgoing_packets", "incoming_bytes", "outgoing_bytes",
  ].map { "node_ipvs_\($0)_total" }

  init(_ system: HostFiles) {
    totals = ProcFile(system.proc + "/net/ip_vs_stats")
    backends = ProcFile(system.proc + "/net/ip_vs")
  }

  func collect(from system: HostFiles, into sink: inout HostSink) throws(HostReadError) {
    let content: Bytes
    do { content = try totals.read(into: system.buffer) } catch { throw error.asNoData }
    let first = self.first ?? sink.bind(Self.counters)
    self.first = first
    var lines = ByteCursor(content)
    _ = lines.line()
    _ = lines.line()
    var fields = ByteCursor(lines.line() ?? content)
    for index in Self.counters.indices {
      guard let value = fields.hexadecimal() else { throw HostReadError(path: totals.path, code: 0) }
      sink.put(first + index, Double(value))
    }
    try readBackends(from: system, into: &sink)
  }

  /// A line for each service, and below it lines that begin with an arrow for its servers.
  private func readBackends(from system: HostFiles, into sink: inout HostSink) throws(HostReadError) {
    var lines = ByteCursor(try backends.read(into: system.buffer))
    slots.rewind()
    var service = Bytes(start: nil, count: 0)
    while let line = lines.line() {
      var fields = ByteCursor(line)
      guard let word = fields.word() else { continue }
      guard word.equals("->") else {
        if word.equals("TCP") || word.equals("UDP") || word.equals("SCTP") || word.equals("FWM") { service = line }
        continue
      }
      guard service.count > 0, let address = fields.word(), !address.starts("RemoteAddress"), fields.word() != nil,
        let weight = fields.number(), let active = fields.number(), let inactive = fields.number()
      else { continue }
      let slot = slots.slot(for: address, in: service) { _ in bind(service.text, address.text, &sink) }
      guard slot >= 0 else { continue }
      sink.put(slot, active)
      sink.put(slot + 1, inactive)
      sink.put(slot + 2, weight)
    }
  }

  private func bind(_ service: String, _ address: String, _ sink: inout HostSink) -> Int {
    let words = service.split(separator: " ")
    guard words.count > 1 else { return -1 }
    let remote = Self.endpoint(address)
    let isMark = words[0] == "FWM"
    let local = isMark ? (address: "", port: "0") : Self.endpoint(String(words[1]))
    let labels = [
      Label("local_address", local.address), Label("local_port", local.port), Label("remote_address", remote.address),
      Label("remote_port", remote.port), Label("proto", String(words[0])),
      Label("local_mark", isMark ? String(words[1]) : ""),
    ]
    return sink.bind(
      ["connections_active", "connections_inactive", "weight"].map { "node_ipvs_backend_\($0)" }, labels)
  }

  /// `C0A80016:0CEA`, or `[2001:0db8:…]:1F90`.
  private static func endpoint(_ text: String) -> (address: String, port: String) {
    guard let colon = text.lastIndex(of: ":") else { return ("", "") }
    let port = Int(text[text.index(after: colon)...], radix: 16) ?? 0
    var host = text[..<colon]
    guard host.hasPrefix("[") else {
      let number = UInt32(host, radix: 16) ?? 0
      return ([24, 16, 8, 0].map { String(number >> $0 & 255) }.joined(separator: "."), "\(port)")
    }
    host = host.dropFirst().dropLast()
    var binary = in6_addr()
    var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    guard inet_pton(AF_INET6, String(host), &binary) == 1,
      inet_ntop(AF_INET6, &binary, &buffer, socklen_t(buffer.count)) != nil
    else { return (String(host), "\(port)") }
    return (String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self), "\(port)")
  }
}
