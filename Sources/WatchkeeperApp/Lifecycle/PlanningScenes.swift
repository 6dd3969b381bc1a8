internal import Incidents
internal import Inventory
internal import Planner
internal import Records

extension PlanningScene {
  /// The world as the planner needs it, from the configuration and the other books.
  init(plans: [MaintenancePlan], inventory: InventoryBook, incidents: IncidentBook) {
    let items = inventory.all.filter { !$0.isRetired }.map { item in
      PlannedItem(
        id: item.entity, name: item.name, className: item.className, labels: item.declaration.labels,
        dependants: inventory.impact(of: item.id).affected.filter { $0.effect == .fails && $0.item != item.id }
          .map(\.item.entity),
        redundancyGroups: inventory.groups(of: item.id).map { group in
          Planner.RedundancyGroup(
            name: group.name, members: Set(group.members.map(\.entity)), minAlive: group.minimumAlive)
        })
    }
    let disturbances = incidents.all.filter(\.status.isActive).compactMap { incident in
      incident.subject.item.map { OpenDisturbance(item: $0.id.entity, incident: incident.number) }
    }
    self.init(plans: plans, items: items, disturbances: disturbances)
  }
}
