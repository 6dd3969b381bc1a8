import Alerting
import Foundation
import PromQL
import Synchronization
import Telemetry
import Testing
import WebInterface

@testable import TimeSeriesStore
@testable import WatchkeeperApp

@Suite("Rules over samples kept in memory")
struct IncrementalRulesTests {
  private let clock = TestClock()
  private let folder: TemporaryFolder
  private let store: EmbeddedStore

  init() throws {
    folder = try TemporaryFolder()
    store = try EmbeddedStore(folder: folder.path + "/samples", clock: clock)
  }

  private var queries: QueryService {
    QueryService(reader: store, lookback: .seconds(300), clock: clock)
  }

  private static func groups(_ rules: String, interval: String = "15s") throws -> [RuleGroup] {
    try ConfigurationReader.read(
      ConfigurationFiles(files: [
        .init(kind: .settings, path: "watchkeeper.yaml", text: "packaged: {probes: false, rules: false, plans: false}"),
        .init(
          kind: .rules, path: "rules/a.yaml", text: "groups: [{name: g, interval: \(interval), rules: [\(rules)]}]"),
      ]), hostName: "h", notifiers: CommandWorld.offlineNotifiers
    ).ruleGroups
  }

  private func append(_ name: String, _ value: Double, secondsAgo: Int = 0) throws {
    var batch = SampleBatch()
    let reference = try store.reference(for: LabelSet([LabelSet.metricName: name, "host": "a"]))
    batch.append(reference, at: clock.now.advanced(by: .seconds(-secondsAgo)), value)
    store.append(batch)
  }

  private func run(
    _ rule: Rule, _ incremental: IncrementalRules, shadow: RuleEvaluation.Shadow = .none
  ) async -> RuleEvaluation {
    await RuleEvaluation.run(
      rule.query, offset: .zero, at: clock.now, queries, incremental, clock: clock, shadow: shadow)
  }

  /// The reading of windows goes on in the background.
  private func filled(_ rule: Rule, _ incremental: IncrementalRules) async -> RuleEvaluation {
    var evaluation = await run(rule, incremental)
    for _ in 0..<10_000 where evaluation.cost.plain == .filling {
      await Task.yield()
      evaluation = await run(rule, incremental)
    }
    return evaluation
  }

  private static func values(_ result: RuleResult) -> [Double] {
    guard case .elements(let elements) = result else { return [] }
    return elements.map(\.value)
  }

  @Test("windows begin with what the store has, then follow it") func follows() async throws {
    for second in stride(from: 60, through: 15, by: -15) {
      try append("hits_total", Double(60 - second), secondsAgo: second)
    }
    await store.commit()
    let groups = try Self.groups("{alert: A, expr: 'increase(hits_total[5m])'}")
    let incremental = IncrementalRules(source: store, queries: queries, clock: clock, log: .test)
    await incremental.adopt(groups)
    let first = await filled(groups[0].rules[0], incremental)
    #expect(first.cost.plain == nil)
    #expect(first.cost.cost == EvaluationCost(series: 1, samples: 2))
    try append("hits_total", 5)
    let second = await run(groups[0].rules[0], incremental, shadow: .wanted)
    #expect(second.isShadowed)
    #expect(second.difference == nil)
    #expect(Self.values(second.result) != Self.values(first.result))
    await store.close()
  }

  @Test("a check that a stop or a limit cuts off is no difference between the two ways") func cutShort() async throws {
    try append("load", 3)
    try append("load", 4, secondsAgo: 5)
    await store.commit()
    let groups = try Self.groups("{alert: A, expr: 'max_over_time(load[1m]) > 1'}")
    let incremental = IncrementalRules(source: store, queries: queries, clock: clock, log: .test)
    await incremental.adopt(groups)
    _ = await filled(groups[0].rules[0], incremental)
    let query = groups[0].rules[0].query
    var limits = ReadLimits()
    limits.samplesMax = 1
    let strict = QueryService(reader: store, limits: limits, lookback: .seconds(300), clock: clock)
    let limited = await RuleEvaluation.run(
      query, offset: .zero, at: clock.now, strict, incremental, clock: clock, shadow: .wanted)
    let stopped = await Task { [queries, clock] in
      withUnsafeCurrentTask { $0?.cancel() }
      return await RuleEvaluation.run(
        query, offset: .zero, at: clock.now, queries, incremental, clock: clock, shadow: .wanted)
    }.value
    for evaluation in [limited, stopped] {
      #expect(evaluation.isShadowed && evaluation.difference == nil && evaluation.cost.plain == nil)
      #expect(Self.values(evaluation.result) == [4])
    }
    await store.close()
  }

  @Test("each rule has its turn to be evaluated both ways, one of many series more seldom")
  func turns() throws {
    let group = try Self.groups("{record: a, expr: load}, {record: b, expr: load}, {record: c, expr: load}")[0]
    func due(_ index: Int, series: Int) -> [Int] {
      (0..<12).filter { round in
        let time = Timestamp(milliseconds: Int64(round) * group.interval.wholeMilliseconds)
        return ShadowCheck.isDue(index, of: group, at: time, series: series)
      }
    }
    #expect(due(0, series: 0) == [0, 3, 6, 9])
    #expect(due(1, series: 999) == [1, 4, 7, 10])
    #expect(due(2, series: 1000) == [2, 8])
    #expect(due(2, series: 3999) == [2])
  }

  @Test("what a rule records, the next rule of the round sees") func recording() async throws {
    try append("load", 3)
    let groups = try Self.groups("{record: 'twice:load', expr: load * 2}, {alert: A, expr: 'twice:load > 5'}")
    let offered = Mutex<[RuleEvaluator.GroupRound]>([])
    let evaluator = RuleEvaluator(
      world: .test(clock), queries: queries, following: store, appender: store, log: .test, external: .none,
      offer: { round in offered.withLock { $0.append(round) } }, retire: { _ in })
    try await evaluator.restore(groups)
    let running = Task { await evaluator.run() }
    let key = groups[0].key
    for turn in 0..<200_000 {
      let costs = evaluator.view.costs[key] ?? [:]
      if costs.count == 2, costs.values.allSatisfy({ $0.plain == nil }) { break }
      if turn % 25 == 0 { try append("load", 3) }
      clock.advance(by: .milliseconds(200))
      await Task.yield()
    }
    await evaluator.stop()
    await running.value
    let view = evaluator.view
    #expect(view.costs[key]?.values.map(\.plain) == [nil, nil])
    #expect(offered.withLock { $0.last?.outcomes[1]?.alerts.map(\.value) } == [6])
    #expect(view.shadowChecks > 0)
    #expect(view.shadowDifferences == 0)
    #expect(view.costRows.map(\.mode) == ["incremental", "incremental"])
    await store.close()
  }

  @Test("what the store refuses of a rule is counted") func refused() async throws {
    // One series at one time with two values: the store keeps the first.
    let groups = try Self.groups("{record: same, expr: vector(1)}, {record: same, expr: vector(2)}")
    let evaluator = RuleEvaluator(
      world: .test(clock), queries: queries, following: store, appender: store, log: .test, external: .none,
      offer: { _ in }, retire: { _ in })
    try await evaluator.restore(groups)
    let running = Task { await evaluator.run() }
    for _ in 0..<200_000 where evaluator.view.rounds == 0 {
      clock.advance(by: .milliseconds(200))
      await Task.yield()
    }
    await evaluator.stop()
    await running.value
    #expect(evaluator.view.rounds > 0)
    #expect(evaluator.view.samplesRefused == evaluator.view.rounds)
    await store.close()
  }

  @Test("a rule that fails is told when it begins to and when it no longer does, not in each round")
  func failing() async throws {
    let path = try folder.write("", to: "log")
    let handle = try #require(FileHandle(forWritingAtPath: path))
    // Without their names the two series are the same.
    let expression = #"count_over_time({__name__=~"load|heat"}[20s])"#
    let groups = try Self.groups("{record: counted, expr: '\(expression)'}", interval: "5s")
    let evaluator = RuleEvaluator(
      world: .test(clock), queries: queries, appender: store,
      log: Log(clock: clock, environment: [:], descriptor: handle.fileDescriptor), external: .none,
      offer: { _ in }, retire: { _ in })
    try await evaluator.restore(groups)
    let running = Task { await evaluator.run() }
    func pass(_ count: UInt64, with names: String...) async throws {
      let end = evaluator.view.rounds + count
      for _ in 0..<200_000 where evaluator.view.rounds < end {
        for name in names { try append(name, 1) }
        clock.advance(by: .seconds(1))
        for _ in 0..<10 { await Task.yield() }
      }
    }
    try await pass(4, with: "load", "heat")
    let failures = evaluator.view.failures.values.reduce(0, +)
    // With new rules it is told anew: another may stand in its place.
    await evaluator.reload(groups)
    try await pass(2, with: "load", "heat")
    try await pass(8, with: "load")
    await evaluator.stop()
    await running.value
    #expect(failures >= 3)
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map { $0.dropFirst(9) }
    #expect(
      lines.count == 3 && lines[..<2].allSatisfy { $0.contains("counted: ") }
        && lines[2].hasSuffix("it is evaluated again"), "\(lines)")
    await store.close()
  }

  @Test("a rule whose series left the store begins it anew, and nothing is refused") func departed() async throws {
    let groups = try Self.groups("{record: slow, expr: vector(1)}", interval: "30h")
    let evaluator = RuleEvaluator(
      world: .test(clock), queries: queries, appender: store, log: .test, external: .none,
      offer: { _ in }, retire: { _ in })
    try await evaluator.restore(groups)
    let running = Task { await evaluator.run() }
    func pass(until rounds: UInt64) async {
      for _ in 0..<200_000 where evaluator.view.rounds < rounds {
        clock.advance(by: .seconds(1))
        for _ in 0..<10 { await Task.yield() }
      }
    }
    await pass(until: 1)
    await store.commit()
    clock.advance(by: .seconds(27 * 3600))
    store.closeChunks(.idle)
    await store.commit()
    await store.sealFinishedDays(at: clock.now)
    await store.forgetDeparted()
    #expect(store.statistics.departedSeries == 1 && evaluator.view.rounds == 1)
    await pass(until: 2)
    await evaluator.stop()
    await running.value
    #expect(store.statistics.refusedGone == 1, "the first try named the series that had left")
    #expect(evaluator.view.samplesRefused == 0)
    let selection = SeriesSelection([.equal("__name__", "slow")], after: .epoch, through: clock.now)
    #expect(try await store.select([selection], limits: ReadLimits())[0].map(\.count) == [2])
    await store.close()
  }

  /// The store, with every value a little wrong.
  private struct Distorted: LiveSeriesSource {
    let store: EmbeddedStore
    func follow(samplesMax: Int) { store.follow(samplesMax: samplesMax) }
    func series(matching matchers: [LabelMatcher]) -> [LiveSeries] { store.series(matching: matchers) }
    func take() -> LiveFeed {
      var feed = store.take()
      for index in feed.samples.indices {
        feed.samples[index].bits = feed.samples[index].bits.map { (Double(bitPattern: $0) + 1).bitPattern }
      }
      return feed
    }
  }

  @Test("a real difference is told, the plain answer stands, and the rule stays plain until a reload")
  func differs() async throws {
    let groups = try Self.groups("{alert: A, expr: load}")
    let rule = groups[0].rules[0]
    let incremental = IncrementalRules(source: Distorted(store: store), queries: queries, clock: clock, log: .test)
    await incremental.adopt(groups)
    _ = await filled(rule, incremental)
    try append("load", 3)
    #expect(Self.values(await run(rule, incremental).result) == [4])
    let checked = await run(rule, incremental, shadow: .wanted)
    #expect(checked.difference == "load{host=\"a\"} is 4.0 instead of 3.0")
    #expect(Self.values(checked.result) == [3])
    let after = await run(rule, incremental)
    #expect(after.cost.plain == .differed)
    #expect(Self.values(after.result) == [3])
    await incremental.adopt(groups)
    #expect(await run(rule, incremental).cost.plain != .differed)
    await store.close()
  }

  @Test("equal to the last digits but one, NaN to NaN, and one error to itself")
  func compared() {
    func elements(_ values: [String: Double]) -> RuleResult {
      .elements(values.map { VectorElement(labels: LabelSet(["a": $0.key]), timestamp: .epoch, value: $0.value) })
    }
    #expect(ShadowCheck.difference(elements(["x": .nan, "y": 1]), elements(["x": .nan, "y": 1 + 1e-15])) == nil)
    #expect(ShadowCheck.difference(elements(["x": 1]), elements(["x": 1 + 1e-9])) != nil)
    #expect(ShadowCheck.difference(elements(["x": 1]), elements([:])) == "{a=\"x\"} is 1.0 instead of absent")
    #expect(ShadowCheck.difference(elements([:]), elements(["x": 1])) == "{a=\"x\"} is missing, the plain value is 1.0")
    #expect(ShadowCheck.difference(.failed("a"), .failed("a")) == nil)
    #expect(ShadowCheck.difference(.failed("a"), elements([:])) != nil)
  }
}
