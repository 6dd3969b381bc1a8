internal import Incidents
internal import Inventory
internal import Records
internal import Telemetry

/// The incidents that there were in a span, for comparison.
struct RealIncidents: Sendable {
  struct Past: Sendable {
    let number: RecordNumber
    let fingerprint: Fingerprint
    let rule: RuleReference?
    let item: ItemID?
    let from: Timestamp
    /// `nil` while it is not resolved.
    let to: Timestamp?

    func overlaps(_ start: Timestamp, _ end: Timestamp?) -> Bool {
      (end.map { from < $0 } ?? true) && (to.map { start < $0 } ?? true)
    }

    fileprivate init(_ incident: Incident) {
      number = incident.number
      fingerprint = incident.fingerprint
      rule = incident.origin.rule
      item = incident.subject.item?.id
      from = incident.openedAt
      to = incident.resolvedAt
    }
  }

  /// Ascending by number.
  let all: [Past]

  /// Closed incidents that are read back; of more the newest. The default is 2,000.
  static let closedReadMax = 2000
  /// Facts of one of them; the default is 1,000.
  private static let factsMax = 1000

  /// Those that were open at some time in the span.
  static func during(
    _ from: Timestamp, _ to: Timestamp, book: IncidentBook, journal: any FactJournal
  ) async -> RealIncidents {
    var found = book.all.map(Past.init)
    for closed in book.remembered.filter({ $0.closedAt > from }).prefix(closedReadMax) {
      let facts = (try? await journal.history(of: Incident.entity(of: closed.number), limit: factsMax)) ?? []
      if let incident = IncidentBook.incident(closed.number, from: facts, settings: book.settings) {
        found.append(Past(incident))
      }
    }
    return RealIncidents(all: found.filter { $0.overlaps(from, to) }.sorted { $0.number < $1.number })
  }
}
