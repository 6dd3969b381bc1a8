import Records
import Telemetry
import Testing

@testable import Inventory

/// SplitMix64: the same seed, the same story.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
    bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
    return bits ^ (bits >> 31)
  }
}

@Suite("Replay of the inventory")
struct ReplayTests {
  @Test("any story: invariants hold, replay and snapshot plus tail equal the live book", arguments: UInt64(1)...8)
  func property(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var shelf = Shelf()
    var rows: [EntityID: EntitySnapshot] = [:]
    let cut = Int.random(in: 0..<300, using: &generator)
    var middle: (rows: [EntitySnapshot], facts: Int) = ([], 0)
    for step in 0..<300 {
      shelf.pass(.seconds(Int64.random(in: 0...400, using: &generator)))
      let facts = shelf.take(Self.input(using: &generator))
      for row in shelf.book.snapshots(after: facts) { rows[row.entity] = row.body.isEmpty ? nil : row }
      if step == cut { middle = (rows.values.sorted { $0.entity < $1.entity }, shelf.facts.count) }
    }
    #expect(shelf.facts.count > 100, "seed \(seed) tells too short a story")

    var replayed = InventoryBook()
    for (index, original) in shelf.facts.enumerated() {
      let stored = Fact(
        position: JournalPosition(Int64(index + 1)), version: StreamVersion(Int64(index + 1)),
        recordedAt: original.at, content: original.draft())
      let read = try InventoryFact(stored)
      #expect(read == original)
      replayed.apply(read)
    }
    #expect(replayed == shelf.book, "seed \(seed)")
    #expect(replayed.snapshots() == rows.values.sorted { $0.entity < $1.entity }, "seed \(seed)")

    var resumed = try InventoryBook(SnapshotSet(rows: middle.rows, asOf: JournalPosition(Int64(middle.facts))))
    for fact in shelf.facts.dropFirst(middle.facts) { resumed.apply(fact) }
    #expect(resumed == shelf.book, "seed \(seed) from its snapshot")
    for reason in shelf.facts.compactMap(\.change.reason) {
      #expect(Set(reason.arguments.keys) == InventoryReasons.catalogue[reason.id], "\(reason.id)")
    }
  }

  private static let names = ["web01", "a", "b", "c"]

  private static func input(using generator: inout SeededGenerator) -> InventoryInput {
    let some = { (generator: inout SeededGenerator) in
      names.filter { _ in Int.random(in: 0..<4, using: &generator) > 0 }
    }
    switch Int.random(in: 0..<10, using: &generator) {
    case 0...1:
      let declared = some(&generator)
      let relations = declared.compactMap { name -> Relation? in
        guard let target = names.randomElement(using: &generator), target != name else { return nil }
        return Shelf.link(
          name, RelationType.allCases.randomElement(using: &generator) ?? .dependsOn, target,
          group: Bool.random(using: &generator) ? "g" : nil)
      }
      let groups = Bool.random(using: &generator) ? [RedundancyGroup("g", members: some(&generator).map(Shelf.id))] : []
      let items = declared.map { name in
        Shelf.host(
          name, criticality: Criticality.allCases.randomElement(using: &generator) ?? .standard,
          labels: Bool.random(using: &generator) ? ["instance": "shared"] : [:])
      }
      return .declare(
        InventoryDeclaration(items: items, relations: relations, groups: groups), digest: "abc")
    case 2...5:
      return DiscoveryTests.discovery(["/", "/var", "/srv"].filter { _ in Bool.random(using: &generator) })
    case 6:
      return EndpointTests.input(
        ["shop", "far"].filter { _ in Bool.random(using: &generator) }.map { EndpointTests.endpoint($0) })
    default:
      let value = ["1", "2"].randomElement(using: &generator) ?? "1"
      return .observe(
        Observation(Shelf.id(names.randomElement(using: &generator) ?? "a"), ["kernel": value], source: "host"))
    }
  }
}
