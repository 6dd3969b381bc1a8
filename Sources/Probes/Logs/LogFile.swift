internal import CLinux
internal import Glibc

/// How far a file was read.
struct LogPosition: Codable, Equatable {
  var device: UInt64
  var inode: UInt64
  /// Behind the last whole line that was counted.
  var offset: Int64
  /// A hash of the first bytes: the same file with another beginning was written anew.
  var beginning: UInt64
  /// How many bytes the hash covers.
  var beginningBytes: Int
}

/// A file that grows, is rotated, or is cut off and written anew.
final class LogFile {
  let path: String
  private(set) var position: LogPosition?
  private var descriptor: Int32 = -1
  /// Bytes of a line without an end that is longer than a line may be: the rest of it is passed over.
  private var isInsideLongLine = false

  /// A longer line is cut; the default is 64 KiB.
  static let lineBytesMax = 64 << 10
  /// Bytes of one file that are read in one run, the rest in the next; the default is 16 MiB.
  static let roundBytesMax = 16 << 20
  private static let beginningBytesMax = 256

  /// - Parameter position: where an earlier program ended.
  init(_ path: String, resuming position: LogPosition?) {
    self.path = path
    self.position = position
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Calls `line` with each new line, without its end.
  ///
  /// - Parameter start: where a file begins that was never read.
  /// - Returns: the lines that were cut.
  func read(startingAt start: LogsSettings.Start, _ line: (Bytes) -> Void) throws(HostReadError) -> Int {
    if descriptor < 0, position == nil {
      try open(path)
      if start == .end { skipToEnd() }
    }
    var cut = 0
    if descriptor < 0 { try reopen(&cut, line) }
    cut += drain(line)
    // Another file has the name now: what was still written to the old one is read, then the new one from its start.
    if let current = Self.identity(path), current != identity {
      cut += drain(line)
      closeFile()
      position = nil
      try open(path)
      cut += drain(line)
    }
    return cut
  }

  private struct Identity: Equatable {
    let device: UInt64
    let inode: UInt64
  }

  private var identity: Identity? { position.map { Identity(device: $0.device, inode: $0.inode) } }

  /// After a restart: the same file, or the file that it was renamed to, and then the new one.
  private func reopen(_ cut: inout Int, _ line: (Bytes) -> Void) throws(HostReadError) {
    guard let known = position else { return }
    if Self.identity(path) != identity, let rotated = rotatedPath() {
      try open(rotated)
      position = known
      cut += drain(line)
      closeFile()
    }
    let isSame = Self.identity(path) == identity
    try open(path)
    if isSame { position = known }
  }

  /// A file beside this one that has the inode which was read.
  private func rotatedPath() -> String? {
    guard let slash = path.lastIndex(of: "/") else { return nil }
    let folder = String(path[..<slash])
    let name = path[path.index(after: slash)...]
    return Folder.names(in: folder).filter {
      $0.hasPrefix(name) && $0 != name && !$0.hasSuffix(".gz") && !$0.hasSuffix(".xz")
    }
    .map { "\(folder)/\($0)" }.first { Self.identity($0) == identity }
  }

  private func open(_ path: String) throws(HostReadError) {
    let opened = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard opened >= 0 else { throw HostReadError(path: path, code: errno) }
    var (size, modified) = (Int64(0), 0.0)
    guard watchkeeper_regular_file(opened, &size, &modified) == 0 else {
      close(opened)
      throw HostReadError(path: path, code: EINVAL)
    }
    descriptor = opened
    isInsideLongLine = false
    var (device, inode): (UInt64, UInt64) = (0, 0)
    watchkeeper_file_identity(opened, &device, &inode)
    position = LogPosition(device: device, inode: inode, offset: 0, beginning: 0, beginningBytes: 0)
  }

  private func closeFile() {
    close(descriptor)
    descriptor = -1
  }

  private static func identity(_ path: String) -> Identity? {
    var (device, inode): (UInt64, UInt64) = (0, 0)
    guard watchkeeper_path_identity(path, &device, &inode) == 0 else { return nil }
    return Identity(device: device, inode: inode)
  }

  private var size: Int64 {
    var (size, modified) = (Int64(0), 0.0)
    watchkeeper_regular_file(descriptor, &size, &modified)
    return size
  }

  private func skipToEnd() {
    // Behind the last line's end: what is being written is read whole later.
    let end = size
    var part = [UInt8](repeating: 0, count: Int(min(end, Int64(Self.lineBytesMax))))
    let count = pread(descriptor, &part, part.count, off_t(end) - off_t(part.count))
    let last = part[..<max(0, count)].lastIndex(of: UInt8(ascii: "\n"))
    position?.offset = last.map { end - Int64(part.count) + Int64($0) + 1 } ?? (end <= Int64(part.count) ? 0 : end)
    remember()
  }

  private func drain(_ line: (Bytes) -> Void) -> Int {
    guard descriptor >= 0, var now = position else { return 0 }
    if size < now.offset || !hasBeginning(now) {
      now.offset = 0  // cut off, or copied away and written anew
      isInsideLongLine = false
    }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4 * Self.lineBytesMax, alignment: 16)
    defer { buffer.deallocate() }
    var (total, cut) = (0, 0)
    while total < Self.roundBytesMax {
      let count = pread(descriptor, buffer.baseAddress, buffer.count, off_t(now.offset))
      guard count > 0 else { break }
      let used = take(Bytes(rebasing: buffer[..<count]), &cut, line)
      guard used > 0 else { break }  // the beginning of a line
      now.offset += Int64(used)
      total += used
    }
    position = now
    remember()
    return cut
  }

  /// - Returns: the bytes of whole lines, and of what is passed over.
  private func take(_ bytes: Bytes, _ cut: inout Int, _ line: (Bytes) -> Void) -> Int {
    var start = 0
    while start < bytes.count, let base = bytes.baseAddress {
      guard let found = memchr(base + start, Int32(UInt8(ascii: "\n")), bytes.count - start) else {
        let rest = bytes.count - start
        if isInsideLongLine { return bytes.count }
        guard rest >= Self.lineBytesMax else { return start }
        line(Bytes(rebasing: bytes[start..<(start + Self.lineBytesMax)]))
        cut += 1
        isInsideLongLine = true
        return bytes.count
      }
      let end = UnsafeRawPointer(found) - base
      if isInsideLongLine {
        isInsideLongLine = false
      } else {
        if end - start > Self.lineBytesMax { cut += 1 }
        line(Bytes(rebasing: bytes[start..<min(end, start + Self.lineBytesMax)]))
      }
      start = end + 1
    }
    return start
  }

  /// Takes the beginning into the position as soon as there is enough of it.
  private func remember() {
    guard let known = position, known.beginningBytes < Self.beginningBytesMax, size > Int64(known.beginningBytes) else {
      return
    }
    let (hash, count) = beginning(Self.beginningBytesMax)
    position?.beginning = hash
    position?.beginningBytes = count
  }

  private func hasBeginning(_ known: LogPosition) -> Bool {
    known.beginningBytes == 0 || beginning(known.beginningBytes).hash == known.beginning
  }

  private func beginning(_ count: Int) -> (hash: UInt64, count: Int) {
    var part = [UInt8](repeating: 0, count: count)
    let read = max(0, pread(descriptor, &part, count, 0))
    return (StateFile.hash(part[..<read]), read)
  }
}
