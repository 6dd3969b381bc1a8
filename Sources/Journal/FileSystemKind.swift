internal import FoundationEssentials
internal import Glibc
internal import Records

/// Whether a journal may lie on a network file system, where locks and syncs are promises of another machine.
public enum NetworkFolders: Sendable { case refused, allowed }

/// The kind of file system that a folder lies on.
///
/// - Source: proc_pid_mountinfo(5).
public enum FileSystemKind {
  static func refuseNetwork(_ folder: String) throws {
    guard let kind = network(under: folder) else { return }
    throw JournalError.storage("the folder lies on \(kind), whose locks and syncs cannot be relied on")
  }

  /// The network file system that a folder lies on; `nil` for a local one, or where the kernel does not tell its mounts.
  public static func network(under folder: String) -> String? {
    guard let resolved = realpath(folder, nil) else { return nil }
    defer { free(resolved) }
    guard let mounts = try? String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8),
      let kind = kind(of: String(cString: resolved), mounts: mounts), isNetwork(kind)
    else { return nil }
    return kind
  }

  /// The type of the innermost mount above `folder`; of several on one place, the last one covers the others.
  static func kind(of folder: String, mounts: String) -> String? {
    var best: (length: Int, kind: String)?
    for line in mounts.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count > 6, let dash = words.dropFirst(6).firstIndex(of: "-"), dash + 1 < words.count else { continue }
      let place = unescaped(words[4])
      let isAbove = place == "/" || folder == place || folder.hasPrefix(place + "/")
      if isAbove, place.utf8.count >= best?.length ?? 0 { best = (place.utf8.count, String(words[dash + 1])) }
    }
    return best?.kind
  }

  static func isNetwork(_ kind: String) -> Bool {
    let names: Set<Substring> = [
      "nfs", "nfs4", "cifs", "smb3", "smbfs", "ceph", "afs", "coda", "lustre", "ncpfs", "9p",
    ]
    return names.contains(kind[...]) || ["fuse.sshfs", "fuse.glusterfs", "fuse.s3fs"].contains(kind)
  }

  /// Blanks in a mount's path are written `\040`.
  private static func unescaped(_ text: Substring) -> String {
    var rest = text.replacing("\\040", with: " ")
    rest = rest.replacing("\\011", with: "\t").replacing("\\012", with: "\n")
    return String(rest.replacing("\\134", with: "\\"))
  }
}
