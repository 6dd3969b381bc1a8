internal import Incidents
internal import Inventory
internal import Planner
internal import Records
internal import ServiceTime
internal import Telemetry
internal import WebInterface

/// The first page from the states. Pure; endpoints and activity come in.
struct OverviewBuilder {
  let incidents: IncidentBook
  let rows: IncidentRows
  let inventory: InventoryBook
  let maintenance: MaintenanceBook
  let standing: ItemStanding
  let hosts: [WatchedHost]
  /// Hosts without a sample now, by name.
  let silentHosts: Set<String>
  let endpoints: [EndpointRow]
  /// When the first certificate expires.
  let certificateExpiry: Timestamp?
  let activity: [ActivityEntry]
  let now: Timestamp

  /// Rows of "needs you": the page shows five and counts the rest.
  static let needsMax = 50

  var page: OverviewPage {
    OverviewPage(
      verdict: verdict, needs: needs.prefix(Self.needsMax).map { rows.row($0) }, watch: watch,
      endpoints: endpoints.sorted { ($0.state.rank, $0.name) < ($1.state.rank, $1.name) }, fleet: fleet,
      totals: totals, next: coming, activity: activity)
  }

  // MARK: - Who must act

  private var active: [Incident] { IncidentListing(book: incidents).active }

  /// Those that somebody must look at: nobody's first, quiet and withheld ones not at all.
  var needs: [Incident] {
    active.filter { $0.pageProgress == .open } + active.filter { $0.pageProgress == .acknowledged }
  }

  var verdict: StatedPhrase {
    guard let worst = needs.min(by: { ($0.pageState.rank, $0.priority) < ($1.pageState.rank, $1.priority) }) else {
      return quietVerdict
    }
    let name = worst.objectName(in: inventory)
    let others = Set(needs.map { $0.objectName(in: inventory) } + failingUnnoticed.map(\.name)).subtracting([name])
      .count
    let verb = worst.pageState == .critical ? "failing" : "warned"
    let phrase =
      others == 0
      ? Phrase("console.verdict.\(verb)-alone", ["item": name])
      : Phrase("console.verdict.\(verb)-others", ["item": name, "count": String(others)])
    return StatedPhrase(worst.pageState, phrase, detail: verdictDetail(worst))
  }

  /// Names in one sentence.
  private static let namesMax = 3

  /// Endpoints that do not answer and are the item of no open incident: the rules still wait, or none looks.
  private var failingUnnoticed: [EndpointRow] {
    let noticed = Set(active.compactMap { $0.subject.item.map { PageTarget.item($0.id.text) } })
    return endpoints.filter { $0.state == .critical && !noticed.contains($0.target) }
  }

  private func verdictDetail(_ incident: Incident) -> Phrase {
    let arguments = [
      "since": incident.activeAt.argument, "age": now.elapsed(since: incident.activeAt).argument,
      "who": incident.acknowledgedBy?.name ?? "", "number": incident.number.description,
    ]
    return Phrase(incident.acknowledgedBy == nil ? "console.verdict.nobody" : "console.verdict.somebody", arguments)
  }

  private var quietVerdict: StatedPhrase {
    guard hosts.count > silentHosts.count || !endpoints.isEmpty else {
      return StatedPhrase(.unknown, Phrase("console.verdict.nothing"))
    }
    if let silent = silentHosts.sorted().first {
      return StatedPhrase(
        .unknown, Phrase("console.verdict.silent", ["host": silent, "count": String(silentHosts.count)]))
    }
    let failing = failingUnnoticed
    guard failing.isEmpty else {
      let names = failing.prefix(Self.namesMax).map(\.name).joined(separator: ", ")
      return StatedPhrase(
        .warning, Phrase("console.verdict.endpoints", ["names": names, "count": String(failing.count)]),
        detail: Phrase("console.verdict.waiting"))
    }
    let arguments = ["hosts": String(hosts.count), "endpoints": String(endpoints.count)]
    return StatedPhrase(
      .ok, Phrase(endpoints.isEmpty ? "console.verdict.hosts" : "console.verdict.all", arguments))
  }

  // MARK: - Two days

  private var watch: WatchTimeline {
    let from = now.advanced(by: .zero - WatchTimeline.reach)
    let until = now.advanced(by: WatchTimeline.reach)
    let bars = incidents.all.filter { ($0.endedAt ?? now) >= from }.map { incident in
      WatchBar(
        incident.endedAt != nil ? .solved : incident.severity == .critical ? .critical : .warning,
        from: incident.activeAt, to: incident.endedAt, .verbatim(label(of: incident)))
    }
    let windows = maintenance.allWindows.filter { ($0.closedAt ?? $0.planned.to) >= from }.map { window in
      WatchBar(
        .planned, from: window.planned.from, to: window.closedAt ?? max(now, window.planned.to),
        Phrase(
          "console.watch.window",
          ["window": window.number.description].merging(window.title.arguments("title")) { $1 }))
    }
    let tasks = scheduled.filter { $0.slot.from <= until }.map { task, slot in
      WatchBar(
        .planned, from: slot.from, to: slot.to,
        Phrase("console.watch.task", ["task": task.number.description, "item": task.terms.itemName]))
    }
    return WatchTimeline(now: now, incidents: bars, maintenance: windows + tasks)
  }

  private func label(of incident: Incident) -> String { "\(incident.objectName(in: inventory)) \(incident.number)" }

  private var scheduled: [(task: MaintenanceTask, slot: Interval)] {
    maintenance.openTasks.compactMap { task in
      guard task.state == .scheduled, let slot = task.slot, slot.to > now else { return nil }
      return (task, slot)
    }
  }

  /// What comes within a day, and what waits for somebody now.
  private var coming: [ComingEntry] {
    let until = now.advanced(by: WatchTimeline.reach)
    return maintenance.openTasks.compactMap { task in
      let row = TaskRows(maintenance: maintenance, now: now).row(task)
      guard let start = row.slot?.start, start <= until else { return nil }
      let arguments = ["task": task.number.description, "item": task.terms.itemName].merging(
        task.terms.activity.title.arguments("activity")
      ) { $1 }
      return ComingEntry(
        at: start, Phrase("console.next.task", arguments), detail: row.reasons.first?.phrase,
        state: row.progress == .due || row.progress == .late ? .warning : nil)
    }
  }

  // MARK: - What is watched

  var fleet: [FleetSite] {
    var sites: [String: [FleetHost]] = [:]
    for host in hosts {
      let known = host.item.map(standing.stateWithParts) ?? .ok
      let state = known == .ok && silentHosts.contains(host.name) ? .unknown : known
      sites[site(of: host), default: []].append(FleetHost(host.name, state))
    }
    return sites.map { FleetSite(name: $0.key, hosts: $0.value.sorted { $0.name < $1.name }) }
      .sorted { ($0.name.isEmpty ? 1 : 0, $0.name) < ($1.name.isEmpty ? 1 : 0, $1.name) }
  }

  private func site(of host: WatchedHost) -> String {
    guard let item = host.item.flatMap({ inventory[$0] }),
      let place = item.relations.first(where: { $0.type == .locatedIn })?.target
    else { return "" }
    return inventory[place]?.name ?? place.text
  }

  private var totals: [PageFact] {
    let living = inventory.all.filter { !$0.isRetired }
    func fact(_ className: String) -> PageFact? {
      let count = living.count { $0.className == className }
      guard count > 0 else { return nil }
      let troubled = living.filter {
        $0.className == className && standing.state(of: $0.id).rank <= PageState.warning.rank
      }
      let arguments = ["count": String(count), "troubled": String(troubled.count)]
      return PageFact(
        Phrase("console.class.\(className)"),
        Phrase(troubled.isEmpty ? "console.total.count" : "console.total.troubled", arguments),
        state: troubled.isEmpty ? nil : .warning)
    }
    let certificate = certificateExpiry.map { expiry in
      PageFact(
        Phrase("console.total.certificate"),
        Phrase("console.total.left", ["left": expiry.elapsed(since: now).argument]),
        state: expiry.elapsed(since: now) < .seconds(21 * 86_400) ? .warning : nil)
    }
    return [fact("filesystem"), fact("interface"), fact("service"), certificate].compactMap { $0 }
  }
}
