public import Records
public import Telemetry

/// One thing that became true of an item or a redundancy group.
public struct InventoryFact: Hashable, Sendable {
  public let entity: EntityID
  public let at: Timestamp
  public let actor: Actor
  public let change: InventoryChange

  public init(about entity: EntityID, at: Timestamp, by actor: Actor, _ change: InventoryChange) {
    self.entity = entity
    self.at = at
    self.actor = actor
    self.change = change
  }

  /// - Throws: when a newer program wrote the fact.
  public init(_ fact: Fact) throws(FactReadError) {
    self.init(about: fact.entity, at: fact.validAt, by: fact.actor, try InventoryChange(reading: fact))
  }

  public func draft(scope: Scope = .root, cause: JournalPosition? = nil) -> FactDraft {
    change.payload.draft(in: .inventory, about: entity, validAt: at, by: actor, scope: scope, cause: cause)
  }
}

/// The kinds of facts in stream `inventory`.
public enum InventoryChange: Hashable, Sendable {
  case declared(ItemDeclared)
  case retired(ItemRetired)
  case related(RelationAdded)
  case unrelated(RelationRemoved)
  case grouped(GroupDeclared)
  case ungrouped(GroupRemoved)
  case observed(AttributeObserved)
  case unstable(AttributeUnstable)
  case settled(AttributeSettled)

  var payload: any FactPayload {
    switch self {
    case .declared(let content): content
    case .retired(let content): content
    case .related(let content): content
    case .unrelated(let content): content
    case .grouped(let content): content
    case .ungrouped(let content): content
    case .observed(let content): content
    case .unstable(let content): content
    case .settled(let content): content
    }
  }

  /// The name of the fact's kind, for example `item.declared`.
  public var kindName: String { type(of: payload).kind.name }

  init(reading fact: Fact) throws(FactReadError) {
    guard let reader = Self.readers[fact.kind.name] else { throw .unknownKind(fact.kind.name) }
    self = try reader(fact)
  }

  /// The names of all kinds, ascending: `Wording` has a `timeline.` title for each.
  public static var kindNames: [String] { readers.keys.sorted() }

  private typealias Reader = @Sendable (Fact) throws(FactReadError) -> InventoryChange

  /// One line per kind; a payload with schema 2 gets its steps here.
  private static let readers: [String: Reader] = [
    ItemDeclared.kind.name: reader(SchemaLadder<ItemDeclared>(), InventoryChange.declared),
    ItemRetired.kind.name: reader(SchemaLadder<ItemRetired>(), InventoryChange.retired),
    RelationAdded.kind.name: reader(SchemaLadder<RelationAdded>(), InventoryChange.related),
    RelationRemoved.kind.name: reader(SchemaLadder<RelationRemoved>(), InventoryChange.unrelated),
    GroupDeclared.kind.name: reader(SchemaLadder<GroupDeclared>(), InventoryChange.grouped),
    GroupRemoved.kind.name: reader(SchemaLadder<GroupRemoved>(), InventoryChange.ungrouped),
    AttributeObserved.kind.name: reader(SchemaLadder<AttributeObserved>(), InventoryChange.observed),
    AttributeUnstable.kind.name: reader(SchemaLadder<AttributeUnstable>(), InventoryChange.unstable),
    AttributeSettled.kind.name: reader(SchemaLadder<AttributeSettled>(), InventoryChange.settled),
  ]

  private static func reader<Payload: FactPayload>(
    _ ladder: SchemaLadder<Payload>, _ wrap: @escaping @Sendable (Payload) -> InventoryChange
  ) -> Reader {
    { (fact) throws(FactReadError) in wrap(try ladder.read(fact)) }
  }
}
