import Records
import Telemetry
import Testing

@testable import Inventory

@Suite("What files declare")
struct DeclarationTests {
  @Test("a second reading of the same files makes no fact")
  func noDifference() {
    var shelf = Shelf()
    let items = [Shelf.host("b"), Shelf.host("a")]
    let relations = [Shelf.link("a", .dependsOn, "b")]
    let groups = [RedundancyGroup("pair", members: [Shelf.id("a"), Shelf.id("b")])]
    let first = shelf.declare(items, relations, groups)
    #expect(first.kinds == ["item.declared", "item.declared", "relation.added", "group.declared"])
    #expect(first.allSatisfy { $0.actor == .configuration("abc") })
    #expect(shelf.declare(items.reversed(), relations, groups).isEmpty)
  }

  @Test("a change names its fields, before and after")
  func changes() throws {
    var shelf = Shelf()
    shelf.declare([Shelf.host("a", attributes: ["serial": "1"])])
    let facts = shelf.declare([Shelf.host("a", criticality: .vital, attributes: ["serial": "2"])])
    guard case .declared(let content) = try #require(facts.first).change else {
      Issue.record("not a declaration")
      return
    }
    #expect(
      content.changes == [
        FieldChange(field: "criticality", before: "3", after: "1"),
        FieldChange(field: "attributes.serial", before: "1", after: "2"),
      ])
  }

  @Test("what the files no longer name is retired, and comes back with its history")
  func removal() throws {
    var shelf = Shelf.with(["a", "b"], [Shelf.link("a", .dependsOn, "b")])
    let facts = shelf.declare([Shelf.host("a")])
    #expect(facts.kinds == ["item.retired", "relation.removed"])
    #expect(shelf.book[Shelf.id("b")]?.lifecycle == .retired)
    #expect(shelf.declare([Shelf.host("a")]).isEmpty)
    #expect(shelf.declare([Shelf.host("a"), Shelf.host("b")]).kinds == ["item.declared"])
    #expect(shelf.book[Shelf.id("b")]?.isRetired == false)
  }

  @Test("a relation with another strength replaces the old one by one fact")
  func relationChange() {
    var shelf = Shelf.with(["a", "b"], [Shelf.link("a", .dependsOn, "b")])
    let facts = shelf.declare([Shelf.host("a"), Shelf.host("b")], [Shelf.link("a", .dependsOn, "b", strength: .soft)])
    #expect(facts.kinds == ["relation.added"])
    #expect(shelf.book[Shelf.id("a")]?.relations.map(\.strength) == [.soft])
  }

  @Test("one edge declared twice is a mistake, and still makes no fact the second time")
  func twoEdges() {
    var shelf = Shelf()
    let items = [Shelf.host("a"), Shelf.host("b")]
    let relations = [Shelf.link("a", .dependsOn, "b"), Shelf.link("a", .dependsOn, "b", strength: .soft)]
    #expect(InventoryDeclaration(items: items, relations: relations).problems() == [.duplicateRelation(relations[1])])
    #expect(shelf.declare(items, relations).kinds == ["item.declared", "item.declared", "relation.added"])
    #expect(shelf.declare(items, relations).isEmpty)
  }

  @Test("mistakes in a declaration are all named")
  func problems() {
    let declaration = InventoryDeclaration(
      items: [
        Shelf.host("a"), Shelf.host("a"), ItemDeclaration(id: ItemID("x"), className: "toaster", name: "x"),
        ItemDeclaration(id: ItemID("y"), className: "host", name: "y", parent: ItemID("y")),
      ],
      relations: [Shelf.link("a", .dependsOn, "a"), Shelf.link("b", .dependsOn, "a", group: "g")],
      groups: [RedundancyGroup("lone", members: [Shelf.id("a")])])
    let found = declaration.problems()
    #expect(found.contains(.duplicateItem(Shelf.id("a"))))
    #expect(found.contains(.unknownClass(ItemID("x"), "toaster")))
    #expect(found.contains(.ownParent(ItemID("y"))))
    #expect(found.contains(.loneGroup("lone")))
    #expect(found.count == 7, "\(found)")
    #expect(InventoryDeclaration(items: [Shelf.host("a")]).problems().isEmpty)
  }
}

@Suite("What probes see")
struct ObservationTests {
  private func shelf() -> Shelf {
    var shelf = Shelf.with(["web01"])
    shelf.take(.observe(Observation(Shelf.web, ["kernel": "6.1", "load": "3"], source: "host")))
    return shelf
  }

  private func see(_ shelf: inout Shelf, _ kernel: String) -> [InventoryFact] {
    shelf.take(.observe(Observation(Shelf.web, ["kernel": kernel], source: "host")))
  }

  @Test("the first value is a fact at once; numbers and unknown attributes never are")
  func first() {
    let shelf = shelf()
    #expect(shelf.facts.kinds == ["item.declared", "attribute.observed"])
    #expect(shelf.book[Shelf.web]?.observed["kernel"]?.value == "6.1")
    #expect(shelf.book[Shelf.web]?.observed["load"] == nil)
  }

  @Test("a difference is a fact when seen twice, 60 s apart; sightings of the same are none")
  func twice() {
    var shelf = shelf()
    for _ in 0..<100 {
      shelf.pass(.seconds(15))
      #expect(see(&shelf, " 6.1 ").isEmpty)
    }
    #expect(shelf.ledger.seenAt("kernel", of: Shelf.web) == shelf.now)
    #expect(see(&shelf, "6.2").isEmpty)
    shelf.pass(.seconds(59))
    #expect(see(&shelf, "6.2").isEmpty)
    shelf.pass(.seconds(1))
    #expect(see(&shelf, "6.2").kinds == ["attribute.observed"])
    #expect(shelf.book[Shelf.web]?.observed["kernel"]?.value == "6.2")
  }

  @Test("a blink back restarts the confirmation")
  func blink() {
    var shelf = shelf()
    for value in ["6.2", "6.1", "6.2", "6.1"] {
      shelf.pass(.seconds(40))
      #expect(see(&shelf, value).isEmpty)
    }
  }

  @Test("the seventh change within an hour is one finding with the first and last value, until it settles")
  func unstable() throws {
    var shelf = shelf()
    var facts: [InventoryFact] = []
    for version in 1...10 {
      facts += see(&shelf, "v\(version)")
      shelf.pass(.seconds(60))
      facts += see(&shelf, "v\(version)")
    }
    #expect(facts.kinds == Array(repeating: "attribute.observed", count: 6) + ["attribute.unstable"])
    let finding = try #require(shelf.book.findings().first)
    #expect(finding.why.arguments == ["item": "host/web01", "attribute": "kernel", "first": "6.1", "last": "v7"])
    #expect(see(&shelf, "v10").isEmpty)
    shelf.pass(.seconds(3600))
    #expect(see(&shelf, "v10").kinds == ["attribute.settled"])
    #expect(shelf.book.findings().isEmpty)
    #expect(shelf.book[Shelf.web]?.observed["kernel"]?.value == "v10")
  }

  @Test("sets have no order and no case")
  func normalised() throws {
    let host = try #require(ItemClass.named("host"))
    #expect(host.normalise("B, a ,b", of: "addresses") == "a,b")
    let long = host.normalise(String(repeating: "ü", count: 5000), of: "model")
    #expect(long.utf8.count <= ItemClass.valueBytesMax + 3 && long.hasSuffix("ü…"))
    #expect(host.normalise("  two   words ", of: "model") == "two words")
  }

  @Test("what is declared and not seen so is drift")
  func drift() {
    var shelf = Shelf()
    shelf.declare([Shelf.host("web01", attributes: ["kernel": "6.1"])])
    _ = see(&shelf, "6.2")
    #expect(shelf.book.findings().map(\.why.id) == ["reason.finding.drift"])
  }

  @Test("sightings survive a restart")
  func restart() {
    var shelf = shelf()
    _ = see(&shelf, "6.2")
    shelf.ledger = SightingLedger(
      rows: shelf.ledger.takeChanges().compactMap { key, value in value.map { (key: key, value: $0) } })
    shelf.pass(.seconds(60))
    #expect(see(&shelf, "6.2").kinds == ["attribute.observed"])
  }
}

@Suite("What discovery finds")
struct DiscoveryTests {
  static func discovery(_ mounts: [String], fstype: String = "ext4") -> InventoryInput {
    .discover(
      Discovery(
        below: Shelf.web, classes: ["filesystem", "interface"],
        found: mounts.map { Discovery.Found("filesystem", identity: $0, attributes: ["fstype": fstype]) },
        source: "host"))
  }

  @Test("children appear at once and carry their identity label")
  func appear() throws {
    var shelf = Shelf.with(["web01"])
    let facts = shelf.take(Self.discovery(["/", "/var"]))
    #expect(facts.kinds == ["item.declared", "attribute.observed", "item.declared", "attribute.observed"])
    let child = try #require(shelf.book[ItemID("host/web01/filesystem//var")])
    #expect(child.declaration.labels == ["mountpoint": "/var"])
    #expect(child.parent == Shelf.web && child.home == .discovery)
    #expect(shelf.take(Self.discovery(["/var", "/"])).isEmpty)
  }

  @Test("what is gone for ten minutes is retired, what blinks is not, what returns is back")
  func gone() {
    var shelf = Shelf.with(["web01"])
    shelf.take(Self.discovery(["/", "/var"]))
    shelf.pass(.seconds(60))
    #expect(shelf.take(Self.discovery(["/"])).isEmpty)
    shelf.pass(.seconds(60))
    #expect(shelf.take(Self.discovery(["/", "/var"])).isEmpty)
    shelf.pass(.seconds(60))
    #expect(shelf.take(Self.discovery(["/"])).isEmpty)
    shelf.pass(.seconds(599))
    #expect(shelf.take(Self.discovery(["/"])).isEmpty)
    shelf.pass(.seconds(1))
    #expect(shelf.take(Self.discovery(["/"])).kinds == ["item.retired"])
    #expect(shelf.take(Self.discovery(["/"])).isEmpty)
    #expect(shelf.take(Self.discovery(["/", "/var"])).kinds == ["item.declared"])
  }

  @Test("transient things are no items", arguments: ["tmpfs", "overlay", "squashfs"])
  func transient(fstype: String) {
    var shelf = Shelf.with(["web01"])
    #expect(shelf.take(Self.discovery(["/run"], fstype: fstype)).isEmpty)
  }

  @Test("a child that a file declares is the file's; it is observed, never retired by discovery")
  func adopted() {
    var shelf = Shelf()
    let child = ItemDeclaration(
      id: ItemID("host/web01/filesystem//var"), className: "filesystem", name: "data", criticality: .vital,
      labels: ["mountpoint": "/var"], parent: Shelf.web)
    shelf.declare([Shelf.host("web01"), child])
    #expect(shelf.take(Self.discovery(["/var"])).kinds == ["attribute.observed"])
    shelf.take(Self.discovery([]))
    shelf.pass(.seconds(3600))
    #expect(shelf.take(Self.discovery([])).isEmpty)
  }

  @Test("a mount that does not answer is neither gone nor new")
  func silent() {
    var shelf = Shelf.with(["web01"])
    shelf.take(Self.discovery(["/", "/nfs"]))
    let silent = InventoryInput.discover(
      Discovery(
        below: Shelf.web, classes: ["filesystem"],
        found: [Discovery.Found("filesystem", identity: "/", attributes: ["fstype": "ext4"])],
        silent: ["/nfs", "/other"].map { Discovery.Found("filesystem", identity: $0) }, source: "host"))
    for _ in 0..<3 {
      #expect(shelf.take(silent).isEmpty)
      shelf.pass(.seconds(600))
    }
    #expect(shelf.book[ItemID("host/web01/filesystem//nfs")]?.isRetired == false)
    #expect(shelf.book[ItemID("host/web01/filesystem//other")] == nil)
  }

  @Test("a retired host takes its discovered children along")
  func parentRetired() {
    var shelf = Shelf.with(["web01"])
    shelf.take(Self.discovery(["/"]))
    #expect(shelf.declare([]).kinds == ["item.retired", "item.retired"])
    #expect(shelf.take(Self.discovery(["/"])).isEmpty)
  }

  @Test("registering a known item changes nothing")
  func register() {
    var shelf = Shelf()
    let host = ItemDeclaration(id: Shelf.web, className: "host", name: "web01", home: .discovery)
    #expect(shelf.take(.register(host, source: "host")).kinds == ["item.declared"])
    #expect(shelf.take(.register(host, source: "host")).isEmpty)
    #expect(shelf.declare([]).isEmpty, "files retire only what is theirs")
  }
}
