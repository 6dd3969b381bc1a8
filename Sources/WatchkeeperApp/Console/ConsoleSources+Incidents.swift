internal import Probes
internal import PromQL
internal import Planner
internal import Alerting
internal import Incidents
internal import Inventory
internal import Records
internal import Telemetry
internal import WebInterface

extension ConsoleSources {
  /// Facts of one record that a page reads; the newest are kept.
  static let historyMax = 5000
  /// Rows whose last hour is drawn; each costs a query.
  static let sparksMax = 12

  func incidentsPage(_ filter: IncidentFilter) async throws(ConsoleError) -> IncidentsPage {
    let state = incidents()
    let rows = rows(of: state)
    let listing = IncidentListing(book: state.book)
    let isSearch = filter.priority != nil || !filter.words.isEmpty
    let first = (filter.page - 1) * IncidentFilter.pageSize
    var found: [IncidentRow] = []
    var total = 0
    var closedRead = 0
    for entry in listing.entries(of: filter.which) {
      let isShown = total >= first && found.count < IncidentFilter.pageSize
      if case .closed = entry {
        // Without a search only what the page shows is read back.
        if isSearch ? closedRead >= IncidentListing.closedReadMax : !isShown {
          if !isSearch { total += 1 }
          continue
        }
        closedRead += 1
      }
      guard let (row, item) = await row(of: entry, rows) else { continue }
      guard IncidentListing.finds(filter, in: row, item: item) else { continue }
      if isShown { found.append(row) }
      total += 1
    }
    return IncidentsPage(
      filter: filter, counts: listing.counts, rows: await withSparks(found, state.book), total: total)
  }

  func rows(of state: IncidentState) -> IncidentRows {
    IncidentRows(book: state.book, tally: state.tally, inventory: inventory().book, now: clock.now)
  }

  private func row(
    of entry: IncidentListing.Entry, _ rows: IncidentRows
  ) async -> (row: IncidentRow, item: String?)? {
    switch entry {
    case .incident(let incident): return (rows.row(incident), incident.subject.item?.name)
    case .withheld(let alert): return (rows.row(alert), alert.report.subject.item?.name)
    case .closed(let closed):
      guard let incident = await closedIncident(closed.number) else { return nil }
      return (rows.row(incident), incident.subject.item?.name)
    }
  }

  private func closedIncident(_ number: RecordNumber) async -> Incident? {
    guard let facts = try? await history(of: Incident.entity(of: number)) else { return nil }
    return IncidentBook.incident(number, from: facts, settings: incidents().book.settings)
  }

  func history(of entity: EntityID) async throws(ConsoleError) -> [Fact] {
    do {
      return try await journal.history(of: entity, limit: Self.historyMax)
    } catch {
      throw .unavailable(Reason("console.journal-unreadable", ["problem": error.description]))
    }
  }

  // MARK: Last hour

  /// The rows with the last hour of their quantity, as far as there is one.
  func withSparks(_ rows: [IncidentRow], _ book: IncidentBook) async -> [IncidentRow] {
    var drawn = rows
    var count = 0
    for index in drawn.indices where drawn[index].until == nil && count < Self.sparksMax {
      guard let incident = book[drawn[index].number], let spark = await spark(of: incident) else { continue }
      drawn[index].spark = spark.values
      drawn[index].sparkThreshold = spark.threshold
      count += 1
    }
    return drawn
  }

  private func spark(of incident: Incident) async -> Spark? {
    guard let (rule, _) = rules().rule(of: incident) else { return nil }
    let evidence = Evidence(rule.query)
    let now = clock.now
    let slices = await queries.matrix(
      evidence.expression, from: now.advanced(by: .zero - Spark.span), through: now, step: Spark.step)
    guard let slice = slices.first(where: { rule.isEvidence($0.labels, for: incident.labels) }), slice.count > 1 else {
      return nil
    }
    return Spark(slice, threshold: evidence.threshold?.value, endingAt: now)
  }

  // MARK: One incident

  func incidentPage(_ number: RecordNumber, range: PageRange) async throws(ConsoleError) -> IncidentPage {
    let state = incidents()
    let facts = try await history(of: Incident.entity(of: number))
    let known = state.book[number]
    guard let incident = known ?? IncidentBook.incident(number, from: facts, settings: state.book.settings) else {
      throw .notFound
    }
    let history = facts.compactMap { try? Incidents.TimelineEntry($0) }
    let changes = await changes(near: incident)
    let found = rules().rule(of: incident)
    let inventory = inventory().book
    var earlier = EarlierIncident.before(incident, in: state.book)
    if let last = earlier.first, let facts = try? await self.history(of: Incident.entity(of: last.number)) {
      earlier[0].solution = EarlierIncident.solution(in: facts.compactMap { try? Incidents.TimelineEntry($0) })
    }
    let status = known?.status ?? .closed
    return IncidentPageBuilder(
      rows: rows(of: state),
      standing: ItemStanding(state.book, inventory, maintenance().book, at: clock.now), incident: incident,
      status: status, history: history, rule: found?.rule, range: range,
      chart: await chart(of: incident, found, history, changes, range), earlier: earlier,
      changesBefore: changes.filter { change in
        change.at <= incident.openedAt
          && incident.activeAt.elapsed(since: change.at) <= IncidentPageBuilder.neighbourhood
      }, alert: rules().alert(of: incident), check: status.isActive ? await check(behind: incident) : nil
    ).page
  }

  /// What the probe says whose series the alert is about, while it is not well: the rule only knows that it is not.
  private func check(behind incident: Incident) async -> PageFact? {
    for probe in await probes() where !probe.labels.isEmpty {
      guard let reason = probe.verdict?.reason,
        probe.labels.allSatisfy({ incident.labels[$0.name] == $0.value })
      else { continue }
      return PageFact(
        Phrase("console.related.check", ["probe": probe.name]), .message(reason), state: probe.state(at: clock.now))
    }
    return nil
  }

  /// Changes of the item, newest first.
  private func changes(near incident: Incident) async -> [ItemChange] {
    guard let item = incident.subject.item, let facts = try? await history(of: item.id.entity) else { return [] }
    return ItemChanges.replacements(in: ItemChanges.changes(of: facts))
  }

  /// An incident that is over is shown around its end.
  private func chart(
    of incident: Incident, _ found: (rule: AlertingRule, group: RuleGroup)?, _ history: [Incidents.TimelineEntry],
    _ changes: [ItemChange], _ range: PageRange
  ) async -> Chart? {
    guard let (rule, group) = found else { return nil }
    let evidence = Evidence(rule.query)
    let now = clock.now
    let end =
      incident.endedAt.map { min(now, $0.advanced(by: .milliseconds(range.duration.wholeMilliseconds / 4))) } ?? now
    let start = end.advanced(by: .zero - range.duration)
    let step = ChartGrid.step(for: range, interval: group.interval)
    let drawing = EvidenceChart(evidence: evidence, rule: rule, incident: incident, start: start, end: end, step: step)
    let slices = await queries.matrix(evidence.expression, from: start, through: end, step: step)
    let windows = incident.subject.item.map {
      BreachBands.windows(maintenance().book.allWindows, over: $0.id.entity)
    }
    let marks = changes.filter { $0.at > start && $0.at <= end }.prefix(ChartGrid.marksMax).map {
      ChartMark(at: $0.at, $0.what)
    }
    return drawing.chart(of: slices, bands: (windows ?? []) + BreachBands.bands(of: history), marks: Array(marks))
  }
}

/// How fine charts are.
enum ChartGrid {
  /// Points of one line at most.
  static let points: Int64 = 240
  static let marksMax = 12

  /// Never finer than the samples; whole seconds.
  static func step(for range: PageRange, interval: Duration) -> Duration {
    let wanted = max(range.duration.wholeMilliseconds / points, interval.wholeMilliseconds, 1000)
    return .milliseconds((wanted + 999) / 1000 * 1000)
  }

  /// The window of a rate: at least four samples, and no sample left out between two points.
  static func window(step: Duration, interval: Duration) -> Duration {
    max(.milliseconds(interval.wholeMilliseconds * 4), step)
  }
}
