public import Telemetry

/// All that the files under `inventory/` say.
public struct InventoryDeclaration: Hashable, Sendable {
  public var items: [ItemDeclaration]
  public var relations: [Relation]
  public var groups: [RedundancyGroup]

  public init(items: [ItemDeclaration] = [], relations: [Relation] = [], groups: [RedundancyGroup] = []) {
    self.items = items
    self.relations = relations
    self.groups = groups
  }

  /// What is wrong with it; the reader of the files adds the place. Empty when it may be taken.
  public func problems() -> [DeclarationProblem] {
    var found: [DeclarationProblem] = []
    var seen: Set<ItemID> = []
    for item in items {
      if !seen.insert(item.id).inserted { found.append(.duplicateItem(item.id)) }
      if ItemClass.named(item.className) == nil { found.append(.unknownClass(item.id, item.className)) }
      if item.parent == item.id { found.append(.ownParent(item.id)) }
    }
    var edges: Set<[String]> = []
    for relation in relations {
      if relation.source == relation.target { found.append(.loop(relation)) }
      let edge = [relation.source.text, relation.type.rawValue, relation.target.text]
      if !edges.insert(edge).inserted { found.append(.duplicateRelation(relation)) }
    }
    var groupNames: Set<String> = []
    for group in groups {
      if !groupNames.insert(group.name).inserted { found.append(.duplicateGroup(group.name)) }
      if group.members.count < 2 { found.append(.loneGroup(group.name)) }
    }
    for relation in relations where !seen.contains(relation.source) { found.append(.unknownSource(relation)) }
    for relation in relations {
      guard let group = relation.group, !groupNames.contains(group) else { continue }
      found.append(.unknownGroup(relation, group))
    }
    return found
  }
}

/// Why a declaration is refused.
public enum DeclarationProblem: Hashable, Sendable {
  case duplicateItem(ItemID)
  case unknownClass(ItemID, String)
  case ownParent(ItemID)
  case loop(Relation)
  case duplicateRelation(Relation)
  case duplicateGroup(String)
  case loneGroup(String)
  case unknownGroup(Relation, String)
  case unknownSource(Relation)

  /// The item whose declaration is at fault, `nil` when a group's is.
  public var item: ItemID? {
    switch self {
    case .duplicateItem(let id), .unknownClass(let id, _), .ownParent(let id): id
    case .loop(let relation), .duplicateRelation(let relation), .unknownGroup(let relation, _),
      .unknownSource(let relation):
      relation.source
    case .duplicateGroup, .loneGroup: nil
    }
  }

  /// The redundancy group whose declaration is at fault.
  public var group: String? {
    switch self {
    case .duplicateGroup(let name), .loneGroup(let name): name
    default: nil
    }
  }

  public var fault: SettingsFault {
    switch self {
    case .duplicateItem(let id): SettingsFault("fault.item.twice", ["id": id.text])
    case .unknownClass(let id, let name):
      SettingsFault(
        "fault.item.unknown-class",
        ["id": id.text, "name": name, "known": ItemClass.catalogue.map(\.name).joined(separator: ", ")])
    case .ownParent(let id): SettingsFault("fault.item.own-parent", ["id": id.text])
    case .loop(let relation):
      SettingsFault("fault.item.loop", ["id": relation.source.text, "relation": relation.type.rawValue])
    case .duplicateRelation(let relation):
      SettingsFault(
        "fault.item.relation-twice",
        ["id": relation.source.text, "relation": relation.type.rawValue, "target": relation.target.text])
    case .duplicateGroup(let name): SettingsFault("fault.group.twice", ["name": name])
    case .loneGroup(let name): SettingsFault("fault.group.lone", ["name": name])
    case .unknownGroup(let relation, let name):
      SettingsFault("fault.item.unknown-group", ["id": relation.source.text, "name": name])
    case .unknownSource(let relation): SettingsFault("fault.item.undeclared", ["id": relation.source.text])
    }
  }
}
