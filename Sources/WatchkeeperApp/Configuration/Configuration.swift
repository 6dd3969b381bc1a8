internal import Alerting
internal import Inventory
internal import Planner
internal import Probes

/// Everything that the files say, checked as a whole: taken whole or not at all.
struct Configuration: Sendable {
  let files: ConfigurationFiles
  let settings: WatchkeeperSettings
  /// Those of the files, and one for each target that was discovered.
  var probes: [ProbeDefinition]
  let ruleGroups: [RuleGroup]
  let inventory: InventoryDeclaration
  /// Ascending by name.
  let plans: [MaintenancePlan]
  /// Where each item is declared.
  var itemPlaces: [ItemID: SourcePlace] = [:]
  /// What is odd and taken all the same.
  var warnings: [SettingsError] = []
  /// Definitions whose targets come from elsewhere.
  var patterns: [ProbeDefinition] = []
  /// What these need to read themselves.
  var lookups: [CodingUserInfoKey: any Sendable] = [:]
  private var discovered: Set<String> = []
  /// Targets that cannot be probed, by the name of the definition.
  private(set) var targetFaults: [String: [TargetFault]] = [:]

  init(
    files: ConfigurationFiles, settings: WatchkeeperSettings, probes: [ProbeDefinition], ruleGroups: [RuleGroup],
    inventory: InventoryDeclaration, plans: [MaintenancePlan], itemPlaces: [ItemID: SourcePlace] = [:],
    warnings: [SettingsError] = []
  ) {
    self.files = files
    self.settings = settings
    self.probes = probes
    self.ruleGroups = ruleGroups
    self.inventory = inventory
    self.plans = plans
    self.itemPlaces = itemPlaces
    self.warnings = warnings
  }

  var digest: String { files.digest }

  /// The same with these targets. One that would stand in another probe's way is left out and named.
  func watching(_ lists: [String: [DiscoveredGroup]], hostName: String) -> Configuration {
    var new = self
    new.probes.removeAll { discovered.contains($0.name) }
    new.targetFaults = [:]
    var found: [(probe: ProbeDefinition, pattern: String)] = []
    for pattern in patterns {
      let result = pattern.discovered(lists[pattern.name] ?? [], reading: lookups)
      found += result.probes.map { ($0, pattern.name) }
      if !result.faults.isEmpty { new.targetFaults[pattern.name] = result.faults }
    }
    let conflicts = Dictionary(
      (new.probes + found.map(\.probe)).conflicts(hostName: hostName).map { ($0.name, $0.fault) }
    ) { $1 }
    new.discovered = []
    for (probe, pattern) in found {
      if let fault = conflicts[probe.name] {
        new.targetFaults[pattern, default: []].append(TargetFault(probe.name, fault))
      } else {
        new.discovered.insert(probe.name)
        new.probes.append(probe)
      }
    }
    return new
  }
}
