internal import Inventory
internal import Planner
internal import Records
internal import Telemetry

/// An input of the planner with the world as it is at that moment.
struct PlanningInput: Sendable {
  let input: MaintenanceInput
  let scene: PlanningScene
}

/// The maintenance work.
struct MaintenanceState: DeskState {
  static let stream = Stream.maintenance
  static let table: RowTable? = nil

  var book: MaintenanceBook

  init(from world: World) async throws {
    let rows = try await world.journal.snapshots(of: .maintenance)
    var book = try MaintenanceBook(restoring: rows.rows)
    try await world.replay(.maintenance, after: rows.asOf) { book.apply(try MaintenanceFact($0)) }
    self.book = book
  }

  mutating func process(_ input: PlanningInput, at now: Timestamp) throws(MaintenanceRefusal) -> [MaintenanceFact] {
    let facts = try book.decide(input.input, in: input.scene, at: now)
    for fact in facts { book.apply(fact) }
    return facts
  }

  func draft(of change: MaintenanceFact) -> FactDraft { change.draft() }

  func snapshots(after changes: [MaintenanceFact]) -> [EntitySnapshot] {
    Set(changes.map(\.entity)).union([MaintenanceBook.planning]).sorted().map(book.snapshot(of:))
  }

  mutating func takeRows() -> [String: [UInt8]?] { [:] }

  /// The open window that withholds the incidents of an item.
  func window(over item: ItemID, at now: Timestamp) -> WindowReference? {
    book.withholding(item: item.entity, at: now).map { withholding in
      WindowReference(
        number: withholding.window, title: withholding.title, until: withholding.until, why: withholding.why)
    }
  }
}
