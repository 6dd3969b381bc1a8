internal import Incidents
internal import Records
internal import Telemetry

/// The same breach at another time, and how it was solved when a person said so.
struct EarlierIncident: Equatable {
  struct Solution: Equatable {
    let by: String
    let at: Timestamp
    let text: String
  }

  let number: RecordNumber
  var solution: Solution?

  /// Numbers that a page names; the search has the rest.
  static let shownMax = 5

  /// Newest first: those that still stand in the book, and the closed ones that it remembers.
  static func before(_ incident: Incident, in book: IncidentBook) -> [EarlierIncident] {
    let standing = book.all.filter { $0.fingerprint == incident.fingerprint }.map(\.number)
    let closed = book.remembered.filter { $0.fingerprint == incident.fingerprint }.map(\.number)
    let numbers = Set(standing + closed + [incident.recurrenceOf].compactMap { $0 })
    return numbers.filter { $0.number < incident.number.number }.sorted { $0.number > $1.number }
      .prefix(shownMax).map { EarlierIncident(number: $0) }
  }

  /// What a person wrote at the last resolution.
  static func solution(in history: [Incidents.TimelineEntry]) -> Solution? {
    for entry in history.reversed() {
      guard case .resolved = entry.change, !entry.words.text.isEmpty else { continue }
      return Solution(by: entry.actor.name, at: entry.at, text: entry.words.text)
    }
    return nil
  }
}
