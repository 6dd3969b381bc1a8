internal import FoundationEssentials
internal import Glibc
internal import Records
internal import Telemetry

/// The last good list of a server, as it lies in the data folder: in force again after a restart while the server is away.
///
/// The file is its owner's alone: labels of targets may say more than others should read. It holds the answer's own text,
/// which is read by the same rules as a new one.
struct KeptTargetList: Codable {
  /// The URL without a user and password.
  let place: String
  /// When the server gave it, in milliseconds.
  let readMilliseconds: Int64
  let text: String

  private static let kind = "targets"
  /// The longest file: a list of `TargetFiles.bytesMax` whose every byte takes two. The default is 8 MiB.
  private static let bytesMax = 2 * TargetFiles.bytesMax + 4096

  /// - Parameters:
  ///   - url: with its user and password, of which only a digest is in the file's name.
  static func path(in folder: String, of name: String, at url: String) -> String {
    StateFile.path(in: folder, of: kind, for: LabelSet(["probe": name, "url": url]))
  }

  /// - Returns: `nil` when there is none that can be read.
  static func load(from path: String) -> KeptTargetList? {
    RegularFile(path, bytesMax: bytesMax).flatMap {
      try? JSONDecoder().decode(KeptTargetList.self, from: Data($0.bytes))
    }
  }

  /// Leaves the one before in its place when the disk refuses this one.
  /// - Returns: what keeps it from being kept.
  func store(at path: String) -> TargetListFault? {
    do throws(HostReadError) {
      try StateFile.store(self, at: path)
      return nil
    } catch {
      let problem = String(cString: strerror(error.code))
      return TargetListFault(place, SettingsFault("fault.targets.unkept", ["path": path, "problem": problem]))
    }
  }

  /// Takes away those of definitions that are no more.
  static func prune(_ folder: String, keeping paths: Set<String>) {
    for name in Folder.names(in: folder) where name.hasPrefix(kind + "-") && name.hasSuffix(".json") {
      let path = "\(folder)/\(name)"
      if !paths.contains(path) { unlink(path) }
    }
  }
}
