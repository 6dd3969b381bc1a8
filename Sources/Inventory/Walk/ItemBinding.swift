internal import HashTreeCollections
internal import Records
public import Telemetry

/// Which item each target is, by the labels that its samples carry. A table beside the series: no label is added.
public struct TargetTable: Hashable, Sendable {
  public struct Key: Hashable, Sendable {
    public let job: String
    public let instance: String

    public init(job: String, instance: String) {
      self.job = job
      self.instance = instance
    }
  }

  private var items: [Key: ItemID] = [:]

  public init() {}

  /// - Parameter item: what the target names with `item:`, else its endpoint, else the host of the collector.
  public mutating func bind(job: String, instance: String, to item: ItemID) {
    items[Key(job: job, instance: instance)] = item
  }

  public subscript(key: Key) -> ItemID? { items[key] }
}

/// How an alert finds its item.
public enum ItemBinding {
  /// In this order: the alert's own `item` label; the target of (job, instance), or the one item that carries the
  /// `instance` label, then that item's child by the class's identity label; else unbound.
  ///
  /// A wrong `item` label is not passed over: it is a mistake in a rule that somebody must see. A retired item binds
  /// nothing, but for the endpoint of a removed probe: what fires about its last samples is still about it.
  /// - Parameter isDown: whether an item does not work now, for the redundancy that is left.
  /// - Source: architecture decision 12.
  public static func resolve(
    labels: LabelSet, targets: TargetTable, in book: InventoryBook,
    isDown: (ItemID) -> Bool = { _ in false }
  ) -> AlertSubject {
    if let named = labels["item"] {
      guard let item = book.item(named: named) else {
        return .unbound(why: Reason("reason.binding.label-unknown", ["item": named]))
      }
      return book.bound(item, isDown, Reason("reason.binding.label", ["item": item.name]))
    }
    let job = labels["job"] ?? ""
    let instance = labels["instance"] ?? ""
    guard let target = book.target(of: labels, targets) else {
      guard !job.isEmpty || !instance.isEmpty else { return .unbound(why: Reason("reason.binding.no-labels")) }
      return .unbound(why: Reason("reason.binding.target-unknown", ["job": job, "instance": instance]))
    }
    if let (child, label) = book.child(of: target.item, named: labels) {
      let arguments = ["label": label, "value": labels[label] ?? "", "item": child.name]
      return book.bound(child, isDown, Reason("reason.binding.child", arguments))
    }
    return book.bound(target.item, isDown, target.why)
  }
}

extension InventoryBook {
  fileprivate func bound(_ item: Item, _ isDown: (ItemID) -> Bool, _ why: Reason) -> AlertSubject {
    // While samples of a probe that is gone are in the range of a rule, its alerts go on under the same fingerprint.
    guard !item.isRetired || item.isProbedEndpoint, let reference = reference(to: item.id, isDown: isDown) else {
      return .unbound(why: Reason("reason.binding.item-retired", ["item": item.name]))
    }
    return .bound(reference, why: why)
  }

  fileprivate func item(named text: String) -> Item? {
    items[ItemID(text)] ?? ItemID(EntityID(text)).flatMap { items[$0] }
  }

  fileprivate func target(of labels: LabelSet, _ targets: TargetTable) -> (item: Item, why: Reason)? {
    let job = labels["job"] ?? ""
    guard let instance = labels["instance"] else { return nil }
    if let item = targets[.init(job: job, instance: instance)].flatMap({ items[$0] }) {
      return (
        item, Reason("reason.binding.target", ["job": job, "instance": instance, "item": item.name])
      )
    }
    // Two items with one instance label would make the choice arbitrary.
    guard let ids = byInstance[instance] ?? retiredByInstance[instance], ids.count == 1,
      let item = ids.first.flatMap({ items[$0] })
    else {
      return nil
    }
    return (item, Reason("reason.binding.instance", ["instance": instance, "item": item.name]))
  }

  fileprivate func child(of item: Item, named labels: LabelSet) -> (Item, String)? {
    for known in ItemClass.identified {
      guard let label = known.identityLabel, let identity = labels[label] else { continue }
      let key = ChildKey(parent: item.id, className: known.name, identity: identity)
      if let child = byIdentity[key].flatMap({ items[$0] }) { return (child, label) }
    }
    return nil
  }
}
