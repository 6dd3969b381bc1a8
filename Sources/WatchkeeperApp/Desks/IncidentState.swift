internal import Incidents
internal import Records
internal import Telemetry

/// The incidents and how often each breach was seen.
struct IncidentState: DeskState {
  static let stream = Stream.incidents
  static let table: RowTable? = .breachTallies

  var book: IncidentBook
  private(set) var tally: BreachTally
  var replay: Replay<IncidentFact>

  /// The state as the journal says.
  init(from world: World, settings: IncidentSettings) async throws {
    let (book, replay) = try await world.fold(
      .incidents, from: { try IncidentBook($0, settings: settings) }, reading: { try IncidentFact($0) },
      applying: { $0.apply($1) })
    self.book = book
    self.replay = replay
    tally = BreachTally(rows: try await world.rows.rows(of: .breachTallies), under: book)
  }

  mutating func process(_ input: IncidentInput, at now: Timestamp) throws(IncidentRefusal) -> [IncidentFact] {
    try book.process(input, counting: &tally, at: now)
  }

  mutating func follow(_ fact: Fact) throws -> IncidentFact {
    let change = try IncidentFact(fact)
    book.apply(change)
    return change
  }

  func draft(of change: IncidentFact) -> FactDraft { change.draft() }
  func snapshots(after changes: [IncidentFact]) -> [EntitySnapshot] { book.snapshots(after: changes) }
  mutating func takeRows() -> [String: [UInt8]?] { tally.takeChanges() }
}
