internal import Records

/// Who is next to whom, as devices themselves tell (LLDP, CDP).
public struct NeighbourReport: Hashable, Sendable {
  /// By the item that says so: the items of its neighbours.
  public let seen: [ItemID: Set<ItemID>]
  /// The host that looks: what is nearer to it is what the others are reached through.
  public let root: ItemID

  public init(seen: [ItemID: Set<ItemID>], root: ItemID) {
    self.seen = seen
    self.root = root
  }
}

extension InventoryDeliberation {
  /// Makes relations of what devices say of their neighbours: the farther one is connected to the nearer one.
  ///
  /// What a person has declared stays, and the last known stays for as long as a device is not seen elsewhere: a cut
  /// cable is no change of the plan. A device that no way leads to from the host that looks gets no relation, because
  /// nothing says which of two neighbours depends on the other.
  mutating func take(_ report: NeighbourReport) {
    var links: [ItemID: Set<ItemID>] = [:]
    for (item, neighbours) in report.seen where isLiving(item) {
      for neighbour in neighbours where neighbour != item && isLiving(neighbour) {
        links[item, default: []].insert(neighbour)
        links[neighbour, default: []].insert(item)
      }
    }
    let distances = distances(from: report.root, links)
    for id in links.keys.sorted() {
      guard let item = book[id], let own = distances[id], own > 0 else { continue }
      let nearer = (links[id] ?? []).filter { distances[$0] == own - 1 }.sorted()
      if !nearer.isEmpty { connect(item, to: nearer) }
    }
  }

  private func isLiving(_ id: ItemID) -> Bool { book[id]?.isRetired == false }

  /// Steps from the root over what was seen and what is declared.
  private func distances(from root: ItemID, _ links: [ItemID: Set<ItemID>]) -> [ItemID: Int] {
    var declared: [ItemID: Set<ItemID>] = [:]
    for item in book.all where !item.isRetired {
      for relation in item.relations where relation.type == .connectedTo && relation.home != .discovery {
        declared[relation.source, default: []].insert(relation.target)
        declared[relation.target, default: []].insert(relation.source)
      }
    }
    var distances = [root: 0]
    var level = [root]
    while !level.isEmpty {
      var next: [ItemID] = []
      for id in level {
        for neighbour in (links[id] ?? []).union(declared[id] ?? []) where distances[neighbour] == nil {
          distances[neighbour] = (distances[id] ?? 0) + 1
          next.append(neighbour)
        }
      }
      level = next
    }
    return distances
  }

  /// - Parameter nearer: when there are several, no single one brings the item down.
  private mutating func connect(_ item: Item, to nearer: [ItemID]) {
    let actor = Actor.probe("neighbours")
    for relation in item.relations where relation.home == .discovery && relation.type == .connectedTo {
      guard !nearer.contains(relation.target) else { continue }
      record(.unrelated(RelationRemoved(relation: relation)), about: item.entity, by: actor)
    }
    for target in nearer {
      // The host that looks may stand elsewhere now: then the nearer one is the other.
      for turned in book[target]?.relations ?? []
      where turned.home == .discovery && turned.type == .connectedTo && turned.target == item.id {
        record(.unrelated(RelationRemoved(relation: turned)), about: target.entity, by: actor)
      }
      let relation = Relation(
        item.id, .connectedTo, target, strength: nearer.count == 1 ? .hard : .soft, home: .discovery)
      let known = (item.relations + (book[target]?.relations ?? [])).filter {
        $0.isSameEdge(as: relation) || $0.home != .discovery && $0.type == .connectedTo && $0.target == item.id
      }
      guard !known.contains(relation), !known.contains(where: { $0.home != .discovery }) else { continue }
      record(.related(RelationAdded(relation: relation)), about: item.entity, by: actor)
    }
  }
}
