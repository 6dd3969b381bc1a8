import Inventory
import Records
import Telemetry
import Testing

@testable import Incidents

@Suite("Life of an incident")
struct LifeCycleTests {
  @Test("a thousand firing rounds are one incident, count 1000, one page, one fact per five minutes")
  func thousandRounds() throws {
    var stage = Stage()
    for _ in 0..<1000 {
      try stage.fire(Stage.alert())
      try stage.take(.tick)
      if let key = stage.book.pendingIntentsInOrder.first?.key { try stage.take(.deliveryOutcome(key, .delivered)) }
      stage.pass(.seconds(15))
    }
    #expect(stage.book.count == 1)
    let incident = try #require(stage.book[Stage.number(1)])
    #expect(stage.tally.progress(of: incident).count == 1000)
    // 1000 rounds of 15 s are 250 minutes: 49 intervals of 5 minutes after the opening, and one repeat after 4 h.
    #expect(stage.facts.kinds.count { $0 == "incident.progressed" } <= 50)
    #expect(stage.intended.map(\.kind) == [.firing, .repeated])
    #expect(stage.facts.count <= 50 + 1 + 2 * 2)
  }

  @Test("recovers by proof: three good rounds and five minutes, then closes after the reopen window")
  func recovers() throws {
    var stage = Stage()
    #expect(try stage.fire(Stage.alert()).kinds == ["incident.opened", "notification.intended"])
    #expect(try stage.stayGood(rounds: 20).kinds == ["incident.cleared"])
    #expect(stage.status(1) == .open)
    #expect(try stage.stayGood(rounds: 1).kinds == ["incident.resolved", "notification.intended"])
    let incident = try #require(stage.book[Stage.number(1)])
    #expect(incident.status == .resolved && incident.resolution?.code == "self-recovered")
    #expect(stage.intended.map(\.kind) == [.firing, .recovered])
    stage.pass(.seconds(4 * 3600 - 1))
    #expect(try stage.take(.tick).isEmpty)
    stage.pass(.seconds(1))
    #expect(try stage.take(.tick).kinds == ["incident.closed"])
    #expect(stage.book.count == 0)
    #expect(throws: IncidentRefusal.unknown(Stage.number(1))) {
      try stage.take(.addNote(Stage.number(1), by: Stage.operatorLi, text: "late"))
    }
  }

  @Test("a clock that is set back hides no recovery, also behind newer ones") func provedBehindClock() throws {
    var stage = Stage()
    try stage.fire(Stage.alert("/a"), Stage.alert("/b"))
    try stage.fire(Stage.alert("/b"))
    stage.pass(.seconds(-3 * 3600))
    try stage.fire()
    #expect(try stage.stayGood(rounds: 2).kinds == ["incident.resolved", "notification.intended"])
    #expect(stage.status(1) == .resolved && stage.status(2) == .open)
    #expect(try stage.stayGood(rounds: 18).kinds == ["incident.resolved", "notification.intended"])
  }

  @Test("what was called resolved and fires on opens again, although the clock was set back")
  func reopensBehindClock() throws {
    var stage = Stage()
    try stage.fire(Stage.alert())
    try stage.take(.resolve(Stage.number(1), by: Stage.operatorLi, text: "cleaned", code: "fixed"))
    stage.pass(.seconds(-3 * 3600))
    #expect(try stage.fire(Stage.alert()).kinds == ["incident.reopened", "notification.intended"])
  }

  @Test("five minutes with too few rounds prove nothing")
  func roundsCount() throws {
    var stage = Stage(verification: Verification(rounds: 3, duration: .seconds(60)))
    try stage.fire(Stage.alert())
    try stage.fire()
    stage.pass(.seconds(600))
    #expect(try stage.take(.tick).isEmpty)
    #expect(try stage.fire().isEmpty)
    #expect(try stage.fire().kinds == ["incident.resolved", "notification.intended"])
  }

  @Test("a breach that returns before the proof goes on as the same incident without another page")
  func returnsEarly() throws {
    var stage = Stage()
    try stage.fire(Stage.alert())
    try stage.stayGood(rounds: 10)
    #expect(try stage.fire(Stage.alert()).kinds == ["incident.fired-again"])
    #expect(stage.intended.count == 1)
    #expect(try stage.stayGood(rounds: 20).kinds == ["incident.cleared"])
  }

  @Test("reopens inside four hours, opens a recurrence after them")
  func reopens() throws {
    var stage = Stage(verification: Verification(rounds: 1, duration: .zero))
    try stage.fire(Stage.alert())
    try stage.fire()
    #expect(stage.status(1) == .resolved)
    stage.pass(.seconds(4 * 3600 - 1))
    #expect(try stage.fire(Stage.alert()).kinds == ["incident.reopened", "notification.intended"])
    #expect(stage.book[Stage.number(1)]?.reopenCount == 1)
    #expect(stage.intended.last?.reason.id == "reason.page.reopened")
    try stage.fire()
    stage.pass(.seconds(4 * 3600))
    // No tick came: the round itself closes the old one.
    let facts = try stage.fire(Stage.alert())
    #expect(facts.kinds == ["incident.closed", "incident.opened", "notification.intended"])
    let recurrence = try #require(stage.book[Stage.number(2)])
    #expect(recurrence.recurrenceOf == Stage.number(1))
    #expect(recurrence.reasons.contains { $0.id == "reason.incident.recurrence" })
    #expect(stage.tally.progress(of: recurrence).count == 1)
  }

  @Test("a clock set back by more than the reopen window closes what is resolved, by less it leaves it")
  func closesBehindClock() throws {
    var stage = Stage(verification: Verification(rounds: 1, duration: .zero))
    try stage.fire(Stage.alert())
    try stage.fire()
    stage.pass(.seconds(-4 * 3600))
    #expect(try stage.take(.clockLookedAt).isEmpty)
    #expect(try stage.fire(Stage.alert()).kinds == ["incident.reopened", "notification.intended"])
    try stage.fire()
    stage.pass(.seconds(-4 * 3600 - 1))
    var unlooked = stage
    #expect(try stage.take(.clockLookedAt).kinds == ["incident.closed"])
    let facts = try unlooked.fire(Stage.alert())
    #expect(facts.kinds == ["incident.closed", "incident.opened", "notification.intended"])
  }

  @Test("memory of closed incidents is bounded, oldest first")
  func forgets() throws {
    var stage = Stage(verification: Verification(rounds: 1, duration: .zero), closedRemembered: 2)
    for path in ["/a", "/b", "/c"] {
      try stage.fire(Stage.alert(path))
      try stage.fire()
      stage.pass(.seconds(4 * 3600))
      try stage.take(.tick)
    }
    #expect(stage.book.remembered.map(\.number) == [Stage.number(3), Stage.number(2)])
    try stage.fire(Stage.alert("/a"))
    #expect(stage.book[Stage.number(4)]?.recurrenceOf == nil)
  }

  @Test("resolving what still fires stays unverified, and reopens when it fires on")
  func resolveWhileFiring() throws {
    var stage = Stage()
    try stage.fire(Stage.alert())
    let resolve = IncidentInput.resolve(Stage.number(1), by: Stage.operatorLi, text: "cleaned", code: "fixed")
    #expect(try stage.take(resolve).kinds == ["incident.resolved"])
    #expect(stage.status(1) == .resolvedUnverified)
    stage.pass(.seconds(299))
    try stage.fire(Stage.alert())
    #expect(stage.status(1) == .resolvedUnverified)
    stage.pass(.seconds(1))
    #expect(try stage.fire(Stage.alert()).kinds == ["incident.reopened", "notification.intended"])
    #expect(stage.status(1) == .open)
  }

  @Test("a resolution is verified by the checks, and only then told")
  func resolveAndVerify() throws {
    var stage = Stage()
    try stage.fire(Stage.alert())
    try stage.take(.resolve(Stage.number(1), by: Stage.operatorLi, text: "cleaned", code: "fixed"))
    #expect(stage.intended.count == 1)
    let facts = try stage.stayGood(rounds: 21)
    #expect(facts.kinds == ["incident.cleared", "incident.verified", "notification.intended"])
    #expect(stage.book[Stage.number(1)]?.resolution?.code == "fixed")
    #expect(stage.intended.last?.reason.arguments["code"] == "fixed")
  }

  @Test("a person's reopening holds against good checks until a person resolves")
  func heldOpen() throws {
    var stage = Stage(verification: Verification(rounds: 1, duration: .zero))
    try stage.fire(Stage.alert())
    try stage.fire()
    try stage.take(.reopen(Stage.number(1), by: Stage.operatorLi, text: "users still complain"))
    try stage.stayGood(rounds: 50)
    #expect(stage.status(1) == .open)
    try stage.take(.resolve(Stage.number(1), by: Stage.operatorLi, text: "users are happy", code: "fixed"))
    try stage.stayGood(rounds: 1)
    #expect(stage.status(1) == .resolved)
  }

  @Test("a retired rule takes its incidents and withheld alerts with it")
  func ruleRetired() throws {
    var stage = Stage()
    try stage.fire(Stage.alert("/a"), Stage.alert("/b", window: Stage.window(1)))
    try stage.take(.ruleRetired(Stage.rule))
    #expect(stage.status(1) == .resolved)
    #expect(stage.book[Stage.number(1)]?.resolution?.code == "rule-retired")
    #expect(stage.book.withheldAlerts.isEmpty)
  }

  @Test("what another program posts recovers by its word and by time")
  func posts() throws {
    var stage = Stage()
    let post = AlertReport(
      source: "zabbix", key: "4711", alertName: "Down", labels: .empty, activeAt: stage.now, subject: Stage.bound)
    try stage.take(.posted(post))
    try stage.take(.posted(post))
    #expect(stage.book.count == 1)
    #expect(stage.tally.count(of: post.fingerprint) == 2)
    try stage.take(.postEnded(post.fingerprint))
    stage.pass(.seconds(299))
    #expect(try stage.take(.tick).isEmpty)
    stage.pass(.seconds(1))
    #expect(try stage.take(.tick).kinds == ["incident.resolved", "notification.intended"])
    #expect(stage.book[Stage.number(1)]?.resolution?.code == "post-ended")
  }

  @Test("the book knows the incidents of an item, and whether it fails")
  func items() throws {
    var stage = Stage()
    try stage.fire(Stage.alert("/a", severity: .warning), Stage.alert("/b", severity: .critical))
    #expect(stage.book.incidents(on: Stage.web.id).map(\.number.number) == [2, 1])
    #expect(stage.book.isFailing(Stage.web.id))
    try stage.fire(Stage.alert("/a", severity: .warning))
    #expect(!stage.book.isFailing(Stage.web.id))
    #expect(stage.book.incidents(on: Stage.web.id).count == 2)
  }

  @Test("two severities of one alert are one incident, the worse one counts; a rise pages once")
  func severity() throws {
    var stage = Stage()
    try stage.fire(Stage.alert(severity: .warning))
    #expect(stage.book[Stage.number(1)]?.priority == .medium)
    try stage.fire(Stage.alert(severity: .warning), Stage.alert(severity: .critical))
    #expect(stage.book.count == 1)
    #expect(stage.book[Stage.number(1)]?.priority == .urgent)
    #expect(stage.intended.map(\.kind) == [.firing, .raised])
    for _ in 0..<5 {
      try stage.fire(Stage.alert(severity: .warning))
      try stage.fire(Stage.alert(severity: .critical))
    }
    #expect(stage.intended.count == 2)
  }
}

@Suite("Commands")
struct CommandTests {
  enum Command: String, CaseIterable, Sendable { case acknowledge, resolve, reopen, note }

  /// The status after a command, `nil` when it is refused.
  struct Case: Sendable, CustomTestStringConvertible {
    let from: IncidentStatus
    let command: Command
    let to: IncidentStatus?
    var testDescription: String { "\(command) when \(from)" }
  }

  static let table: [Case] = [
    Case(from: .open, command: .acknowledge, to: .acknowledged),
    Case(from: .open, command: .resolve, to: .resolvedUnverified),
    Case(from: .open, command: .reopen, to: nil),
    Case(from: .open, command: .note, to: .open),
    Case(from: .acknowledged, command: .acknowledge, to: .acknowledged),
    Case(from: .acknowledged, command: .resolve, to: .resolvedUnverified),
    Case(from: .acknowledged, command: .reopen, to: nil),
    Case(from: .acknowledged, command: .note, to: .acknowledged),
    Case(from: .resolvedUnverified, command: .acknowledge, to: nil),
    Case(from: .resolvedUnverified, command: .resolve, to: nil),
    Case(from: .resolvedUnverified, command: .reopen, to: .open),
    Case(from: .resolvedUnverified, command: .note, to: .resolvedUnverified),
    Case(from: .resolved, command: .acknowledge, to: nil),
    Case(from: .resolved, command: .resolve, to: nil),
    Case(from: .resolved, command: .reopen, to: .open),
    Case(from: .resolved, command: .note, to: .resolved),
  ]

  @Test("the state machine, every status and command", arguments: table)
  func transitions(_ example: Case) throws {
    var stage = try stage(in: example.from)
    let number = Stage.number(1)
    #expect(stage.status(1) == example.from)
    let input: IncidentInput =
      switch example.command {
      case .acknowledge: .acknowledge(number, by: Stage.operatorLi, note: "")
      case .resolve: .resolve(number, by: Stage.operatorLi, text: "done", code: "fixed")
      case .reopen: .reopen(number, by: Stage.operatorLi, text: "not done")
      case .note: .addNote(number, by: Stage.operatorLi, text: "looking")
      }
    if let wanted = example.to {
      try stage.take(input)
      #expect(stage.status(1) == wanted)
    } else {
      let before = stage.book
      #expect(throws: IncidentRefusal.self) { try stage.take(input) }
      #expect(stage.book == before)
    }
  }

  @Test("texts are required and bounded")
  func texts() throws {
    var stage = try stage(in: .open)
    #expect(throws: IncidentRefusal.textMissing(command: "resolve")) {
      try stage.take(.resolve(Stage.number(1), by: Stage.operatorLi, text: " \n", code: "fixed"))
    }
    let long = String(repeating: "x", count: IncidentSettings.textBytesMax + 1)
    #expect(throws: IncidentRefusal.textTooLong(bytes: long.utf8.count, limit: IncidentSettings.textBytesMax)) {
      try stage.take(.addNote(Stage.number(1), by: Stage.operatorLi, text: long))
    }
    #expect(throws: IncidentRefusal.unknown(Stage.number(2))) {
      try stage.take(.acknowledge(Stage.number(2), by: Stage.operatorLi, note: ""))
    }
  }

  private func stage(in status: IncidentStatus) throws -> Stage {
    var stage = Stage(verification: Verification(rounds: 1, duration: .zero))
    try stage.fire(Stage.alert())
    switch status {
    case .open, .closed: break
    case .acknowledged: try stage.take(.acknowledge(Stage.number(1), by: Stage.operatorLi, note: ""))
    case .resolvedUnverified:
      try stage.take(.resolve(Stage.number(1), by: Stage.operatorLi, text: "done", code: "fixed"))
    case .resolved: try stage.fire()
    }
    return stage
  }
}
