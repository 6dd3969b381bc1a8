internal import PromQL

/// A checked rule file: its groups, or everything that is wrong with it at once.
public struct RuleFile: Sendable {
  public let groups: [RuleGroup]
  public let problems: [RuleError]
  /// What is odd and taken all the same: two rules of one kind, name and labels are most likely a copy that was to be
  /// changed.
  public let oddities: [RuleError]

  /// - Parameters:
  ///   - file: the name that states and messages carry; keep it stable, states are keyed by it.
  ///   - line: the line of a part, by its path from the top of the file; 0 when it is not known.
  public init(
    _ definition: RuleFileDefinition, file: String, defaults: RuleDefaults = RuleDefaults(),
    line: @escaping ([RuleError.Step]) -> Int = { _ in 0 }
  ) {
    var groups: [RuleGroup] = []
    var problems: [RuleError] = []
    var names: Set<String> = []
    for (index, group) in definition.groups.enumerated() {
      let path: [RuleError.Step] = [.key("groups"), .index(index)]
      if !names.insert(group.name).inserted {
        problems.append(
          RuleError(path + [.key("name")], "fault.rule.group-twice", ["name": group.name]))
      }
      var reader = GroupReader(path: path, file: file, line: line)
      if let read = reader.read(group, defaults) { groups.append(read) }
      problems += reader.problems
    }
    self.groups = groups
    self.problems = problems
    oddities = problems.isEmpty ? Self.duplicates(among: groups) : []
  }

  private static func duplicates(among groups: [RuleGroup]) -> [RuleError] {
    var seen: Set<RuleIdentity> = []
    return groups.enumerated().flatMap { groupIndex, group in
      group.rules.enumerated().compactMap { index, rule in
        seen.insert(RuleIdentity(rule)).inserted
          ? nil
          : RuleError(
            [.key("groups"), .index(groupIndex), .key("rules"), .index(index)], "fault.rule.twice",
            ["name": rule.name])
      }
    }
  }
}

private struct GroupReader {
  let path: [RuleError.Step]
  let file: String
  let line: ([RuleError.Step]) -> Int
  var problems: [RuleError] = []

  init(path: [RuleError.Step], file: String, line: @escaping ([RuleError.Step]) -> Int) {
    self.path = path
    self.file = file
    self.line = line
  }

  mutating func read(_ group: RuleGroupDefinition, _ defaults: RuleDefaults) -> RuleGroup? {
    if group.name.isEmpty { note(RuleError(key: "name", "fault.rule.no-group-name")) }
    let interval = duration(group.interval, key: "interval") ?? defaults.interval
    if interval <= .zero { note(RuleError(key: "interval", "fault.rule.interval")) }
    let offset = duration(group.queryOffset, key: "query_offset") ?? defaults.queryOffset
    if let limit = group.limit, limit < 0 {
      note(RuleError(key: "limit", "fault.rule.limit", ["number": String(limit)]))
    }
    checkLabels(group.labels)
    let rules = group.rules.enumerated().compactMap { rule($0.element, $0.offset, group, defaults.features) }
    guard problems.isEmpty else { return nil }
    return RuleGroup(
      name: group.name, file: file, place: SourcePlace(file: file, line: line(path)), interval: interval,
      limit: group.limit ?? 0, queryOffset: offset, labels: group.labels, rules: rules)
  }

  private mutating func rule(
    _ definition: RuleDefinition, _ index: Int, _ group: RuleGroupDefinition, _ features: LanguageFeatures
  ) -> Rule? {
    let rulePath = path + [.key("rules"), .index(index)]
    let place = SourcePlace(file: file, line: line(rulePath))
    do throws(RuleError) {
      if definition.alert == nil, definition.record == nil {
        throw RuleError(key: "alert", "fault.rule.no-kind")
      }
      if definition.alert != nil {
        return .alerting(try AlertingRule(definition, groupLabels: group.labels, features: features, at: place))
      }
      return .recording(try RecordingRule(definition, groupLabels: group.labels, features: features, at: place))
    } catch {
      note(error.inside([.key("rules"), .index(index)]))
      return nil
    }
  }

  private mutating func checkLabels(_ labels: [String: String]) {
    do throws(RuleError) { try RuleReading.checkLabelNames(labels) } catch { note(error) }
  }

  private mutating func duration(_ text: String?, key: String) -> Duration? {
    do throws(RuleError) {
      return try RuleReading.duration(text, key: key)
    } catch {
      note(error)
      return nil
    }
  }

  private mutating func note(_ error: RuleError) {
    problems.append(error.inside(path))
  }
}
