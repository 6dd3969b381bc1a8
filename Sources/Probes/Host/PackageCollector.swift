internal import CLinux
internal import Glibc
internal import Telemetry

/// `apt_upgrades_pending`, `apt_package_cache_timestamp_seconds` and `node_reboot_required`.
///
/// The lists that apt downloaded are compared with what is installed, without running apt: on a thread of its own, when
/// the lists or the installed packages changed, once in a while at most. Pins and phased updates are not looked at.
final class PackageCollector: HostCollector {
  let name = "packages"
  private let root: String
  private let work = BackgroundWork<PendingUpgrades>()
  private var readAt: Int64 = 0
  private var seen = ""
  private var slots: [PendingUpgrades.Key: Int] = [:]
  private var reboot: Int?
  private var stamp: Int?

  /// Seconds between two looks at what changed; the default is 60.
  private static let secondsMin: Int64 = 60

  init(_ system: HostFiles) { root = system.root }

  func collect(from system: HostFiles, into sink: inout HostSink) throws(HostReadError) {
    let reboot = self.reboot ?? sink.bind("node_reboot_required")
    self.reboot = reboot
    sink.put(reboot, access(root + "/run/reboot-required", F_OK) == 0 ? 1 : 0)
    let status = root + "/var/lib/dpkg/status"
    let lists = root + "/var/lib/apt/lists"
    guard access(status, R_OK) == 0 else { throw .noData(status) }
    let now = Int64(watchkeeper_clock_nanoseconds(Int32(CLOCK_MONOTONIC)) / 1_000_000_000)
    if readAt == 0 || now - readAt >= Self.secondsMin {
      readAt = now
      let state = Self.changed(status) + Self.changed(lists)
      if state != seen, work.begin({ PendingUpgrades.count(status: status, lists: lists) }) {
        seen = state
        work.wait(atMost: system.patience)
      }
    }
    guard let found = work.result else { return }
    system.compressedLists = found.compressed.map {
      "\(lists)/\($0) is compressed, so that pending upgrades are not counted – have apt keep its lists plain: "
        + "Acquire::GzipIndexes \"false\";, then apt-get update"
    }
    guard found.compressed == nil else { throw .noData(lists) }
    let stamp = self.stamp ?? sink.bind("apt_package_cache_timestamp_seconds")
    self.stamp = stamp
    if found.newestList > 0 { sink.put(stamp, found.newestList) }
    for key in found.counts.keys where slots[key] == nil {
      slots[key] = sink.bind("apt_upgrades_pending", [Label("origin", key.origin), Label("arch", key.architecture)])
    }
    for (key, slot) in slots { sink.put(slot, found.counts[key] ?? 0) }
  }

  private static func changed(_ path: String) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return "-" }
    defer { close(descriptor) }
    return "\(watchkeeper_modified_nanoseconds(descriptor)) "
  }

  /// For tests: waits for what was begun.
  func finish() { work.wait() }
}

/// Installed packages for which a list has a newer version.
struct PendingUpgrades: Sendable {
  struct Key: Hashable, Sendable {
    /// The suite, for example `bookworm-security`.
    let origin: String
    let architecture: String
  }

  var counts: [Key: Double] = [:]
  /// When the newest list was downloaded, in Unix time.
  var newestList = 0.0
  /// A list that apt keeps compressed, as images of containers have it; without it the counts would be too low.
  var compressed: String?

  /// Bytes of lists that are read; the default is 512 MiB (Debian's main has 50).
  private static let bytesMax = 512 << 20

  /// Endings of lists that apt keeps compressed; beside plain ones there are indexes of differences.
  private static let compressions = ["lz4", "gz", "xz", "bz2", "zst", "lzma"]

  private struct Installed {
    let version: [UInt8]
    var candidate: [UInt8]
    var origin = ""
    let architecture: String
  }

  static func count(status: String, lists: String) -> PendingUpgrades {
    var installed: [[UInt8]: Installed] = [:]
    _ = Stanzas.read(status, limitBytes: bytesMax) { stanza in
      guard stanza.state.elementsEqual("install ok installed".utf8) else { return }
      installed[Array(stanza.package) + [0] + Array(stanza.architecture)] = Installed(
        version: Array(stanza.version), candidate: Array(stanza.version), architecture: stanza.architecture.text)
    }
    var result = PendingUpgrades()
    var left = bytesMax
    let files = Folder.names(in: lists)
    result.compressed = files.filter { name in compressions.contains { name.hasSuffix("_Packages." + $0) } }.min()
    guard result.compressed == nil else { return result }
    for file in files where file.hasSuffix("_Packages") && left > 0 {
      let origin = suite(of: file)
      let read = Stanzas.read("\(lists)/\(file)", limitBytes: left) { stanza in
        let key = Array(stanza.package) + [0] + Array(stanza.architecture)
        guard let known = installed[key] else { return }
        if DebianVersion.isOlder(known.candidate, Array(stanza.version)) {
          installed[key]?.candidate = Array(stanza.version)
          installed[key]?.origin = origin
        }
      }
      left -= read.bytes
      result.newestList = max(result.newestList, read.modified)
      for architecture in Set(installed.values.map(\.architecture)) where architecture != "all" {
        result.counts[Key(origin: origin, architecture: architecture), default: 0] += 0
      }
    }
    for package in installed.values where package.candidate != package.version {
      result.counts[Key(origin: package.origin, architecture: package.architecture), default: 0] += 1
    }
    return result
  }

  /// `deb.debian.org_debian-security_dists_bookworm-security_main_binary-amd64_Packages` has the suite bookworm-security.
  private static func suite(of file: String) -> String {
    guard let range = file.ranges(of: "_dists_").last else { return String(file.prefix { $0 != "_" }) }
    return String(file[range.upperBound...].prefix { $0 != "_" })
  }
}

/// The stanzas of Debian's control files, read in parts: lists are large.
enum Stanzas {
  struct Stanza {
    var package = Bytes(start: nil, count: 0)
    var version = Bytes(start: nil, count: 0)
    var architecture = Bytes(start: nil, count: 0)
    var state = Bytes(start: nil, count: 0)
  }

  /// A longer stanza is passed over; the default is 1 MiB.
  private static let stanzaBytesMax = 1 << 20

  static func read(_ path: String, limitBytes: Int, _ body: (Stanza) -> Void) -> (bytes: Int, modified: Double) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return (0, 0) }
    defer { close(descriptor) }
    let storage = UnsafeMutableRawBufferPointer.allocate(byteCount: stanzaBytesMax, alignment: 16)
    defer { storage.deallocate() }
    var (filled, total) = (0, 0)
    while total < limitBytes {
      let count = Glibc.read(descriptor, storage.baseAddress.map { $0 + filled }, storage.count - filled)
      filled += max(0, count)
      total += max(0, count)
      let used = parse(Bytes(rebasing: storage[..<filled]), isLast: count <= 0, body)
      if count <= 0 { break }
      // Nothing but one endless stanza: forget it.
      let kept = used == 0 && filled == storage.count ? 0 : filled - used
      if kept > 0, let start = storage.baseAddress { memmove(start, start + used, kept) }
      filled = kept
    }
    return (total, Double(watchkeeper_modified_nanoseconds(descriptor)) / 1e9)
  }

  /// - Returns: the bytes of complete stanzas.
  private static func parse(_ bytes: Bytes, isLast: Bool, _ body: (Stanza) -> Void) -> Int {
    var cursor = ByteCursor(bytes)
    var stanza = Stanza()
    var used = 0
    while let line = cursor.line() {
      if line.isEmpty {
        if !stanza.package.isEmpty { body(stanza) }
        stanza = Stanza()
        used = min(cursor.offset, bytes.count)
        continue
      }
      if line.starts("Package: ") { stanza.package = Bytes(rebasing: line.dropFirst(9)) }
      if line.starts("Version: ") { stanza.version = Bytes(rebasing: line.dropFirst(9)) }
      if line.starts("Architecture: ") { stanza.architecture = Bytes(rebasing: line.dropFirst(14)) }
      if line.starts("Status: ") { stanza.state = Bytes(rebasing: line.dropFirst(8)) }
    }
    if isLast, !stanza.package.isEmpty { body(stanza) }
    return used
  }
}

/// Debian's order of versions: `[epoch:]upstream[-revision]`, where `~` sorts before everything, even the end.
/// - Source: Debian policy, section 5.6.12.
enum DebianVersion {
  static func isOlder(_ one: [UInt8], _ other: [UInt8]) -> Bool {
    let (left, right) = (parts(one), parts(other))
    if left.epoch != right.epoch { return left.epoch < right.epoch }
    let upstream = order(left.upstream, right.upstream)
    return (upstream != 0 ? upstream : order(left.revision, right.revision)) < 0
  }

  private static func parts(_ text: [UInt8]) -> (epoch: Int, upstream: ArraySlice<UInt8>, revision: ArraySlice<UInt8>) {
    var rest = text[...]
    var epoch = 0
    if let colon = rest.firstIndex(of: UInt8(ascii: ":")) {
      epoch = Int(String(decoding: rest[..<colon], as: UTF8.self)) ?? 0
      rest = rest[(colon + 1)...]
    }
    guard let dash = rest.lastIndex(of: UInt8(ascii: "-")) else { return (epoch, rest, []) }
    return (epoch, rest[..<dash], rest[(dash + 1)...])
  }

  private static func order(_ one: ArraySlice<UInt8>, _ other: ArraySlice<UInt8>) -> Int {
    var (left, right) = (one, other)
    while !left.isEmpty || !right.isEmpty {
      while left.first.map({ !isDigit($0) }) ?? false || right.first.map({ !isDigit($0) }) ?? false {
        let (a, b) = (weight(left.first), weight(right.first))
        if a != b { return a - b }
        left = left.dropFirst()
        right = right.dropFirst()
      }
      let (a, b) = (number(&left), number(&right))
      if a.count != b.count { return a.count - b.count }
      if a != b { return a.lexicographicallyPrecedes(b) ? -1 : 1 }
    }
    return 0
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

  /// The digits at the beginning, without zeros before them.
  private static func number(_ text: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let digits = text.prefix(while: isDigit)
    text = text.dropFirst(digits.count)
    return digits.drop { $0 == UInt8(ascii: "0") }
  }

  /// `~` before the end and digits, letters before the rest.
  private static func weight(_ byte: UInt8?) -> Int {
    guard let byte, !isDigit(byte) else { return 0 }
    if byte == UInt8(ascii: "~") { return -1 }
    let isLetter = (byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z")
    return isLetter ? Int(byte) : Int(byte) + 256
  }
}
