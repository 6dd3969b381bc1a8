internal import Foundation
internal import Probes
internal import Telemetry

/// Finds the probe that a command line names.
struct ProbeSearch {
  let hostName: String

  /// - Parameters:
  ///   - subject: a probe's name, or a file with one probe or several.
  ///   - name: which of a file's probes.
  ///   - configuration: where names are looked up; `nil`: among the packaged probes.
  /// - Throws: `UsageError` when there is no such probe, `SettingsErrors` when a file is at fault.
  func definition(_ subject: String, name: String?, configuration: String?) throws -> ProbeDefinition {
    if Self.isFile(subject) { return try Self.pick(name, among: try Self.probes(inFile: subject), of: subject) }
    let files = try configuration.map(ConfigurationFiles.read) ?? ConfigurationFiles(files: [])
    // Faults of other kinds of files do not keep a probe from being tried.
    let own = files.keeping([.probes, .probeTemplates, .deviceProfiles, .mibs, .settings])
    let read = try ConfigurationReader.read(own, hostName: hostName, notifiers: CommandWorld.offlineNotifiers)
    if name == nil, !read.probes.contains(where: { $0.name == subject }), let plain = Self.plain(subject) {
      return plain
    }
    return try Self.pick(subject, among: read.probes, of: configuration ?? Terminal.words("usage.packaged"))
  }

  /// A template by its name, or a kind that can do without settings: `probe try nginx`, `probe try linux-host`.
  private static func plain(_ name: String) -> ProbeDefinition? {
    guard let templates = try? ProbeTemplates.beside(name) else { return nil }
    let key = templates.names.contains(name) ? "template" : "kind"
    guard key == "template" || ProbeCatalog.kind(named: name) != nil,
      let document = try? SettingsDocument(text: "{name: \(name), \(key): \(name)}", file: name)
    else { return nil }
    return try? definitions(document, templates).first
  }

  /// A slash alone says nothing: the probe of one target among several has one in its name.
  private static func isFile(_ subject: String) -> Bool {
    subject.hasSuffix(".yaml") || subject.hasSuffix(".yml") || subject.hasPrefix("/") || subject.hasPrefix(".")
      || subject.contains("/") && FileManager.default.fileExists(atPath: subject)
  }

  private static func probes(inFile path: String) throws(SettingsErrors) -> [ProbeDefinition] {
    try definitions(try SettingsDocument.reading(path), try ProbeTemplates.beside(path))
  }

  private static func definitions(
    _ document: SettingsDocument, _ templates: ProbeTemplates
  ) throws(SettingsErrors) -> [ProbeDefinition] {
    guard let written = document.root else { return [] }
    var errors: [SettingsError] = []
    let root = templates.applied(to: written, of: document, &errors)
    guard errors.isEmpty else { throw SettingsErrors(errors: errors) }
    let lookups = try ConfigurationReader.lookups(
      ConfigurationFiles(files: PackagedFiles.all), notifiers: CommandWorld.offlineNotifiers)
    if root.child(TextKey("probes")) == nil {
      return try SettingsDecoder.decode(ProbeDefinition.self, from: root, of: document, userInfo: lookups).perTarget
    }
    return try SettingsDecoder.decode(ProbeFile.self, from: root, of: document, userInfo: lookups).probes
      .flatMap(\.perTarget)
  }

  private static func pick(
    _ name: String?, among probes: [ProbeDefinition], of source: String
  ) throws(UsageError) -> ProbeDefinition {
    let names = probes.map(\.name)
    let list = names.sorted().joined(separator: ", ")
    guard !probes.isEmpty else { throw UsageError("usage.probes-none", ["source": source]) }
    guard let name else {
      if probes.count == 1 { return probes[0] }
      throw UsageError("usage.probes-several", ["count": String(probes.count), "source": source, "names": list])
    }
    // A definition's name stands for its first target.
    let found = probes.first { $0.name == name } ?? probes.first { $0.name.hasPrefix(name + "/") }
    guard let probe = found else {
      let near = Spelling.nearest(to: name, among: names).map { Terminal.words("spelling.meant", ["word": $0]) }
      let advice = near ?? Terminal.words("usage.probes-there", ["names": list])
      throw UsageError("usage.probe", ["name": name, "source": source, "advice": advice])
    }
    return probe
  }
}
