internal import HashTreeCollections
internal import Records
internal import Telemetry

extension InventoryBook {
  /// The journal's key of a redundancy group.
  static func entity(ofGroup name: String) -> EntityID { EntityID("group/\(name)") }

  /// Folds one fact in. Facts about items that the book does not hold change nothing.
  public mutating func apply(_ fact: InventoryFact) {
    switch fact.change {
    case .grouped(let content): put(content.group, named: content.group.name)
    case .ungrouped(let content): put(nil as RedundancyGroup?, named: content.name)
    case .declared(let content): declare(content.declaration, at: fact.at)
    default:
      guard let id = ItemID(fact.entity), var item = items[id] else { return }
      item.apply(fact.change, at: fact.at)
      put(item)
    }
  }

  private mutating func declare(_ declaration: ItemDeclaration, at now: Timestamp) {
    guard var item = items[declaration.id] else {
      return put(
        Item(declaration: declaration, observed: [:], relations: [], createdAt: now, changedAt: now, retired: nil))
    }
    item.declaration = declaration
    item.changedAt = now
    item.retired = nil
    put(item)
  }
}

extension Item {
  fileprivate mutating func apply(_ change: InventoryChange, at now: Timestamp) {
    changedAt = now
    switch change {
    case .retired(let content): retired = Retirement(at: now, reason: content.reason)
    case .related(let content):
      relations.removeAll { $0.isSameEdge(as: content.relation) }
      relations.append(content.relation)
      relations.sort()
    case .unrelated(let content): relations.removeAll { $0.isSameEdge(as: content.relation) }
    case .observed(let content):
      var changes = observed[content.attribute]?.changes ?? []
      if let before = content.before { changes.append(ObservedAttribute.Change(at: now, before: before)) }
      observed[content.attribute] = ObservedAttribute(
        value: content.after, source: content.source, since: content.since,
        changes: Array(changes.suffix(Self.changesKept)), instability: nil)
    case .unstable(let content):
      observed[content.attribute]?.value = content.last
      observed[content.attribute]?.source = content.source
      observed[content.attribute]?.since = now
      observed[content.attribute]?.instability = .init(since: now, first: content.first, last: content.last)
    case .settled(let content):
      observed[content.attribute] = ObservedAttribute(
        value: content.value, source: content.source, since: now, changes: [], instability: nil)
    case .declared, .grouped, .ungrouped: break
    }
  }

  /// Change times kept of one attribute: enough for every sensible `changesMax`.
  private static let changesKept = 64
}
