import PromQL
import Telemetry
import Testing

@testable import Alerting

@Suite("Recovery expression and missing data")
struct RecoveryTests {
  /// Series of free space by host; a host that is not named in a round has none.
  private struct Disk {
    var group: RuleGroup
    var state: GroupState
    var rows: [String: [UInt8]] = [:]
    var outcome = RuleOutcome()
    var asked: [String] = []

    init(_ settings: RuleSettingsDefinition, hold: String? = nil, keep: String? = nil) throws {
      var rule = RuleDefinition(alert: "Low", expression: "free < 10")
      rule.settings = settings
      rule.holdDuration = hold
      rule.keepFiringFor = keep
      rule.labels = ["severity": "warning"]
      rule.annotations = ["summary": "{{ $value }} left"]
      group = Bench.group([rule])
      state = GroupState(for: group)
    }

    /// One round, all queries answered by the real engine.
    mutating func round(_ minute: Double, _ free: [String: Double]) throws {
      let slot = Bench.minute(minute)
      var series = MemorySeries()
      for (host, value) in free { series.append(LabelSet(["__name__": "free", "host": host]), at: slot, value) }
      func elements(_ query: Query) throws -> [VectorElement] {
        let plan = query.plan(over: .instant(slot), lookback: .seconds(30))
        guard case .vector(let elements) = try plan.evaluate(over: plan.selections.map(series.slices(for:))).value
        else {
          return []
        }
        return elements
      }
      var context = RoundContext()
      asked = []
      while true {
        let result = RuleResult.elements(try elements(group.rules[0].query))
        switch state.evaluate(ruleAt: 0, of: group, given: result, at: slot, in: context) {
        case .done(let outcome):
          self.outcome = outcome
          for (key, value) in outcome.rowChanges.merging(state.close(round: slot, of: group), uniquingKeysWith: { $1 })
          {
            rows[key] = value
          }
          return
        case .needs(let queries):
          asked += queries
          for text in queries {
            context.answers[text] = .samples(
              try elements(Query(parsing: text)).map { TemplateSample($0.labels, $0.value) })
          }
        }
      }
    }

    mutating func restart(at minute: Double) {
      let stored = StoredAlertStates(rows: rows.sorted { $0.key < $1.key }.map { (key: $0.key, value: $0.value) })
      let carried = CarriedStates(restoring: stored, to: [group], at: Bench.minute(minute))
      state = carried.states[group.key] ?? state
    }

    /// `host state hold`, ascending.
    var alerts: [String] {
      outcome.alerts.map {
        "\($0.labels["host"] ?? "-") \($0.state)\($0.held.map { " \($0)" } ?? "")\($0.isNoData ? " missing" : "")"
      }.sorted()
    }
  }

  @Test("an alert ends only where the recovery expression holds")
  func recovers() throws {
    var disk = try Disk(RuleSettingsDefinition(recovery: "free > 20"))
    try disk.round(0, ["a": 5, "b": 5])
    #expect(disk.alerts == ["a firing", "b firing"])
    #expect(disk.asked == [])
    try disk.round(1, ["a": 15, "b": 25])
    #expect(disk.alerts == ["a firing recovery"])
    #expect(disk.asked == ["free > 20"])
    #expect(disk.outcome.resolved.map(\.labels["host"]) == ["b"])
    #expect(disk.outcome.alerts.first?.value == 5)
    try disk.round(2, ["a": 9, "b": 25])
    #expect(disk.alerts == ["a firing"])
    try disk.round(3, ["a": 21])
    #expect(disk.alerts == [])
  }

  @Test(
    "an element covers the alerts that have all its labels",
    arguments: [
      ("sum(free) > 0", true), ("sum by (host) (free) > 20", false), ("sum by (host) (free) > 12", true),
      ("label_replace(free, 'disk', 'x', '', '') > 0", false), ("vector(1)", true),
    ])
  func covers(_ recovery: String, _ ends: Bool) throws {
    var disk = try Disk(RuleSettingsDefinition(recovery: recovery))
    try disk.round(0, ["a": 5])
    try disk.round(1, ["a": 15])
    #expect(disk.alerts == (ends ? [] : ["a firing recovery"]))
  }

  @Test("keep_firing_for counts from the recovery")
  func keepsAfterRecovery() throws {
    var disk = try Disk(RuleSettingsDefinition(recovery: "free > 20"), keep: "2m")
    try disk.round(0, ["a": 5])
    for minute in 1...5 { try disk.round(Double(minute), ["a": 15]) }
    try disk.round(6, ["a": 30])
    try disk.round(7, ["a": 30])
    #expect(disk.alerts == ["a firing"])
    try disk.round(8, ["a": 30])
    #expect(disk.alerts == [])
  }

  @Test("without data an alert resolves, or is kept as its rule says", arguments: [nil, "resolve", "keep"])
  func missing(_ policy: String?) throws {
    var disk = try Disk(RuleSettingsDefinition(noData: policy))
    try disk.round(0, ["a": 5, "b": 5])
    try disk.round(1, ["b": 15])
    #expect(disk.alerts == (policy == "keep" ? ["a firing noData"] : []))
    #expect(disk.outcome.resolved.map(\.labels["host"]) == (policy == "keep" ? ["b"] : ["a", "b"]))
    #expect(disk.asked == (policy == "keep" ? ["free < bool 10"] : []))
    disk.restart(at: 1.5)
    try disk.round(2, [:])
    #expect(disk.alerts == (policy == "keep" ? ["a firing noData"] : []))
    try disk.round(3, ["a": 15])
    #expect(disk.alerts == [])
  }

  @Test("time without data does not count toward for")
  func pending() throws {
    var disk = try Disk(RuleSettingsDefinition(noData: "keep"), hold: "3m")
    try disk.round(0, ["a": 5])
    try disk.round(1, ["a": 5])
    for minute in 2...9 { try disk.round(Double(minute), [:]) }
    #expect(disk.alerts == ["a pending noData"])
    try disk.round(10, ["a": 5])
    #expect(disk.alerts == ["a pending"])
    try disk.round(11, ["a": 5])
    #expect(disk.alerts == ["a firing"])
  }

  @Test("missing data are told by an alert of their own, until there are data again")
  func tells() throws {
    var disk = try Disk(RuleSettingsDefinition(noData: "alert", noDataFor: "2m"), hold: "1m")
    try disk.round(0, ["a": 50, "b": 50])
    #expect(disk.alerts == [])
    try disk.round(1, ["b": 50])
    #expect(disk.alerts == ["a pending missing"])
    disk.restart(at: 1.5)
    try disk.round(2, ["b": 50])
    try disk.round(3, ["b": 50])
    #expect(disk.alerts == ["a firing missing"])
    let labels = ["alertname": "Low", "host": "a", "no_data": "true", "severity": "warning"]
    #expect(disk.outcome.started.map(\.labels) == [LabelSet(labels)])
    #expect(disk.outcome.started.map(\.annotations) == [[:]])
    try disk.round(4, ["a": 50, "b": 50])
    #expect(disk.outcome.resolved.map(\.isNoData) == [true])
    #expect(disk.alerts == [])
  }

  @Test("a firing alert without data stays beside the one that says so")
  func both() throws {
    var disk = try Disk(RuleSettingsDefinition(noData: "alert"))
    try disk.round(0, ["a": 5])
    try disk.round(1, [:])
    #expect(disk.alerts == ["a firing missing", "a firing noData"])
    try disk.round(2, ["a": 50])
    #expect(disk.alerts == [])
    try disk.round(3, [:])
    #expect(disk.alerts == ["a firing missing"])
    // A week later the series counts as retired.
    try disk.round(7 * 24 * 60 + 2, [:])
    #expect(disk.alerts == ["a firing missing"])
    try disk.round(7 * 24 * 60 + 3, [:])
    #expect(disk.alerts == [])
    try disk.round(7 * 24 * 60 + 4, [:])
    #expect(disk.alerts == [])
  }

  @Test("a failed extra query says nothing about the alerts")
  func failed() throws {
    var disk = try Disk(RuleSettingsDefinition(recovery: "free > 20"))
    try disk.round(0, ["a": 5])
    let context = RoundContext(answers: ["free > 20": .failed("too long")])
    let step = disk.state.evaluate(
      ruleAt: 0, of: disk.group, given: .elements([]), at: Bench.minute(1), in: context)
    guard case .done(let outcome) = step else {
      Issue.record("asks again")
      return
    }
    #expect(outcome.failure == .query("too long"))
    #expect(outcome.alerts.map(\.state) == [.firing])
    #expect(outcome.resolved.isEmpty)
  }

  @Test(
    "keys that cannot be are refused",
    arguments: [
      (RuleSettingsDefinition(recovery: "free >"), "recover", "fault.rule.expression"),
      (RuleSettingsDefinition(noData: "hold"), "no_data", "fault.rule.no-data"),
      (RuleSettingsDefinition(noData: "keep", noDataFor: "1m"), "no_data_for", "fault.rule.no-data-for"),
    ])
  func refused(_ settings: RuleSettingsDefinition, _ key: String, _ fault: String) {
    var rule = Bench.rule()
    rule.settings = settings
    let file = RuleFile(RuleFileDefinition(groups: [RuleGroupDefinition(name: "g", rules: [rule])]), file: "f")
    #expect(file.problems.map(\.key) == ["groups[0].rules[0].watchkeeper.\(key)"])
    #expect(file.problems.map(\.fault.id) == [fault])
  }
}
