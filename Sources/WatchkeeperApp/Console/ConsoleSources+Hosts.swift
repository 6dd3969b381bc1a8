internal import Alerting
internal import Incidents
internal import Inventory
internal import Planner
internal import Probes
internal import PromQL
internal import Records
internal import Telemetry
internal import WebInterface

extension ConsoleSources {
  func hostsPage() async throws(ConsoleError) -> HostsPage {
    let builder = hostBuilder
    var answers: [String: [HostFigureQuery: [VectorElement]]] = [:]
    let now = clock.now
    for query in HostFigureQuery.brief {
      let text = query.query(instance: nil, interval: longestHostInterval)
      for element in await queries.vector(text, at: now) {
        answers[element.labels["instance"] ?? "", default: [:]][query, default: []].append(element)
      }
    }
    let rows = WatchedHost.all(in: inventory().book, hostName: hostName).map { host in
      builder.row(host, HostFigures(answers[host.instance] ?? [:]))
    }
    return HostsPage(hosts: rows.sorted { ($0.state.rank, $0.name) < ($1.state.rank, $1.name) })
  }

  /// - Parameter range: `nil` chooses the one that the host's samples fill: an hour, at first the shortest.
  func hostPage(_ name: String, range: PageRange?) async throws(ConsoleError) -> HostPage {
    guard let host = watchedHost(name) else { throw .notFound }
    let now = clock.now
    let range = await chosenRange(range, host, at: now)
    let interval = interval(of: host)
    let step = ChartGrid.step(for: range, interval: interval)
    let figures = await figures(of: host, at: now, HostFigureQuery.allCases)
    let start = now.advanced(by: .zero - range.duration)
    var answers: [HostMeasure: [SeriesSlice]] = [:]
    let window = ChartGrid.window(step: step, interval: interval)
    for measure in HostMeasure.allCases {
      answers[measure] = await queries.matrix(
        measure.query(instance: host.instance, window: window), from: start, through: now, step: step)
    }
    let charts = HostCharts(
      start: start, end: now, step: step, answers: answers, memoryBytes: figures.memoryBytes,
      bands: host.item.map { BreachBands.windows(maintenance().book.allWindows, over: $0.entity) } ?? [],
      marks: await marks(of: host, after: start))
    return hostBuilder.page(host, range: range, figures, charts, interval: interval)
  }

  /// The newest values of a host's charts and readouts, for pages that are open; `nil` when there is no such host.
  func samples(of name: String, at now: Timestamp) async -> HostSamples? {
    guard let host = watchedHost(name) else { return nil }
    let window = ChartGrid.window(step: .zero, interval: interval(of: host))
    var answers: [HostMeasure: [VectorElement]] = [:]
    for measure in HostMeasure.allCases {
      answers[measure] = await queries.vector(measure.query(instance: host.instance, window: window), at: now)
    }
    // A forecast changes slowly; the page that is read again has it.
    let quick = HostFigureQuery.allCases.filter { $0 != .slope && $0 != .span }
    return HostSamples(host: host.name, at: now, answers, await figures(of: host, at: now, quick))
  }

  // MARK: Parts

  private var hostBuilder: HostPageBuilder {
    let (incidents, inventory, maintenance) = (incidents().book, inventory().book, maintenance().book)
    return HostPageBuilder(
      inventory: inventory, incidents: incidents, maintenance: maintenance,
      standing: ItemStanding(incidents, inventory, maintenance, at: clock.now), rules: rules(), now: clock.now)
  }

  private func watchedHost(_ name: String) -> WatchedHost? {
    let hosts = WatchedHost.all(in: inventory().book, hostName: hostName)
    return hosts.first { $0.name == name } ?? hosts.first { $0.instance == name }
  }

  private func figures(
    of host: WatchedHost, at now: Timestamp, _ wanted: [HostFigureQuery]
  ) async -> HostFigures {
    var answers: [HostFigureQuery: [VectorElement]] = [:]
    let interval = interval(of: host)
    for query in wanted {
      answers[query] = await queries.vector(query.query(instance: host.instance, interval: interval), at: now)
    }
    return HostFigures(answers)
  }

  private func chosenRange(_ range: PageRange?, _ host: WatchedHost, at now: Timestamp) async -> PageRange {
    if let range { return range }
    let earlier = now.advanced(by: .zero - PageRange.quarterHour.duration)
    let load = "node_load1{instance=\(LabelSet.quoted(host.instance))}"
    return await queries.vector(load, at: earlier).isEmpty ? .quarterHour : .hour
  }

  private func marks(of host: WatchedHost, after start: Timestamp) async -> [ChartMark] {
    guard let item = host.item, let facts = try? await history(of: item.entity) else { return [] }
    return ItemChanges.replacements(in: ItemChanges.changes(of: facts)).filter { $0.at > start }.prefix(
      ChartGrid.marksMax
    )
    .map { ChartMark(at: $0.at, $0.what) }
  }

  /// Between two samples of a host.
  private func interval(of host: WatchedHost) -> Duration {
    let probe = configuration().probes.first { probe in
      probe.settings.instance == nil && probe.targetLabels(hostName: hostName)["instance"] == host.instance
    }
    return probe?.interval ?? Self.hostInterval
  }

  private var longestHostInterval: Duration {
    configuration().probes.filter { $0.settings.instance == nil }.map(\.interval).max() ?? Self.hostInterval
  }

  /// Of hosts whose samples come from elsewhere.
  private static let hostInterval = Duration.seconds(15)
}
