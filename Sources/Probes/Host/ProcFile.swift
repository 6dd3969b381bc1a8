internal import Glibc
internal import Synchronization

/// Why a collector has no values this time.
struct HostReadError: Error, CustomStringConvertible {
  let path: String
  /// Of the failed call; 0 when the content was not understood.
  let code: Int32
  /// This host has no such thing, as nearly all hosts: the collector fails, and there is nothing to say of it.
  var isNoData = false

  var isAbsent: Bool { code == ENOENT }

  /// For what only some hosts have.
  var asNoData: HostReadError { HostReadError(path: path, code: code, isNoData: isAbsent || code == ENODEV) }

  static func noData(_ path: String) -> HostReadError { HostReadError(path: path, code: ENOENT, isNoData: true) }

  var description: String {
    code == 0 ? "\(path) has an unknown form" : "\(path): \(String(cString: strerror(code)))"
  }
}

/// A file of /proc or /sys that stays open: reading it again costs one `pread` and no path walk.
final class ProcFile {
  let path: String
  private var descriptor: Int32 = -1

  /// Files that the program keeps open at a time; what is beyond is opened for each read. The default is 400 of the 1024
  /// descriptors that a process usually has: a host with many processors has a file for each.
  static let keptMax = 400
  private static let kept = Atomic(0)

  init(_ path: String) { self.path = path }

  deinit { release() }

  private func release() {
    guard descriptor >= 0 else { return }
    close(descriptor)
    descriptor = -1
    Self.kept.subtract(1, ordering: .relaxed)
  }

  /// A small file read once; `nil` when it cannot be read. The bytes are copied before their buffer goes.
  static func text(at path: String) -> String? {
    let buffer = ReadBuffer()
    return withExtendedLifetime(buffer) { try? ProcFile(path).read(into: $0).text }
  }

  /// The whole content. The bytes lie in `buffer`: they end with it and with the next read into it.
  func read(into buffer: ReadBuffer) throws(HostReadError) -> Bytes {
    if descriptor >= 0 {
      if let content = buffer.fill(from: descriptor) { return content }
      release()  // the device or process behind it is gone; perhaps another one has the name now
    }
    let opened = open(path, O_RDONLY | O_CLOEXEC)
    guard opened >= 0 else { throw HostReadError(path: path, code: errno) }
    guard let content = buffer.fill(from: opened) else {
      let code = errno
      close(opened)
      throw HostReadError(path: path, code: code)
    }
    if Self.kept.add(1, ordering: .relaxed).newValue <= Self.keptMax {
      descriptor = opened
    } else {
      Self.kept.subtract(1, ordering: .relaxed)
      close(opened)
    }
    return content
  }
}

/// A file that several collectors of one round read.
final class SharedFile {
  private let file: ProcFile
  private let buffer = ReadBuffer()
  private var content = Bytes(start: nil, count: 0)
  private var round = -1

  init(_ path: String) { file = ProcFile(path) }

  /// The content as it was when the first of them asked.
  func read(in round: Int) throws(HostReadError) -> Bytes {
    if round != self.round {
      self.round = -1
      content = try file.read(into: buffer)
      self.round = round
    }
    return content
  }
}

typealias Bytes = UnsafeRawBufferPointer

/// One buffer for all files of a sampler, grown to the largest of them.
final class ReadBuffer {
  private var storage = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)

  /// A file beyond this is cut; the default is 8 MiB (/proc/stat of a 400-CPU host has 60 KB).
  static let limitBytes = 8 << 20

  deinit { storage.deallocate() }

  /// - Returns: `nil` when a read fails; `errno` tells why.
  func fill(from descriptor: Int32) -> Bytes? {
    var used = 0
    while used < Self.limitBytes {
      if used == storage.count { grow() }
      let count = pread(descriptor, storage.baseAddress.map { $0 + used }, storage.count - used, off_t(used))
      if count < 0 {
        if errno == EINTR { continue }
        return nil
      }
      if count == 0 { break }
      used += count
    }
    return Bytes(rebasing: storage[..<used])
  }

  /// For what is read by other means than `pread`.
  func withStorage<Result>(_ body: (UnsafeMutableRawBufferPointer) -> Result) -> Result { body(storage) }

  private func grow() {
    let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: storage.count * 2, alignment: 16)
    larger.copyMemory(from: Bytes(storage))
    storage.deallocate()
    storage = larger
  }
}
