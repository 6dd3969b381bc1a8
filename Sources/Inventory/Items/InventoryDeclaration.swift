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
public enum DeclarationProblem: Hashable, Sendable, CustomStringConvertible {
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

  public var description: String {
    switch self {
    case .duplicateItem(let id): "item '\(id)' is declared twice – give each item its own id"
    case .unknownClass(let id, let name):
      "item '\(id)': class '\(name)' is not known – one of: "
        + ItemClass.catalogue.map(\.name).joined(separator: ", ")
    case .ownParent(let id): "item '\(id)' is its own parent – name the item it is a part of"
    case .loop(let relation): "item '\(relation.source)': \(relation.type.rawValue) itself – name another item"
    case .duplicateRelation(let relation):
      "item '\(relation.source)': \(relation.type.rawValue) '\(relation.target)' is declared twice – keep one"
    case .duplicateGroup(let name): "redundancy group '\(name)' is declared twice – merge both"
    case .loneGroup(let name): "redundancy group '\(name)' has fewer than two members – nobody stands in"
    case .unknownGroup(let relation, let name):
      "item '\(relation.source)': redundancy group '\(name)' is not declared – add it under groups"
    case .unknownSource(let relation):
      "item '\(relation.source)' has a relation but is not declared – declare it, also when discovery finds it"
    }
  }
}
