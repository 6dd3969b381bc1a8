internal import HashTreeCollections
public import Records
internal import Telemetry

/// Something in the inventory that a person should look at.
public struct InventoryFinding: Hashable, Sendable {
  public let entity: EntityID
  public let why: Reason
}

extension InventoryBook {
  /// What a person should look at, in a fixed order. Alerts without an item are the app's to add.
  public func findings() -> [InventoryFinding] {
    var found: [InventoryFinding] = []
    for item in all where !item.isRetired {
      for (name, attribute) in item.observed.sorted(by: { $0.key < $1.key }) {
        guard let instability = attribute.instability else { continue }
        found.append(
          item.finding(
            "unstable", ["attribute": name, "first": instability.first, "last": instability.last]))
      }
      for (name, values) in item.drift.sorted(by: { $0.key < $1.key }) {
        found.append(
          item.finding("drift", ["attribute": name, "declared": values.declared, "observed": values.observed]))
      }
      for relation in item.relations where items[relation.target]?.isRetired ?? true {
        found.append(
          item.finding(
            "relation-end-missing", ["relation": relation.type.rawValue, "target": relation.target.text]))
      }
    }
    for group in allGroups {
      for member in group.members where items[member]?.isRetired ?? true {
        let arguments = ["group": group.name, "item": member.text]
        found.append(
          InventoryFinding(
            entity: Self.entity(ofGroup: group.name), why: Reason("reason.finding.member-missing", arguments)))
      }
    }
    return found
  }

  /// What must hold after every fact. Empty when all does; each entry says what does not.
  public func checkInvariants() -> [String] {
    var problems: [String] = []
    for (id, item) in items {
      if item.id != id { problems.append("\(id): misfiled \(item.id)") }
      if item.relations != item.relations.sorted() { problems.append("\(id): relations out of order") }
      if item.relations.contains(where: { $0.source != id }) { problems.append("\(id): holds another's relation") }
      for (one, next) in zip(item.relations, item.relations.dropFirst()) where one.isSameEdge(as: next) {
        problems.append("\(id): two relations with one edge")
      }
    }
    var rebuilt = InventoryBook(settings: settings)
    for item in items.values { rebuilt.put(item) }
    for group in groups.values { rebuilt.put(group, named: group.name) }
    if rebuilt.children != children { problems.append("index of children is stale") }
    if rebuilt.incoming != incoming { problems.append("index of incoming relations is stale") }
    if rebuilt.groupsOfMember != groupsOfMember { problems.append("index of groups is stale") }
    if rebuilt.retiredByInstance != retiredByInstance { problems.append("index of retired endpoints is stale") }
    if rebuilt.byInstance != byInstance { problems.append("index by instance is stale") }
    if rebuilt.byIdentity != byIdentity { problems.append("index by identity is stale") }
    return problems
  }
}

extension Item {
  fileprivate func finding(_ id: String, _ arguments: [String: String]) -> InventoryFinding {
    let arguments = arguments.merging(["item": self.id.text]) { known, _ in known }
    return InventoryFinding(entity: entity, why: Reason("reason.finding.\(id)", arguments))
  }
}
