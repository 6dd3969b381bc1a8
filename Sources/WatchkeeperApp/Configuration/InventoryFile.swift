internal import Inventory

/// A file under `inventory/`: items with their relations, and redundancy groups.
struct InventoryFile: Decodable, Sendable {
  let items: [ItemEntry]
  let groups: [GroupEntry]

  private enum CodingKeys: String, CodingKey { case items, groups }

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

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: TextKey.self)
    func text(_ key: String) throws -> String? { try fields.decodeIfPresent(String.self, forKey: TextKey(key)) }
    func refuse(_ key: String, _ problem: String) -> DecodingError {
      .dataCorruptedError(forKey: TextKey(key), in: fields, debugDescription: problem)
    }
    let id = ItemID(try fields.decode(String.self, forKey: TextKey("id")))
    guard !id.text.isEmpty, id.text.utf8.count <= 200 else { throw refuse("id", "an id has 1 to 200 bytes") }
    let className = try text("class") ?? String(id.text.prefix { $0 != "/" })
    guard ItemClass.named(className) != nil else {
      let names = ItemClass.catalogue.map(\.name)
      let near = Spelling.nearest(to: className, among: names).map { "did you mean '\($0)'?" }
      throw refuse("class", "'\(className)' is not a class – \(near ?? "one of: " + names.joined(separator: ", "))")
    }
    let level = try fields.decodeIfPresent(Int.self, forKey: TextKey("criticality")) ?? 3
    guard let criticality = Criticality(rawValue: level) else {
      throw refuse("criticality", "\(level) is not a criticality – write 1 (vital) to 4 (minor)")
    }
    let protection = try fields.decodeIfPresent(Int.self, forKey: TextKey("protection_level"))
    if let protection, !(1...5).contains(protection) {
      throw refuse("protection_level", "\(protection) is not a level – write 1 to 5")
    }
    let stage = try text("lifecycle") ?? Lifecycle.inService.rawValue
    guard let lifecycle = Lifecycle(rawValue: stage) else {
      throw refuse(
        "lifecycle",
        "'\(stage)' is not a stage – one of: \(Lifecycle.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    declaration = ItemDeclaration(
      id: id, className: className, name: try text("name") ?? String(id.text.split(separator: "/").last ?? ""),
      criticality: criticality, protectionLevel: protection, lifecycle: lifecycle,
      attributes: try fields.decodeIfPresent([String: String].self, forKey: TextKey("attributes")) ?? [:],
      labels: try fields.decodeIfPresent([String: String].self, forKey: TextKey("labels")) ?? [:],
      parent: try text("parent").map { ItemID($0) })
    var relations: [Relation] = []
    for type in RelationType.allCases where fields.contains(TextKey(type.rawValue)) {
      let ends = try fields.decode(RelationEnds.self, forKey: TextKey(type.rawValue)).ends
      relations += ends.map { Relation(id, type, $0.item, strength: $0.strength, group: $0.group) }
    }
    self.relations = relations
  }
}

/// `host/db01`, or `{item: host/db01, strength: soft}`, or `{group: web-pool, item: …}`, or a list of them.
private struct RelationEnds: Decodable {
  struct End: Decodable {
    let item: ItemID
    let strength: RelationStrength?
    let group: String?

    private enum CodingKeys: String, CodingKey { case item, strength, group }

    init(from decoder: any Decoder) throws {
      if let text = try? decoder.singleValueContainer().decode(String.self) {
        (item, strength, group) = (ItemID(text), nil, nil)
        return
      }
      let fields = try decoder.container(keyedBy: CodingKeys.self)
      item = ItemID(try fields.decode(String.self, forKey: .item))
      let word = try fields.decodeIfPresent(String.self, forKey: .strength)
      strength = word.flatMap { RelationStrength(rawValue: $0) }
      if let word, strength == nil {
        throw DecodingError.dataCorruptedError(
          forKey: .strength, in: fields, debugDescription: "'\(word)' is not a strength – write hard or soft")
      }
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

  private enum CodingKeys: String, CodingKey {
    case name, members
    case minimumAlive = "min_alive"
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    let members = try fields.decode([String].self, forKey: .members)
    let minimum = try fields.decodeIfPresent(Int.self, forKey: .minimumAlive) ?? 1
    guard minimum >= 1, minimum <= members.count else {
      throw DecodingError.dataCorruptedError(
        forKey: .minimumAlive, in: fields,
        debugDescription: "\(minimum) of \(members.count) members – write 1 to \(members.count)")
    }
    group = RedundancyGroup(
      try fields.decode(String.self, forKey: .name), members: members.map { ItemID($0) }, minimumAlive: minimum)
  }
}
