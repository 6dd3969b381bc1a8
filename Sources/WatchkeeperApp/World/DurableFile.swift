internal import Glibc

/// Files that a crash or a power cut leaves as they were or as they became: never half of one, never none.
enum DurableFile {
  /// Written beside, synced, renamed, and the new name synced with its folder. Readable by its owner alone.
  ///
  /// - Returns: what the disk said when it did not take it.
  static func replace(_ path: String, with bytes: [UInt8]) -> String? {
    let beside = path + ".new"
    unlink(beside)
    guard write(bytes, to: beside), rename(beside, path) == 0, sync(folderOf: path) else {
      let problem = String(cString: strerror(errno))
      unlink(beside)
      return problem
    }
    return nil
  }

  private static func write(_ bytes: [UInt8], to path: String) -> Bool {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { return false }
      sent += count
    }
    return fsync(descriptor) == 0
  }

  private static func sync(folderOf path: String) -> Bool {
    let descriptor = open(SourcePath.join(SourcePath.folder(of: path), "."), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return fsync(descriptor) == 0
  }
}
