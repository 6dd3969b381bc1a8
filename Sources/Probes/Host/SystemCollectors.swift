internal import CLinux
internal import Glibc
internal import Telemetry

/// `node_uname_info`.
final class UnameCollector: HostCollector {
  let name = "uname"
  private var slot: Int?
  private var known: [UInt8] = []

  func collect(from system: HostFiles, into sink: inout HostSink) throws(HostReadError) {
    var names = utsname()
    guard uname(&names) == 0 else { throw HostReadError(path: "uname", code: errno) }
    let isKnown = withUnsafeBytes(of: &names) { $0.elementsEqual(known) }
    if !isKnown || slot == nil {
      known = withUnsafeBytes(of: &names) { Array($0) }
      let identity = HostIdentity.kernelNames()
      slot = sink.bind(
        "node_uname_info",
        [
          Label("domainname", identity.domain), Label("machine", identity.machine), Label("nodename", identity.node),
          Label("release", identity.release), Label("sysname", identity.system), Label("version", identity.version),
        ])
    }
    if let slot { sink.put(slot, 1) }
  }
}

/// `node_os_info` and `node_os_version` from os-release; read again when the file changes.
final class OSCollector: HostCollector {
  let name = "os"
  private var slots: (info: Int, version: Int)?
  private var number = 0.0
  private var changedAt: Int64?

  private static let keys = [
    "BUILD_ID", "ID", "ID_LIKE", "IMAGE_ID", "IMAGE_VERSION", "NAME", "PRETTY_NAME", "VARIANT", "VARIANT_ID", "VERSION",
    "VERSION_CODENAME", "VERSION_ID",
  ]

  func collect(from system: HostFiles, into sink: inout HostSink) throws(HostReadError) {
    let paths = ["/etc/os-release", "/usr/lib/os-release"].map { system.root + $0 }
    var changed: Int64 = -1
    let found = paths.first { path in
      changed = watchkeeper_changed_nanoseconds(path)
      return changed >= 0
    }
    guard let path = found else { throw HostReadError(path: paths[0], code: ENOENT) }
    if changedAt != changed {
      let fields = OSRelease.fields(try ProcFile(path).read(into: system.buffer).text)
      bind(fields, into: &sink)
      changedAt = changed
    }
    guard let slots else { return }
    sink.put(slots.info, 1)
    sink.put(slots.version, number)
  }

  private func bind(_ fields: [String: String], into sink: inout HostSink) {
    let info = sink.bind("node_os_info", Self.keys.map { Label($0.lowercased(), fields[$0] ?? "") })
    let names = ["ID", "ID_LIKE", "NAME"].map { Label($0.lowercased(), fields[$0] ?? "") }
    // The major and minor part: "22.04.1" is 22.04. Rolling releases have no number, hence no series.
    let parts = (fields["VERSION_ID"] ?? "").split(separator: ".").prefix(2)
    let version = Double(parts.joined(separator: "."))
    number = version ?? 0
    slots = (info, version == nil ? -1 : sink.bind("node_os_version", names))
  }
}

/// `KEY="value"` lines. - Source: os-release(5).
enum OSRelease {
  static func fields(_ text: String) -> [String: String] {
    var fields: [String: String] = [:]
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      let parts = line.split(separator: "=", maxSplits: 1)
      guard parts.count == 2 else { continue }
      var value = String(parts[1])
      if let quote = value.first, quote == "\"" || quote == "'", value.count >= 2, value.last == quote {
        value = String(value.dropFirst().dropLast())
      }
      fields[String(parts[0])] = value
    }
    return fields
  }
}

/// `node_time_seconds`, the zone's offset and the kernel's clock sources.
final class TimeCollector: HostCollector {
  let name = "time"
  private var seconds: Int?
  private var zone: (name: String, slot: Int)?
  private let available: ProcFile
  private let current: ProcFile
  private var availableSlots = KeyedSlots()
  private var currentSlots = KeyedSlots()

  init(_ system: HostFiles) {
    let folder = system.sys + "/devices/system/clocksource/clocksource0"
    available = ProcFile(folder + "/available_clocksource")
    current = ProcFile(folder + "/current_clocksource")
  }

  func collect(from system: HostFiles, into sink: inout HostSink) throws(HostReadError) {
    let now = watchkeeper_clock_nanoseconds(Int32(CLOCK_REALTIME))
    let seconds = self.seconds ?? sink.bind("node_time_seconds")
    self.seconds = seconds
    sink.put(seconds, Double(now) / 1e9)
    var letters = [CChar](repeating: 0, count: 64)
    let offset = watchkeeper_local_zone(now / 1_000_000_000, &letters, Int32(letters.count))
    let name = String(decoding: letters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    if zone?.name != name {
      zone = (name, sink.bind("node_time_zone_offset_seconds", [Label("time_zone", name)]))
    }
    if let zone { sink.put(zone.slot, Double(offset)) }
    sources(of: available, "available", &availableSlots, system, &sink)
    sources(of: current, "current", &currentSlots, system, &sink)
  }

  private func sources(
    of file: ProcFile, _ kind: String, _ slots: inout KeyedSlots, _ system: HostFiles, _ sink: inout HostSink
  ) {
    // Containers and some virtual machines hide the clock sources; the time itself is still right.
    guard let content = try? file.read(into: system.buffer) else { return }
    var words = ByteCursor(content)
    slots.rewind()
    while let word = words.word() {
      let slot = slots.slot(for: word) { source in
        sink.bind("node_time_clocksource_\(kind)_info", [Label("clocksource", source), Label("device", "0")])
      }
      sink.put(slot, 1)
    }
  }
}
