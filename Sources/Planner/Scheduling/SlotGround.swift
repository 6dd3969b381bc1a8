internal import Records
internal import ServiceTime
internal import Telemetry

/// What does not change while slots are searched: windows, freezes, groups, what is broken. Compiled once.
struct SlotGround {
  let settings: PlannerSettings
  let now: Timestamp
  let hours: [String: MaintenanceHours]
  let freezes: [Freeze]
  let frozen: IntervalList
  private let windows: [String: IntervalList]
  private let groupsByMember: [EntityID: [RedundancyGroup]]
  /// The incident that says that an item is down now.
  let disturbed: [EntityID: RecordNumber]

  /// - Parameter reaching: the windows are compiled to cover all of these.
  init(scene: PlanningScene, settings: PlannerSettings, now: Timestamp, reaching: [Interval]) {
    self.settings = settings
    self.now = now
    hours = scene.hours
    freezes = scene.freezes
    frozen = IntervalList(scene.freezes.map(\.interval))
    disturbed = Dictionary(scene.disturbances.map { ($0.item, $0.incident) }) { first, _ in first }
    var groups: [String: RedundancyGroup] = [:]
    for item in scene.items.values.sorted(by: { $0.id < $1.id }) {
      for group in item.redundancyGroups where groups[group.name] == nil { groups[group.name] = group }
    }
    var groupsByMember: [EntityID: [RedundancyGroup]] = [:]
    for group in groups.values.sorted(by: { $0.name < $1.name }) {
      for member in group.members { groupsByMember[member, default: []].append(group) }
    }
    self.groupsByMember = groupsByMember
    let from = reaching.map(\.from).min() ?? now
    let to = reaching.map(\.to).max() ?? now
    let span = Interval(from: from, to: to)
    windows = hours.mapValues { hours in span.map { hours.definition.intervals(over: $0) } ?? .empty }
  }

  func window(_ name: String) -> IntervalList { windows[name] ?? .empty }

  /// The groups that an outage touches, by name.
  func groups(touchedBy outage: Set<EntityID>) -> [RedundancyGroup] {
    var found: [String: RedundancyGroup] = [:]
    for item in outage {
      for group in groupsByMember[item] ?? [] { found[group.name] = group }
    }
    return found.values.sorted { $0.name < $1.name }
  }

  /// The next moment on the grid.
  func onGrid(_ instant: Timestamp) -> Timestamp {
    let grid = max(1, settings.slotGrid.wholeMilliseconds)
    let rest = instant.milliseconds % grid
    guard rest != 0 else { return instant }
    return instant.advanced(by: .milliseconds(rest < 0 ? 0 - rest : grid - rest))
  }

  /// Until when open incidents count.
  var disturbedUntil: Timestamp { now.advanced(by: settings.incidentReach) }
}
