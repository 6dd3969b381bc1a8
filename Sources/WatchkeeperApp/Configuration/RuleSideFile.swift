internal import Alerting
internal import Foundation
internal import Yams

/// Watchkeeper's own keys for the rules of a file that other programs read too: `rules/watchkeeper/x.yaml` speaks of
/// the alerts of `rules/x.yaml`, by group and name. See docs/decisions/0010.
struct RuleSideFile {
  private typealias Entries = [String: [String: RuleSettingsDefinition]]

  static let folder = "watchkeeper"

  private let document: SettingsDocument
  private let entries: Entries
  /// The keys in this file of each rule that took settings from it.
  private var taken: [[RuleError.Step]: [any CodingKey]] = [:]

  init(_ document: SettingsDocument) throws(SettingsErrors) {
    self.document = document
    guard let root = document.root else {
      entries = [:]
      return
    }
    entries = try SettingsDecoder.decode(Entries.self, from: root, of: document)
  }

  /// Where the side file of a rule file lies.
  static func path(beside rules: String) -> String {
    SourcePath.join(SourcePath.join(SourcePath.folder(of: rules), folder), SourcePath.name(of: rules))
  }

  /// The rule file that a side file speaks of; `nil` when the path is no side file's. A configuration folder may have
  /// the same name.
  static func rules(of path: String) -> String? {
    let parent = SourcePath.folder(of: path)
    let above = SourcePath.folder(of: parent)
    let rules = SourcePath.join(above, SourcePath.name(of: path))
    let isSide =
      SourcePath.name(of: parent) == folder
      && (SourcePath.name(of: above) == "rules" || FileManager.default.fileExists(atPath: rules))
    return isSide ? rules : nil
  }

  /// Gives each rule its keys; one that has some already, and a name that no alert has, are faults.
  mutating func apply(to definition: inout RuleFileDefinition, _ errors: inout [SettingsError]) {
    var unused = Set(entries.flatMap { group, rules in rules.keys.map { [group, $0] } })
    for (groupIndex, group) in definition.groups.enumerated() {
      for (index, rule) in group.rules.enumerated() {
        guard let name = rule.alert, let settings = entries[group.name]?[name] else { continue }
        unused.remove([group.name, name])
        if rule.settings != nil { errors.append(fault([group.name, name], "fault.rule.settings-twice")) }
        definition.groups[groupIndex].rules[index].settings = settings
        taken[[.key("groups"), .index(groupIndex), .key("rules"), .index(index)]] = [
          TextKey(group.name), TextKey(name),
        ]
      }
    }
    for names in unused.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
      errors.append(fault(names, "fault.rule.no-such-alert"))
    }
  }

  private func fault(_ names: [String], _ id: String) -> SettingsError {
    let path: [any CodingKey] = names.map { TextKey($0) }
    return SettingsError(at: place(path), key: path.settingsText, id, ["group": names[0], "alert": names[1]])
  }

  /// A fault of a rule's own settings as this file has them; `nil` when it lies elsewhere.
  func located(_ problem: RuleError) -> SettingsError? {
    guard problem.path.count > 4, problem.path[4] == .key("watchkeeper"),
      let rule = taken[Array(problem.path.prefix(4))]
    else { return nil }
    let path = rule + problem.path.dropFirst(5).map { TextKey($0.description) as any CodingKey }
    return SettingsError(at: place(path), key: path.settingsText, problem.fault)
  }

  private func place(_ path: [any CodingKey]) -> SourcePlace {
    document.root.map { document.place(of: $0.deepest(on: path)) }
      ?? SourcePlace(file: document.file, line: 1, column: 1)
  }
}
