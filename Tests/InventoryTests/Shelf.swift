import Inventory
import Records
import Telemetry
import Testing

@testable import Inventory

/// A book, its ledger and a clock, driven by hand; keeps every fact for replay.
struct Shelf {
  var book = InventoryBook()
  var ledger = SightingLedger()
  var now = Timestamp(milliseconds: 1_700_000_000_000)
  private(set) var facts: [InventoryFact] = []

  static let web = ItemID("host/web01")

  mutating func pass(_ duration: Duration) { now = now.advanced(by: duration) }

  @discardableResult
  mutating func take(_ input: InventoryInput) -> [InventoryFact] {
    let taken = book.process(input, noting: &ledger, at: now)
    facts += taken
    let problems = book.checkInvariants()
    #expect(problems.isEmpty, "\(problems)")
    return taken
  }

  @discardableResult
  mutating func declare(
    _ items: [ItemDeclaration], _ relations: [Relation] = [], _ groups: [RedundancyGroup] = []
  ) -> [InventoryFact] {
    take(.declare(InventoryDeclaration(items: items, relations: relations, groups: groups), digest: "abc"))
  }

  /// A shelf with these hosts, relations and groups declared.
  static func with(
    _ names: [String], _ relations: [Relation] = [], _ groups: [RedundancyGroup] = []
  ) -> Shelf {
    var shelf = Shelf()
    shelf.declare(names.map { host($0) }, relations, groups)
    return shelf
  }

  static func host(
    _ name: String, criticality: Criticality = .ordinary, attributes: [String: String] = [:],
    labels: [String: String] = [:]
  ) -> ItemDeclaration {
    ItemDeclaration(
      id: ItemID("host/\(name)"), className: "host", name: name, criticality: criticality, attributes: attributes,
      labels: labels)
  }

  static func id(_ name: String) -> ItemID { ItemID("host/\(name)") }

  static func link(
    _ source: String, _ type: RelationType = .dependsOn, _ target: String, strength: RelationStrength? = nil,
    group: String? = nil
  ) -> Relation {
    Relation(id(source), type, id(target), strength: strength, group: group)
  }
}

extension [InventoryFact] {
  var kinds: [String] { map(\.change.kindName) }
}
