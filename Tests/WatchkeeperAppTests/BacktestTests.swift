import Foundation
import Incidents
import Inventory
import Planner
import PromQL
import Records
import ServiceTime
import Synchronization
import Telemetry
import Testing
import WebInterface
import Wording

@testable import Alerting
@testable import WatchkeeperApp

@Suite("Back-tests over stored series")
struct BacktestTrialTests {
  typealias Bench = ConsoleBench

  /// `x` of this host: above 10 from 90 to 60 and from 40 to 20 minutes ago, 5 otherwise, for three hours.
  static func bench(_ values: (Double) -> Double? = Self.twice) async throws -> Bench {
    let bench = try await Bench()
    try await bench.furnish()
    for back in stride(from: Int64(3 * 3600), through: 0, by: -15) {
      guard let value = values(Double(back) / 60) else { continue }
      bench.series.append(
        LabelSet([LabelSet.metricName: "x", "instance": Bench.hostName]), at: Bench.ago(back), value)
    }
    return bench
  }

  static let twice: @Sendable (Double) -> Double? = { ago in
    (60..<90).contains(ago) ? 20 : (20..<40).contains(ago) ? 12 : 5
  }

  static func order(
    _ rules: String, since: Duration = .seconds(2 * 3600), step: Duration? = nil, rule: String? = nil,
    file: String = "rules/x.yaml"
  ) -> BacktestOrder {
    BacktestOrder(
      file: file, text: "groups: [{name: g, interval: 30s, rules: [\(rules)]}]", rule: rule, since: .ago(since),
      step: step)
  }

  static func result(_ bench: Bench, _ order: BacktestOrder) async throws -> BacktestResult {
    try await BacktestTrial(sources: bench.sources).result(of: order) { _ in true }
  }

  static let high = "{alert: High, expr: x > 10, for: 5m, labels: {severity: warning}}"

  // MARK: Fires and ladder

  @Test("fires, their length, and the ladder") func fires() async throws {
    let result = try await Self.result(try await Self.bench(), Self.order(Self.high))
    let rule = try #require(result.rules.first)
    #expect(rule.fires == 2 && rule.series == 1 && rule.rounds == 240 && rule.failedRounds == 0)
    // 25 and 15 minutes after `for`, and up to one round at each end.
    #expect((38 * 60...42 * 60).contains(rule.firingSeconds) && (24 * 60...26 * 60).contains(rule.longestSeconds))
    #expect(rule.firings.map(\.value) == [20, 12] && rule.firings.allSatisfy { $0.to != nil })
    let ladder = try #require(rule.ladder)
    #expect(ladder.comparison == ">" && ladder.number == 10)
    #expect(ladder.rungs.first { $0.number == 10 }?.firingSeconds == rule.firingSeconds)
    #expect(ladder.rungs.map(\.fires) == [2, 2, 1, 0].suffix(ladder.rungs.count) || ladder.rungs.last?.fires == 0)
  }

  @Test("every rung is what the rule with that number gives when it is tried alone") func rungs() async throws {
    let bench = try await Self.bench()
    var order = Self.order(Self.high)
    order.thresholds = [4, 11, 15, 25]
    let ladder = try #require(try await Self.result(bench, order).rules.first?.ladder)
    #expect(ladder.rungs.map(\.number) == [4, 10, 11, 15, 25])
    for rung in ladder.rungs {
      let alone = Self.high.replacing("x > 10", with: "x > \(rung.number)")
      let rule = try #require(try await Self.result(bench, Self.order(alone)).rules.first)
      #expect(rule.fires == rung.fires && rule.firingSeconds == rung.firingSeconds, "at \(rung.number)")
    }
    #expect(Set(ladder.rungs.map(\.fires)).count == 3)
  }

  @Test("a gap ends what fired when the look-back has passed") func gap() async throws {
    let bench = try await Self.bench { (30..<60).contains($0) ? nil : 20 }
    let rule = try #require(try await Self.result(bench, Self.order("{alert: High, expr: x > 10}")).rules.first)
    #expect(rule.fires == 2 && rule.firings.first?.beginning == .before)
    // Thirty minutes without samples, of which five are looked back over.
    #expect((94 * 60...96 * 60).contains(rule.firingSeconds))
    #expect(rule.firings.last?.to == nil)
  }

  @Test("a recording rule feeds an alert, also one that reads it over a range, and hides what is stored")
  func recorded()
    async throws
  {
    let bench = try await Self.bench()
    for back in stride(from: Int64(3 * 3600), through: 0, by: -15) {
      bench.series.append(
        LabelSet([LabelSet.metricName: "x:double", "instance": Bench.hostName]), at: Bench.ago(back), 0)
    }
    let rules = "{record: 'x:double', expr: x * 2}, {alert: High, expr: 'avg_over_time(x:double[2m]) > 38'}"
    let rule = try #require(try await Self.result(bench, Self.order(rules)).rules.first)
    #expect(rule.fires == 1)
    #expect((27 * 60...30 * 60).contains(rule.firingSeconds))
  }

  @Test("templates query the past, not the present") func templates() async throws {
    let summary = #"{{ with query \"x\" }}{{ . | first | value }}{{ end }}"#
    let rules = "{alert: High, expr: x > 15, annotations: {summary: \"\(summary)\"}}"
    let incident = try #require(
      try await Self.result(try await Self.bench(), Self.order(rules)).rules.first?.incidents.first)
    #expect(incident.title == .verbatim("20"))
  }

  // MARK: Against production

  /// What a run of the evaluator itself tells, round by round, over the same series.
  @Test("the evaluator of the running program, fed the same series, fires and ends at the same slots")
  func differential()
    async throws
  {
    let rules =
      "{record: 'x:half', expr: x / 2}, {alert: High, expr: 'x:half > 5', for: 3m, keep_firing_for: 2m}, "
      + "{alert: Anchored, expr: 'x < x @ start() + 1 and x > 10'}"
    let bench = try await Self.bench()
    let order = Self.order(rules)
    let tested = try await Self.result(bench, order)
    let plan = BacktestPlan(
      try BacktestRules(configuration: bench.configuration).groups(of: order), from: Bench.ago(7200),
      through: Bench.now,
      lookback: .seconds(300))
    let told = try await Production.transitions(of: plan, over: bench.series)
    for rule in tested.rules {
      let fires = rule.firings.map { Production.Fire(alert: rule.name, from: $0.from, to: $0.to) }
      #expect(!fires.isEmpty && fires == told.filter { $0.alert == rule.name })
    }
  }

  // MARK: Incidents, pages, windows

  @Test("incidents, pages and their receivers follow from the fires; a real one of the same breach is named")
  func incidents()
    async throws
  {
    let bench = try await Self.bench()
    let order = Self.order(Self.high)
    let before = try #require(try await Self.result(bench, order).rules.first)
    // Resolved after the first fire, reopened by the second, which is within the reopen window.
    #expect(before.incidents.count == 1 && before.incidents.first?.reopened == 1)
    #expect(before.pages == ["on-call": 4] && before.missed.isEmpty)
    #expect(before.incidents.first?.item == "web01" && before.incidents.first?.same == [])

    let rule = RuleReference(file: "rules/x.yaml", group: "g", alertName: "High")
    let host = try #require(bench.inventory.book.reference(to: Bench.host))
    func report(_ labels: [String: String]) -> AlertReport {
      AlertReport(
        rule: rule, labels: LabelSet(labels), activeAt: Bench.ago(5000), value: 20,
        subject: .bound(host, why: Reason("reason.binding.target")))
    }
    let labels = ["alertname": "High", "instance": Bench.hostName, "severity": "warning"]
    let same = Incidents.RuleRound(rule, firing: [report(labels), report(labels.merging(["disk": "b"]) { $1 })])
    try await bench.take(.round(same), at: Bench.ago(4500))
    let after = try #require(try await Self.result(bench, order).rules.first)
    #expect(after.incidents.first?.same.map(\.description) == ["INC-1"])
    #expect(after.incidents.first?.beside.map(\.description) == ["INC-2"])
    #expect(after.missed.map(\.description) == ["INC-2"])
    #expect(bench.incidents.book.count == 2, "the running book is untouched")
  }

  @Test("what a maintenance window covered is withheld; what outlives it opens then") func windows() throws {
    let groups = try BacktestTrialTests.groups(of: Self.high)
    let item = Bench.host
    func window(_ from: Int64, _ to: Int64) throws -> TaskWindow {
      TaskWindow(
        number: RecordNumber(.maintenanceWindow, 3), task: RecordNumber(.maintenanceTask, 1), title: "patching",
        planned: try #require(Interval(from: Bench.ago(from), to: Bench.ago(to))),
        coverage: [.init(item: item.entity, why: Reason("reason.window.named", ["item": "web01"]))])
    }
    var inventory = InventoryBook()
    var ledger = SightingLedger()
    let declared = InventoryDeclaration(
      items: [ItemDeclaration(id: item, className: "host", name: "web01", labels: ["instance": "web01"])])
    _ = inventory.process(.declare(declared, digest: "a"), noting: &ledger, at: Bench.ago(90_000))
    func rehearse(_ window: TaskWindow, firing: ClosedRange<Int64>) -> IncidentRehearsal {
      var rehearsal = IncidentRehearsal(
        settings: IncidentSettings(notification: NotificationPolicy(receivers: [.init("on-call")])),
        inventory: inventory, targets: TargetTable(), windows: PastWindows([window], after: Bench.ago(86_400)))
      let labels = LabelSet(["alertname": "High", "instance": "web01", "severity": "warning"])
      for back in stride(from: Int64(7200), through: 0, by: -60) {
        var alert = Alert(
          key: AlertKey(group: groups[0].key, alert: "High", labels: labels), annotations: [:],
          activeAt: Bench.ago(firing.upperBound), value: 1, element: labels.removing(["alertname"]))
        alert.state = .firing
        var round = BacktestRun.Round(group: 0, slot: Bench.ago(back))
        round.alerts.updateValue(firing.contains(back) ? [alert] : [], forKey: 0)
        rehearsal.take(round, of: groups[0])
      }
      rehearsal.pass(until: Bench.now)
      return rehearsal
    }
    let covered = rehearse(try window(6000, 3000), firing: 4000...5000)
    #expect(covered.opened.isEmpty && covered.withheld.count == 1)
    let outliving = rehearse(try window(6000, 3000), firing: 2000...5000)
    #expect(outliving.withheld.count == 1 && outliving.opened.count == 1)
    #expect(outliving.opened.first?.at == Bench.ago(3000))
    #expect(outliving.opened.first?.outlived?.description == "MW-3")
    let outside = rehearse(try window(6000, 5500), firing: 4000...5000)
    #expect(outside.withheld.isEmpty && outside.opened.first?.pages.map(\.kind) == [.firing, .recovered])
  }

  static func groups(of rules: String) throws -> [RuleGroup] {
    var errors: [SettingsError] = []
    var warnings: [SettingsError] = []
    let document = try SettingsDocument(text: "groups: [{name: g, rules: [\(rules)]}]", file: "rules/x.yaml")
    let groups = try ConfigurationReader.ruleFile(#require(document.root), of: document, &errors, &warnings)
    try #require(errors.isEmpty, "\(errors)")
    return groups
  }

  // MARK: What goes wrong

  @Test("no data in the span says where it begins; a span that begins before the data is cut") func noData()
    async throws
  {
    let bench = try await Self.bench()
    var order = Self.order(Self.high, since: .seconds(3600))
    order.until = Bench.ago(86_400)
    let problem = await #expect(throws: BacktestProblem.self) { try await Self.result(bench, order) }
    guard case .noData(from: let from?) = problem else {
      Issue.record("\(String(describing: problem))")
      return
    }
    #expect(abs(from.elapsed(since: Bench.ago(3 * 3600)).inSeconds) <= 60)
    let early = try await Self.result(bench, Self.order(Self.high, since: .seconds(86_400)))
    #expect(abs(early.from.elapsed(since: Bench.ago(3 * 3600)).inSeconds) <= 60)
    #expect(early.notes.count == 1)
    let nothing = Self.order("{alert: High, expr: nothing_has_this_name > 1}")
    let absent = await #expect(throws: BacktestProblem.self) { try await Self.result(bench, nothing) }
    if case .noData(from: nil) = absent {} else { Issue.record("\(String(describing: absent))") }
  }

  @Test("an unknown rule, an unconfigured file, a fault and too many rounds are named") func problems() async throws {
    let bench = try await Self.bench()
    func text(_ order: BacktestOrder) async -> String {
      do {
        _ = try await Self.result(bench, order)
        return ""
      } catch {
        return (error as? BacktestProblem)?.phrase.text(for: Reader(language: .english)) ?? "\(error)"
      }
    }
    #expect(await text(Self.order(Self.high, rule: "Hihg")) == "there is no alert 'Hihg' in the file – it has High")
    let running = BacktestOrder(file: "rules/none.yaml", since: .ago(.seconds(3600)))
    #expect(await text(running).hasPrefix("'rules/none.yaml' is no configured rule file"))
    #expect(await text(Self.order("{alert: High, expr: 'x >'}")).hasPrefix("rules/x.yaml:1:"))
    #expect(await text(Self.order(Self.high, step: .milliseconds(5))).contains("rounds, at most 1,000,000"))
    #expect(await text(Self.order("{record: 'a:b', expr: x}")).contains("has no alerting rules"))
  }

  @Test("equal orders are one, another has to wait, and what nobody wants is given up") func jobs() async throws {
    let bench = try await Self.bench()
    let tests = Backtests(bench.sources)
    let order = Self.order(Self.high)
    var answer = await tests.answer(order, waiting: .zero)
    #expect(answer.stage == .running)
    var other = order
    other.key = "other"
    #expect(await tests.answer(other, waiting: .zero).problem == Phrase("backtest.busy"))
    while answer.stage == .running { answer = await tests.answer(order, waiting: .zero) }
    #expect(answer.stage == .done && answer.result?.rules.first?.fires == 2)
    let given = await #expect(throws: BacktestProblem.self) {
      try await BacktestTrial(sources: bench.sources).result(of: order) { _ in false }
    }
    if case .cancelled = given {} else { Issue.record("\(String(describing: given))") }
  }
}

extension String {
  fileprivate func replacing(_ text: String, with other: String) -> String {
    replacingOccurrences(of: text, with: other)
  }
}

/// The evaluator of the running program over series in memory, on a clock that the test moves.
private enum Production {
  struct Fire: Equatable {
    let alert: String
    let from: Timestamp
    var to: Timestamp?
  }

  /// Reader and appender over the same series.
  private final class Store: SeriesReader, SampleAppender {
    private let state: Mutex<(series: MemorySeries, labels: [LabelSet])>

    init(_ series: MemorySeries) { state = Mutex((series, [])) }

    func select(_ selections: [SeriesSelection], limits: ReadLimits) async throws(SeriesReadError) -> [[SeriesSlice]] {
      let series = state.withLock { $0.series }
      return selections.map(series.slices(for:))
    }

    func labelSets(
      matching selectors: [[LabelMatcher]], after: Timestamp, through: Timestamp, limits: ReadLimits
    ) async throws(SeriesReadError) -> [LabelSet] { [] }

    func reference(for labels: LabelSet) throws(AppendError) -> SeriesReference {
      state.withLock { state in
        if let known = state.labels.firstIndex(of: labels) {
          return SeriesReference(slot: UInt32(known), generation: 1)
        }
        state.labels.append(labels)
        return SeriesReference(slot: UInt32(state.labels.count - 1), generation: 1)
      }
    }

    func append(_ batch: SampleBatch) -> AppendOutcome {
      state.withLock { state in
        for (index, reference) in batch.references.enumerated() {
          state.series.append(
            state.labels[Int(reference.slot)], at: Timestamp(milliseconds: batch.milliseconds[index]),
            batch.values[index])
        }
      }
      return AppendOutcome()
    }
  }

  /// Stands still until somebody waits for a later time, and then goes there: no slot is missed, whatever the machine does.
  private final class SteppingClock: WallClock {
    private let state: Mutex<(now: Timestamp, uptime: Duration, deadline: Duration?)>

    init(now: Timestamp) { state = Mutex((now, .seconds(1000), nil)) }

    var now: Timestamp { state.withLock { $0.now } }
    var uptime: Duration { state.withLock { $0.uptime } }

    func sleep(untilUptime deadline: Duration) async throws {
      state.withLock { $0.deadline = deadline }
      while uptime < deadline {
        try Task.checkCancellation()
        await Task.yield()
      }
    }

    func step() {
      state.withLock { state in
        guard let deadline = state.deadline, deadline > state.uptime else { return }
        state.now = state.now.advanced(by: deadline - state.uptime)
        state.uptime = deadline
      }
    }
  }

  static func transitions(of plan: BacktestPlan, over series: MemorySeries) async throws -> [Fire] {
    let clock = SteppingClock(now: plan.begin)
    let journal = MemoryJournal(clock: clock)
    let store = Store(series)
    let told = Mutex<[Fire]>([])
    let evaluator = RuleEvaluator(
      world: World(clock: clock, identifiers: CountingIdentifiers(), journal: journal, rows: journal),
      queries: QueryService(reader: store, lookback: .seconds(300), clock: clock),
      appender: store, log: .test, external: .none,
      offer: { round in
        told.withLock { told in
          for outcome in round.outcomes.values {
            for alert in outcome.started { told.append(Fire(alert: alert.name, from: round.slot)) }
            for alert in outcome.resolved {
              if let open = told.lastIndex(where: { $0.alert == alert.name && $0.to == nil }) {
                told[open].to = round.slot
              }
            }
          }
        }
      }, retire: { _ in })
    try await evaluator.restore(plan.groups)
    let running = Task { await evaluator.run() }
    while evaluator.view.lastEvaluation.map({ $0 < plan.end.advanced(by: .zero - plan.groups[0].interval) }) ?? true {
      clock.step()
      await Task.yield()
    }
    await evaluator.stop()
    await running.value
    return told.withLock { $0 }.filter { $0.from > plan.start }
  }
}
