internal import Foundation
internal import Glibc
internal import Records

/// The texts of a configuration, read once: what is checked is what runs, and what is kept as the last good version.
struct ConfigurationFiles: Codable, Sendable, Equatable {
  enum Kind: String, Codable, Sendable, CaseIterable {
    case settings
    case probes, rules, inventory, plans
    /// What Watchkeeper alone reads of rules: see `RuleSideFile`.
    case ruleSettings = "rules/watchkeeper"
    /// What devices are read by over SNMP.
    case deviceProfiles = "probes/snmp"
    /// Names for what profiles and traps speak of, as vendors write them.
    case mibs = "probes/snmp/mibs"
    /// The same, outside of the configuration: see `ForeignMIBs`.
    case foreignMIBs = "mibs"
    /// What probes may begin with: see `ProbeTemplates`.
    case probeTemplates = "probes/templates"

    /// The folder of the kind inside a configuration folder; `nil` for the one file of settings, and for what lies
    /// elsewhere.
    var folder: String? { self == .settings || self == .foreignMIBs ? nil : rawValue }
  }

  struct File: Codable, Sendable, Equatable {
    let kind: Kind
    /// As messages name it: relative to the configuration folder, `packaged/…` for what the program brings.
    let path: String
    let text: String

    var isPackaged: Bool { path.hasPrefix(PackagedFiles.prefix) }
  }

  static let settingsFileName = "watchkeeper.yaml"

  /// Ascending by path; others' MIB files behind them, as they came.
  let files: [File]
  /// Of files that cannot be read; a configuration with any is refused, with the faults of the others. Those of
  /// `foreignMIBs` alone are told as warnings.
  let unreadable: [Kind: [SettingsError]]
  /// Folders beside them that hold files as if these were read; what was kept has none.
  private(set) var unreadFolders: [String] = []

  init(files: [File], unreadable: [Kind: [SettingsError]] = [:]) {
    // The order of folders of others' MIB files is that of the settings: of two modules of a name the first is taken.
    self.files =
      files.filter { $0.kind != .foreignMIBs }.sorted { $0.path < $1.path } + files.filter { $0.kind == .foreignMIBs }
    self.unreadable = unreadable
  }

  private enum CodingKeys: String, CodingKey { case files }

  /// What was kept was read whole.
  init(from decoder: any Decoder) throws {
    self.init(files: try decoder.container(keyedBy: CodingKeys.self).decode([File].self, forKey: .files))
  }

  /// Twelve hexadecimal digits that name this version.
  var digest: String {
    String(Digest(ofParts: files.flatMap { [$0.path, $0.text] }).hexadecimal.prefix(12))
  }

  func files(of kind: Kind) -> [File] { files.filter { $0.kind == kind } }

  func adding(_ more: [File]) -> ConfigurationFiles { ConfigurationFiles(files: files + more, unreadable: unreadable) }

  /// Those of some kinds alone.
  func keeping(_ kinds: Set<Kind>) -> ConfigurationFiles {
    ConfigurationFiles(
      files: files.filter { kinds.contains($0.kind) }, unreadable: unreadable.filter { kinds.contains($0.key) })
  }

  /// The folder that a configuration lies in, which a file of settings may stand for.
  static func folder(of path: String) -> String {
    FileManager.default.isFolder(path) ? path : SourcePath.folder(of: path)
  }

  /// - Parameter path: a folder with `watchkeeper.yaml`, `probes/`, `rules/`, `inventory/` and `plans/`, each optional;
  ///   or one file of settings, whose folder is then read the same way.
  static func read(_ path: String) throws(SettingsErrors) -> ConfigurationFiles {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw SettingsErrors(SettingsError(ofFile: path, "fault.file.no-configuration"))
    }
    let folder = isFolder.boolValue ? path : SourcePath.folder(of: path)
    let settingsName = isFolder.boolValue ? settingsFileName : SourcePath.name(of: path)
    var files: [File] = []
    var unreadable: [Kind: [SettingsError]] = [:]
    func take(_ kind: Kind, _ relative: String) {
      do throws(SettingsError) {
        files.append(
          File(
            kind: kind, path: relative,
            text: try SourceFile.text(of: SourcePath.join(folder, relative), named: relative)))
      } catch {
        unreadable[kind, default: []].append(error)
      }
    }
    if FileManager.default.fileExists(atPath: SourcePath.join(folder, settingsName)) { take(.settings, settingsName) }
    for kind in Kind.allCases {
      guard let name = kind.folder,
        let listing = try? FileManager.default.contentsOfDirectory(atPath: SourcePath.join(folder, name))
      else { continue }
      for file in listing.sorted() where kind == .mibs ? isMIB(file) : isConfiguration(file) {
        take(kind, name + "/" + file)
      }
    }
    if let settings = files.first(where: { $0.kind == .settings }) {
      let foreign = ForeignMIBs.read(settings.text, in: folder)
      files += foreign.files
      if !foreign.faults.isEmpty { unreadable[.foreignMIBs] = foreign.faults }
    }
    var read = ConfigurationFiles(files: files, unreadable: unreadable)
    read.unreadFolders = unreadFolders(of: folder)
    return read
  }

  /// What is odd about the files as such, whatever they say.
  var warnings: [SettingsError] { unreadFolders.map { SettingsError(ofFile: $0, "fault.file.unread-folder") } }

  /// Folders inside the parts of a configuration, `rules/team` for example, that hold files as if they were read.
  private static func unreadFolders(of configuration: String) -> [String] {
    let parts = Kind.allCases.compactMap(\.folder)
    return parts.flatMap { part -> [String] in
      let folder = SourcePath.join(configuration, part)
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      return names.sorted().filter { !$0.hasPrefix(".") && !parts.contains(part + "/" + $0) }
        .map { SourcePath.join(folder, $0) }
        .filter { FileManager.default.isFolder($0) && files(below: $0, where: isConfiguration)?.isEmpty == false }
    }
  }

  /// What a path of rule files stands for: itself, or the rule files of a folder and of the folders inside it. Side files
  /// below it come with their rules.
  static func ruleFiles(at path: String) -> [String] {
    guard FileManager.default.isFolder(path), let files = files(below: path, where: isConfiguration) else {
      return [path]
    }
    return files.filter { SourcePath.folder(of: $0) == path || RuleSideFile.rules(of: $0) == nil }
  }

  /// Files of a folder and of the folders inside it, by name; `nil` when it cannot be listed. What is hidden is left
  /// out, and a linked folder is not entered, so that the walk ends.
  static func files(below folder: String, where isWanted: (String) -> Bool) -> [String]? {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return nil }
    return names.sorted().filter { !$0.hasPrefix(".") }.flatMap { name -> [String] in
      let path = SourcePath.join(folder, name)
      guard FileManager.default.isFolder(path) else { return isWanted(name) ? [path] : [] }
      let isLink = (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil
      return isLink ? [] : files(below: path, where: isWanted) ?? []
    }
  }

  private static func isMIB(_ name: String) -> Bool {
    !name.hasPrefix(".") && [".mib", ".my", ".txt"].contains { name.lowercased().hasSuffix($0) }
  }

  /// Hidden files, editors' copies and rule tests are no configuration.
  private static func isConfiguration(_ name: String) -> Bool {
    guard name.hasSuffix(".yaml") || name.hasSuffix(".yml"), !name.hasPrefix("."), !name.hasPrefix("#") else {
      return false
    }
    return !name.hasSuffix(".test.yaml") && !name.hasSuffix(".test.yml")
  }
}

/// The last configuration that was taken, kept in the data folder so that a bad edit never stops a restart.
struct LastGoodConfiguration {
  let path: String

  func load() -> ConfigurationFiles? {
    guard let content = try? Foundation.Data(contentsOf: URL(filePath: path)) else { return nil }
    return try? JSONDecoder().decode(ConfigurationFiles.self, from: content)
  }

  /// Written beside, synced, renamed: a crash leaves the old or the new version, never half of one. Readable by its
  /// owner alone, because settings may hold secrets in clear.
  func save(_ files: ConfigurationFiles) throws(StartError) {
    guard load()?.files != files.files else {
      _ = chmod(path, 0o600)
      return
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    guard let content = try? encoder.encode(files) else {
      throw StartError("last-good-json", ["path": path])
    }
    if let problem = DurableFile.replace(path, with: [UInt8](content)) {
      throw StartError("last-good", ["path": path, "problem": problem])
    }
  }
}
