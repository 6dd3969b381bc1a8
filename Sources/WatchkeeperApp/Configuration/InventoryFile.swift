internal import Inventory
internal import Telemetry

/// A file under `inventory/`: items with their relations, and redundancy groups.
struct InventoryFile: Decodable, Sendable {
  let items: [ItemEntry]
  let groups: [GroupEntry]

  private enum CodingKeys: String, CodingKey, CaseIterable { case items, groups }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    items = try fields.decodeIfPresent([ItemEntry].self, forKey: .items) ?? []
    groups = try fields.decodeIfPresent([GroupEntry].self, forKey: .groups) ?? []
  }
}

/// One item. A relation's type is a key, with one far end or a list of them: `depends-on: [host/db01]`.
struct ItemEntry: Decodable, Sendable {
  let declaration: ItemDeclaration
  let relations: [Relation]

  /// The keys of an item: its own, and the types of relations.
  private struct Key: CodingKey, CaseIterable {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ text: String) { stringValue = text }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }

    static let id = Key("id"), className = Key("class"), name = Key("name"), criticality = Key("criticality")
    static let protectionLevel = Key("protection_level"), lifecycle = Key("lifecycle"), parent = Key("parent")
    static let attributes = Key("attributes"), labels = Key("labels")

    static let allCases =
      [id, className, name, criticality, protectionLevel, lifecycle, parent, attributes, labels]
      + RelationType.allCases.map { Key($0.rawValue) }
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Key.self)
    let id = ItemID(try fields.decode(String.self, forKey: .id))
    guard !id.text.isEmpty, id.text.utf8.count <= 200 else {
      throw fields.problem(.id, "fault.item.id")
    }
    declaration = ItemDeclaration(
      id: id, className: try Self.className(fields, of: id),
      name: try fields.decodeIfPresent(String.self, forKey: .name) ?? String(id.text.split(separator: "/").last ?? ""),
      criticality: try Self.criticality(fields), protectionLevel: try Self.protectionLevel(fields),
      lifecycle: try fields.choice(forKey: .lifecycle, else: "fault.item.lifecycle") ?? .inService,
      attributes: try fields.decodeIfPresent([String: String].self, forKey: .attributes) ?? [:],
      labels: try fields.decodeIfPresent([String: String].self, forKey: .labels) ?? [:],
      parent: try fields.decodeIfPresent(String.self, forKey: .parent).map { ItemID($0) })
    relations = try RelationType.allCases.flatMap { type in
      let ends = try fields.decodeIfPresent(RelationEnds.self, forKey: Key(type.rawValue))?.ends ?? []
      return ends.map { Relation(id, type, $0.item, strength: $0.strength, group: $0.group) }
    }
  }

  private static func className(_ fields: KeyedDecodingContainer<Key>, of id: ItemID) throws -> String {
    let written = try fields.decodeIfPresent(String.self, forKey: .className)
    let className = written ?? String(id.text.prefix { $0 != "/" })
    guard ItemClass.named(className) != nil else {
      let known = Spelling.argument(for: className, among: ItemClass.catalogue.map(\.name))
      throw written == nil
        ? fields.problem(.id, "fault.item.class-in-id", ["word": className, "known": known])
        : fields.problem(.className, "fault.item.class", ["word": className, "known": known])
    }
    return className
  }

  private static func criticality(_ fields: KeyedDecodingContainer<Key>) throws -> Criticality {
    let level = try fields.decodeIfPresent(Int.self, forKey: .criticality) ?? 3
    guard let criticality = Criticality(rawValue: level) else {
      throw fields.problem(.criticality, "fault.item.criticality", ["number": String(level)])
    }
    return criticality
  }

  private static func protectionLevel(_ fields: KeyedDecodingContainer<Key>) throws -> Int? {
    let level = try fields.decodeIfPresent(Int.self, forKey: .protectionLevel)
    if let level, !(1...5).contains(level) {
      throw fields.problem(.protectionLevel, "fault.item.protection-level", ["number": String(level)])
    }
    return level
  }
}

/// `host/db01`, or `{item: host/db01, strength: soft}`, or `{group: web-pool, item: …}`, or a list of them.
private struct RelationEnds: Decodable {
  struct End: Decodable {
    let item: ItemID
    let strength: RelationStrength?
    let group: String?

    private enum CodingKeys: String, CodingKey, CaseIterable { case item, strength, group }

    init(from decoder: any Decoder) throws {
      if let text = try? decoder.singleValueContainer().decode(String.self) {
        (item, strength, group) = (ItemID(text), nil, nil)
        return
      }
      let fields = try decoder.container(keyedBy: CodingKeys.self)
      item = ItemID(try fields.decode(String.self, forKey: .item))
      strength = try fields.choice(forKey: .strength, else: "fault.item.strength")
      group = try fields.decodeIfPresent(String.self, forKey: .group)
    }
  }

  let ends: [End]

  init(from decoder: any Decoder) throws {
    if var list = try? decoder.unkeyedContainer() {
      var ends: [End] = []
      while !list.isAtEnd { ends.append(try list.decode(End.self)) }
      self.ends = ends
    } else {
      ends = [try End(from: decoder)]
    }
  }
}

struct GroupEntry: Decodable, Sendable {
  let group: RedundancyGroup

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case name, members
    case minimumAlive = "min_alive"
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    let members = try fields.decode([String].self, forKey: .members)
    guard !members.isEmpty else {
      throw fields.problem(.members, "fault.group.no-members")
    }
    let minimum = try fields.decodeIfPresent(Int.self, forKey: .minimumAlive) ?? 1
    guard minimum >= 1, minimum <= members.count else {
      throw fields.problem(
        .minimumAlive, "fault.group.minimum", ["number": String(minimum), "count": String(members.count)],
        beside: .members)
    }
    group = RedundancyGroup(
      try fields.decode(String.self, forKey: .name), members: members.map { ItemID($0) }, minimumAlive: minimum)
  }
}
