internal import Glibc
internal import Telemetry

/// `node_memory_…` from /proc/meminfo.
final class MemoryCollector: HostCollector {
  let name = "meminfo"
  private let file: ProcFile
  private var slots = KeyedSlots()

  init(_ system: HostFiles) { file = ProcFile(system.proc + "/meminfo") }

  func collect(from system: HostFiles, into sink: inout HostSink) throws(HostReadError) {
    var lines = ByteCursor(try file.read(into: system.buffer))
    slots.rewind()
    while let line = lines.line() {
      var fields = ByteCursor(line)
      guard let key = fields.text(upTo: UInt8(ascii: ":")), let value = fields.number() else { continue }
      let isKibibytes = fields.word()?.equals("kB") ?? false
      let slot = slots.slot(for: key) { sink.bind(Self.metric($0, isBytes: isKibibytes)) }
      sink.put(slot, isKibibytes ? value * 1024 : value)
    }
  }

  /// `Active(anon)` in kB is `node_memory_Active_anon_bytes`.
  private static func metric(_ key: String, isBytes: Bool) -> String {
    var name = ""
    for character in key {
      switch character {
      case "(": name += "_"
      case ")": break
      case "a"..."z", "A"..."Z", "0"..."9", "_": name.append(character)
      default: name += "_"
      }
    }
    return "node_memory_\(name)\(isBytes ? "_bytes" : "")"
  }
}

/// `node_vmstat_…`: by default the out-of-memory kills, paging, swapping and faults of /proc/vmstat.
final class VirtualMemoryCollector: HostCollector {
  let name = "vmstat"
  private let file: ProcFile
  private var slots = KeyedSlots()

  private let wanted: Pattern

  init(_ system: HostFiles, fields: Pattern) {
    file = ProcFile(system.proc + "/vmstat")
    wanted = fields
  }

  func collect(from system: HostFiles, into sink: inout HostSink) throws(HostReadError) {
    var lines = ByteCursor(try file.read(into: system.buffer))
    slots.rewind()
    while let line = lines.line() {
      var fields = ByteCursor(line)
      guard let key = fields.word() else { continue }
      let slot = slots.slot(for: key) { name in
        wanted.firstMatch(in: Array(name.utf8)) != nil ? sink.bind("node_vmstat_\(name)") : -1
      }
      if slot >= 0, let value = fields.number() { sink.put(slot, value) }
    }
  }
}

/// `node_filefd_allocated` and `node_filefd_maximum`.
final class FileDescriptorCollector: HostCollector {
  let name = "filefd"
  private let file: ProcFile
  private var first: Int?

  init(_ system: HostFiles) { file = ProcFile(system.proc + "/sys/fs/file-nr") }

  func collect(from system: HostFiles, into sink: inout HostSink) throws(HostReadError) {
    var fields = ByteCursor(try file.read(into: system.buffer))
    let first = self.first ?? sink.bind(["node_filefd_allocated", "node_filefd_maximum"])
    self.first = first
    guard let allocated = fields.number(), fields.number() != nil, let maximum = fields.number() else {
      throw HostReadError(path: file.path, code: 0)
    }
    sink.put(first, allocated)
    sink.put(first + 1, maximum)
  }
}
