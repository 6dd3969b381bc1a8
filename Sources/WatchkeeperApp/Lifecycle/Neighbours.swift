internal import Inventory
internal import Records
internal import Synchronization
internal import Telemetry
internal import TimeSeriesStore

/// What the series of the device profiles lldp and cdp say, in terms of items. Pure.
struct Neighbours {
  /// Of each metric, a series of the value 1 with a label of the same name: a device's own name, and its neighbours'.
  private static let ownName = "sysName"
  private static let neighbourNames = ["lldpRemSysName", "cdpCacheDeviceId"]

  static let selectors = ([ownName] + neighbourNames).map { [LabelMatcher.equal(LabelSet.metricName, $0)] }

  /// - Parameter series: of the selectors.
  static func report(
    _ series: [LabelSet], targets: TargetTable, in book: InventoryBook, host: ItemID
  ) -> NeighbourReport {
    let names = names(series, targets, book)
    var seen: [ItemID: Set<ItemID>] = [:]
    for labels in series {
      guard let metric = labels.metric, neighbourNames.contains(metric), let name = labels[metric],
        let item = item(of: labels, targets, book), let neighbour = names[key(name)] ?? names[shortKey(name)]
      else { continue }
      seen[item, default: []].insert(neighbour)
    }
    return NeighbourReport(seen: seen, root: host)
  }

  /// The item that each name stands for; one that stands for two stands for none.
  private static func names(_ series: [LabelSet], _ targets: TargetTable, _ book: InventoryBook) -> [String: ItemID] {
    var items: [String: Set<ItemID>] = [:]
    func note(_ name: String, _ item: ItemID) {
      items[key(name), default: []].insert(item)
      items[shortKey(name), default: []].insert(item)
    }
    for item in book.all where !item.isRetired && item.parent == nil { note(item.name, item.id) }
    for labels in series where labels.metric == ownName {
      if let name = labels[ownName], let item = item(of: labels, targets, book) { note(name, item) }
    }
    return items.compactMapValues { $0.count == 1 ? $0.first : nil }
  }

  private static func item(of labels: LabelSet, _ targets: TargetTable, _ book: InventoryBook) -> ItemID? {
    let key = TargetTable.Key(job: labels["job"] ?? "", instance: labels["instance"] ?? "")
    return targets[key].flatMap { book[$0]?.isRetired == false ? $0 : nil }
  }

  /// CDP appends a serial number in parentheses.
  private static func key(_ name: String) -> String {
    String(name.prefix { $0 != "(" }).lowercased()
  }

  private static func shortKey(_ name: String) -> String { String(key(name).prefix { $0 != "." }) }
}

extension Installation {
  /// Tells the CMDB who is next to whom, by the samples of the last minutes.
  func connectNeighbours() async {
    let now = now
    let found = try? await store.labelSets(
      matching: Neighbours.selectors, after: now.advanced(by: .seconds(-900)), through: now, limits: ReadLimits())
    guard let found, !found.isEmpty else { return }
    let book = inventory.state.book
    let targets = TargetTable(configuration.withLock { $0.probes }, hostName: hostName, in: book)
    let report = Neighbours.report(
      found, targets: targets, in: book, host: HostInventory.itemID(hostName: hostName))
    if !report.seen.isEmpty { inventory.submit(.neighbours(report)) }
  }
}
