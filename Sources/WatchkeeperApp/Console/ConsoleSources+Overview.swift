internal import Incidents
internal import Inventory
internal import Planner
internal import Probes
internal import PromQL
internal import Records
internal import ServiceTime
internal import Telemetry
internal import WebInterface

extension ConsoleSources {
  func overviewPage() async throws(ConsoleError) -> OverviewPage {
    let (state, inventory, maintenance) = (incidents(), inventory().book, maintenance().book)
    let now = clock.now
    let standing = ItemStanding(state.book, inventory, maintenance, at: now)
    let hosts = WatchedHost.all(in: inventory, hostName: hostName)
    let seen = Set(
      await queries.vector(HostFigureQuery.seen.query(instance: nil, interval: .seconds(15)), at: now)
        .compactMap { $0.labels["instance"] })
    let expiry = await queries.vector("min(probe_ssl_earliest_cert_expiry)", at: now).first?.value
    var page = OverviewBuilder(
      incidents: state.book, rows: rows(of: state), inventory: inventory, maintenance: maintenance, standing: standing,
      hosts: hosts, silentHosts: Set(hosts.filter { !seen.contains($0.instance) }.map(\.name)),
      endpoints: await endpointRows(standing, inventory, at: now),
      certificateExpiry: expiry.map { Timestamp(seconds: $0) },
      activity: try await activity(inventory), now: now
    ).page
    page.needs = await withSparks(page.needs, state.book)
    return page
  }

  private func activity(_ inventory: InventoryBook) async throws(ConsoleError) -> [ActivityEntry] {
    do {
      let head = try await journal.head().position
      let start = JournalPosition(max(0, head.number - Int64(Activity.readMax)))
      let facts = try await journal.facts(after: start, limit: Activity.readMax)
      return Activity.entries(facts) { inventory[$0]?.name ?? $0.text }
    } catch {
      throw .unavailable(Reason("console.journal-unreadable", ["problem": error.description]))
    }
  }

  // MARK: Endpoints

  private func endpointRows(
    _ standing: ItemStanding, _ inventory: InventoryBook, at now: Timestamp
  ) async -> [EndpointRow] {
    let endpoints = WatchedEndpoint.all(configuration().probes, hostName: hostName, in: inventory)
    guard !endpoints.isEmpty else { return [] }
    var answers = EndpointAnswers()
    for metric in EndpointAnswers.metrics(of: endpoints) { answers.take(metric, await queries.vector(metric, at: now)) }
    var today: [String: [VectorElement]] = [:]
    for metric in Set(endpoints.map(\.metrics.success)) { today[metric] = await shareOfToday(of: metric, at: now) }
    var rows: [EndpointRow] = []
    for endpoint in endpoints {
      let days =
        await pastDays(of: endpoint, at: now) + [
          EndpointDays.cell(endpoint.value(in: today[endpoint.metrics.success] ?? []))
        ]
      rows.append(
        answers.row(endpoint, standing: endpoint.item.map(standing.stateWithParts) ?? .ok, days: days))
    }
    return rows
  }

  private func shareOfToday(of metric: String, at now: Timestamp) async -> [VectorElement] {
    let midnight = EndpointDays.end(of: EndpointDays.day(at: now, in: zone) - 1, in: zone)
    let span = Duration.milliseconds(max(1000, now.elapsed(since: midnight).wholeMilliseconds))
    return await queries.vector("avg_over_time(\(metric)[\(span.notation)])", at: now)
  }

  /// Oldest first, today not among them. Days that are not known yet are read in one query and then remembered.
  private func pastDays(of endpoint: WatchedEndpoint, at now: Timestamp) async -> [EndpointDay] {
    let today = EndpointDays.day(at: now, in: zone)
    let days = (today - EndpointDays.count + 1)..<today
    if let first = days.first(where: { endpointHistory[endpoint.selector, $0] == nil }), let last = days.last {
      // Days are taken as 24 hours here: where a clock changes, an hour counts to the neighbour.
      let range = EvaluationRange(
        from: EndpointDays.end(of: first, in: zone),
        through: EndpointDays.end(of: last, in: zone).advanced(by: .seconds(3600)), step: .seconds(86_400))
      let text = "avg_over_time(\(endpoint.metrics.success){\(endpoint.selector)}[1d])"
      // What could not be read is not remembered as a day without checks.
      guard case .matrix(let slices)? = try? await queries.evaluate(text, over: range).value else {
        return days.map { endpointHistory[endpoint.selector, $0] ?? .notWatched }
      }
      let slice = endpoint.own(slices, labels: \.labels)
      var shares: [Int: Double] = [:]
      for (time, value) in zip(slice?.milliseconds ?? [], slice?.values ?? []) {
        shares[EndpointDays.day(at: Timestamp(milliseconds: time - 43_200_000), in: zone)] = value
      }
      let cells = (first...last).map { ($0, EndpointDays.cell(shares[$0])) }
      endpointHistory.remember(Dictionary(uniqueKeysWithValues: cells), of: endpoint.selector)
    }
    return days.map { endpointHistory[endpoint.selector, $0] ?? .notWatched }
  }
}
