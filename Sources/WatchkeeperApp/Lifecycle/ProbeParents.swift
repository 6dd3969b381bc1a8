internal import Inventory
internal import Probes

/// Which probes are behind which: by the definitions' own word, else by the CMDB's relations. Pure.
struct ProbeParents {
  /// By name: the names of the probes that each one is behind.
  private(set) var parents: [String: [String]] = [:]
  /// Probes whose `behind` names nothing that a probe looks at.
  private(set) var unknown: [(probe: String, behind: String)] = []

  /// Steps from an item to what it is connected to through. The default is 8.
  private static let stepsMax = 8

  init(_ probes: [ProbeDefinition], hostName: String, in inventory: InventoryBook) {
    let subjects = probes.map { ($0.name, $0.subject(hostName: hostName, in: inventory)) }
    let lookers = Dictionary(grouping: subjects, by: \.1).mapValues { $0.map(\.0).sorted() }
    let names = Set(probes.map(\.name))
    for (probe, subject) in zip(probes, subjects.map(\.1)) {
      guard let behind = probe.behind else {
        // What is looked at from within has nothing between.
        guard probe.settings.network != nil else { continue }
        let above = Self.above(subject, in: inventory) { lookers[$0] ?? [] }
        if !above.isEmpty { parents[probe.name] = above }
        continue
      }
      let item = inventory[ItemID(behind)]?.id ?? inventory.all.first { $0.name == behind && $0.retired == nil }?.id
      let found = names.contains(behind) ? [behind] : item.flatMap { lookers[$0] } ?? []
      if found.isEmpty { unknown.append((probe.name, behind)) } else { parents[probe.name] = found }
    }
  }

  /// The probes of the nearest items through which `item` is connected: its own connections, else those of what it runs
  /// on.
  private static func above(
    _ item: ItemID, in inventory: InventoryBook, lookers: (ItemID) -> [String]
  ) -> [String] {
    var reached: Set<ItemID> = [item]
    var level = [item]
    for _ in 0..<stepsMax where !level.isEmpty {
      var next: [ItemID] = []
      var found: [String] = []
      for relation in level.flatMap({ inventory[$0]?.relations ?? [] }) {
        guard [.connectedTo, .runsOn, .hostedOn].contains(relation.type), reached.insert(relation.target).inserted
        else { continue }
        next.append(relation.target)
        if relation.type == .connectedTo { found += lookers(relation.target) }
      }
      if !found.isEmpty { return found.sorted() }
      level = next
    }
    return []
  }
}

extension Installation {
  /// The parents of the running probes, as the CMDB has them now.
  func probeParents(_ probes: [ProbeDefinition]) -> [String: [String]] {
    let found = ProbeParents(probes, hostName: hostName, in: inventory.state.book)
    for (probe, behind) in found.unknown {
      log.warning("probes: \(probe): behind '\(behind)': no probe looks at such an item – name a probe, or give it one")
    }
    return found.parents
  }
}
