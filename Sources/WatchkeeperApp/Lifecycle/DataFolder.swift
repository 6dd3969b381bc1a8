internal import CLinux
internal import Foundation
internal import Glibc
internal import Journal

/// Where the program keeps what must survive: journal, samples, last good configuration, control socket.
///
/// One program at a time holds it, by an advisory lock that ends with the process.
struct DataFolder {
  let path: String

  var journalFolder: String { path + "/journal" }
  var samplesFolder: String { path + "/samples" }
  var probeStateFolder: String { path + "/probes" }
  var lastGoodConfiguration: String { path + "/configuration.last-good.json" }
  var publishedDigests: String { path + "/journal-digests.log" }
  var controlSocket: String { path + "/control.sock" }
  var remoteWriteCursors: String { path + "/remote-write.json" }
  var reserve: String { path + "/reserve" }
  private var lockFile: String { path + "/lock" }

  /// `$STATE_DIRECTORY` (systemd), else `/var/lib/watchkeeper` for root when it exists, else the user's state folder.
  static func standardPath(environment: [String: String], isRoot: Bool) -> String {
    if let folder = environment["STATE_DIRECTORY"], !folder.isEmpty { return folder }
    if isRoot, access("/var/lib/watchkeeper", W_OK) == 0 { return "/var/lib/watchkeeper" }
    if let folder = environment["XDG_STATE_HOME"], !folder.isEmpty { return folder + "/watchkeeper" }
    return (environment["HOME"] ?? "/root") + "/.local/state/watchkeeper"
  }

  /// Makes the folder when it is new, readable by its owner alone.
  init(creating path: String) throws(StartError) {
    self.path = path
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
    } catch {
      throw StartError("folder", ["path": path, "problem": Self.reason(error)])
    }
    try refuseNetworkFileSystem()
    try refuseFullDisk()
  }

  /// For commands that ask a running program or read its files.
  init(existing path: String) { self.path = path }

  /// Makes one of the folder's parts when it is new.
  func subfolder(_ path: String) throws(StartError) -> String {
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
    } catch {
      throw StartError("subfolder", ["path": path, "problem": Self.reason(error)])
    }
    return path
  }

  var isNew: Bool { access(journalFolder + "/journal.sqlite", F_OK) != 0 }

  /// - Returns: the open descriptor that holds the lock; it must live as long as the program.
  func lock() throws(StartError) -> Int32 {
    let descriptor = open(lockFile, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
    guard descriptor >= 0 else {
      throw StartError("lock", ["path": lockFile, "problem": String(cString: strerror(errno))])
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let holder = Self.text(of: descriptor)
      close(descriptor)
      throw StartError(holder.isEmpty ? "held" : "held-by", ["process": holder, "path": path])
    }
    ftruncate(descriptor, 0)
    let identity = String(getpid())
    _ = identity.withCString { pwrite(descriptor, $0, identity.utf8.count, 0) }
    return descriptor
  }

  private static func text(of descriptor: Int32) -> String {
    var buffer = [UInt8](repeating: 0, count: 32)
    let count = pread(descriptor, &buffer, buffer.count, 0)
    return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : ""
  }

  private func refuseNetworkFileSystem() throws(StartError) {
    if let kind = FileSystemKind.network(under: path) { throw StartError("network", ["path": path, "kind": kind]) }
  }

  /// The least free space to begin a new folder with: the journal must be able to record. The default is 32 MiB.
  static let freeBytesMinOfNew = 32 << 20
  /// The least free space to go on with: less than samples leave to decisions, else a restart on the disk that they
  /// filled would record nothing any more. The default is 8 MiB.
  static let freeBytesMinOfKnown = 8 << 20

  private func refuseFullDisk() throws(StartError) {
    // The reserve of an earlier run can be given up, so that a restart on a full disk goes on recording.
    guard let unused = DiskReserve.freeBytes(in: path) else { return }
    let free = unused + DiskReserve.size(of: reserve)
    let least = isNew ? Self.freeBytesMinOfNew : Self.freeBytesMinOfKnown
    guard free >= least else {
      throw StartError("full", ["path": path, "free": String(free >> 20), "least": String(least >> 20)])
    }
  }

  private static func reason(_ error: any Error) -> String {
    let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
    if let underlying, underlying.domain == NSPOSIXErrorDomain {
      return String(cString: strerror(Int32(underlying.code)))
    }
    return error.localizedDescription
  }
}
