internal import Glibc
internal import Telemetry

/// `node_network_receive_…_total` and `node_network_transmit_…_total` from /proc/net/dev.
///
/// That file adds the kernel's detailed error counters up as node_exporter does; only packets without a handler are
/// missing there and come from sysfs.
final class NetworkCollector: HostCollector {
  let name = "netdev"
  private let file: ProcFile
  private var slots = KeyedSlots()
  private var unhandled: [Int: ProcFile] = [:]

  /// In the order of the columns.
  private static let columns = [
    "receive_bytes", "receive_packets", "receive_errs", "receive_drop", "receive_fifo", "receive_frame",
    "receive_compressed", "receive_multicast", "transmit_bytes", "transmit_packets", "transmit_errs", "transmit_drop",
    "transmit_fifo", "transmit_colls", "transmit_carrier", "transmit_compressed",
  ]

  private let filter: DeviceFilter

  init(_ system: HostFiles, _ filter: DeviceFilter) {
    file = ProcFile(system.proc + "/net/dev")
    self.filter = filter
  }

  func collect(from system: HostFiles, into sink: inout HostSink) throws(HostReadError) {
    var lines = ByteCursor(try file.read(into: system.buffer))
    slots.rewind()
    var present: [Int] = []
    while let line = lines.line() {
      var fields = ByteCursor(line)
      fields.skipSpace()
      guard let key = fields.text(upTo: UInt8(ascii: ":")) else { continue }  // the two lines of headings
      let first = slots.slot(for: key) { device in
        guard filter.accepts(device) else { return -1 }
        let names = (Self.columns + ["receive_nohandler"]).map { "node_network_\($0)_total" }
        let first = sink.bind(names, [Label("device", device)])
        unhandled[first] = ProcFile("\(system.sys)/class/net/\(device)/statistics/rx_nohandler")
        return first
      }
      guard first >= 0 else { continue }
      for index in Self.columns.indices {
        guard let value = fields.number() else { break }
        sink.put(first + index, value)
      }
      present.append(first)
    }
    for first in present {
      // An interface may vanish between the two reads: it then lacks this one value.
      guard let content = try? unhandled[first]?.read(into: system.buffer) else { continue }
      var fields = ByteCursor(content)
      if let value = fields.number() { sink.put(first + Self.columns.count, value) }
    }
  }
}

/// `node_sockstat_…` from /proc/net/sockstat and sockstat6.
final class SocketCollector: HostCollector {
  let name = "sockstat"
  private let files: [ProcFile]
  private var slots = [KeyedSlots(), KeyedSlots()]
  private let pageBytes = Double(max(1, sysconf(Int32(_SC_PAGESIZE))))

  init(_ system: HostFiles) {
    files = [ProcFile(system.proc + "/net/sockstat"), ProcFile(system.proc + "/net/sockstat6")]
  }

  func collect(from system: HostFiles, into sink: inout HostSink) throws(HostReadError) {
    for index in files.indices {
      let content: Bytes
      do {
        content = try files[index].read(into: system.buffer)
      } catch {
        if error.isAbsent, index == 1 { continue }  // no IPv6
        throw error
      }
      var lines = ByteCursor(content)
      slots[index].rewind()
      while let line = lines.line() { read(line, index, into: &sink) }
    }
  }

  /// `TCP: inuse 4 orphan 0 tw 0 alloc 4 mem 2`: pairs after the protocol's name. `mem` counts pages.
  private func read(_ line: Bytes, _ index: Int, into sink: inout HostSink) {
    var fields = ByteCursor(line)
    guard let heading = fields.text(upTo: UInt8(ascii: ":")) else { return }
    while let key = fields.word(), let value = fields.number() {
      let isPages = key.equals("mem")
      let slot = slots[index].slot(for: key, in: heading) { _ in
        let metric = "node_sockstat_\(heading.text)_\(key.text)"
        return sink.bind(isPages ? [metric, metric + "_bytes"] : [metric])
      }
      sink.put(slot, value)
      if isPages, slot >= 0 { sink.put(slot + 1, value * pageBytes) }
    }
  }
}
