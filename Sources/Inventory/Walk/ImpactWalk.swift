internal import HashTreeCollections
public import Records

/// What a failure does to an item that it reaches.
public enum ImpactEffect: String, Hashable, Sendable, Codable {
  case fails
  /// It works, but worse, or with less in reserve. Goes no further.
  case degraded
}

/// One item that a failure reaches, and how.
public struct AffectedItem: Hashable, Sendable, Codable {
  public let item: ItemID
  public let effect: ImpactEffect
  /// From the failing item to this one, both included.
  public let path: [ItemID]
  public let why: Reason
}

/// All that a failure reaches, nearest first; the failing items themselves lead.
public struct ImpactSet: Hashable, Sendable {
  /// Whether the walk ended by itself or at `ImpactSet.itemsMax`.
  public enum Reach: Hashable, Sendable { case complete, cut }

  public let affected: [AffectedItem]
  public let reach: Reach

  /// A walk stops after this many items. The value is 10,000.
  public static let itemsMax = 10_000
}

extension InventoryBook {
  /// What fails or degrades when `failing` fail together.
  ///
  /// A redundancy group fails only when fewer than its minimum are alive; before that its dependants lose redundancy.
  /// - Parameter unavailable: items that do not work anyway: planned outages, live failures.
  public func impact(of failing: [ItemID], unavailable: Set<ItemID> = []) -> ImpactSet {
    var walk = Walk(book: self, down: unavailable)
    for id in failing where items[id] != nil {
      walk.reach(id, .fails, from: nil, Reason("reason.impact.itself", ["item": name(of: id)]))
    }
    while let step = walk.next() {
      for edge in downstream(of: step.item) { walk.follow(edge, from: step) }
    }
    return walk.result
  }

  public func impact(of id: ItemID) -> ImpactSet { impact(of: [id]) }

  /// What `id` depends on: each item whose failure would reach it, nearest first, without `id` itself.
  public func causes(of id: ItemID) -> ImpactSet {
    var walk = Walk(book: self, down: [])
    guard items[id] != nil else { return walk.result }
    walk.reach(id, .fails, from: nil, Reason("reason.impact.itself", ["item": name(of: id)]))
    while let step = walk.next() {
      for edge in upstream(of: step.item) { walk.trace(edge, from: step) }
    }
    let result = walk.result
    return ImpactSet(affected: Array(result.affected.dropFirst()), reach: result.reach)
  }

  func name(of id: ItemID) -> String { items[id]?.name ?? id.text }

  /// One way that failure takes.
  fileprivate struct Edge {
    let item: ItemID
    /// `nil`: it is a part.
    let relation: Relation?
    var strength: RelationStrength { relation?.strength ?? .hard }
  }

  private func downstream(of id: ItemID) -> [Edge] {
    let parts = (children[id] ?? []).sorted().map { Edge(item: $0, relation: nil) }
    let dependants = (incoming[id] ?? []).sorted().filter { $0.type.direction == .targetHurtsSource }
      .map { Edge(item: $0.source, relation: $0) }
    let served = (items[id]?.relations ?? []).filter { $0.type.direction == .sourceHurtsTarget }
      .map { Edge(item: $0.target, relation: $0) }
    return (parts + dependants + served).filter { items[$0.item]?.isRetired == false }
  }

  private func upstream(of id: ItemID) -> [Edge] {
    let whole = items[id]?.parent.map { [Edge(item: $0, relation: nil)] } ?? []
    let needed = (items[id]?.relations ?? []).filter { $0.type.direction == .targetHurtsSource }
      .map { Edge(item: $0.target, relation: $0) }
    let serving = (incoming[id] ?? []).sorted().filter { $0.type.direction == .sourceHurtsTarget }
      .map { Edge(item: $0.source, relation: $0) }
    return (whole + needed + serving).filter { items[$0.item]?.isRetired == false }
  }
}

/// Breadth first, each item at most twice: degraded, then failing.
private struct Walk {
  let book: InventoryBook
  private var down: Set<ItemID>
  private var order: [ItemID] = []
  private var found: [ItemID: AffectedItem] = [:]
  private var waiting: [AffectedItem] = []
  private var taken = 0
  private var reach = ImpactSet.Reach.complete

  init(book: InventoryBook, down: Set<ItemID>) {
    self.book = book
    self.down = down
  }

  var result: ImpactSet { ImpactSet(affected: order.compactMap { found[$0] }, reach: reach) }

  mutating func next() -> AffectedItem? {
    guard taken < waiting.count else { return nil }
    taken += 1
    return waiting[taken - 1]
  }

  mutating func reach(_ id: ItemID, _ effect: ImpactEffect, from step: AffectedItem?, _ why: Reason) {
    if let known = found[id] {
      guard known.effect == .degraded, effect == .fails else { return }
    } else {
      guard order.count < ImpactSet.itemsMax else {
        reach = .cut
        return
      }
      order.append(id)
    }
    let affected = AffectedItem(item: id, effect: effect, path: (step?.path ?? []) + [id], why: why)
    found[id] = affected
    guard effect == .fails else { return }
    down.insert(id)
    waiting.append(affected)
  }

  /// Downstream, with redundancy.
  mutating func follow(_ edge: InventoryBook.Edge, from step: AffectedItem) {
    var arguments = ["path": path(step, edge.item)]
    guard let relation = edge.relation else {
      return reach(edge.item, .fails, from: step, Reason("reason.impact.part", arguments))
    }
    arguments["relation"] = relation.type.rawValue
    guard relation.strength == .hard else {
      return reach(edge.item, .degraded, from: step, Reason("reason.impact.soft", arguments))
    }
    guard let group = relation.group.flatMap({ book[group: $0] }) else {
      return reach(edge.item, .fails, from: step, Reason("reason.impact.path", arguments))
    }
    let alive = book.alive(in: group, isDown: down.contains)
    arguments["relation"] = nil
    arguments["group"] = group.name
    arguments["alive"] = String(alive)
    arguments["minimum"] = String(group.minimumAlive)
    if alive < group.minimumAlive {
      reach(edge.item, .fails, from: step, Reason("reason.impact.group-failed", arguments))
    } else {
      reach(edge.item, .degraded, from: step, Reason("reason.impact.redundancy-lost", arguments))
    }
  }

  /// Upstream: a soft edge is named, not followed.
  mutating func trace(_ edge: InventoryBook.Edge, from step: AffectedItem) {
    var arguments = ["path": path(step, edge.item)]
    let effect: ImpactEffect = edge.strength == .hard ? .fails : .degraded
    guard let relation = edge.relation else {
      return reach(edge.item, effect, from: step, Reason("reason.cause.part", arguments))
    }
    arguments["relation"] = relation.type.rawValue
    reach(edge.item, effect, from: step, Reason("reason.cause.path", arguments))
  }

  private func path(_ step: AffectedItem, _ last: ItemID) -> String {
    (step.path + [last]).map(book.name).joined(separator: " → ")
  }
}
