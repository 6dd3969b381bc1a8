import Inventory
import Records
import Telemetry
import Testing

@testable import Incidents

@Suite("Incidents and maintenance windows")
struct WindowTests {
  @Test("a breach inside a window opens nothing, pages nobody and names the window")
  func withheld() throws {
    var stage = Stage()
    for _ in 0..<10 { try stage.fire(Stage.alert(window: Stage.window(3))) }
    #expect(stage.facts.kinds == ["alert.withheld"])
    let alert = try #require(stage.book.withheldAlerts.first)
    #expect(alert.window.number == RecordNumber(.maintenanceWindow, 3))
    #expect(stage.tally.count(of: alert.report.fingerprint) == 10)
    #expect(try stage.fire().kinds == ["alert.released"])
    #expect(stage.book.withheldAlerts.isEmpty && stage.book.count == 0)
  }

  @Test("what outlives its window opens with the next round, the window in its reasons")
  func outlivesByRound() throws {
    var stage = Stage()
    try stage.fire(Stage.alert(window: Stage.window(3)))
    let facts = try stage.fire(Stage.alert())
    #expect(facts.kinds == ["alert.released", "incident.opened", "notification.intended"])
    try checkOutlived(stage)
  }

  @Test("what outlives its window opens when the window ends, without waiting for a round")
  func outlivesByEnd() throws {
    var stage = Stage()
    try stage.fire(Stage.alert(window: Stage.window(3)))
    let facts = try stage.take(.windowEnded(RecordNumber(.maintenanceWindow, 3), successors: [:]))
    #expect(facts.kinds == ["alert.released", "incident.opened", "notification.intended"])
    try checkOutlived(stage)
  }

  private func checkOutlived(_ stage: Stage) throws {
    let incident = try #require(stage.book[Stage.number(1)])
    let reason = try #require(incident.reasons.first { $0.id == "reason.incident.outlived-window" })
    #expect(reason.arguments["window"] == "MW-3")
    #expect(stage.intended.map(\.reason.id) == ["reason.page.outlived-window"])
  }

  @Test("a second window takes over")
  func successor() throws {
    var stage = Stage()
    try stage.fire(Stage.alert(window: Stage.window(3)))
    let end = IncidentInput.windowEnded(
      RecordNumber(.maintenanceWindow, 3), successors: [Stage.web.id: Stage.window(4)])
    #expect(try stage.take(end).kinds == ["alert.withheld"])
    #expect(stage.book.withheldAlerts.map(\.window.number) == [RecordNumber(.maintenanceWindow, 4)])
    #expect(stage.book.count == 0)
  }

  @Test("a window over an open incident stops repeats; its recovery is told all the same")
  func coversOpenIncident() throws {
    var stage = Stage()
    try stage.fire(Stage.alert())
    try stage.take(.deliveryOutcome(IntentKey("INC-1.1.on-call"), .delivered))
    #expect(try stage.fire(Stage.alert(window: Stage.window(3))).kinds == ["incident.window-changed"])
    stage.pass(.seconds(5 * 3600))
    #expect(try stage.take(.tick).isEmpty)
    let incident = try #require(stage.book[Stage.number(1)])
    #expect(stage.book.reasonNotToPage(incident, at: stage.now)?.id == "reason.no-page.window")
    try stage.stayGood(rounds: 21)
    #expect(stage.intended.map(\.kind) == [.firing, .recovered])
  }

  @Test("a resolved incident does not reopen inside a window, and does after it")
  func resolvedInWindow() throws {
    var stage = Stage(verification: Verification(rounds: 1, duration: .zero))
    try stage.fire(Stage.alert())
    try stage.fire()
    #expect(try stage.fire(Stage.alert(window: Stage.window(3))).kinds == ["alert.withheld"])
    let facts = try stage.take(.windowEnded(RecordNumber(.maintenanceWindow, 3), successors: [:]))
    #expect(facts.kinds == ["alert.released", "incident.reopened", "notification.intended"])
  }

  @Test("a window that suppresses only pages lets the incident open, and its end lets the page go")
  func suppressNotify() throws {
    var stage = Stage()
    #expect(try stage.fire(Stage.alert(window: Stage.window(3, mode: .suppressNotify))).kinds == ["incident.opened"])
    #expect(try stage.take(.tick).isEmpty)
    try stage.take(.windowEnded(RecordNumber(.maintenanceWindow, 3), successors: [:]))
    #expect(try stage.take(.tick).kinds == ["notification.intended"])
  }
}
