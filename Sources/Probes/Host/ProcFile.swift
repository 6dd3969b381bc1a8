internal import Glibc

/// Why a collector has no values this time.
struct HostReadError: Error, CustomStringConvertible {
  let path: String
  /// Of the failed call; 0 when the content was not understood.
  let code: Int32

  var isAbsent: Bool { code == ENOENT }

  var description: String {
    code == 0 ? "\(path) has an unknown form" : "\(path): \(String(cString: strerror(code)))"
  }
}

/// A file of /proc or /sys that stays open: reading it again costs one `pread` and no path walk.
final class ProcFile {
  let path: String
  private var descriptor: Int32 = -1

  init(_ path: String) { self.path = path }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// A small file read once; `nil` when it cannot be read. The bytes are copied before their buffer goes.
  static func text(at path: String) -> String? {
    let buffer = ReadBuffer()
    return withExtendedLifetime(buffer) { try? ProcFile(path).read(into: $0).text }
  }

  /// The whole content. The bytes lie in `buffer`: they end with it and with the next read into it.
  func read(into buffer: ReadBuffer) throws(HostReadError) -> Bytes {
    if descriptor >= 0 {
      if let content = buffer.fill(from: descriptor) { return content }
      close(descriptor)  // the device or process behind it is gone; perhaps another one has the name now
      descriptor = -1
    }
    let opened = open(path, O_RDONLY | O_CLOEXEC)
    guard opened >= 0 else { throw HostReadError(path: path, code: errno) }
    descriptor = opened
    if let content = buffer.fill(from: opened) { return content }
    let code = errno
    close(opened)
    descriptor = -1
    throw HostReadError(path: path, code: code)
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

  private func grow() {
    let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: storage.count * 2, alignment: 16)
    larger.copyMemory(from: Bytes(storage))
    storage.deallocate()
    storage = larger
  }
}
