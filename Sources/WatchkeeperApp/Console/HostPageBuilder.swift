internal import Alerting
internal import Incidents
internal import Inventory
internal import Planner
internal import PromQL
internal import Records
internal import ServiceTime
internal import Telemetry
internal import WebInterface

/// A host as the CMDB and the samples know it.
struct WatchedHost: Equatable {
  let name: String
  /// The label of its series.
  let instance: String
  /// `nil` for this host before discovery has found it.
  let item: ItemID?

  /// The hosts of the CMDB, and this one. Ascending by name.
  static func all(in book: InventoryBook, hostName: String) -> [WatchedHost] {
    var hosts = book.all.filter { $0.className == "host" && !$0.isRetired }.map { item in
      WatchedHost(name: item.name, instance: item.declaration.labels["instance"] ?? item.name, item: item.id)
    }
    if !hosts.contains(where: { $0.instance == hostName }) {
      hosts.append(WatchedHost(name: hostName, instance: hostName, item: nil))
    }
    return hosts.sorted { $0.name < $1.name }
  }
}

/// Page and rows of hosts. Pure: what was fetched comes in.
struct HostPageBuilder {
  let inventory: InventoryBook
  let incidents: IncidentBook
  let maintenance: MaintenanceBook
  let standing: ItemStanding
  let rules: RuleEvaluator.View
  let now: Timestamp

  /// Badges of one kind.
  static let badgesMax = 3

  func page(
    _ host: WatchedHost, range: PageRange, _ figures: HostFigures, _ charts: HostCharts, interval: Duration
  ) -> HostPage {
    let threshold = filesystemThreshold
    let filesystems = figures.filesystems.map { filesystem in
      FilesystemOutlook.row(filesystem, threshold: threshold, standing: state(of: filesystem, on: host))
    }
    return HostPage(
      name: host.name, state: state(of: host, figures), badges: badges(of: host), summary: summary(of: host, figures),
      itemID: host.item?.text, range: range,
      readouts: HostReadouts(figures: figures, filesystemThreshold: threshold).readouts, sections: charts.sections,
      filesystems: filesystems, intervalSeconds: interval.inSeconds)
  }

  func row(_ host: WatchedHost, _ figures: HostFigures) -> HostRow {
    let worst = figures.worstFilesystem
    return HostRow(
      name: host.name, state: state(of: host, figures), summary: summary(of: host, figures),
      cpuPercent: figures.cpuPercent, memoryPercent: figures.memoryPercent, worstFilesystemPercent: worst?.usedPercent,
      worstFilesystem: worst?.mountpoint, lastSample: figures.lastSample)
  }

  /// What is open on it counts first; without a sample it is unknown, whatever was true before.
  func state(of host: WatchedHost, _ figures: HostFigures) -> PageState {
    let known = host.item.map(standing.stateWithParts) ?? .ok
    return known == .ok && figures.lastSample == nil ? .unknown : known
  }

  private func state(of filesystem: HostFigures.Filesystem, on host: WatchedHost) -> PageState {
    guard let item = host.item,
      let part = inventory.children(of: item).first(where: {
        $0.className == "filesystem" && $0.declaration.labels["mountpoint"] == filesystem.mountpoint
      })
    else { return .ok }
    return standing.state(of: part.id)
  }

  private func summary(of host: WatchedHost, _ figures: HostFigures) -> Phrase {
    let observed = host.item.flatMap { inventory[$0] }?.observed ?? [:]
    let name = observed["os"]?.value ?? ""
    let version = observed["os_version"]?.value ?? ""
    let system = name.contains(version) ? name : "\(name) \(version)"
    let cores = observed["cpu_count"]?.value ?? figures.cores.map { String(Int($0)) }
    let memory = observed["memory_bytes"]?.value ?? figures.memoryBytes.map { String($0) }
    guard let cores, let memory else { return .verbatim(system) }
    guard !system.isEmpty else { return Phrase("console.host.size", ["cores": cores, "memory": memory]) }
    return Phrase("console.host.summary", ["system": system, "cores": cores, "memory": memory])
  }

  private func badges(of host: WatchedHost) -> [StatedPhrase] {
    guard let item = host.item else { return [] }
    let parts = Set([item] + inventory.children(of: item).map(\.id))
    let open = IncidentListing(book: incidents).active.filter { incident in
      incident.subject.item.map { parts.contains($0.id) } ?? false
    }
    var badges = open.prefix(Self.badgesMax).map { StatedPhrase($0.pageState, $0.titlePhrase) }
    if let window = maintenance.withholding(item: item.entity, at: now) {
      let arguments = ["window": window.window.description, "until": window.until.argument]
      badges.append(StatedPhrase(.maintenance, Phrase("console.host.window", arguments)))
    }
    let next = maintenance.openTasks.first { task in
      task.key.item == item.entity && task.state == .scheduled && (task.slot?.from ?? now) > now
    }
    if let next, let slot = next.slot {
      let arguments = ["task": next.number.description, "at": slot.from.argument]
      badges.append(StatedPhrase(.maintenance, Phrase("console.host.next-task", arguments)))
    }
    return badges
  }

  /// Where the earliest rule about free space speaks; 0 to 100 of the used share.
  var filesystemThreshold: Double? {
    let shares = rules.groups.flatMap(\.rules).compactMap { rule -> Double? in
      guard case .alerting(let alerting) = rule else { return nil }
      let evidence = Evidence(alerting.query)
      guard let threshold = evidence.threshold, threshold.side == .below, (0...1).contains(threshold.value),
        alerting.query.metricNames.isSuperset(of: ["node_filesystem_avail_bytes", "node_filesystem_size_bytes"]),
        !evidence.expression.contains("predict_linear")
      else { return nil }
      return threshold.value
    }
    return shares.max().map { 100 * (1 - $0) }
  }
}
