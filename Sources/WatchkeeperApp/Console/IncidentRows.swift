internal import Incidents
internal import Inventory
internal import Records
internal import Telemetry
internal import WebInterface

/// Incidents and withheld alerts as rows.
struct IncidentRows {
  let book: IncidentBook
  let tally: BreachTally
  let inventory: InventoryBook
  let now: Timestamp

  /// Names in one sentence; the rest is counted.
  static let namesMax = 3

  func row(_ incident: Incident, spark: Spark = .none) -> IncidentRow {
    IncidentRow(
      number: incident.number, priority: incident.priorityNumber, state: incident.pageState,
      progress: incident.pageProgress, title: incident.titlePhrase, since: incident.activeAt, until: incident.endedAt,
      impact: impact(of: incident), owner: incident.acknowledgedBy?.name, ownerDetail: ownerDetail(of: incident),
      count: tally.progress(of: incident).count, spark: spark.values, sparkThreshold: spark.threshold)
  }

  /// A breach inside a window has no number of its own: it is listed under its window's.
  func row(_ alert: WithheldAlert) -> IncidentRow {
    let report = alert.report
    let assessment = PriorityAssessment(of: report.severity, on: report.subject.item)
    return IncidentRow(
      number: alert.window.number, priority: assessment.priority.rawValue + 1, state: .maintenance,
      progress: .withheld, title: .annotation("summary", in: report.annotations, otherwise: report.title),
      since: alert.since, impact: report.subject.item.map { .verbatim($0.name) },
      ownerDetail: .message(alert.reason), count: max(1, tally.count(of: report.fingerprint)))
  }

  /// What fails with the item, nearest first.
  private func impact(of incident: Incident) -> Phrase? {
    guard let item = incident.subject.item else { return Phrase("console.impact.unbound") }
    guard incident.isAboutItem(in: inventory) else { return Phrase("console.impact.seen-from", ["item": item.name]) }
    let failing = inventory.impact(of: item.id).affected.dropFirst().filter { $0.effect == .fails }
    guard !failing.isEmpty else { return Phrase("console.impact.alone", ["item": item.name]) }
    let names = failing.prefix(Self.namesMax).map { inventory[$0.item]?.name ?? $0.item.text }.joined(separator: ", ")
    let rest = failing.count - Self.namesMax
    guard rest > 0 else { return Phrase("console.impact.fails", ["item": item.name, "names": names]) }
    return Phrase("console.impact.fails-more", ["item": item.name, "names": names, "count": String(rest)])
  }

  private func ownerDetail(of incident: Incident) -> Phrase? {
    guard incident.pageProgress == .open || incident.pageProgress == .withheld else { return nil }
    if incident.window == nil, let at = incident.paging.lastToldAt {
      // The channels of one receiver are one name here; who was told how stands on the incident's own page.
      let receivers = Set(incident.paging.told.keys.map { $0.prefix { $0 != "/" } }).sorted().joined(separator: ", ")
      return Phrase("console.owner.told", ["receivers": receivers, "at": at.argument])
    }
    return book.reasonNotToPage(incident, at: now).map(Phrase.message)
  }
}

/// The last hour of a quantity.
struct Spark: Equatable {
  let values: [Double]
  let threshold: Double?

  static let none = Spark(values: [], threshold: nil)
  static let points = 40
  static let span = Duration.seconds(3600)
  static let step = Duration.seconds(90)

  /// One value for each step, not-a-number where there is none, so that a gap stays one.
  init(_ slice: SeriesSlice, threshold: Double?, endingAt end: Timestamp) {
    var values = [Double](repeating: .nan, count: Self.points)
    let step = Self.step.wholeMilliseconds
    for (time, value) in zip(slice.milliseconds, slice.values) {
      let back = Int((end.milliseconds - time) / step)
      if back >= 0, back < Self.points { values[Self.points - 1 - back] = value }
    }
    self.values = values
    self.threshold = threshold
  }

  private init(values: [Double], threshold: Double?) {
    self.values = values
    self.threshold = threshold
  }
}
