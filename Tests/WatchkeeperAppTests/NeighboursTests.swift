import Inventory
import Telemetry
import Testing

@testable import WatchkeeperApp

@Suite("Neighbours by LLDP and CDP")
struct NeighboursTests {
  private func series(_ metric: String, _ instance: String, _ name: String) -> LabelSet {
    LabelSet(["__name__": metric, "job": "snmp", "instance": instance, metric: name])
  }

  @Test("names lead to items by the devices' own names and the items'; a name of two is nobody's")
  func names() {
    var book = InventoryBook()
    var ledger = SightingLedger()
    let names = ["web01", "switch-1", "switch-2", "access", "twin.a", "twin.b"]
    let items = names.map { ItemDeclaration(id: ItemID("host/\($0)"), className: "host", name: $0) }
    _ = book.process(
      .declare(InventoryDeclaration(items: items), digest: "a"), noting: &ledger, at: Timestamp(milliseconds: 0))
    var targets = TargetTable()
    targets.bind(job: "snmp", instance: "192.0.2.1", to: ItemID("host/switch-1"))
    targets.bind(job: "snmp", instance: "192.0.2.2", to: ItemID("host/switch-2"))
    let report = Neighbours.report(
      [
        series("sysName", "192.0.2.1", "core-a"), series("sysName", "192.0.2.2", "core-b.example.org"),
        series("lldpRemSysName", "192.0.2.1", "WEB01.example.org"), series("lldpRemSysName", "192.0.2.1", "core-b"),
        series("lldpRemSysName", "192.0.2.1", "phone"), series("lldpRemSysName", "192.0.2.1", "twin"),
        series("cdpCacheDeviceId", "192.0.2.2", "Access(FOC123)"), series("lldpRemSysName", "192.0.2.9", "web01"),
      ], targets: targets, in: book, host: ItemID("host/web01"))
    #expect(
      report.seen == [
        ItemID("host/switch-1"): [ItemID("host/web01"), ItemID("host/switch-2")],
        ItemID("host/switch-2"): [ItemID("host/access")],
      ])
  }
}
