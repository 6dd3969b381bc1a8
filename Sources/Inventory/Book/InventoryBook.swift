internal import HashTreeCollections
internal import Records
internal import Telemetry

/// The CMDB as a fold over the facts of stream `inventory`.
///
/// `decide` answers what follows from an input, `apply` is the only way the book changes. A copy costs nothing worth
/// naming.
public struct InventoryBook: Sendable, Equatable {
  /// Not part of the fold: what the configuration says now.
  public var settings: InventorySettings

  var items: TreeDictionary<ItemID, Item> = [:]
  var groups: TreeDictionary<String, RedundancyGroup> = [:]

  // Derived from the above; `checkInvariants` holds them equal to it.
  var children: TreeDictionary<ItemID, TreeSet<ItemID>> = [:]
  /// Relations by their far end.
  var incoming: TreeDictionary<ItemID, TreeSet<Relation>> = [:]
  var groupsOfMember: TreeDictionary<ItemID, TreeSet<String>> = [:]
  var byInstance: TreeDictionary<String, TreeSet<ItemID>> = [:]
  /// Retired endpoints of probes.
  var retiredByInstance: TreeDictionary<String, TreeSet<ItemID>> = [:]
  var byIdentity: TreeDictionary<ChildKey, ItemID> = [:]

  /// How an alert's label names a child.
  struct ChildKey: Hashable, Sendable {
    let parent: ItemID
    let className: String
    let identity: String
  }

  public init(settings: InventorySettings = .standard) { self.settings = settings }

  /// The item with this id, retired ones included.
  public subscript(id: ItemID) -> Item? { items[id] }

  public subscript(group name: String) -> RedundancyGroup? { groups[name] }

  /// All items, retired ones included, ascending by id.
  public var all: [Item] { items.values.sorted { $0.id < $1.id } }

  public var allGroups: [RedundancyGroup] { groups.values.sorted { $0.name < $1.name } }

  public var count: Int { items.count }

  /// The parts of an item, ascending.
  public func children(of id: ItemID) -> [Item] { (children[id] ?? []).sorted().compactMap { items[$0] } }

  /// Relations that end at an item, ascending.
  public func relations(to id: ItemID) -> [Relation] { (incoming[id] ?? []).sorted() }

  /// Groups that an item is a member of, ascending by name.
  public func groups(of id: ItemID) -> [RedundancyGroup] {
    (groupsOfMember[id] ?? []).sorted().compactMap { groups[$0] }
  }

  /// What others must know of an item.
  ///
  /// - Parameter isDown: whether an item does not work now, so that it does not stand in for this one.
  public func reference(to id: ItemID, isDown: (ItemID) -> Bool = { _ in false }) -> ItemReference? {
    guard let item = items[id] else { return nil }
    return ItemReference(
      id: id, name: item.name, className: item.className, criticality: item.criticality,
      redundancy: standing(of: id, isDown))
  }

  private func standing(of id: ItemID, _ isDown: (ItemID) -> Bool) -> RedundancyStanding {
    let standings = groups(of: id).map { group in
      alive(in: group) { $0 == id || isDown($0) } >= group.minimumAlive
    }
    if standings.isEmpty { return .alone }
    return standings.allSatisfy { $0 } ? .covered : .exhausted
  }

  /// Members that exist, are not retired and not down.
  func alive(in group: RedundancyGroup, isDown: (ItemID) -> Bool) -> Int {
    group.members.count { member in items[member]?.isRetired == false && !isDown(member) }
  }
}

// MARK: - Index upkeep

extension InventoryBook {
  mutating func put(_ item: Item) {
    if let old = items[item.id] { unlist(old) }
    items[item.id] = item
    list(item)
  }

  private mutating func list(_ item: Item) {
    for relation in item.relations { incoming[relation.target, default: []].insert(relation) }
    if let parent = item.parent { children[parent, default: []].insert(item.id) }
    if let instance = item.retiredInstance { retiredByInstance[instance, default: []].insert(item.id) }
    guard !item.isRetired else { return }
    if let instance = item.declaration.labels["instance"] { byInstance[instance, default: []].insert(item.id) }
    if let key = item.childKey { byIdentity[key] = min(byIdentity[key] ?? item.id, item.id) }
  }

  private mutating func unlist(_ item: Item) {
    for relation in item.relations { Self.remove(relation, from: &incoming, at: relation.target) }
    if let parent = item.parent { Self.remove(item.id, from: &children, at: parent) }
    if let instance = item.retiredInstance { Self.remove(item.id, from: &retiredByInstance, at: instance) }
    guard !item.isRetired else { return }
    if let instance = item.declaration.labels["instance"] { Self.remove(item.id, from: &byInstance, at: instance) }
    guard let key = item.childKey, byIdentity[key] == item.id else { return }
    // Another child may carry the same identity; the smallest id speaks for it.
    byIdentity[key] = (children[key.parent] ?? [])
      .filter { items[$0].map { $0.id != item.id && !$0.isRetired && $0.childKey == key } ?? false }.min()
  }

  mutating func put(_ group: RedundancyGroup?, named name: String) {
    for member in groups[name]?.members ?? [] { Self.remove(name, from: &groupsOfMember, at: member) }
    groups[name] = group
    for member in group?.members ?? [] { groupsOfMember[member, default: []].insert(name) }
  }

  private static func remove<Key: Hashable, Member: Hashable>(
    _ member: Member, from index: inout TreeDictionary<Key, TreeSet<Member>>, at key: Key
  ) {
    index[key]?.remove(member)
    if index[key]?.isEmpty == true { index[key] = nil }
  }
}

extension Item {
  /// The label by which alerts still find the endpoint of a probe that is gone.
  var retiredInstance: String? { isRetired && isProbedEndpoint ? declaration.labels["instance"] : nil }

  var childKey: InventoryBook.ChildKey? {
    guard let parent, let identity = declaration.identity else { return nil }
    return InventoryBook.ChildKey(parent: parent, className: className, identity: identity)
  }
}
