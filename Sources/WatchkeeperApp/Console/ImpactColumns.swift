internal import Inventory
internal import WebInterface

/// What a failure reaches, as columns from cause to effect.
enum ImpactColumns {
  /// Nodes of one column; the rest is counted in its heading.
  static let nodesMax = 8
  /// Cause, affected, and all that lies behind.
  private static let headings = ["cause", "affected", "behind"]

  /// Empty when nothing hangs on the item.
  static func columns(of item: ItemID, in book: InventoryBook, _ standing: ItemStanding) -> [RelationColumn] {
    let affected = book.impact(of: item).affected
    guard affected.count > 1 else { return [] }
    let isDown = standing.state(of: item) == .critical
    var layers = [[AffectedItem]](repeating: [], count: headings.count)
    for entry in affected { layers[min(entry.path.count, headings.count) - 1].append(entry) }
    let filled = layers.filter { !$0.isEmpty }
    let shown = filled.map { Array($0.prefix(nodesMax)) }
    return shown.enumerated().map { index, layer in
      let next = index + 1 < shown.count ? shown[index + 1] : []
      return RelationColumn(
        heading: heading(headings[index], hiding: filled[index].count - layer.count),
        nodes: layer.map { node($0, item, book, standing) },
        edges: edges(from: layer, to: next, isDown: isDown))
    }
  }

  /// - Parameter hidden: nodes that are not shown.
  static func heading(_ name: String, hiding hidden: Int) -> Phrase {
    hidden > 0
      ? Phrase("console.column-cut.\(name)", ["count": String(hidden)]) : Phrase("console.column.\(name)")
  }

  private static func node(
    _ entry: AffectedItem, _ subject: ItemID, _ book: InventoryBook, _ standing: ItemStanding
  ) -> RelationNode {
    let isSubject = entry.item == subject
    let detail = isSubject ? nil : Phrase(entry.effect == .fails ? "console.effect.fails" : "console.effect.degraded")
    return RelationNode(
      id: entry.item.text, name: book[entry.item]?.name ?? entry.item.text, detail: detail,
      state: standing.stateWithParts(of: entry.item), role: isSubject ? .subject : .other)
  }

  private static func edges(from layer: [AffectedItem], to next: [AffectedItem], isDown: Bool) -> [RelationEdge] {
    next.enumerated().compactMap { index, entry in
      guard let source = entry.path.dropLast().last, let from = layer.firstIndex(where: { $0.item == source }) else {
        return nil
      }
      let kind: RelationEdge.Kind = entry.effect == .degraded ? .soft : isDown ? .carriesFailure : .hard
      return RelationEdge(from: from, to: index, kind)
    }
  }
}
