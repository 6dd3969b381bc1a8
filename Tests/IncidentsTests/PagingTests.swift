import Inventory
import Records
import Telemetry
import Testing

@testable import Incidents

@Suite("Who is told what, and why")
struct PagingTests {
  @Test("keys are incident, ordinal and receiver; outcomes count once")
  func keys() throws {
    var stage = Stage(receivers: [.init("mail"), .init("hook", recoveries: .left)])
    try stage.fire(Stage.alert())
    #expect(stage.book.pendingIntentsInOrder.map(\.key.text) == ["INC-1.1.hook", "INC-1.1.mail"])
    #expect(try stage.take(.deliveryOutcome(IntentKey("INC-1.1.mail"), .delivered)).kinds == ["notification.delivered"])
    #expect(try stage.take(.deliveryOutcome(IntentKey("INC-1.1.mail"), .delivered)).isEmpty)
    let refused = DeliveryOutcome.refused(problem: "400 bad request")
    #expect(try stage.take(.deliveryOutcome(IntentKey("INC-1.1.hook"), refused)).kinds == ["notification.refused"])
    try stage.stayGood(rounds: 21)
    #expect(stage.book.pendingIntentsInOrder.map(\.key.text) == ["INC-1.2.mail"])
  }

  @Test("repeats after the interval, only to those who took the last one, and not once it is acknowledged")
  func repeats() throws {
    var stage = Stage(receivers: [.init("mail"), .init("hook")])
    try stage.fire(Stage.alert())
    try stage.take(.deliveryOutcome(IntentKey("INC-1.1.mail"), .delivered))
    stage.pass(.seconds(4 * 3600 - 1))
    #expect(try stage.take(.tick).isEmpty)
    stage.pass(.seconds(1))
    try stage.take(.tick)
    #expect(stage.intended.last?.receivers == ["mail"])
    #expect(stage.intended.last?.reason == Reason("reason.page.repeat", ["intervalSeconds": "14400"]))
    try stage.take(.deliveryOutcome(IntentKey("INC-1.2.mail"), .delivered))
    try stage.take(.acknowledge(Stage.number(1), by: Stage.operatorLi, note: ""))
    stage.pass(.seconds(40 * 3600))
    #expect(try stage.take(.tick).isEmpty)
  }

  @Test("the first page waits group_wait; what recovers before is never told")
  func groupWait() throws {
    var stage = Stage(groupWait: .seconds(30))
    #expect(try stage.fire(Stage.alert("/a"), Stage.alert("/b")).kinds == ["incident.opened", "incident.opened"])
    stage.pass(.seconds(29))
    #expect(try stage.take(.tick).isEmpty)
    try stage.fire(Stage.alert("/b"))
    stage.pass(.seconds(1))
    #expect(try stage.take(.tick).kinds == ["notification.intended"])
    #expect(stage.intended.map(\.incident.number) == [Stage.number(2)])
    try stage.stayGood(rounds: 25)
    #expect(stage.intended.map(\.incident.number) == [Stage.number(2), Stage.number(2)])
  }

  @Test("neither a first page nor a repeat waits for as long as the clock was set back") func pagesBehindClock() throws
  {
    var stage = Stage(groupWait: .seconds(30))
    try stage.fire(Stage.alert())
    stage.pass(.seconds(20))
    #expect(try stage.take(.clockLookedAt).isEmpty, "nothing is due yet")
    stage.pass(.seconds(-30 * 3600))
    #expect(try stage.take(.clockLookedAt).kinds == ["notification.intended"])
    try stage.take(.deliveryOutcome(IntentKey("INC-1.1.on-call"), .delivered))
    #expect(try stage.take(.clockLookedAt).isEmpty, "it was told just now")
    stage.pass(.seconds(-60))
    #expect(try stage.take(.clockLookedAt).kinds == ["notification.intended"])
    #expect(stage.intended.map(\.kind) == [.firing, .repeated])
  }

  @Test("a post ends by its time, although the clock was set back") func postsBehindClock() throws {
    var stage = Stage()
    let post = AlertReport(
      source: "zabbix", key: "4711", alertName: "Down", labels: .empty, activeAt: stage.now, subject: Stage.bound)
    try stage.take(.posted(post))
    try stage.take(.postEnded(post.fingerprint))
    stage.pass(.seconds(-3600))
    #expect(try stage.take(.clockLookedAt).kinds == ["incident.resolved", "notification.intended"])
  }

  @Test("a receiver that is configured later hears of what still fires")
  func laterReceiver() throws {
    var stage = Stage(receivers: [])
    try stage.fire(Stage.alert())
    let incident = try #require(stage.book[Stage.number(1)])
    #expect(stage.book.reasonNotToPage(incident, at: stage.now)?.id == "reason.no-page.no-receiver")
    #expect(try stage.take(.tick).isEmpty)
    stage.book.settings.notification.receivers = [.init("mail")]
    #expect(try stage.take(.tick).kinds == ["notification.intended"])
  }

  @Test("why nobody is told has an answer at every moment, listed in the catalogue")
  func silence() throws {
    var stage = Stage(verification: Verification(rounds: 1, duration: .seconds(60)), groupWait: .seconds(30))
    func why() throws -> String? {
      let incident = try #require(stage.book[Stage.number(1)])
      guard let reason = stage.book.reasonNotToPage(incident, at: stage.now) else { return nil }
      #expect(Set(reason.arguments.keys) == IncidentReasons.catalogue[reason.id], "\(reason.id)")
      return String(reason.id.dropFirst("reason.no-page.".count))
    }
    try stage.fire(Stage.alert())
    #expect(try why() == "group-wait")
    stage.pass(.seconds(30))
    #expect(try why() == nil)
    try stage.take(.tick)
    #expect(try why() == "delivery-pending")
    try stage.take(.deliveryOutcome(IntentKey("INC-1.1.on-call"), .delivered))
    #expect(try why() == "told")
    try stage.take(.acknowledge(Stage.number(1), by: Stage.operatorLi, note: ""))
    #expect(try why() == "acknowledged")
    try stage.fire()
    stage.pass(.seconds(60))
    try stage.fire()
    #expect(try why() == "over")
    try stage.take(.reopen(Stage.number(1), by: Stage.operatorLi, text: "no"))
    #expect(try why() == "verifying")
  }

  @Test("every reason given is in the catalogue, with its arguments")
  func catalogue() throws {
    var stage = Stage(verification: Verification(rounds: 1, duration: .zero))
    try stage.fire(Stage.alert(), Stage.alert("/w", window: Stage.window(3)))
    try stage.fire(Stage.alert(severity: .warning, subject: Stage.bound), Stage.alert("/w"))
    try stage.take(.resolve(Stage.number(1), by: Stage.operatorLi, text: "x", code: "fixed"))
    try stage.fire()
    try stage.fire(Stage.alert())
    try stage.take(.ruleRetired(Stage.rule))
    for reason in stage.facts.flatMap(\.change.reasons) {
      let known = try #require(IncidentReasons.catalogue[reason.id], "\(reason.id) is not listed")
      #expect(Set(reason.arguments.keys) == known, "\(reason.id)")
    }
  }
}
