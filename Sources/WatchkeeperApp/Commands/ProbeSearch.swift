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
    let own = files.keeping([.probes, .settings])
    let read = try ConfigurationReader.read(own, hostName: hostName, notifiers: CommandWorld.offlineNotifiers)
    return try Self.pick(subject, among: read.probes, of: configuration ?? Terminal.words("usage.packaged"))
  }

  /// A slash alone says nothing: the probe of one target among several has one in its name.
  private static func isFile(_ subject: String) -> Bool {
    subject.hasSuffix(".yaml") || subject.hasSuffix(".yml") || subject.hasPrefix("/") || subject.hasPrefix(".")
      || subject.contains("/") && FileManager.default.fileExists(atPath: subject)
  }

  private static func probes(inFile path: String) throws(SettingsErrors) -> [ProbeDefinition] {
    let document = try SettingsDocument.reading(path)
    guard let root = document.root else { return [] }
    if root.child(TextKey("probes")) == nil {
      return [try SettingsDecoder.decode(ProbeDefinition.self, from: root, of: document)].flatMap(\.perTarget)
    }
    return try SettingsDecoder.decode(ProbeFile.self, from: root, of: document).probes.flatMap(\.perTarget)
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
