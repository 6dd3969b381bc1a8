internal import HashTreeCollections
public import Records

extension InventoryBook {
  private static let schema = 1
  private static let groupPrefix = "group/"

  /// The book as its rows say; apply the stream's facts after `rows.asOf` to it.
  ///
  /// - Throws: `.newerSchema` when a newer program wrote the rows.
  public init(_ rows: SnapshotSet, settings: InventorySettings = .standard) throws(FactReadError) {
    self.init(settings: settings)
    for row in rows.rows {
      if row.entity.text.hasPrefix(Self.groupPrefix) {
        let group = try row.read(RedundancyGroup.self, schema: Self.schema)
        put(group, named: group.name)
      } else if ItemID(row.entity) != nil {
        put(try row.read(Item.self, schema: Self.schema))
      } else {
        throw .unknownKind("snapshot of \(row.entity)")
      }
    }
  }

  /// The rows that `facts` changed, as they are now; an empty body deletes the row.
  public func snapshots(after facts: some Sequence<InventoryFact>) -> [EntitySnapshot] {
    Set(facts.map(\.entity)).sorted().map(snapshot)
  }

  /// Every row.
  public func snapshots() -> [EntitySnapshot] {
    (items.values.map(\.entity) + groups.keys.map(Self.entity(ofGroup:))).sorted().map(snapshot)
  }

  private func snapshot(of entity: EntityID) -> EntitySnapshot {
    if let item = ItemID(entity).flatMap({ items[$0] }) {
      return EntitySnapshot(of: entity, schema: Self.schema, encoding: item)
    }
    if let group = groups[String(entity.text.dropFirst(Self.groupPrefix.count))] {
      return EntitySnapshot(of: entity, schema: Self.schema, encoding: group)
    }
    return .gone(entity)
  }
}
