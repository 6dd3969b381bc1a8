import Records
import Telemetry
import Testing

@testable import Inventory

@Suite("Impact and causes")
struct WalkTests {
  private func effects(_ set: ImpactSet) -> [String] {
    set.affected.map { "\($0.item.text.dropFirst(5)):\($0.effect)" }
  }

  @Test("failure travels along hard edges with its path, stops at soft ones, and cycles end")
  func chain() throws {
    let shelf = Shelf.with(
      ["db", "app", "web", "report", "mail"],
      [
        Shelf.link("app", .dependsOn, "db"), Shelf.link("web", .runsOn, "app"),
        Shelf.link("report", .backedUpBy, "db"), Shelf.link("mail", .dependsOn, "report"),
        Shelf.link("db", .dependsOn, "web"),
      ])
    let impact = shelf.book.impact(of: Shelf.id("db"))
    #expect(effects(impact) == ["db:fails", "app:fails", "report:degraded", "web:fails"])
    let web = try #require(impact.affected.last)
    #expect(web.path == [Shelf.id("db"), Shelf.id("app"), Shelf.id("web")])
    #expect(web.why == Reason("reason.impact.path", ["path": "db → app → web", "relation": "runs-on"]))
    #expect(impact.reach == .complete)
  }

  @Test("used-by and member-of hurt the far end", arguments: [RelationType.usedBy, .memberOf])
  func farEnd(type: RelationType) {
    let shelf = Shelf.with(["a", "b"], [Shelf.link("a", type, "b")])
    #expect(shelf.book.impact(of: Shelf.id("a")).affected.count == 2)
    #expect(shelf.book.impact(of: Shelf.id("b")).affected.count == 1)
  }

  @Test("a redundancy group fails only when fewer than its minimum are alive")
  func redundancy() throws {
    let members = ["n1", "n2", "n3"].map(Shelf.id)
    let relations = ["n1", "n2", "n3"].map { Shelf.link("svc", .dependsOn, $0, group: "pool") }
    let shelf = Shelf.with(
      ["svc", "n1", "n2", "n3"], relations, [RedundancyGroup("pool", members: members, minimumAlive: 2)])
    #expect(effects(shelf.book.impact(of: Shelf.id("n1"))) == ["n1:fails", "svc:degraded"])
    #expect(effects(shelf.book.impact(of: [Shelf.id("n1"), Shelf.id("n2")])) == ["n1:fails", "n2:fails", "svc:fails"])
    let withOneDown = shelf.book.impact(of: [Shelf.id("n1")], unavailable: [Shelf.id("n3")])
    #expect(effects(withOneDown) == ["n1:fails", "svc:fails"])
    #expect(
      withOneDown.affected.last?.why.arguments == [
        "path": "n1 → svc", "group": "pool", "alive": "1", "minimum": "2",
      ])
    #expect(shelf.book.reference(to: Shelf.id("n1"))?.redundancy == .covered)
    #expect(shelf.book.reference(to: Shelf.id("n1"), isDown: { $0 == Shelf.id("n2") })?.redundancy == .exhausted)
    #expect(shelf.book.reference(to: Shelf.id("svc"))?.redundancy == .alone)
  }

  @Test("a common ancestor fails the whole group")
  func commonAncestor() {
    let shelf = Shelf.with(
      ["switch", "n1", "n2", "svc"],
      [
        Shelf.link("n1", .connectedTo, "switch"), Shelf.link("n2", .connectedTo, "switch"),
        Shelf.link("svc", .dependsOn, "n1", group: "pair"), Shelf.link("svc", .dependsOn, "n2", group: "pair"),
      ], [RedundancyGroup("pair", members: [Shelf.id("n1"), Shelf.id("n2")])])
    let impact = shelf.book.impact(of: Shelf.id("switch"))
    #expect(impact.affected.first { $0.item == Shelf.id("svc") }?.effect == .fails)
  }

  @Test("parts fail with the whole, and causes are the way back")
  func partsAndCauses() {
    var shelf = Shelf.with(["web01", "power"], [Shelf.link("web01", .poweredBy, "power")])
    shelf.take(DiscoveryTests.discovery(["/var"]))
    let child = ItemID("host/web01/filesystem//var")
    #expect(shelf.book.impact(of: Shelf.id("power")).affected.map(\.item) == [Shelf.id("power"), Shelf.web, child])
    #expect(shelf.book.causes(of: child).affected.map(\.item) == [Shelf.web, Shelf.id("power")])
    #expect(shelf.book.impact(of: ItemID("nobody")).affected.isEmpty)
  }

  @Test("retired items neither pass failure on nor receive it")
  func retired() {
    var shelf = Shelf.with(["a", "b"], [Shelf.link("b", .dependsOn, "a")])
    shelf.declare([Shelf.host("a")])
    #expect(shelf.book.impact(of: Shelf.id("a")).affected.count == 1)
  }
}

@Suite("Binding alerts to items")
struct BindingTests {
  private func shelf() -> Shelf {
    var shelf = Shelf()
    shelf.declare([
      Shelf.host("web01", criticality: .vital), Shelf.host("db01", labels: ["instance": "db01:9187"]),
      Shelf.host("c1", labels: ["instance": "shared"]), Shelf.host("c2", labels: ["instance": "shared"]),
    ])
    shelf.take(DiscoveryTests.discovery(["/var"]))
    shelf.take(
      .discover(
        Discovery(
          below: Shelf.web, classes: ["interface"], found: [.init("interface", identity: "eth0")], source: "host")))
    return shelf
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let labels: [String: String]
    let item: String?
    let reason: String
    var testDescription: String { "\(labels)" }
  }

  @Test(
    "in the order of decision 12",
    arguments: [
      Case(labels: ["item": "host/db01", "job": "node", "instance": "web01"], item: "host/db01", reason: "label"),
      Case(labels: ["item": "item/host/db01"], item: "host/db01", reason: "label"),
      Case(labels: ["item": "nobody", "job": "node", "instance": "web01"], item: nil, reason: "label-unknown"),
      Case(labels: ["job": "node", "instance": "web01"], item: "host/web01", reason: "target"),
      Case(
        labels: ["job": "node", "instance": "web01", "mountpoint": "/var", "device": "sda1"],
        item: "host/web01/filesystem//var", reason: "child"),
      Case(
        labels: ["job": "node", "instance": "web01", "device": "eth0"], item: "host/web01/interface/eth0",
        reason: "child"),
      Case(
        labels: ["job": "node", "instance": "web01", "mountpoint": "/gone"], item: "host/web01", reason: "target"),
      Case(labels: ["job": "pg", "instance": "db01:9187"], item: "host/db01", reason: "instance"),
      Case(labels: ["job": "pg", "instance": "shared"], item: nil, reason: "target-unknown"),
      Case(labels: ["job": "pg", "instance": "?"], item: nil, reason: "target-unknown"),
      Case(labels: ["severity": "critical"], item: nil, reason: "no-labels"),
    ])
  func order(_ example: Case) {
    var targets = TargetTable()
    targets.bind(job: "node", instance: "web01", to: Shelf.web)
    let subject = ItemBinding.resolve(labels: LabelSet(example.labels), targets: targets, in: shelf().book)
    #expect(subject.item?.id.text == example.item)
    #expect(subject.why.id == "reason.binding.\(example.reason)")
    #expect(Set(subject.why.arguments.keys) == InventoryReasons.catalogue[subject.why.id])
  }

  @Test("a retired item binds nothing")
  func retired() {
    var shelf = shelf()
    shelf.declare([])
    let subject = ItemBinding.resolve(labels: ["item": "host/web01"].labelSet, targets: TargetTable(), in: shelf.book)
    #expect(subject.item == nil && subject.why.id == "reason.binding.item-retired")
  }
}

extension [String: String] {
  fileprivate var labelSet: LabelSet { LabelSet(self) }
}

@Suite("Maintenance windows")
struct WindowTests {
  private static let start = Timestamp(milliseconds: 1_700_000_000_000)

  private func window(
    _ number: Int, _ state: MaintenanceWindow.State, minutes: Range<Int64>, in book: InventoryBook,
    on items: [ItemID] = [Shelf.web]
  ) -> MaintenanceWindow {
    MaintenanceWindow(
      number: RecordNumber(.maintenanceWindow, number), title: BilingualText("w\(number)"),
      cause: .manual(.person("li")),
      items: items, covered: MaintenanceWindow.covering(items, in: book),
      from: Self.start.advanced(by: .seconds(minutes.lowerBound * 60)),
      to: Self.start.advanced(by: .seconds(minutes.upperBound * 60)), state: state)
  }

  @Test("covers the item and what fails with it, each with its why; what degrades stays watched")
  func covering() {
    let shelf = Shelf.with(
      ["web01", "shop", "copy"], [Shelf.link("shop", .runsOn, "web01"), Shelf.link("copy", .backedUpBy, "web01")])
    let covered = MaintenanceWindow.covering([Shelf.web], in: shelf.book)
    #expect(covered.map(\.item) == [Shelf.web, Shelf.id("shop")])
    #expect(covered.map(\.why.id) == ["reason.window.named", "reason.impact.path"])
    let open = OpenWindows([window(1, .open, minutes: 0..<10, in: shelf.book)])
    #expect(open.withholding(Shelf.id("shop"), at: Self.start)?.why.arguments["path"] == "web01 → shop")
    #expect(open.withholding(Shelf.id("copy"), at: Self.start) == nil)
  }

  @Test("holds back from its start to its end, only while open; of two the later end counts")
  func inForce() {
    let book = Shelf.with(["web01"]).book
    func at(_ minutes: Int64) -> Timestamp { Self.start.advanced(by: .seconds(minutes * 60)) }
    var windows = OpenWindows([
      window(1, .open, minutes: 10..<20, in: book), window(2, .planned, minutes: 10..<60, in: book),
    ])
    #expect(windows.withholding(Shelf.web, at: at(9)) == nil)
    #expect(windows.withholding(Shelf.web, at: at(10))?.number.description == "MW-1")
    #expect(windows.withholding(Shelf.web, at: at(20)) == nil, "an overrun holds nothing back")
    windows.take(window(3, .open, minutes: 12..<30, in: book))
    #expect(windows.withholding(Shelf.web, at: at(15))?.number.description == "MW-3")
    let ended = window(1, .closed, minutes: 10..<20, in: book)
    windows.take(ended)
    #expect(windows.successors(of: ended, at: at(15))[Shelf.web]?.number.description == "MW-3")
    windows.take(window(3, .closed, minutes: 12..<30, in: book))
    #expect(windows == OpenWindows())
  }
}
