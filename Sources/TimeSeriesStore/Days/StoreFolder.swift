internal import Foundation
internal import Glibc

/// The folder of the store: names, sizes, moves. Repair never deletes; it moves to `quarantine/`.
struct StoreFolder: Sendable {
  let path: String

  static let quarantineName = "quarantine"

  init(path: String) { self.path = path }

  func path(of name: DayFileName) -> String { path + "/" + name.text }

  func prepare(_ policy: StoreSettings.NetworkFileSystem) throws(StoreError) {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw .folderUnusable(path: path, problem: "cannot be created")
    }
    if let problem = errorText(access(path, R_OK | W_OK | X_OK)) {
      throw .folderUnusable(path: path, problem: problem)
    }
    if policy == .refuse, let kind = networkKind() { throw .networkFileSystem(path: path, kind: kind) }
  }

  /// Day files, ascending by day and part.
  func dayFiles() throws(StoreError) -> [DayFileName] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: path)
    } catch {
      throw .folderUnusable(path: path, problem: "cannot be listed")
    }
    return names.compactMap { DayFileName($0) }.sorted()
  }

  /// The format version in the header of a SQLite file; `nil` for a file too short to have one, or of another program.
  func declaredVersion(of name: DayFileName) -> Int32? {
    guard let handle = FileHandle(forReadingAtPath: path(of: name)) else { return nil }
    defer { try? handle.close() }
    guard let head = try? handle.read(upToCount: 100), head.count == 100 else { return nil }
    let bytes = [UInt8](head)
    guard bigEndian(bytes, 68) == SampleFormat.applicationIdentifier else { return nil }
    return bigEndian(bytes, 60)
  }

  /// Moves a file and what belongs to it to `quarantine/` under a name that is free there.
  func quarantine(_ name: DayFileName) -> String? {
    let folder = path + "/" + Self.quarantineName
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    var suffix = 0
    while FileManager.default.fileExists(atPath: "\(folder)/\(name.text).\(suffix)") { suffix += 1 }
    let target = "\(folder)/\(name.text).\(suffix)"
    guard rename(path(of: name), target) == 0 else { return nil }
    for tail in ["-wal", "-shm"] { _ = rename(path(of: name) + tail, target + tail) }
    synchronize()
    return "\(Self.quarantineName)/\(name.text).\(suffix)"
  }

  /// Files that were set aside, by name.
  func quarantined() -> [String] {
    let names = try? FileManager.default.contentsOfDirectory(atPath: path + "/" + Self.quarantineName)
    return (names ?? []).sorted().filter { !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm") }
      .map { "\(Self.quarantineName)/\($0)" }
  }

  /// Retention's and sealing's only way to remove a day.
  func unlinkDay(_ name: DayFileName) {
    for tail in ["", "-wal", "-shm", "-journal"] { _ = unlink(path(of: name) + tail) }
    synchronize()
  }

  func size(of name: DayFileName) -> (file: Int64, wal: Int64) {
    (Self.size(path(of: name)), Self.size(path(of: name) + "-wal"))
  }

  static func size(_ path: String) -> Int64 {
    var status = stat()
    return stat(path, &status) == 0 ? Int64(status.st_size) : 0
  }

  /// Makes renames and new names durable.
  func synchronize() { Self.synchronize(path) }

  @discardableResult
  static func synchronize(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return fsync(descriptor) == 0
  }

  private func bigEndian(_ bytes: [UInt8], _ offset: Int) -> Int32 {
    bytes[offset..<(offset + 4)].reduce(0) { ($0 << 8) | Int32($1) }
  }

  private func errorText(_ status: Int32) -> String? {
    status == 0 ? nil : String(cString: strerror(errno))
  }

  /// The kind of the mount that holds the folder, when it is one of those on which SQLite's locks and syncs fail.
  /// - Source: proc(5), /proc/self/mountinfo: field 5 is the mount point, the field after `-` the kind.
  private func networkKind() -> String? {
    guard let table = try? String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8) else { return nil }
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    let place = String(cString: resolved)
    var best: (point: Substring, kind: Substring)?
    for line in table.split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard let dash = fields.firstIndex(of: "-"), dash + 1 < fields.count, fields.count > 4 else { continue }
      let point = fields[4]
      guard point == "/" || place == point || place.hasPrefix(point + "/") else { continue }
      if point.count >= best?.point.count ?? 0 { best = (point, fields[dash + 1]) }
    }
    guard let kind = best?.kind, Self.networkKinds.contains(String(kind)) else { return nil }
    return String(kind)
  }

  private static let networkKinds: Set<String> = [
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "ceph", "9p", "afs", "fuse.sshfs", "fuse.glusterfs", "ocfs2", "gfs2",
  ]
}
