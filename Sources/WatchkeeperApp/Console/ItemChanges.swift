internal import Inventory
internal import Records
internal import Telemetry
internal import WebInterface

/// The history of an item, field by field.
enum ItemChanges {
  /// Those that replaced one value by another, newest first: what a person would ask about after a failure.
  static func replacements(in changes: [ItemChange]) -> [ItemChange] {
    changes.filter { $0.before != nil && $0.after != nil }
  }

  /// Newest first.
  static func changes(of history: [Fact]) -> [ItemChange] {
    history.reversed().compactMap { try? InventoryFact($0) }.flatMap(changes(in:))
  }

  private static func changes(in fact: InventoryFact) -> [ItemChange] {
    let fields = fact.change.fieldChanges
    let actor = fact.actor.name
    guard !fields.isEmpty else {
      return [ItemChange(at: fact.at, actor: actor, title(of: fact.change, field: ""))]
    }
    return fields.map { field in
      ItemChange(
        at: fact.at, actor: actor, title(of: fact.change, field: field.field),
        before: field.before.map { "\(field.field) = \($0)" }, after: field.after.map { "\(field.field) = \($0)" })
    }
  }

  private static func title(of change: InventoryChange, field: String) -> Phrase {
    let id =
      switch change {
      case .declared(let content): content.changes.isEmpty ? "console.change.new" : "console.change.declared"
      case .retired: "console.change.retired"
      case .related: "console.change.related"
      case .unrelated: "console.change.unrelated"
      case .grouped: "console.change.grouped"
      case .ungrouped: "console.change.ungrouped"
      case .observed: "console.change.observed"
      case .unstable: "console.change.unstable"
      case .settled: "console.change.settled"
      }
    return Phrase(id, ["field": field])
  }
}
