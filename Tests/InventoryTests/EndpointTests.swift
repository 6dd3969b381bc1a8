import Records
import Telemetry
import Testing

@testable import Inventory

@Suite("What probes check without naming an item")
struct EndpointTests {
  static func endpoint(_ name: String, at place: ProbedEndpoint.Place = .onHost, url: String? = nil) -> ProbedEndpoint {
    let url = url ?? "http://\(name)/"
    return ProbedEndpoint(probe: name, instance: url, attributes: ["url": url], place: place)
  }

  static func input(_ endpoints: [ProbedEndpoint]) -> InventoryInput {
    .endpoints(endpoints, seenFrom: Shelf.web, digest: "abc")
  }

  private static let shop = ItemID("endpoint/shop")

  private func take(_ shelf: inout Shelf, _ endpoints: ProbedEndpoint...) -> [InventoryFact] {
    shelf.take(Self.input(endpoints))
  }

  @Test("it becomes an item once, with a relation to the host that says what fails with what")
  func discovered() throws {
    var shelf = Shelf.with(["web01"])
    let facts = take(&shelf, Self.endpoint("shop"), Self.endpoint("far", at: .elsewhere))
    #expect(facts.kinds == ["item.declared", "item.declared", "relation.added", "relation.added"])
    #expect(shelf.book[Self.shop]?.home == .discovery)
    let failing = shelf.book.impact(of: Shelf.web).affected.filter { $0.effect == .fails }.map(\.item)
    #expect(failing == [Shelf.web, Self.shop], "what is only watched from here does not fail with the host")
    #expect(take(&shelf, Self.endpoint("far", at: .elsewhere), Self.endpoint("shop")).isEmpty)
    #expect(shelf.declare([Shelf.host("web01")]).isEmpty, "a reading of the files leaves it alone")
  }

  @Test("a probe that is removed retires it; when the probe returns, so does the item with its history")
  func removed() throws {
    var shelf = Shelf.with(["web01"])
    _ = take(&shelf, Self.endpoint("shop"))
    let born = try #require(shelf.book[Self.shop]?.createdAt)
    shelf.pass(.seconds(60))
    #expect(take(&shelf).kinds == ["item.retired", "relation.removed"])
    #expect(shelf.book[Self.shop]?.retired?.reason.id == "reason.item.probe-removed")
    #expect(take(&shelf).isEmpty)
    #expect(take(&shelf, Self.endpoint("shop")).kinds == ["item.declared", "relation.added"])
    #expect(shelf.book[Self.shop]?.isRetired == false)
    #expect(shelf.book[Self.shop]?.createdAt == born)
  }

  @Test("what still fires about the samples of a removed probe stays bound to its endpoint, until another has them")
  func bindsRetired() {
    var shelf = Shelf.with(["web01"])
    var targets = TargetTable()
    targets.bind(job: "probe/http", instance: "http://shop/", to: Self.shop)
    _ = take(&shelf, Self.endpoint("shop"))
    let labels = LabelSet(["job": "probe/http", "instance": "http://shop/"])
    func item(_ targets: TargetTable) -> ItemID? {
      ItemBinding.resolve(labels: labels, targets: targets, in: shelf.book).item?.id
    }
    #expect(item(targets) == Self.shop)
    _ = take(&shelf)
    #expect(shelf.book[Self.shop]?.isRetired == true)
    #expect(item(TargetTable()) == Self.shop)
    #expect(shelf.book.checkInvariants().isEmpty)
    _ = take(&shelf, Self.endpoint("store", url: "http://shop/"))
    #expect(item(TargetTable()) == ItemID("endpoint/store"))
  }

  @Test("another address of the same probe is the same item, and moves its relation")
  func moved() {
    var shelf = Shelf.with(["web01"])
    _ = take(&shelf, Self.endpoint("shop"))
    let facts = take(&shelf, Self.endpoint("shop", at: .elsewhere, url: "http://other/"))
    #expect(facts.kinds == ["item.declared", "relation.removed", "relation.added"])
    #expect(shelf.book[Self.shop]?.relations.map(\.type) == [.monitoredThrough])
  }

  @Test("an item of the files with the same id or the same instance label wins")
  func declaredWins() {
    let endpoint = Self.endpoint("shop")
    let relation = Relation(Self.shop, .dependsOn, Shelf.id("db"))
    for labels in [[:], ["instance": "http://shop/"]] {
      let id = labels.isEmpty ? Self.shop : ItemID("service/shop")
      let declared = ItemDeclaration(id: id, className: "service", name: "Shop", labels: labels)
      var shelf = Shelf.with(["web01"])
      _ = take(&shelf, endpoint)
      shelf.declare([Shelf.host("web01"), Shelf.host("db"), declared], labels.isEmpty ? [relation] : [])
      _ = take(&shelf, endpoint)
      #expect(shelf.book.item(of: endpoint) == id)
      #expect(shelf.book[id]?.home == .file)
      #expect(shelf.book[id]?.relations == (labels.isEmpty ? [relation] : []))
      #expect(shelf.book[Self.shop]?.isRetired == !labels.isEmpty)
      #expect(take(&shelf, endpoint).isEmpty)
    }
  }
}
