internal import Foundation
internal import Probes
internal import Telemetry

/// What a command line names.
struct ProbeSubject {
  /// With target sources it stands for all that its lists name.
  let definition: ProbeDefinition
  /// The name of one probe out of its lists; `nil`: any.
  var chosen: String?
  /// What relative paths of lists begin in.
  var folder = "."
  /// What its targets need to be read.
  var lookups: [CodingUserInfoKey: any Sendable] = [:]
}

/// Finds the probe that a command line names.
struct ProbeSearch {
  let hostName: String

  /// - Parameters:
  ///   - subject: a probe's name, or a file with one probe or several.
  ///   - name: which of a file's probes.
  ///   - configuration: where names are looked up; `nil`: among the packaged probes.
  /// - Throws: `UsageError` when there is no such probe, `SettingsErrors` when a file is at fault.
  func subject(_ subject: String, name: String?, configuration: String?) throws -> ProbeSubject {
    if Self.isFile(subject) {
      let (probes, lookups) = try Self.probes(inFile: subject)
      var found = try Self.pick(name, among: probes, of: subject)
      (found.folder, found.lookups) = (Self.listFolder(ofFile: subject), lookups)
      return found
    }
    let files = try configuration.map(ConfigurationFiles.read) ?? ConfigurationFiles(files: [])
    // Faults of other kinds of files do not keep a probe from being tried.
    let own = files.keeping([.probes, .probeTemplates, .deviceProfiles, .mibs, .foreignMIBs, .settings])
    let read = try ConfigurationReader.read(own, hostName: hostName, notifiers: CommandWorld.offlineNotifiers)
    let probes = read.patterns + read.probes
    if name == nil, !probes.contains(where: { $0.name == subject }), let plain = Self.plain(subject) {
      return ProbeSubject(definition: plain)
    }
    var found = try Self.pick(subject, among: probes, of: configuration ?? Terminal.words("usage.packaged"))
    (found.folder, found.lookups) = (configuration.map { ConfigurationFiles.folder(of: $0) } ?? ".", read.lookups)
    return found
  }

  /// Of a file in `probes/` the configuration folder, as when it runs.
  private static func listFolder(ofFile path: String) -> String {
    let folder = SourcePath.folder(of: path)
    let known = SourcePath.name(of: folder) == "probes" ? SourcePath.folder(of: folder) : folder
    return known.isEmpty ? "." : known
  }

  /// A template by its name, or a kind that can do without settings: `probe try nginx`, `probe try linux-host`.
  private static func plain(_ name: String) -> ProbeDefinition? {
    guard let templates = try? ProbeTemplates.beside(name) else { return nil }
    let key = templates.names.contains(name) ? "template" : "kind"
    guard key == "template" || ProbeCatalog.kind(named: name) != nil,
      let document = try? SettingsDocument(text: "{name: \(name), \(key): \(name)}", file: name)
    else { return nil }
    return try? definitions(document, templates).probes.first
  }

  /// A slash alone says nothing: the probe of one target among several has one in its name.
  private static func isFile(_ subject: String) -> Bool {
    subject.hasSuffix(".yaml") || subject.hasSuffix(".yml") || subject.hasPrefix("/") || subject.hasPrefix(".")
      || subject.contains("/") && FileManager.default.fileExists(atPath: subject)
  }

  private typealias Found = (probes: [ProbeDefinition], lookups: [CodingUserInfoKey: any Sendable])

  private static func probes(inFile path: String) throws(SettingsErrors) -> Found {
    try definitions(try SettingsDocument.reading(path), try ProbeTemplates.beside(path))
  }

  private static func definitions(
    _ document: SettingsDocument, _ templates: ProbeTemplates
  ) throws(SettingsErrors) -> Found {
    guard let written = document.root else { return ([], [:]) }
    var errors: [SettingsError] = []
    let root = templates.applied(to: written, of: document, &errors)
    guard errors.isEmpty else { throw SettingsErrors(errors: errors) }
    let lookups = try ConfigurationReader.lookups(
      ConfigurationFiles(files: PackagedFiles.all), notifiers: CommandWorld.offlineNotifiers)
    if root.child(TextKey("probes")) == nil {
      let probe = try SettingsDecoder.decode(ProbeDefinition.self, from: root, of: document, userInfo: lookups)
      return (standing(for: probe), lookups)
    }
    let file = try SettingsDecoder.decode(ProbeFile.self, from: root, of: document, userInfo: lookups)
    return (file.probes.flatMap(standing), lookups)
  }

  /// What stands for a definition: itself when its targets come from elsewhere.
  private static func standing(for definition: ProbeDefinition) -> [ProbeDefinition] {
    definition.targetSources == nil ? definition.perTarget : [definition]
  }

  private static func pick(
    _ name: String?, among probes: [ProbeDefinition], of source: String
  ) throws(UsageError) -> ProbeSubject {
    let names = probes.map(\.name)
    let list = names.sorted().joined(separator: ", ")
    guard !probes.isEmpty else { throw UsageError("usage.probes-none", ["source": source]) }
    guard let name else {
      if probes.count == 1 { return ProbeSubject(definition: probes[0]) }
      throw UsageError("usage.probes-several", ["count": String(probes.count), "source": source, "names": list])
    }
    // A definition's name stands for its first target.
    let found = probes.first { $0.name == name } ?? probes.first { $0.name.hasPrefix(name + "/") }
    if found == nil, let listed = probes.first(where: { $0.targetSources != nil && name.hasPrefix($0.name + "/") }) {
      return ProbeSubject(definition: listed, chosen: name)
    }
    guard let probe = found else {
      let near = Spelling.nearest(to: name, among: names).map { Terminal.words("spelling.meant", ["word": $0]) }
      let advice = near ?? Terminal.words("usage.probes-there", ["names": list])
      throw UsageError("usage.probe", ["name": name, "source": source, "advice": advice])
    }
    return ProbeSubject(definition: probe)
  }
}
