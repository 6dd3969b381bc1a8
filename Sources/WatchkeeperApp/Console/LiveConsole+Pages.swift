internal import Planner
internal import Probes
internal import PromQL
internal import Records
internal import Synchronization
internal import Telemetry
internal import TimeSeriesStore
internal import WebInterface

extension LiveConsole: ConsolePages {
  func shell() async -> ShellState {
    let deliveries = sources.deliveries()
    let notices = ShellNotices(
      refused: installation.status.withLock { $0.refusedConfiguration }, store: installation.store.health,
      waiting: deliveries.waiting,
      unsent: installation.senders.views.compactMap { name, view in
        view.waitingSince.map { (name, $0, view.outage) }
      }, pressure: await installation.probes.pressure, now: sources.clock.now)
    return ShellBuilder(
      probes: await sources.probes(), incidents: sources.incidents().book, maintenance: sources.maintenance().book,
      rules: sources.rules(), lastDelivery: deliveries.lastDelivery, notices: notices.all, now: sources.clock.now
    ).state
  }

  func overview() async throws(ConsoleError) -> OverviewPage { try await sources.overviewPage() }
  func hosts() async throws(ConsoleError) -> HostsPage { try await sources.hostsPage() }

  func host(_ name: String, range: PageRange?) async throws(ConsoleError) -> HostPage {
    try await sources.hostPage(name, range: range)
  }

  func incidents(_ filter: IncidentFilter) async throws(ConsoleError) -> IncidentsPage {
    try await sources.incidentsPage(filter)
  }

  func incident(_ number: RecordNumber, range: PageRange) async throws(ConsoleError) -> IncidentPage {
    try await sources.incidentPage(number, range: range)
  }

  func items(_ filter: ItemFilter) async throws(ConsoleError) -> ItemsPage { sources.itemsPage(filter) }

  func item(_ id: String, range: PageRange) async throws(ConsoleError) -> ItemPage {
    try await sources.itemPage(id, range: range)
  }

  func maintenance(weekOf instant: Timestamp?) async throws(ConsoleError) -> MaintenancePage {
    let builder = sources.maintenanceBuilder
    return builder.page(weekOf: instant ?? builder.opening)
  }

  func maintenance(of record: RecordNumber) async throws(ConsoleError) -> MaintenancePage {
    let builder = sources.maintenanceBuilder
    let number = builder.maintenance[window: record]?.task ?? record
    guard let task = builder.maintenance[number] else { throw .notFound }
    let slot = TaskRows(maintenance: builder.maintenance, now: builder.now).row(task).slot
    return builder.page(weekOf: slot?.start ?? sources.clock.now, chosen: number)
  }

  func probes(_ filter: ProbesFilter) async throws(ConsoleError) -> ProbesPage { await sources.probesPage(filter) }
  func probe(_ name: String) async throws(ConsoleError) -> ProbePage { try await sources.probePage(name) }

  func gaps(_ question: GapQuestion) async throws(ConsoleError) -> GapsPage { try await sources.gapsPage(question) }

  func rules() async throws(ConsoleError) -> RulesPage {
    RulesPageBuilder(view: sources.rules(), incidents: sources.incidents().book).page
  }

  func explore(_ query: String, range: PageRange) async throws(ConsoleError) -> ExplorePage {
    await sources.explorePage(query, range: range)
  }

  func backtest(_ order: BacktestOrder, waiting: Duration) async -> BacktestAnswer {
    await backtests.answer(order, waiting: waiting)
  }

  /// The newest values of a host's page, for the feed.
  func samples(of host: String, at now: Timestamp) async -> HostSamples? { await sources.samples(of: host, at: now) }
}

extension ConsoleSources {
  var maintenanceBuilder: MaintenancePageBuilder {
    MaintenancePageBuilder(
      maintenance: maintenance().book, inventory: inventory().book, plans: configuration().plans, zone: zone,
      now: clock.now)
  }
}
