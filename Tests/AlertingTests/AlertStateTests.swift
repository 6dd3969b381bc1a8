import PromQL
import Telemetry
import Testing

@testable import Alerting

/// Drives one group by hand: each round is given the labels that the expression finds.
struct Bench {
  var group: RuleGroup
  var state: GroupState
  var rows: [String: [UInt8]] = [:]
  var last = RuleOutcome()

  init(_ rules: [RuleDefinition], limit: Int? = nil, queryOffset: String? = nil, labels: [String: String] = [:]) {
    group = Self.group(rules, limit: limit, queryOffset: queryOffset, labels: labels)
    state = GroupState(for: group)
  }

  static func group(
    _ rules: [RuleDefinition], limit: Int? = nil, queryOffset: String? = nil, labels: [String: String] = [:]
  ) -> RuleGroup {
    let definition = RuleGroupDefinition(
      name: "g", interval: "1m", queryOffset: queryOffset, limit: limit, labels: labels, rules: rules)
    let file = RuleFile(RuleFileDefinition(groups: [definition]), file: "rules/test.yaml")
    precondition(file.problems.isEmpty, "\(file.problems)")
    return file.groups[0]
  }

  static func rule(
    _ name: String = "Down", hold: String? = nil, keep: String? = nil, labels: [String: String] = [:],
    annotations: [String: String] = [:]
  ) -> RuleDefinition {
    var rule = RuleDefinition(alert: name, expression: "up == 0")
    rule.holdDuration = hold
    rule.keepFiringFor = keep
    rule.labels = labels
    rule.annotations = annotations
    return rule
  }

  static func minute(_ number: Double) -> Timestamp { Timestamp(seconds: number * 60) }

  static func element(_ labels: [String: String], _ value: Double = 0) -> VectorElement {
    VectorElement(labels: LabelSet(labels), timestamp: .epoch, value: value)
  }

  /// One round at `minute`; the result holds `instances`.
  @discardableResult
  mutating func round(_ minute: Double, _ instances: [String] = ["a"], value: Double = 0, rule: Int = 0) -> RuleOutcome
  {
    let elements = instances.map { Self.element(["__name__": "up", "instance": $0], value) }
    return round(minute, given: .elements(elements), rule: rule)
  }

  @discardableResult
  mutating func round(_ minute: Double, given result: RuleResult, rule: Int = 0) -> RuleOutcome {
    let slot = Self.minute(minute)
    guard case .done(let outcome) = state.evaluate(ruleAt: rule, of: group, given: result, at: slot) else {
      return RuleOutcome()
    }
    keep(outcome.rowChanges)
    keep(state.close(round: slot, of: group))
    last = outcome
    return outcome
  }

  mutating func keep(_ changes: [String: [UInt8]?]) {
    for (key, value) in changes { rows[key] = value }
  }

  mutating func reload(_ rules: [RuleDefinition], at minute: Double) -> CarriedStates {
    let carried = CarriedStates(reloading: [group.key: state], to: [Self.group(rules)], at: Self.minute(minute))
    group = Self.group(rules)
    state = carried.states[group.key] ?? GroupState(for: group)
    keep(carried.rowChanges)
    return carried
  }

  /// All that memory held is gone; the rows are there.
  mutating func restart(at minute: Double, policy: OutagePolicy = OutagePolicy()) {
    let stored = StoredAlertStates(rows: rows.sorted { $0.key < $1.key }.map { (key: $0.key, value: $0.value) })
    let carried = CarriedStates(restoring: stored, to: [group], at: Self.minute(minute), policy: policy)
    state = carried.states[group.key] ?? GroupState(for: group)
    keep(carried.rowChanges)
  }

  var states: [AlertState] { state.rules[0].activeAlerts.map(\.state) }
}

@Suite("Alert states")
struct AlertStateTests {
  @Test("after the clock was set back an alert waits its time anew, not hours more")
  func clockSetBack() {
    var bench = Bench([Bench.rule(hold: "2m", keep: "2m")])
    bench.round(600)
    bench.round(601)
    #expect(bench.states == [.pending])
    bench.round(480)
    bench.round(481)
    #expect(bench.states == [.pending])
    bench.round(482)
    #expect(bench.states == [.firing])
    bench.round(600, [])
    bench.round(480, [])
    bench.round(481, [])
    #expect(bench.states == [.firing])
    bench.round(482, [])
    #expect(bench.states == [])
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    var hold: String?
    var keep: String?
    /// One letter a round, at minutes 0, 1, 2 …: whether the element is there (x) or not (.).
    let present: String
    /// i inactive, p pending, f firing after each round.
    let expected: String
    var testDescription: String { name }
  }

  @Test(
    "the timing table",
    arguments: [
      Case(name: "for 0 fires at once", present: "x..", expected: "fii"),
      Case(name: "for below the interval fires in the next round", hold: "10s", present: "xx", expected: "pf"),
      Case(name: "for equal to the interval", hold: "1m", present: "xx", expected: "pf"),
      Case(name: "for of three rounds", hold: "3m", present: "xxxxx.", expected: "pppffi"),
      Case(name: "a gap begins anew", hold: "2m", present: "xx.xxx", expected: "ppippf"),
      Case(name: "flapping never fires", hold: "1m", present: "x.x.x.", expected: "pipipi"),
      Case(name: "kept firing for two minutes", keep: "2m", present: "x....", expected: "fffii"),
      Case(name: "kept firing shorter than the interval", keep: "30s", present: "x..", expected: "ffi"),
      Case(name: "return while kept resets the clock", keep: "2m", present: "x.x...", expected: "fffffi"),
      Case(name: "pending is not kept", hold: "2m", keep: "5m", present: "x.x", expected: "pip"),
      Case(name: "comes back after recovery as a new alert", hold: "1m", present: "xx.xx", expected: "pfipf"),
    ])
  func timing(_ example: Case) {
    var bench = Bench([Bench.rule(hold: example.hold, keep: example.keep)])
    var seen = ""
    for (index, letter) in example.present.enumerated() {
      bench.round(Double(index), letter == "x" ? ["a"] : [])
      seen += bench.states.first.map { String($0.rawValue.prefix(1)) } ?? "i"
    }
    #expect(seen == example.expected)
  }

  @Test("labels and annotations: the rule's override, the alert's name overrides both")
  func labels() {
    let rule = Bench.rule(
      labels: ["severity": "page", "job": "{{ $labels.instance }}!", "empty": "", "alertname": "no"],
      annotations: ["summary": "{{ $labels.__name__ }} is {{ $value }}"])
    var bench = Bench([rule], labels: ["severity": "low", "team": "ops"])
    let alert = bench.round(0, given: .elements([Bench.element(["__name__": "up", "instance": "a", "job": "j"], 3)]))
      .alerts.first
    #expect(
      alert?.labels
        == LabelSet(["alertname": "Down", "severity": "page", "job": "a!", "instance": "a", "team": "ops"]))
    #expect(alert?.annotations == ["summary": "up is 3"])
  }

  @Test("texts follow each round and freeze while the alert is kept")
  func frozenTexts() {
    var bench = Bench([Bench.rule(keep: "5m", annotations: ["v": "{{ $value }}"])])
    bench.round(0, value: 1)
    #expect(bench.round(1, value: 2).alerts.first?.annotations == ["v": "2"])
    let kept = bench.round(2, []).alerts.first
    #expect(kept?.annotations == ["v": "2"])
    #expect(kept?.value == 2)
    #expect(kept?.keepFiringSince == Bench.minute(2))
    #expect(bench.round(3).alerts.first?.keepFiringSince == nil)
  }

  @Test("the series of alerts, with markers where they end")
  func series() {
    var bench = Bench([Bench.rule(hold: "1m")], queryOffset: "30s")
    func lines(_ outcome: RuleOutcome) -> [String] {
      outcome.samples.map {
        "\($0.labels) \($0.value.isStaleMarker ? "stale" : "\($0.value)") @\($0.timestamp.seconds)"
      }
    }
    let pending = "ALERTS{alertname=\"Down\", alertstate=\"pending\", instance=\"a\"}"
    let firing = "ALERTS{alertname=\"Down\", alertstate=\"firing\", instance=\"a\"}"
    let since = "ALERTS_FOR_STATE{alertname=\"Down\", instance=\"a\"}"
    #expect(lines(bench.round(1)) == ["\(pending) 1.0 @30.0", "\(since) 60.0 @30.0"])
    #expect(lines(bench.round(2)) == ["\(firing) 1.0 @90.0", "\(since) 60.0 @90.0", "\(pending) stale @90.0"])
    #expect(lines(bench.round(3, [])) == ["\(firing) stale @150.0", "\(since) stale @150.0"])
    #expect(lines(bench.round(4, [])) == [])
  }

  @Test("resend: every round offers every alert that fires, also while it is kept, and a failed round offers nothing")
  func offeredEachRound() {
    var bench = Bench([Bench.rule(hold: "1m", keep: "2m")])
    var offered: [String] = []
    for minute in 0..<9 {
      let isThere = minute < 4
      let outcome =
        minute == 3
        ? bench.round(Double(minute), given: .failed("disk"))
        : bench.round(Double(minute), isThere ? ["a"] : [])
      offered.append(
        outcome.failure != nil ? "failed" : outcome.alerts.map { $0.state.rawValue }.joined(separator: ","))
    }
    #expect(offered == ["pending", "firing", "firing", "failed", "firing", "firing", "", "", ""])
  }

  @Test("start and end are told once")
  func transitions() {
    var bench = Bench([Bench.rule()])
    #expect(bench.round(0, ["a", "b"]).started.count == 2)
    #expect(bench.round(1, ["a", "b"]).started.isEmpty)
    let outcome = bench.round(2, ["b"])
    #expect(outcome.resolved.map(\.labels["instance"]) == ["a"])
    #expect(outcome.resolved.first?.resolvedAt == Bench.minute(2))
    #expect(bench.round(3, ["b"]).resolved.isEmpty)
  }

  @Test("a resolved alert is kept for 15 minutes, its row with it")
  func retention() {
    var bench = Bench([Bench.rule()])
    bench.round(0)
    bench.round(1, [])
    bench.round(16, [])
    #expect(bench.state.rules[0].recentlyResolved.count == 1)
    #expect(bench.rows.count == 1)
    bench.round(17, [])
    #expect(bench.state.rules[0].recentlyResolved.isEmpty)
    #expect(bench.rows.isEmpty)
  }

  @Test("a failed query says nothing about the alerts")
  func failedQuery() {
    var bench = Bench([Bench.rule()])
    bench.round(0)
    let outcome = bench.round(1, given: .failed("too many samples"))
    #expect(outcome.failure == .query("too many samples"))
    #expect(outcome.samples.isEmpty)
    #expect(outcome.alerts.count == 1)
    #expect(outcome.resolved.isEmpty)
    #expect(bench.state.rules[0].lastFailure != nil)
    bench.round(2)
    #expect(bench.state.rules[0].lastFailure == nil)
    #expect(bench.states == [.firing])
  }

  @Test("equal labels are an error, and change nothing")
  func duplicates() {
    var bench = Bench([Bench.rule(labels: ["instance": "same"])])
    bench.round(0, ["a"])
    let outcome = bench.round(1, ["a", "b"])
    #expect(outcome.failure == .duplicateLabels(LabelSet(["alertname": "Down", "instance": "same"])))
    #expect(bench.states == [.firing])
  }

  @Test("above the limit all alerts are dropped, and that is not recovery")
  func limit() {
    var bench = Bench([Bench.rule()], limit: 1)
    bench.round(0, ["a"])
    let outcome = bench.round(1, ["a", "b"])
    #expect(outcome.failure == .tooManyAlerts(count: 2, limit: 1))
    #expect(outcome.dropped.map(\.labels["instance"]) == ["a"])
    #expect(outcome.resolved.isEmpty)
    #expect(outcome.samples.isEmpty)
    #expect(bench.rows.isEmpty)
    let after = bench.round(2, ["b"])
    #expect(after.samples.filter { $0.value.isStaleMarker }.count == 2)
  }

  @Test("a broken template is text and a count, never a lost alert")
  func brokenTemplate() {
    var bench = Bench([Bench.rule(annotations: ["s": "{{ query \"x\" | first | value }} {{ $value.x }}"])])
    let slot = Bench.minute(0)
    let result = RuleResult.elements([Bench.element(["instance": "a"])])
    guard case .needs(let queries) = bench.state.evaluate(ruleAt: 0, of: bench.group, given: result, at: slot) else {
      Issue.record("the template's query was not asked for")
      return
    }
    #expect(queries == ["x"])
    #expect(bench.states.isEmpty)
    let context = RoundContext(answers: ["x": .samples([TemplateSample(.empty, 7)])])
    let step = bench.state.evaluate(ruleAt: 0, of: bench.group, given: result, at: slot, in: context)
    guard case .done(let outcome) = step else {
      Issue.record("asked again")
      return
    }
    #expect(outcome.templateErrors.count == 1)
    #expect(
      outcome.alerts.first?.annotations["s"]
        == "<error expanding template: can't evaluate field x in type float64>")
  }

  @Test("a scalar is one element without labels, a matrix is a failure")
  func resultTypes() {
    var bench = Bench([Bench.rule()])
    #expect(bench.round(0, given: RuleResult(.scalar(1), at: .epoch)).alerts.map(\.labels.count) == [1])
    #expect(bench.round(1, given: RuleResult(.matrix([]), at: .epoch)).failure != nil)
  }

  @Test("a native histogram is recorded, fires an alert, and is its value as text")
  func histograms() {
    let histogram = NativeHistogram(
      count: 3, sum: 2.5, positive: .init(spans: [.init(offset: 1, length: 1)], counts: [3]))
    let element = VectorElement(labels: LabelSet(["a": "1"]), timestamp: .epoch, value: 0, histogram: histogram)
    var bench = Bench([RuleDefinition(record: "h:sum", expression: "sum(h)")])
    #expect(bench.round(0, given: .elements([element])).samples.map(\.histogram) == [histogram])
    bench = Bench([Bench.rule(annotations: ["text": "{{ $value }} {{ .Value }}"])])
    let alerts = bench.round(0, given: .elements([element])).alerts
    let text = "{count:3, sum:2.5, (1,2]:3}"
    #expect(alerts.map(\.annotations) == [["text": "\(text) \(text)"]])
  }

  @Test("recorded series carry the new name and labels, and end with a marker")
  func recording() {
    var rule = RuleDefinition(record: "job:up:sum", expression: "sum by (job) (up)")
    rule.labels = ["site": "north", "job": ""]
    var bench = Bench([rule], limit: 1)
    let outcome = bench.round(0, given: .elements([Bench.element(["job": "a", "__name__": "x"], 2)]))
    #expect(outcome.samples.map(\.labels) == [LabelSet(["__name__": "job:up:sum", "site": "north"])])
    #expect(bench.round(1, given: .elements([])).samples.map(\.value.isStaleMarker) == [true])
    let two = [Bench.element(["a": "1"]), Bench.element(["a": "2"])]
    #expect(bench.round(2, given: .elements(two)).failure == .tooManySeries(count: 2, limit: 1))
    bench = Bench([rule])
    let same = [Bench.element(["job": "1"]), Bench.element(["job": "2"])]
    #expect(bench.round(0, given: .elements(same)).failure != nil)
  }
}
