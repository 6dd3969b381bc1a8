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
  var lastGoodConfiguration: String { path + "/configuration.last-good.json" }
  var publishedDigests: String { path + "/journal-digests.log" }
  var controlSocket: String { path + "/control.sock" }
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
      throw StartError(
        "the data folder \(path) cannot be made: \(Self.reason(error))", remedy: "give --data another folder")
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
      throw StartError("the folder \(path) cannot be made: \(Self.reason(error))", remedy: "check the folder's owner")
    }
    return path
  }

  var isNew: Bool { access(journalFolder + "/journal.sqlite", F_OK) != 0 }

  /// - Returns: the open descriptor that holds the lock; it must live as long as the program.
  func lock() throws(StartError) -> Int32 {
    let descriptor = open(lockFile, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
    guard descriptor >= 0 else {
      throw StartError(
        "\(lockFile) cannot be opened: \(String(cString: strerror(errno)))", remedy: "check the folder's owner and mode"
      )
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let holder = Self.text(of: descriptor)
      close(descriptor)
      let who = holder.isEmpty ? "another program" : "process \(holder)"
      throw StartError(
        "\(who) uses the data folder \(path)", remedy: "stop it, or give --data another folder; nothing was touched")
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
    if let kind = FileSystemKind.network(under: path) {
      throw StartError(
        "the data folder \(path) lies on \(kind), which cannot promise that a synced write is kept",
        remedy: "give --data a folder on a local disk")
    }
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
      throw StartError(
        "\(path) has \(free >> 20) MiB free, \(least >> 20) MiB are needed to start",
        remedy: "free space, or give --data another folder; nothing was written")
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

/// Why the program does not start: one line, with the remedy.
struct StartError: Error, Sendable, CustomStringConvertible {
  let problem: String
  let remedy: String

  init(_ problem: String, remedy: String) {
    self.problem = problem
    self.remedy = remedy
  }

  /// - Parameter text: `what is wrong – what to do`.
  init(divided text: String) {
    let range = text.firstRange(of: " – ")
    self.init(
      String(text[..<(range?.lowerBound ?? text.endIndex)]),
      remedy: range.map { String(text[$0.upperBound...]) } ?? "see --help")
  }

  var description: String { "\(problem) – \(remedy)" }
}
