internal import CLinux
internal import Foundation
internal import Glibc
internal import Yams

/// MIB files that lie outside of the configuration: of the folders that the key `mibs` of the settings names.
///
/// Others put them there, `/usr/share/snmp/mibs` for example, and change them unasked. What is wrong with one costs its own
/// names and is told as a warning: it must not stop a restart.
enum ForeignMIBs {
  /// Folders; the default is 16.
  static let foldersMax = 16
  /// Files of all folders together; the default is 2,000.
  static let filesMax = 2000
  /// Bytes of all files together; the default is 32 MiB, ten times what net-snmp and the standards have.
  static let bytesMax = 32 << 20
  /// Faults that are told one by one; the default is 20.
  static let faultsMax = 20

  private static let key = "mibs"

  /// - Parameters:
  ///   - settings: the text of `watchkeeper.yaml`.
  ///   - configuration: the folder that relative folders begin in.
  static func read(
    _ settings: String, in configuration: String
  ) -> (files: [ConfigurationFiles.File], faults: [SettingsError]) {
    var files: [ConfigurationFiles.File] = []
    var faults: [SettingsError] = []
    var bytesLeft = bytesMax
    for folder in folders(of: settings).prefix(foldersMax) {
      let path = SourcePath.join(configuration, folder)
      guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
        faults.append(SettingsError(ofFile: path, "fault.snmp.foreign-folder"))
        continue
      }
      for name in names.sorted() where isMIB(name) {
        let file = SourcePath.join(path, name)
        let size: Int
        switch self.size(of: file) {
        case .none: continue
        case .unopened:
          faults.append(SettingsError(ofFile: file, "fault.file.unopened", ["path": file]))
          continue
        case .bytes(let count): size = count
        }
        guard files.count < filesMax, size <= bytesLeft else {
          faults.append(
            SettingsError(
              ofFile: file, "fault.snmp.foreign-bound",
              ["files": String(filesMax), "mebibytes": String(bytesMax >> 20)]))
          return (files, faults)
        }
        guard let content = try? Foundation.Data(contentsOf: URL(filePath: file)) else {
          faults.append(SettingsError(ofFile: file, "fault.file.unopened", ["path": file]))
          continue
        }
        // Vendors write what their editors do: only texts of people hold other bytes than ASCII.
        let text = String(decoding: content, as: UTF8.self)
        // Folders hold indexes and licences besides.
        guard text.contains("DEFINITIONS") else { continue }
        bytesLeft -= size
        files.append(ConfigurationFiles.File(kind: .foreignMIBs, path: file, text: text))
      }
    }
    return (files, faults)
  }

  /// Of settings that are wrong in this place none: whoever reads them as a whole says so.
  private static func folders(of settings: String) -> [String] {
    guard let root = (try? SettingsDocument(text: settings, file: ConfigurationFiles.settingsFileName))?.root else {
      return []
    }
    return root.child(TextKey(key))?.sequence.map { $0.compactMap(\.string) } ?? []
  }

  /// Downloaded standards have names without an ending.
  private static func isMIB(_ name: String) -> Bool {
    guard !name.hasPrefix(".") else { return false }
    return !name.contains(".") || [".mib", ".my", ".txt"].contains { name.lowercased().hasSuffix($0) }
  }

  private enum Size {
    case bytes(Int)
    /// No file: a pipe would never end.
    case none
    case unopened
  }

  private static func size(of path: String) -> Size {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return .unopened }
    defer { close(descriptor) }
    var length: Int64 = 0
    var modified = 0.0
    return watchkeeper_regular_file(descriptor, &length, &modified) == 0 ? .bytes(Int(length)) : .none
  }

  /// The first faults, and how many there are besides.
  static func told(_ faults: [SettingsError]) -> [SettingsError] {
    guard faults.count > faultsMax, let next = faults.dropFirst(faultsMax).first else { return faults }
    let more = SettingsError(
      ofFile: next.place.file, "fault.snmp.foreign-more", ["count": String(faults.count - faultsMax)])
    return faults.prefix(faultsMax) + [more]
  }
}
