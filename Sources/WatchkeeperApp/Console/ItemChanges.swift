internal import Inventory
internal import Records
internal import Telemetry
internal import WebInterface
internal import Wording

/// The history of an item, field by field.
enum ItemChanges {
  /// Those that replaced one value by another, newest first: what a person would ask about after a failure.
  static func replacements(in changes: [ItemChange]) -> [ItemChange] {
    changes.filter { $0.before != nil && $0.after != nil }
  }

  /// Both values of a change in one line.
  static func replacement(in change: ItemChange) -> Phrase? {
    guard case .message(let before) = change.before, case .message(let after) = change.after else { return nil }
    return Phrase("console.value.replaced", after.arguments.merging(["before": before.arguments["value"] ?? ""]) { $1 })
  }

  /// Newest first.
  static func changes(of history: [Fact]) -> [ItemChange] {
    history.reversed().compactMap { try? InventoryFact($0) }.flatMap(changes(in:))
  }

  private static func changes(in fact: InventoryFact) -> [ItemChange] {
    let fields = fact.change.fieldChanges
    let actor = actor(of: fact)
    guard !fields.isEmpty else {
      return [ItemChange(at: fact.at, actor: actor, title(of: fact.change, field: ""))]
    }
    return fields.map { field in
      ItemChange(
        at: fact.at, actor: actor, title(of: fact.change, field: field.field),
        before: field.before.map { line($0, of: field) }, after: field.after.map { line($0, of: field) })
    }
  }

  private static func line(_ value: String, of field: FieldChange) -> Phrase {
    let name = shortName(of: field.field)
    let kind = name == "home" || name == "lifecycle" ? name : "plain"
    return Phrase("console.value.\(kind)", ["field": name, "value": Quantity.attribute(value, named: name)])
  }

  /// Without the part of the record: `observed.kernel` and `attributes.kernel` are `kernel`.
  private static func shortName(of field: String) -> String {
    for part in ["observed.", "relations.", "attributes."] where field.hasPrefix(part) {
      return String(field.dropFirst(part.count))
    }
    return field
  }

  private static func actor(of fact: InventoryFact) -> Phrase {
    switch fact.actor {
    case .configuration(let digest): Phrase("console.actor.configuration", ["digest": digest])
    case .probe(let name): Phrase("console.actor.probe", ["probe": name])
    case .person, .localUser, .token, .rule, .program: .verbatim(fact.actor.name)
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
      case .observed(let content): content.before == nil ? "console.change.first-seen" : "console.change.observed"
      case .unstable: "console.change.unstable"
      case .settled: "console.change.settled"
      }
    return Phrase(id, ["field": shortName(of: field)])
  }
}
