public import Records

extension InventoryChange {
  /// Why it was decided; `nil` where the change speaks for itself.
  public var reason: Reason? {
    switch self {
    case .declared(let content): content.reason
    case .retired(let content): content.reason
    case .unstable(let content): content.reason
    case .related, .unrelated, .grouped, .ungrouped, .observed, .settled: nil
    }
  }

  /// What changed, field by field, as a history shows it.
  public var fieldChanges: [FieldChange] {
    switch self {
    case .declared(let content): content.changes
    case .retired: [FieldChange(field: "lifecycle", before: nil, after: Lifecycle.retired.rawValue)]
    case .related(let content): [content.relation.field(before: nil, after: content.relation.target.text)]
    case .unrelated(let content): [content.relation.field(before: content.relation.target.text, after: nil)]
    case .grouped(let content):
      [FieldChange(field: "members", before: nil, after: content.group.members.map(\.text).joined(separator: ", "))]
    case .ungrouped(let content): [FieldChange(field: "group", before: content.name, after: nil)]
    case .observed(let content):
      [FieldChange(field: "observed.\(content.attribute)", before: content.before, after: content.after)]
    case .unstable(let content):
      [FieldChange(field: "observed.\(content.attribute)", before: content.first, after: content.last)]
    case .settled(let content):
      [FieldChange(field: "observed.\(content.attribute)", before: nil, after: content.value)]
    }
  }
}

extension Relation {
  fileprivate func field(before: String?, after: String?) -> FieldChange {
    FieldChange(field: "relations.\(type.rawValue)", before: before, after: after)
  }
}
