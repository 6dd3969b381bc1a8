import Records
import Testing

@testable import Inventory

@Suite("What devices say of their neighbours")
struct NeighbourTests {
  private func report(_ seen: [String: [String]]) -> InventoryInput {
    .neighbours(
      NeighbourReport(
        seen: Dictionary(uniqueKeysWithValues: seen.map { (Shelf.id($0), Set($1.map(Shelf.id))) }),
        root: Shelf.id("here")
      ))
  }

  private func connections(_ shelf: Shelf, _ name: String) -> [String] {
    (shelf.book[Shelf.id(name)]?.relations ?? []).filter { $0.type == .connectedTo }.map {
      "\($0.target.text) \($0.strength) \($0.home)"
    }
  }

  @Test("the farther one is connected to the nearer one, whoever of them says so, and once")
  func recorded() {
    var shelf = Shelf.with(["here", "core", "access", "lonely", "other"])
    let links = report(["core": ["here", "access"], "lonely": ["other"]])
    #expect(shelf.take(links).kinds == ["relation.added", "relation.added"])
    #expect(connections(shelf, "core") == ["host/here hard discovery"])
    #expect(connections(shelf, "access") == ["host/core hard discovery"])
    #expect(connections(shelf, "here").isEmpty)
    #expect(connections(shelf, "lonely").isEmpty, "nothing says which of the two is nearer")
    #expect(shelf.take(links).isEmpty)
    #expect(shelf.take(report(["core": ["here"], "access": ["core"]])).isEmpty)
    #expect(shelf.take(.endpoints([], seenFrom: Shelf.id("here"), digest: "abc")).isEmpty, "endpoints leave them alone")
    #expect(shelf.declare(["here", "core", "access", "lonely", "other"].map { Shelf.host($0) }).isEmpty)
  }

  @Test("a second way makes both soft; a device that is seen elsewhere moves, one that is not seen stays")
  func updated() {
    var shelf = Shelf.with(["here", "one", "two", "access"])
    shelf.take(report(["here": ["one", "two"], "access": ["one"]]))
    #expect(connections(shelf, "access") == ["host/one hard discovery"])
    shelf.take(report(["here": ["one", "two"], "access": ["one", "two"]]))
    #expect(connections(shelf, "access") == ["host/one soft discovery", "host/two soft discovery"])
    #expect(shelf.take(report(["here": ["one", "two"]])).isEmpty)
    shelf.take(report(["here": ["one", "two"], "access": ["two"]]))
    #expect(connections(shelf, "access") == ["host/two hard discovery"])
  }

  @Test("when the host that looks stands elsewhere, the relation turns")
  func turned() {
    var shelf = Shelf.with(["here", "one", "two"])
    shelf.take(report(["one": ["here", "two"]]))
    #expect(connections(shelf, "two") == ["host/one hard discovery"])
    shelf.take(report(["one": ["two"], "two": ["here"]]))
    #expect(connections(shelf, "two") == ["host/here hard discovery"])
    #expect(connections(shelf, "one") == ["host/two hard discovery"])
  }

  @Test("what a person has written stays, in either direction, and leads from the host that looks")
  func declared() {
    var shelf = Shelf.with(
      ["here", "core", "access", "edge"],
      [
        Shelf.link("here", .connectedTo, "core"), Shelf.link("access", .connectedTo, "core", strength: .soft),
        Shelf.link("core", .connectedTo, "edge"),
      ])
    #expect(shelf.take(report(["core": ["access", "edge"]])).isEmpty)
    #expect(connections(shelf, "access") == ["host/core soft file"])
    #expect(connections(shelf, "edge").isEmpty)
  }
}
