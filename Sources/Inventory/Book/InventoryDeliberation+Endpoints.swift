internal import Records

extension InventoryDeliberation {
  /// Takes the endpoints of the probes as items, and retires those that no probe checks any more.
  ///
  /// What a file or the desk declares is theirs: an endpoint of theirs gets neither another declaration nor relations.
  mutating func take(_ endpoints: [ProbedEndpoint], seenFrom host: ItemID, digest: String) {
    let actor = Actor.configuration(digest)
    let own = endpoints.filter { isOurs($0) }.sorted { $0.id < $1.id }
    let wanted = Set(own.map(\.id))
    for item in book.all where item.isProbedEndpoint && !item.isRetired && !wanted.contains(item.id) {
      retire(item.id, because: Reason("reason.item.probe-removed"), by: actor)
    }
    for endpoint in own {
      take(endpoint.declaration, because: Reason("reason.item.probed", ["probe": endpoint.probe]), by: actor)
    }
    let relations = own.filter { book[$0.id]?.home == .discovery && book[host] != nil }.map { $0.relation(to: host) }
    // Every relation of discovery is one of these, or a living item's connection to a neighbour.
    let bySource = Dictionary(grouping: relations, by: \.source)
    for item in book.all { relate(item, bySource[item.id] ?? [], by: actor) }
  }

  private func isOurs(_ endpoint: ProbedEndpoint) -> Bool {
    guard book.item(of: endpoint) == endpoint.id else { return false }
    guard let known = book[endpoint.id], !known.isRetired else { return true }
    return known.home == .discovery
  }

  /// An edge that a file declares stays as the file says.
  private mutating func relate(_ item: Item, _ wanted: [Relation], by actor: Actor) {
    for relation in item.relations where relation.home == .discovery {
      if relation.type == .connectedTo, !item.isRetired { continue }
      guard !wanted.contains(where: { $0.isSameEdge(as: relation) }) else { continue }
      record(.unrelated(RelationRemoved(relation: relation)), about: item.entity, by: actor)
    }
    for relation in wanted where !item.relations.contains(where: { $0.isSameEdge(as: relation) }) {
      record(.related(RelationAdded(relation: relation)), about: item.entity, by: actor)
    }
  }
}
