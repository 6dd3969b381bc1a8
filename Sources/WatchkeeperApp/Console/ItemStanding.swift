internal import Incidents
internal import Inventory
internal import Planner
internal import Telemetry
internal import WebInterface

/// How items stand: by the incidents on them and on their parts, and by the windows over them.
struct ItemStanding {
  private var own: [ItemID: PageState] = [:]
  private var whole: [ItemID: PageState] = [:]
  private let maintenance: MaintenanceBook
  private let now: Timestamp

  /// How many wholes a part may lie in; the default is 16.
  static let depthMax = 16

  init(_ incidents: IncidentBook, _ inventory: InventoryBook, _ maintenance: MaintenanceBook, at now: Timestamp) {
    self.maintenance = maintenance
    self.now = now
    for incident in incidents.all where incident.status.isActive {
      guard let item = incident.subject.item?.id, incident.isAboutItem(in: inventory) else { continue }
      own[item] = PageState.worst([own[item] ?? .ok, incident.pageState])
      var next: ItemID? = item
      for _ in 0..<Self.depthMax {
        guard let id = next else { break }
        whole[id] = PageState.worst([whole[id] ?? .ok, incident.pageState])
        next = inventory[id]?.parent
      }
    }
  }

  /// By what is open on the item itself.
  func state(of item: ItemID) -> PageState { covered(item, own[item] ?? .ok) }

  /// By what is open on the item and its parts.
  func stateWithParts(of item: ItemID) -> PageState { covered(item, whole[item] ?? .ok) }

  private func covered(_ item: ItemID, _ state: PageState) -> PageState {
    guard state == .ok, maintenance.withholding(item: item.entity, at: now) != nil else { return state }
    return .maintenance
  }
}
