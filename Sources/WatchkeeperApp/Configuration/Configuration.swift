internal import Alerting
internal import Inventory
internal import Planner
internal import Probes

/// Everything that the files say, checked as a whole: taken whole or not at all.
struct Configuration: Sendable {
  let files: ConfigurationFiles
  let settings: WatchkeeperSettings
  let probes: [ProbeDefinition]
  let ruleGroups: [RuleGroup]
  let inventory: InventoryDeclaration
  /// Ascending by name.
  let plans: [MaintenancePlan]
  /// Where each item is declared.
  var itemPlaces: [ItemID: SourcePlace] = [:]
  /// What is odd and taken all the same.
  var warnings: [SettingsError] = []

  var digest: String { files.digest }
}
