public import Records
public import ServiceTime

/// An item as the planner needs it. The program maps the inventory to these.
public struct PlannedItem: Hashable, Sendable {
  public let id: EntityID
  public let name: String
  public let className: String
  public let labels: [String: String]
  /// All that fails when this item is down, directly or through others, without the item itself.
  public let dependants: [EntityID]
  /// The groups that this item is a member of.
  public let redundancyGroups: [RedundancyGroup]

  public init(
    id: EntityID, name: String, className: String, labels: [String: String] = [:], dependants: [EntityID] = [],
    redundancyGroups: [RedundancyGroup] = []
  ) {
    self.id = id
    self.name = name
    self.className = className
    self.labels = labels
    self.dependants = dependants
    self.redundancyGroups = redundancyGroups
  }
}

/// Items that stand in for each other: at least `minAlive` of `members` must be up.
public struct RedundancyGroup: Hashable, Sendable {
  public let name: String
  public let members: Set<EntityID>
  public let minAlive: Int

  public init(name: String, members: Set<EntityID>, minAlive: Int) {
    self.name = name
    self.members = members
    self.minAlive = minAlive
  }
}

/// A time in which nothing may be changed.
public struct Freeze: Hashable, Sendable {
  public let name: String
  public let interval: Interval

  public init(name: String, interval: Interval) {
    self.name = name
    self.interval = interval
  }
}

/// An item that does not work now, and the incident that says so.
public struct OpenDisturbance: Hashable, Sendable {
  public let item: EntityID
  public let incident: RecordNumber

  public init(item: EntityID, incident: RecordNumber) {
    self.item = item
    self.incident = incident
  }
}

/// The world as the planner sees it at one moment: configuration, inventory and what is broken.
public struct PlanningScene: Sendable {
  /// Ascending by name; names are unique.
  public let plans: [MaintenancePlan]
  public let items: [EntityID: PlannedItem]
  public let freezes: [Freeze]
  public let disturbances: [OpenDisturbance]

  public init(
    plans: [MaintenancePlan], items: [PlannedItem], freezes: [Freeze] = [], disturbances: [OpenDisturbance] = []
  ) {
    self.plans = plans.sorted { $0.name < $1.name }
    self.items = Dictionary(items.map { ($0.id, $0) }) { first, _ in first }
    self.freezes = freezes.sorted { ($0.interval, $0.name) < ($1.interval, $1.name) }
    self.disturbances = disturbances.sorted { ($0.incident, $0.item) < ($1.incident, $1.item) }
  }

  /// The item and all that fails with it.
  public func outage(of item: EntityID) -> Set<EntityID> {
    Set(items[item]?.dependants ?? []).union([item])
  }

  func plan(named name: String) -> MaintenancePlan? { plans.first { $0.name == name } }

  /// Every window of the plans, by name.
  var hours: [String: MaintenanceHours] {
    Dictionary(plans.map { ($0.window.name, $0.window) }) { first, _ in first }
  }
}
