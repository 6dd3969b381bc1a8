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
  var replay: Replay<MaintenanceFact>
  private var gone: Set<EntityID> = []

  init(from world: World) async throws {
    let (book, replay) = try await world.fold(
      .maintenance, from: { try MaintenanceBook(restoring: $0.rows) }, reading: { try MaintenanceFact($0) },
      applying: { $0.apply($1) })
    self.book = book
    self.replay = replay
  }

  /// How long finished tasks stay in memory after they were due; the journal keeps them for good. The default is
  /// 90 days.
  static let finishedKept = Duration.seconds(90 * 86_400)

  /// Lets old finished work leave memory; the rows go with the next save.
  mutating func forget(at now: Timestamp) {
    gone.formUnion(book.forget(finishedBefore: now.advanced(by: .zero - Self.finishedKept)))
  }

  mutating func takeGone() -> [EntityID] {
    defer { gone = [] }
    return gone.sorted()
  }

  mutating func process(_ input: PlanningInput, at now: Timestamp) throws(MaintenanceRefusal) -> [MaintenanceFact] {
    let facts = try book.decide(input.input, in: input.scene, at: now)
    for fact in facts { book.apply(fact) }
    return facts
  }

  mutating func follow(_ fact: Fact) throws -> MaintenanceFact {
    let change = try MaintenanceFact(fact)
    book.apply(change)
    return change
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
