public import Records
public import Telemetry

/// One field of a declaration before and after; `nil` when it was or is absent.
public struct FieldChange: Hashable, Sendable, Codable {
  /// For example `criticality` or `attributes.serial`.
  public let field: String
  public let before: String?
  public let after: String?
}

/// An item exists, or is declared differently.
public struct ItemDeclared: FactPayload, Hashable {
  public static let kind = FactKind("item.declared")
  public let declaration: ItemDeclaration
  /// Against the declaration before; empty when the item is new.
  public let changes: [FieldChange]
  public let reason: Reason
}

/// An item is gone; its record stays and can be declared again.
public struct ItemRetired: FactPayload, Hashable {
  public static let kind = FactKind("item.retired")
  public let reason: Reason
}

/// A relation exists, or has another strength or group.
public struct RelationAdded: FactPayload, Hashable {
  public static let kind = FactKind("relation.added")
  public let relation: Relation
}

/// A relation is no more.
public struct RelationRemoved: FactPayload, Hashable {
  public static let kind = FactKind("relation.removed")
  public let relation: Relation
}

/// A redundancy group exists, or has changed.
public struct GroupDeclared: FactPayload, Hashable {
  public static let kind = FactKind("group.declared")
  public let group: RedundancyGroup
}

/// A redundancy group is no more.
public struct GroupRemoved: FactPayload, Hashable {
  public static let kind = FactKind("group.removed")
  public let name: String
}

/// A stable attribute has another value.
public struct AttributeObserved: FactPayload, Hashable {
  public static let kind = FactKind("attribute.observed")
  public let attribute: String
  public let before: String?
  public let after: String
  public let source: String
  /// When the new value was first seen, at least `confirmAfter` before the fact, or at it when there was none before.
  public let since: Timestamp
}

/// An attribute changes too often to be recorded.
public struct AttributeUnstable: FactPayload, Hashable {
  public static let kind = FactKind("attribute.unstable")
  public let attribute: String
  public let first: String
  public let last: String
  public let source: String
  public let reason: Reason
}

/// An unstable attribute has kept one value.
public struct AttributeSettled: FactPayload, Hashable {
  public static let kind = FactKind("attribute.settled")
  public let attribute: String
  public let value: String
  public let source: String
}
