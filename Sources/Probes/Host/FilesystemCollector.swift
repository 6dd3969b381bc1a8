internal import Glibc
internal import Telemetry

/// `node_filesystem_…` for the mounts that the filter lets through.
final class FilesystemCollector: HostCollector {
  let name = "filesystem"
  private let files: [ProcFile]
  private var slots = KeyedSlots()
  private var mounts: [Int: (path: String, isLocal: Bool)] = [:]
  private let volumes = VolumeReader()
  private let filter: FilesystemFilter

  /// The kernel answers for these from memory. All others are asked on a thread of their own: their servers may be gone.
  private static let localTypes: Set<String> = [
    "bcachefs", "btrfs", "efivarfs", "erofs", "exfat", "ext2", "ext3", "ext4", "f2fs", "jfs", "ntfs3", "ramfs", "tmpfs",
    "vfat", "xfs", "zfs",
  ]

  private static let metrics = [
    "size_bytes", "free_bytes", "avail_bytes", "files", "files_free", "readonly", "device_error",
  ].map { "node_filesystem_\($0)" }

  init(_ system: HostFiles, _ filter: FilesystemFilter) {
    files = [ProcFile(system.proc + "/1/mounts"), ProcFile(system.proc + "/self/mounts")]
    self.filter = filter
  }

  func collect(from system: HostFiles, into sink: inout HostSink) throws(HostReadError) {
    let content: Bytes
    do {
      content = try files[0].read(into: system.buffer)  // the host's mounts, also from within a mount namespace
    } catch {
      content = try files[1].read(into: system.buffer)
    }
    var found: [(first: Int, isReadOnly: Bool)] = []
    var seen: Set<Int> = []
    var lines = ByteCursor(content)
    slots.rewind()
    while let line = lines.line() {
      var fields = ByteCursor(line)
      guard fields.word() != nil, fields.word() != nil, let type = fields.word(), let start = line.baseAddress,
        let typeStart = type.baseAddress, let options = fields.word()
      else { continue }
      let key = Bytes(start: start, count: typeStart - start + type.count)
      let first = slots.slot(for: key) { bind($0, root: system.root, into: &sink) }
      guard first >= 0, seen.insert(first).inserted else { continue }  // one place mounted twice the same way
      found.append((first, Self.isReadOnly(options)))
    }
    let remote = found.compactMap { mounts[$0.first] }.filter { !$0.isLocal }.map(\.path)
    var remoteStates = remote.isEmpty ? [][...] : volumes.states(of: remote)[...]
    for mount in found {
      guard let place = mounts[mount.first] else { continue }
      let state = place.isLocal ? VolumeState(ofMountAt: place.path) : remoteStates.removeFirst()
      sink.put(mount.first + 6, state == nil ? 1 : 0)
      guard let state else { continue }
      sink.put(mount.first, state.size)
      sink.put(mount.first + 1, state.free)
      sink.put(mount.first + 2, state.available)
      sink.put(mount.first + 3, state.files)
      sink.put(mount.first + 4, state.filesFree)
      sink.put(mount.first + 5, mount.isReadOnly ? 1 : 0)
    }
  }

  private func bind(_ key: String, root: String, into sink: inout HostSink) -> Int {
    let parts = key.split(separator: " ").map { MountText.unescaped($0) }
    guard parts.count == 3 else { return -1 }
    let (device, point, type) = (parts[0], parts[1], parts[2])
    guard filter.accepts(mountPoint: point, type: type) else { return -1 }
    let labels = [Label("device", device), Label("mountpoint", point), Label("fstype", type)]
    let first = sink.bind(Self.metrics, labels)
    mounts[first] = (root + point, Self.localTypes.contains(type))
    return first
  }

  private static func isReadOnly(_ options: Bytes) -> Bool {
    options.equals("ro") || options.starts("ro,")
      || options.split(separator: UInt8(ascii: ",")).contains { option in
        option.count == 2 && option.first == UInt8(ascii: "r") && option.last == UInt8(ascii: "o")
      }
  }
}

/// The kernel writes blanks in mount tables as octal escapes.
enum MountText {
  static func unescaped(_ text: Substring) -> String {
    guard text.contains("\\") else { return String(text) }
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      let digits = rest.prefix(3)
      if byte == UInt8(ascii: "\\"), digits.count == 3, digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x37 }) {
        bytes.append(digits.reduce(0) { $0 &* 8 &+ ($1 - 0x30) })
        rest = rest.dropFirst(3)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
