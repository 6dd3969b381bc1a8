internal import Incidents
internal import Records
internal import WebInterface

/// Which incidents a list shows, in which order.
struct IncidentListing {
  enum Entry {
    case incident(Incident)
    /// Left memory: its facts tell what it was.
    case closed(ClosedIncident)
    case withheld(WithheldAlert)
  }

  let book: IncidentBook

  /// Closed incidents that a search reads; older ones are found by their number.
  static let closedReadMax = 200

  func count(of which: IncidentFilter.Which) -> Int {
    switch which {
    case .open: active.count
    case .waiting: waiting.count
    case .withheld: book.withheldAlerts.count + active.count { $0.window != nil }
    case .resolved: book.count - active.count + book.remembered.count
    case .all: book.count + book.remembered.count + book.withheldAlerts.count
    }
  }

  var counts: [IncidentFilter.Which: Int] {
    Dictionary(uniqueKeysWithValues: IncidentFilter.Which.allCases.map { ($0, count(of: $0)) })
  }

  /// Open ones worst first, ended ones newest first.
  func entries(of which: IncidentFilter.Which) -> [Entry] {
    switch which {
    case .open: active.map(Entry.incident)
    case .waiting: waiting.map(Entry.incident)
    case .withheld:
      book.withheldAlerts.reversed().map(Entry.withheld) + active.filter { $0.window != nil }.map(Entry.incident)
    case .resolved: ended.map(Entry.incident) + book.remembered.map(Entry.closed)
    case .all:
      active.map(Entry.incident) + book.withheldAlerts.reversed().map(Entry.withheld) + ended.map(Entry.incident)
        + book.remembered.map(Entry.closed)
    }
  }

  var active: [Incident] { book.all.filter(\.status.isActive).sorted(by: Self.isWorse) }

  /// Those that nobody has, worst first.
  var waiting: [Incident] { active.filter { $0.pageProgress == .open } }

  private var ended: [Incident] { book.all.filter { !$0.status.isActive } }

  private static func isWorse(_ left: Incident, _ right: Incident) -> Bool {
    (left.pageState.rank, left.priority, right.number) < (right.pageState.rank, right.priority, left.number)
  }

  /// Whether a search finds a row.
  static func finds(_ filter: IncidentFilter, in row: IncidentRow, item: String?) -> Bool {
    if let priority = filter.priority, row.priority != priority { return false }
    let words = filter.words.lowercased().split(whereSeparator: \.isWhitespace)
    guard !words.isEmpty else { return true }
    var text = "\(row.number) \(item ?? "")"
    switch row.title {
    case .verbatim(let title): text += " " + title
    case .both(let english, let chinese): text += " \(english) \(chinese)"
    case .message: break
    }
    let searched = text.lowercased()
    return words.allSatisfy { searched.contains($0) }
  }
}

extension IncidentBook {
  /// An incident as its facts say, whether or not it is still in memory: as it was before it was closed.
  static func incident(_ number: RecordNumber, from history: [Fact], settings: IncidentSettings) -> Incident? {
    var book = IncidentBook(settings: settings)
    for fact in history {
      guard let known = try? IncidentFact(fact) else { continue }
      if case .closed = known.change { continue }
      book.apply(known)
    }
    return book[number]
  }
}
