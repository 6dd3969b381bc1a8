import PromQL
import Telemetry
import Testing

@testable import Alerting

@Suite("Back-tests: plan, history, ladder")
struct BacktestTests {
  static func minute(_ number: Double) -> Timestamp { Timestamp(seconds: number * 60) }

  static func groups(_ definitions: RuleGroupDefinition...) throws -> [RuleGroup] {
    let file = RuleFile(RuleFileDefinition(groups: definitions), file: "rules/test.yaml")
    try #require(file.problems.isEmpty, "\(file.problems)")
    return file.groups
  }

  static func alert(
    _ expression: String, _ name: String = "High", hold: String? = nil, keep: String? = nil
  ) -> RuleDefinition {
    var rule = RuleDefinition(alert: name, expression: expression)
    rule.holdDuration = hold
    rule.keepFiringFor = keep
    return rule
  }

  static func plan(_ groups: [RuleGroup], from start: Double = 60, through end: Double = 120) -> BacktestPlan {
    BacktestPlan(groups, from: minute(start), through: minute(end), lookback: .seconds(300))
  }

  /// What the group's alert would have done when `x{i="a"}` has these values, by minutes.
  static func history(
    of rule: RuleDefinition, values: (Double) -> Double?, from start: Double = 60, through end: Double = 120
  ) throws -> FiringHistory {
    let groups = try groups(RuleGroupDefinition(name: "g", interval: "1m", rules: [rule]))
    let plan = plan(groups, from: start, through: end)
    var bench = BacktestBench(plan)
    let place = BacktestBench.RulePlace(group: 0, rule: 0)
    for slot in plan.slots(of: plan.groups[0], after: plan.begin, through: plan.end) {
      let elements = values(slot.seconds / 60).map { value in
        [VectorElement(labels: LabelSet(["i": "a"]), timestamp: slot, value: value)]
      }
      _ = bench.evaluate(place, given: .elements(elements ?? []), at: slot, in: RoundContext())
    }
    bench.finish()
    return bench.histories[0][0]
  }

  // MARK: History

  @Test("what is too short for `for` never fires; what is long enough fires once, until its element is gone")
  func hold() throws {
    let brief = try Self.history(of: Self.alert("x > 1", hold: "5m")) { (70..<74).contains($0) ? 2 : nil }
    #expect(brief.count == 0 && brief.firingTime == .zero && brief.rounds == 60)
    let long = try Self.history(of: Self.alert("x > 1", hold: "5m")) { (70..<90).contains($0) ? 2 : nil }
    #expect(long.count == 1)
    let fire = try #require(long.fires.first)
    // Slots lie up to a minute behind the samples.
    #expect((75..<77).contains(fire.from.seconds / 60) && fire.beginning == .inSpan)
    #expect(try #require(fire.to).elapsed(since: fire.from) == long.firingTime)
    #expect(long.longest == long.firingTime && (840...900).contains(long.firingTime.inSeconds))
  }

  @Test("keep_firing_for joins fires over a gap") func keep() throws {
    let gap: (Double) -> Double? = { (70..<80).contains($0) || (83..<90).contains($0) ? 2 : nil }
    #expect(try Self.history(of: Self.alert("x > 1"), values: gap).count == 2)
    let kept = try Self.history(of: Self.alert("x > 1", keep: "5m"), values: gap)
    #expect(kept.count == 1 && (1440...1560).contains(kept.firingTime.inSeconds))
  }

  @Test("what fired before the span is a fire of it, from its beginning on; what ended before is none")
  func before() throws {
    let steady = try Self.history(of: Self.alert("x > 1", hold: "10m")) { _ in 2 }
    #expect(steady.count == 1 && steady.fires.first?.beginning == .before)
    #expect(steady.fires.first?.from == Self.minute(60) && steady.fires.first?.to == nil)
    #expect(steady.firingTime == .seconds(3600) && steady.longest == .seconds(3600))
    let over = try Self.history(of: Self.alert("x > 1", hold: "5m")) { $0 < 59 ? 2 : nil }
    #expect(over.count == 0 && over.firingTime == .zero && over.firstAt == nil)
  }

  @Test("a failed round changes nothing and is counted") func failed() throws {
    let groups = try Self.groups(RuleGroupDefinition(name: "g", interval: "1m", rules: [Self.alert("x > 1")]))
    let plan = Self.plan(groups)
    var bench = BacktestBench(plan)
    for (number, slot) in plan.slots(of: plan.groups[0], after: plan.start, through: plan.end).enumerated() {
      let found = RuleResult.elements([VectorElement(labels: .empty, timestamp: slot, value: 2)])
      let result = number == 5 ? RuleResult.failed("no") : found
      _ = bench.evaluate(.init(group: 0, rule: 0), given: result, at: slot, in: RoundContext())
    }
    bench.finish()
    let history = bench.histories[0][0]
    #expect(history.count == 1 && history.failedRounds == 1 && history.failure == .query("no"))
  }

  // MARK: Plan

  @Test("a group comes after those that it reads; a circle goes slot by slot") func order() throws {
    let record = RuleDefinition(record: "a:b", expression: "b")
    let reader = RuleGroupDefinition(name: "reader", interval: "1m", rules: [Self.alert("a:b > 1")])
    let writer = RuleGroupDefinition(name: "writer", interval: "1m", rules: [record])
    let plan = Self.plan(try Self.groups(reader, writer))
    #expect(plan.groups.map(\.name) == ["writer", "reader"] && plan.pace == .stretches)
    let late = RuleGroupDefinition(name: "late", interval: "1m", rules: [Self.alert("a:b > 1"), record])
    #expect(Self.plan(try Self.groups(late)).pace == .slots)
    let itself = RuleGroupDefinition(
      name: "self", interval: "1m", rules: [Self.alert(#"x unless ALERTS{alertname="High"}"#)])
    #expect(Self.plan(try Self.groups(itself)).pace == .slots)
    let shifted = RuleGroupDefinition(name: "writer", interval: "1m", queryOffset: "1m", rules: [record])
    #expect(Self.plan(try Self.groups(reader, shifted)).pace == .slots)
  }

  @Test("rounds before the span are as many as `for` and keep_firing_for need, a day at most") func warmUp() throws {
    let brief = RuleGroupDefinition(name: "g", interval: "1m", rules: [Self.alert("x", hold: "5m", keep: "3m")])
    #expect(Self.plan(try Self.groups(brief)).begin == Self.minute(50))
    let long = RuleGroupDefinition(name: "g", interval: "1m", rules: [Self.alert("x", hold: "30d")])
    let plan = Self.plan(try Self.groups(long), from: 3000, through: 3060)
    #expect(plan.begin == Self.minute(3000 - 1440))
  }

  @Test("stored series of a recorded name end where the test begins; its own go on") func overlay() throws {
    let record = RuleDefinition(record: "a:b", expression: "b")
    let groups = try Self.groups(
      RuleGroupDefinition(name: "g", interval: "1m", rules: [record, Self.alert("a:b > 1")]))
    let plan = Self.plan(groups)
    var bench = BacktestBench(plan)
    let slot = try #require(plan.slots(of: plan.groups[0], after: plan.begin, through: plan.end).first)
    let element = VectorElement(labels: LabelSet(["i": "a"]), timestamp: slot, value: 7)
    _ = bench.evaluate(.init(group: 0, rule: 0), given: .elements([element]), at: slot, in: RoundContext())
    let labels = LabelSet([LabelSet.metricName: "a:b", "i": "a"])
    let stored = SeriesSlice(
      labels: labels, milliseconds: [plan.begin.milliseconds, plan.begin.milliseconds + 90_000], values: [1, 2])
    let other = SeriesSlice(labels: LabelSet([LabelSet.metricName: "b"]), milliseconds: [5_000_000], values: [3])
    let selection = SeriesSelection([.equal("i", "a")], after: .epoch, through: plan.end)
    let found = bench.overlaying([stored, other], for: selection)
    #expect(found.count == 2)
    let own = try #require(found.first { $0.labels == labels })
    #expect(own.milliseconds == [plan.begin.milliseconds, slot.milliseconds] && own.values == [1, 7])
  }

  // MARK: Thresholds

  @Test(
    "the number that decides is found",
    arguments: [
      ("x > 5", ">", 5.0, "(x)"), ("5 <= x", ">=", 5.0, "(x)"), ("(x / y < -0.5)", "<", -0.5, "(x / y)"),
      ("x > 2 * 60 and on () y == 1", ">", 120.0, "(x) and on () y == 1"),
      ("x > 1 unless y > 3", ">", 1.0, "(x) unless y > 3"),
    ])
  func threshold(_ example: (query: String, operation: String, number: Double, subject: String)) throws {
    let threshold = try #require(try Query(parsing: example.query).threshold)
    #expect(threshold.operation.rawValue == example.operation && threshold.number == example.number)
    #expect(threshold.subject.description == example.subject)
  }

  @Test(
    "no number decides",
    arguments: ["x", "x == 1", "x > y", "x > bool 1", "x > 1 or y > 2", "sum(x > 1)", "1 + (x > 1)"])
  func noThreshold(_ query: String) throws { #expect(try Query(parsing: query).threshold == nil) }

  @Test("each rung says what the rule with that number alone would have done") func ladder() throws {
    let values: (Double) -> Double? = { minute in
      minute.truncatingRemainder(dividingBy: 17) > 15
        ? nil : ((minute / 4).rounded(.down) * 7).truncatingRemainder(dividingBy: 23)
    }
    let groups = try Self.groups(
      RuleGroupDefinition(name: "g", interval: "1m", rules: [Self.alert("x > 9", hold: "2m", keep: "1m")]))
    let plan = Self.plan(groups)
    var ladder = try #require(BacktestBench(plan).ladders[.init(group: 0, rule: 0)])
    var subject = SeriesSlice(labels: LabelSet(["i": "a"]))
    for slot in plan.slots(of: plan.groups[0], after: plan.begin, through: plan.end) {
      guard let value = values(slot.seconds / 60) else { continue }
      subject.milliseconds.append(slot.milliseconds)
      subject.values.append(value)
    }
    ladder.take([subject])
    var distinct: Set<Int> = []
    for number in [0.0, 3, 9, 15, 22, 30] {
      let alone = try Self.history(of: Self.alert("x > \(number)", hold: "2m", keep: "1m")) { minute in
        values(minute).flatMap { $0 > number ? $0 : nil }
      }
      let rung = ladder.rung(at: number, over: plan)
      #expect(rung.fires == alone.count && rung.firingTime == alone.firingTime, "at \(number)")
      distinct.insert(rung.fires)
    }
    #expect(distinct.count >= 3)
    #expect(ladder.suggestions.contains(9) && ladder.suggestions.contains { $0 > 20 } && ladder.suggestions.count <= 6)
  }

  @Test("too many values leave the ladder out, by name") func tooMany() throws {
    let groups = try Self.groups(RuleGroupDefinition(name: "g", interval: "1m", rules: [Self.alert("x > 9")]))
    var ladder = try #require(BacktestBench(Self.plan(groups)).ladders.values.first)
    let count = ThresholdLadder.valuesMax + 1
    ladder.take([
      SeriesSlice(labels: .empty, milliseconds: (0..<count).map(Int64.init), values: Array(repeating: 1, count: count))
    ])
    #expect(ladder.problem == .tooManyValues(limit: ThresholdLadder.valuesMax))
  }

  @Test(
    "numbers that a person would write", arguments: [(0.123456, 0.123), (98_765, 98_800), (-4.5678, -4.57), (0, 0)])
  func rounded(_ example: (value: Double, rounded: Double)) {
    #expect(abs(ThresholdLadder.rounded(example.value) - example.rounded) < 1e-9)
  }
}
