internal import Inventory
internal import Records
internal import Telemetry

/// The CMDB and what was seen but is no fact.
struct InventoryState: DeskState {
  static let stream = Stream.inventory
  static let table: RowTable? = .sightings

  var book: InventoryBook
  private(set) var ledger: SightingLedger
  var replay: Replay<InventoryFact>

  init(from world: World) async throws {
    let (book, replay) = try await world.fold(
      .inventory, from: { try InventoryBook($0) }, reading: { try InventoryFact($0) }, applying: { $0.apply($1) })
    self.book = book
    self.replay = replay
    ledger = SightingLedger(rows: try await world.rows.rows(of: .sightings))
  }

  mutating func process(_ input: InventoryInput, at now: Timestamp) throws(Never) -> [InventoryFact] {
    book.process(input, noting: &ledger, at: now)
  }

  mutating func follow(_ fact: Fact) throws -> InventoryFact {
    let change = try InventoryFact(fact)
    book.apply(change)
    return change
  }

  func draft(of change: InventoryFact) -> FactDraft { change.draft() }
  func snapshots(after changes: [InventoryFact]) -> [EntitySnapshot] { book.snapshots(after: changes) }
  mutating func takeRows() -> [String: [UInt8]?] { ledger.takeChanges() }
}
