internal import CLinux
internal import Glibc
internal import Synchronization

/// Space that is set aside for decisions: a file that goes when the disk is full, so that incidents and pages are still
/// recorded while samples wait in memory. It comes back when there is room again.
final class DiskReserve: Sendable {
  /// How large the file is. The default is 32 MiB: months of facts of one host.
  static let bytes = 32 << 20
  /// Below so much free space the file goes. The default is 8 MiB: what programs around write between two looks.
  static let releaseBelow = 8 << 20
  /// With so much free space the file is made. The default is 64 MiB, so that what is left still lets a start through.
  static let takeFrom = 64 << 20

  /// Without the file samples wait in memory below so much free space. The default is 24 MiB.
  static let restrainBelow = 24 << 20

  enum Step: Sendable, Equatable { case release, take }

  let path: String
  private let state: Mutex<Bool>

  init(path: String) {
    self.path = path
    state = Mutex(Self.size(of: path) > 0)
  }

  var isHeld: Bool { state.withLock { $0 } }

  /// Bytes that a full disk still has for decisions.
  static func size(of path: String) -> Int {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return 0 }
    defer { close(descriptor) }
    return max(0, Int(lseek(descriptor, 0, SEEK_END)))
  }

  /// Free bytes for this user on the file system of a folder; `nil` when it does not say.
  static func freeBytes(in folder: String) -> Int? {
    var status = statvfs()
    guard statvfs(folder, &status) == 0 else { return nil }
    return bytes(blocks: status.f_bavail, of: status.f_frsize)
  }

  /// Some file systems, network ones above all, say that nearly endless space is free.
  static func bytes(blocks: UInt, of size: UInt) -> Int {
    let (bytes, isBeyond) = blocks.multipliedReportingOverflow(by: size)
    return isBeyond ? .max : Int(clamping: bytes)
  }

  /// What to do about so much free space. Between the two limits things stay as they are.
  static func step(isHeld: Bool, free: Int) -> Step? {
    if isHeld { return free < releaseBelow ? .release : nil }
    return free >= takeFrom ? .take : nil
  }

  /// Why samples are not to be written, `nil` when they may be.
  static func restraint(isHeld: Bool, free: Int) -> String? {
    isHeld || free >= restrainBelow ? nil : "\(free >> 20) MiB are free, which are left to incidents"
  }

  /// Looks at the disk and does what is due.
  ///
  /// - Returns: what was done.
  func tend(free: Int) -> Step? {
    state.withLock { isHeld in
      guard let step = Self.step(isHeld: isHeld, free: free) else { return nil }
      switch step {
      case .release:
        unlink(path)
        isHeld = false
      case .take:
        guard Self.allocate(path) else { return nil }
        isHeld = true
      }
      return step
    }
  }

  private static func allocate(_ path: String) -> Bool {
    unlink(path)
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    guard posix_fallocate(descriptor, 0, off_t(bytes)) == 0 else {
      unlink(path)
      return false
    }
    return true
  }
}
