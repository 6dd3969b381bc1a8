import PromQL
import Telemetry
import Testing

@testable import Alerting

@Suite("States across reload and restart")
struct CarriedStateTests {
  @Test("a reload without change changes nothing")
  func sameAgain() {
    var bench = Bench([Bench.rule(hold: "5m", keep: "2m"), Bench.rule(hold: "9m")])
    bench.round(0, ["a", "b"])
    bench.round(1, ["a"])
    let (before, rows) = (bench.state.rules[0].alerts, bench.rows)
    let carried = bench.reload([Bench.rule(hold: "5m", keep: "2m"), Bench.rule(hold: "9m")], at: 1.5)
    #expect(bench.state.rules[0].alerts == before)
    #expect(bench.state.lastSlot == Bench.minute(1))
    #expect(bench.rows == rows)
    #expect(carried.retired.isEmpty && carried.samples.isEmpty && carried.rowChanges.isEmpty)
  }

  @Test("the time between two runs is no missed round")
  func timeAway() {
    var bench = Bench([Bench.rule(hold: "9m")])
    bench.round(0)
    bench.restart(at: 60)
    bench.round(60)
    bench.round(63)
    #expect(bench.state.missedSlots == 2)
  }

  @Test("raising `for` sends what fires back to pending until the rest has passed, as in Prometheus")
  func raisedHold() {
    var bench = Bench([Bench.rule(hold: "1m", keep: "9m")])
    bench.round(0, ["a"])
    bench.round(1, ["a", "b"])
    _ = bench.reload([Bench.rule(hold: "3m", keep: "9m")], at: 1.5)
    let fallen = bench.round(2, ["a", "b"])
    #expect(bench.states == [.pending, .pending])
    #expect(fallen.resolved.isEmpty && bench.last.alerts[0].firedAt == nil)
    #expect(fallen.samples.filter { $0.value.isStaleMarker }.map { $0.labels["alertstate"] } == ["firing"])
    #expect(bench.round(3, ["a", "b"]).started.map(\.activeAt) == [Bench.minute(0)])
    #expect(bench.state.rules[0].activeAlerts[0].firedAt == Bench.minute(3))
  }

  @Test("raising `for` to less than an alert is active already leaves it firing; a clock set back is no raise")
  func raisedHoldInThePast() {
    var bench = Bench([Bench.rule(hold: "1m")])
    for minute in 60...65 { bench.round(Double(minute)) }
    _ = bench.reload([Bench.rule(hold: "5m")], at: 65.5)
    bench.round(66)
    #expect(bench.states == [.firing])
    #expect(bench.state.rules[0].activeAlerts[0].firedAt == Bench.minute(61))
    var setBack = Bench([Bench.rule(hold: "1m")])
    for minute in [60.0, 61, 1] { setBack.round(minute) }
    #expect(setBack.states == [.firing])
  }

  @Test("raising `for` ends an alert that only `keep_firing_for` held: its time had not passed")
  func raisedHoldWhileKept() {
    var bench = Bench([Bench.rule(hold: "1m", keep: "9m")])
    bench.round(0)
    bench.round(1)
    bench.round(2, [])
    #expect(bench.states == [.firing])
    _ = bench.reload([Bench.rule(hold: "10m", keep: "9m")], at: 2.5)
    bench.round(3, [])
    #expect(bench.states == [.pending])
    bench.round(4, [])
    #expect(bench.states.isEmpty && bench.rows.keys.filter { $0.hasPrefix("alert/") }.isEmpty)
  }

  @Test("lowering `for` fires in the next round")
  func loweredHold() {
    var bench = Bench([Bench.rule(hold: "30m")])
    bench.round(0)
    bench.round(1)
    _ = bench.reload([Bench.rule(hold: "1m")], at: 1.5)
    bench.round(2)
    #expect(bench.states == [.firing])
  }

  @Test("a rule that moves, or is reworded, keeps its states; one of its namesakes does not take them")
  func movedRule() {
    let warning = Bench.rule("Disk", labels: ["severity": "warning"])
    let critical = Bench.rule("Disk", labels: ["severity": "critical"])
    var bench = Bench([warning, critical])
    bench.round(0, ["a"], rule: 0)
    bench.round(0, ["b"], rule: 1)
    _ = bench.reload([Bench.rule("Other"), critical, warning], at: 0.5)
    #expect(bench.state.rules.map { $0.activeAlerts.map { $0.labels["instance"] ?? "" } } == [[], ["b"], ["a"]])
    var reworded = Bench.rule("Disk", labels: ["severity": "page"])
    reworded.expression = "up < 1"
    let carried = bench.reload([reworded, warning], at: 0.6)
    #expect(bench.state.rules.map { $0.activeAlerts.map { $0.labels["instance"] ?? "" } } == [["b"], ["a"]])
    #expect(carried.retired.isEmpty)
    let outcome = bench.round(1, ["b"])
    #expect(outcome.started.map(\.labels["severity"]) == ["page"])
    #expect(outcome.resolved.map(\.labels["severity"]) == ["critical"])
  }

  private static func group(_ file: String, _ name: String, _ rules: [RuleDefinition]) -> RuleGroup {
    RuleFile(RuleFileDefinition(groups: [RuleGroupDefinition(name: name, rules: rules)]), file: file).groups[0]
  }

  struct Move: Sendable, CustomTestStringConvertible {
    let name: String
    /// File and group.
    let from: [[String]]
    let to: [[String]]
    /// By the new group: the instance of the old one whose alert it has.
    let expected: [String]
    var testDescription: String { name }
  }

  @Test(
    "a group that is renamed or moves to another file keeps its alerts where it is plain which rule is which",
    arguments: [
      Move(name: "renamed", from: [["f", "a"]], to: [["f", "b"]], expected: ["f;a"]),
      Move(name: "moved", from: [["f", "a"]], to: [["g", "a"]], expected: ["f;a"]),
      Move(name: "moved and renamed", from: [["f", "a"]], to: [["g", "b"]], expected: ["f;a"]),
      Move(
        name: "a file of twins is renamed", from: [["f", "a"], ["f", "b"]], to: [["g", "b"], ["g", "a"]],
        expected: ["f;b", "f;a"]),
      Move(
        name: "one of two twins is renamed", from: [["f", "a"], ["g", "a"]], to: [["f", "b"], ["g", "a"]],
        expected: ["f;a", "g;a"]),
      Move(
        name: "two twins change beyond telling", from: [["f", "a"], ["f", "b"]], to: [["f", "c"], ["f", "d"]],
        expected: ["", ""]),
      Move(name: "copied", from: [["f", "a"]], to: [["f", "a"], ["f", "b"]], expected: ["f;a", ""]),
    ])
  func movedGroup(_ move: Move) throws {
    var running: [RuleGroupKey: GroupState] = [:]
    for names in move.from {
      let group = Self.group(names[0], names[1], [Bench.rule(hold: "5m")])
      var state = GroupState(for: group)
      let result = RuleResult.elements([Bench.element(["instance": group.key.description])])
      _ = state.evaluate(ruleAt: 0, of: group, given: result, at: Bench.minute(0))
      running[group.key] = state
    }
    let groups = move.to.map { Self.group($0[0], $0[1], [Bench.rule(hold: "5m")]) }
    let carried = CarriedStates(reloading: running, to: groups, at: Bench.minute(1))
    let alerts = groups.map { carried.states[$0.key]?.rules[0].activeAlerts.first }
    #expect(alerts.map { $0?.labels["instance"] ?? "" } == move.expected)
    for (group, alert) in zip(groups, alerts) where alert != nil {
      #expect(alert?.key.group == group.key)
      #expect(alert?.activeAt == Bench.minute(0))
    }
  }

  @Test("a group that moved while the program was away keeps what is pending, and its rows move along")
  func movedWhileAway() {
    var bench = Bench([Bench.rule(hold: "30m", keep: "1h")])
    for minute in 0...5 { bench.round(Double(minute)) }
    let stored = StoredAlertStates(rows: bench.rows.map { (key: $0.key, value: $0.value) })
    let group = Self.group("rules/other.yaml", "new", [Bench.rule(hold: "30m", keep: "1h")])
    let carried = CarriedStates(restoring: stored, to: [group], at: Bench.minute(25))
    let alert = carried.states[group.key]?.rules[0].activeAlerts.first
    #expect(alert?.activeAt == Bench.minute(20))
    let before = Set(bench.rows.keys)
    bench.keep(carried.rowChanges)
    #expect(before.isDisjoint(with: bench.rows.keys))
    #expect(bench.rows.count == 1)
  }

  @Test("a rule that is gone ends its alerts, its series and its rows")
  func removedRule() {
    var bench = Bench([Bench.rule("A"), Bench.rule("B", hold: "5m")])
    bench.round(0, ["x"], rule: 0)
    bench.round(0, ["y"], rule: 1)
    let carried = bench.reload([Bench.rule("C")], at: 1)
    #expect(carried.retired.map(\.name) == ["A"])
    #expect(carried.retired.map(\.state) == [.inactive])
    #expect(carried.samples.count == 4)
    #expect(carried.samples.allSatisfy { $0.value.isStaleMarker })
    #expect(bench.rows.keys.filter { $0.hasPrefix("alert/") }.isEmpty)
  }

  @Test("rows hold every field through a restart", arguments: [Double.nan, .infinity, -0.5, 1e300])
  func roundTrip(_ value: Double) {
    var bench = Bench([Bench.rule(hold: "1m", keep: "10m", annotations: ["text": "一 \"{{ $value }}\"\n"])])
    bench.round(0, ["a", "é"], value: value)
    bench.round(1, ["a", "é"], value: value)
    bench.round(2, ["é", "new"], value: value)
    bench.round(2.5, ["é"], value: value)
    let before = bench.state.rules[0]
    bench.restart(at: 3)
    let after = bench.state.rules[0]
    #expect(after.alerts.keys.sorted() == before.alerts.keys.sorted())
    for (labels, alert) in before.alerts {
      #expect(String(describing: after.alerts[labels]) == String(describing: Optional(alert)))
    }
    #expect(after.written == before.written)
  }

  @Test("a short restart inside `for` changes nothing: it fires when it would have fired")
  func restartInsideHold() {
    var bench = Bench([Bench.rule(hold: "5m")])
    for minute in 0...3 { bench.round(Double(minute)) }
    bench.restart(at: 3.9)
    #expect(bench.round(4).started.isEmpty)
    #expect(bench.round(5).started.count == 1)
    #expect(bench.states == [.firing])
    #expect(bench.last.alerts.first?.activeAt == Bench.minute(0))
  }

  @Test("a restart inside `keep_firing_for` keeps firing, and ends on time")
  func restartWhileKept() {
    var bench = Bench([Bench.rule(keep: "3m")])
    bench.round(0)
    bench.round(1, [])
    bench.restart(at: 1.9)
    bench.round(2, [])
    #expect(bench.states == [.firing])
    let outcome = bench.round(4, [])
    #expect(outcome.resolved.count == 1)
    #expect(outcome.samples.count { $0.value.isStaleMarker } == 2)
  }

  @Test("a firing alert survives any outage until a round decides", arguments: [5.0, 600.0])
  func firingSurvives(_ away: Double) {
    var bench = Bench([Bench.rule(hold: "1m")])
    bench.round(0)
    bench.round(1)
    bench.restart(at: 1 + away)
    #expect(bench.states == [.firing])
    #expect(bench.round(2 + away).started.isEmpty)
    #expect(bench.round(3 + away, []).resolved.count == 1)
  }

  struct Outage: Sendable, CustomTestStringConvertible {
    let name: String
    let hold: String
    /// Minutes pending before, minutes away.
    let pending: Double
    let away: Double
    /// Minutes after the restart at which it fires; `nil` when it begins anew.
    let firesAfter: Double?
    var testDescription: String { name }
  }

  @Test(
    "after an outage the time away does not count",
    arguments: [
      Outage(name: "`for` below the grace period begins anew", hold: "9m", pending: 5, away: 20, firesAfter: nil),
      Outage(name: "beyond tolerance begins anew", hold: "30m", pending: 5, away: 61, firesAfter: nil),
      Outage(name: "little left waits the grace period", hold: "12m", pending: 5, away: 20, firesAfter: 10),
      Outage(name: "much left goes on where it stood", hold: "30m", pending: 5, away: 20, firesAfter: 25),
    ])
  func outage(_ example: Outage) {
    var bench = Bench([Bench.rule(hold: example.hold)])
    var minute = 0.0
    while minute <= example.pending {
      bench.round(minute)
      minute += 1
    }
    let back = example.pending + example.away
    bench.restart(at: back)
    guard let firesAfter = example.firesAfter else {
      #expect(bench.states.isEmpty)
      return
    }
    #expect(bench.round(back + firesAfter - 1).started.isEmpty)
    #expect(bench.round(back + firesAfter).started.count == 1)
  }

  @Test("a damaged row costs itself, and is named")
  func damagedRow() {
    var bench = Bench([Bench.rule()])
    bench.round(0, ["a", "b"])
    let key = bench.rows.keys.sorted()[0]
    bench.rows[key] = Array("{\"schema\":1".utf8)
    let stored = StoredAlertStates(rows: bench.rows.sorted { $0.key < $1.key }.map { (key: $0.key, value: $0.value) })
    #expect(stored.unreadable == [key])
    bench.restart(at: 1)
    #expect(bench.states == [.firing])
  }

  @Test("only progress is written, not every round")
  func quietRows() {
    var bench = Bench([Bench.rule()])
    #expect(bench.round(0).rowChanges.count == 1)
    #expect(bench.round(1, value: 5).rowChanges.isEmpty)
    #expect(bench.round(2, []).rowChanges.count == 1)
  }
}

@Suite("Slots")
struct GroupScheduleTests {
  static let key = RuleGroupKey(file: "rules/disk.yaml", group: "disk")

  @Test("slots are one interval apart, at a phase that depends on the names alone")
  func slots() {
    let schedule = GroupSchedule(Self.key, interval: .seconds(60))
    let first = schedule.nextSlot(after: Timestamp(milliseconds: 1_700_000_000_000))
    #expect(first.milliseconds > 1_700_000_000_000 && first.milliseconds <= 1_700_000_060_000)
    #expect(schedule.nextSlot(after: first) == first.advanced(by: .seconds(60)))
    #expect(schedule.nextSlot(after: first.advanced(by: .milliseconds(-1))) == first)
    #expect(schedule.slot(atOrBefore: first) == first)
    #expect(first.milliseconds % 60_000 == schedule.phase.wholeMilliseconds)
    #expect(schedule == GroupSchedule(Self.key, interval: .seconds(60)))
    let before = schedule.nextSlot(after: Timestamp(milliseconds: -100_000))
    #expect(before.milliseconds > -100_000 && before.milliseconds <= -40_000)
  }

  @Test("phases spread over the interval")
  func spread() {
    let phases = (0..<100).map {
      GroupSchedule(RuleGroupKey(file: "f", group: "g\($0)"), interval: .seconds(60)).phase.wholeMilliseconds / 6000
    }
    #expect(Set(phases).count == 10)
  }

  @Test("late rounds are counted as missed, never queued", arguments: [(0, 0), (60, 0), (61, 1), (120, 1), (600, 9)])
  func missed(_ seconds: Int, _ expected: Int) {
    let schedule = GroupSchedule(Self.key, interval: .seconds(60))
    let last = Timestamp(milliseconds: 0)
    #expect(schedule.missedSlots(between: last, and: last.advanced(by: .seconds(seconds))) == expected)
  }

  @Test("the state counts them")
  func counted() {
    var bench = Bench([Bench.rule()])
    for minute in [0.0, 1, 5, 6] { bench.round(minute) }
    #expect(bench.state.missedSlots == 3)
  }
}
