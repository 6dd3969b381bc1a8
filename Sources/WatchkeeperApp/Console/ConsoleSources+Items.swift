internal import Incidents
internal import Inventory
internal import Planner
internal import Records
internal import Telemetry
internal import WebInterface

extension ConsoleSources {
  func itemsPage(_ filter: ItemFilter) -> ItemsPage { itemsBuilder.list(filter) }

  func itemPage(_ id: String, range: PageRange) async throws(ConsoleError) -> ItemPage {
    let inventory = inventory().book
    guard let item = inventory[ItemID(id)] else { throw .notFound }
    let host = WatchedHost.all(in: inventory, hostName: hostName).first { $0.item == item.id }
    var page = itemsBuilder.page(
      item, history: try await history(of: item.entity), charts: await charts(of: item, in: inventory, range),
      host: host, place: configuration().itemPlaces[item.id].map { "\($0.file):\($0.line)" })
    page.probes = ProbesPage(rows: await probeRows { $0 == item.id }).rows
    return page
  }

  private var itemsBuilder: ItemsPageBuilder {
    let (state, inventory, maintenance) = (incidents(), inventory(), maintenance().book)
    let now = clock.now
    return ItemsPageBuilder(
      inventory: inventory.book, ledger: inventory.ledger, maintenance: maintenance,
      standing: ItemStanding(state.book, inventory.book, maintenance, at: now), rows: rows(of: state), now: now)
  }

  /// The few lines that tell most about an item; a host has a page of its own for them.
  private func charts(of item: Item, in inventory: InventoryBook, _ range: PageRange) async -> [Chart] {
    let instance =
      item.declaration.labels["instance"] ?? item.parent.flatMap { inventory[$0]?.declaration.labels["instance"] }
    guard let instance else { return [] }
    let now = clock.now
    let step = ChartGrid.step(for: range, interval: .seconds(15))
    let start = now.advanced(by: .zero - range.duration)
    var charts: [Chart] = []
    for drawing in ItemCharts.drawings(
      of: item, instance: instance, window: ChartGrid.window(step: step, interval: .seconds(15)))
    {
      var series: [ChartSeries] = []
      for line in drawing.lines {
        guard let slice = await queries.matrix(line.query, from: start, through: now, step: step).first else {
          continue
        }
        series.append(
          ChartSeries(
            id: line.id, label: Phrase("console.host.series.\(line.id)"), milliseconds: slice.milliseconds,
            values: slice.values))
      }
      guard !series.isEmpty else { continue }
      charts.append(
        Chart(
          id: drawing.id, title: Phrase("console.host.chart.\(drawing.id)", ["device": item.name]), unit: drawing.unit,
          start: start, end: now, intervalSeconds: step.inSeconds, series: series, top: drawing.top,
          bands: BreachBands.windows(maintenance().book.allWindows, over: item.entity)))
    }
    return charts
  }
}

/// What is drawn on an item's page, by its class.
enum ItemCharts {
  struct Drawing {
    let id: String
    let unit: ChartUnit
    var top: Double?
    let lines: [(id: String, query: String)]
  }

  static func drawings(of item: Item, instance: String, window: Duration) -> [Drawing] {
    let host = "instance=\(LabelSet.quoted(instance))"
    let span = "[\(window.notation)]"
    switch item.className {
    case "filesystem":
      let selector = "{\(host),mountpoint=\(LabelSet.quoted(item.declaration.labels["mountpoint"] ?? item.name))}"
      let used = "100 * (1 - node_filesystem_avail_bytes\(selector) / node_filesystem_size_bytes\(selector))"
      return [Drawing(id: "filesystem", unit: .percent, top: 100, lines: [("used", used)])]
    case "interface":
      let selector = "{\(host),device=\(LabelSet.quoted(item.declaration.labels["device"] ?? item.name))}"
      return [
        Drawing(
          id: "net", unit: .bytesPerSecond,
          lines: [
            ("received", "rate(node_network_receive_bytes_total\(selector)\(span))"),
            ("sent", "rate(node_network_transmit_bytes_total\(selector)\(span))"),
          ])
      ]
    case "endpoint", "service", "application":
      return [Drawing(id: "answer", unit: .seconds, lines: [("duration", "probe_duration_seconds{\(host)}")])]
    default: return []
    }
  }
}
