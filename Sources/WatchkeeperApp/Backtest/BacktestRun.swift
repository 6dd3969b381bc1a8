internal import Alerting
internal import PromQL
internal import Telemetry

/// Evaluates rules over the stored past with the states of production, and touches nothing that runs.
///
/// Each rule is asked for a stretch of slots in one range query, whose answers are then taken slot by slot. Where a range
/// query would answer otherwise than instant queries, the slots are asked for one by one.
struct BacktestRun: Sendable {
  let reader: any SeriesReader
  let lookback: Duration
  let external: ExternalIdentity
  let clock: any WallClock

  /// One slot of one group: what the alerts of its rules were after it.
  struct Round: Sendable {
    let group: Int
    let slot: Timestamp
    /// By the rule's place; `nil` for a rule without a result.
    var alerts: [Int: [Alert]?] = [:]
  }

  private enum Obstacle: Error {
    /// A stretch was too long for the limits.
    case tooLarge(String)
    case failed(BacktestProblem)
  }

  /// - Parameters:
  ///   - audience: takes each round after `plan.start`, in the order of time.
  ///   - isWanted: takes the share that is done, and says whether to go on.
  func run(
    _ plan: BacktestPlan, audience: inout IncidentRehearsal, isWanted: @Sendable (Double) -> Bool
  ) async throws(BacktestProblem) -> BacktestBench {
    guard plan.roundCount <= BacktestLimits.roundsMax else {
      throw .tooManyRounds(count: plan.roundCount, limit: BacktestLimits.roundsMax)
    }
    let deadline = clock.uptime + BacktestLimits.timeMax
    var bench = BacktestBench(plan)
    var length = BacktestLimits.stretch
    var from = plan.begin
    while from < plan.end {
      guard clock.uptime < deadline else { throw .tookTooLong(limit: BacktestLimits.timeMax) }
      let through = plan.pace == .slots ? nextSlot(plan, after: from) : min(plan.end, from.advanced(by: length))
      // Only what may be tried again needs a copy.
      let saved = plan.pace == .stretches ? bench : nil
      do throws(Obstacle) {
        let rounds = try await evaluate(&bench, after: from, through: through)
        for round in rounds where round.slot > plan.start { audience.take(round, of: plan.groups[round.group]) }
      } catch {
        switch error {
        case .failed(let problem): throw problem
        case .tooLarge(let problem):
          guard let saved, length > BacktestLimits.stretchMin else { throw .reading(problem) }
          length = length / 2
          bench = saved
          continue
        }
      }
      from = through
      bench.forget(before: from)
      if bench.isFull { throw .tooManyWritten(limit: BacktestBench.writtenSamplesMax) }
      let share = from.elapsed(since: plan.begin).inSeconds / plan.end.elapsed(since: plan.begin).inSeconds
      guard isWanted(share) else { throw .cancelled }
      await Task.yield()
    }
    audience.pass(until: plan.end)
    bench.finish()
    return bench
  }

  private func nextSlot(_ plan: BacktestPlan, after time: Timestamp) -> Timestamp {
    plan.groups.map { GroupSchedule($0).nextSlot(after: time) }.min().map { min($0, plan.end) } ?? plan.end
  }

  // MARK: One stretch

  private func evaluate(
    _ bench: inout BacktestBench, after: Timestamp, through: Timestamp
  ) async throws(Obstacle) -> [Round] {
    var rounds: [Round] = []
    for (place, group) in bench.plan.groups.enumerated() {
      let slots = bench.plan.slots(of: group, after: after, through: through)
      guard !slots.isEmpty else { continue }
      var own = slots.map { Round(group: place, slot: $0) }
      for (index, rule) in group.rules.enumerated() {
        let place = BacktestBench.RulePlace(group: place, rule: index)
        let times = slots.map { $0.advanced(by: .zero - group.queryOffset) }
        let results = try await results(of: rule.query, at: times, bench)
        for (number, slot) in slots.enumerated() {
          let outcome = await evaluate(place, given: results[number], at: slot, times[number], &bench)
          guard case .alerting = rule else { continue }
          own[number].alerts.updateValue(outcome.failure == nil ? outcome.alerts : nil, forKey: index)
        }
        try await climb(place, at: times, &bench)
      }
      rounds += own
    }
    return rounds.sorted { ($0.slot, $0.group) < ($1.slot, $1.group) }
  }

  private func evaluate(
    _ place: BacktestBench.RulePlace, given result: RuleResult, at slot: Timestamp, _ time: Timestamp,
    _ bench: inout BacktestBench
  ) async -> RuleOutcome {
    var context = RoundContext(external: external)
    for _ in 0..<RuleRoundLimits.askingMax {
      switch bench.evaluate(place, given: result, at: slot, in: context) {
      case .done(let outcome): return outcome
      case .needs(let texts):
        for text in texts { context.answers[text] = await RuleEvaluator.answer(to: text, at: time, queries(bench)) }
      }
    }
    let exhausted = RuleResult.failed(RuleEvaluator.askedWithoutEnd)
    if case .done(let outcome) = bench.evaluate(place, given: exhausted, at: slot, in: context) { return outcome }
    return RuleOutcome()
  }

  /// The values behind the rule's number, for the ladder.
  private func climb(
    _ place: BacktestBench.RulePlace, at times: [Timestamp], _ bench: inout BacktestBench
  ) async throws(Obstacle) {
    guard let ladder = bench.ladders[place], ladder.problem == nil else { return }
    do throws(QueryService.Failure) {
      bench.take(try await stretch(of: ladder.subject, at: times, bench), for: place)
    } catch {
      if let tooLarge = Self.tooLarge(error) { throw .tooLarge(tooLarge) }
      bench.fail(.query(error.description), for: place)
    }
  }

  // MARK: Queries

  private func queries(_ bench: BacktestBench) -> QueryService {
    QueryService(
      reader: OverlaidReader(stored: reader, bench: bench), limits: BacktestLimits.reading, lookback: lookback,
      clock: clock, evaluation: BacktestLimits.evaluation)
  }

  private func results(
    of query: Query, at times: [Timestamp], _ bench: BacktestBench
  ) async throws(Obstacle) -> [RuleResult] {
    if !query.dependsOnRange, times.count > 1 {
      do throws(QueryService.Failure) {
        let found = SlotResults(try await stretch(of: query, at: times, bench), at: times)
        return times.indices.map { found[$0] }
      } catch {
        if let tooLarge = Self.tooLarge(error) { throw .tooLarge(tooLarge) }
        if case .reading(let problem) = error { throw .failed(.reading(problem.description)) }
        // The data do not allow the operation at some slot; which one, the slots say themselves.
      }
    }
    var results: [RuleResult] = []
    for time in times {
      results.append(await RuleEvaluator.result(of: query, at: time, queries(bench)))
    }
    return results
  }

  private func stretch(
    of query: Query, at times: [Timestamp], _ bench: BacktestBench
  ) async throws(QueryService.Failure) -> [SeriesSlice] {
    guard let first = times.first, let last = times.last else { return [] }
    let step = times.count > 1 ? times[1].elapsed(since: first) : .seconds(1)
    let range = EvaluationRange(from: first, through: last, step: step)
    guard case .matrix(let slices) = try await queries(bench).evaluate(query, over: range).value else { return [] }
    return slices
  }

  /// What a shorter stretch would mend; `nil` for other failures.
  private static func tooLarge(_ failure: QueryService.Failure) -> String? {
    switch failure {
    case .query(let error):
      switch error.cause {
      case .limit, .tookTooLong: error.description
      case .syntax, .type, .execution, .cancelled: nil
      }
    case .reading(.tooManySamples), .reading(.tookTooLong), .reading(.tooManyBytes): failure.description
    case .reading, .waiting: nil
    }
  }
}

/// The store as it would be if the rules under test had run.
private struct OverlaidReader: SeriesReader {
  let stored: any SeriesReader
  let bench: BacktestBench

  func select(
    _ selections: [SeriesSelection], limits: ReadLimits
  ) async throws(SeriesReadError) -> [[SeriesSlice]] {
    zip(try await stored.select(selections, limits: limits), selections).map { bench.overlaying($0, for: $1) }
  }

  func labelSets(
    matching selectors: [[LabelMatcher]], after: Timestamp, through: Timestamp, limits: ReadLimits
  ) async throws(SeriesReadError) -> [LabelSet] {
    try await stored.labelSets(matching: selectors, after: after, through: through, limits: limits)
  }
}

/// Bounds of a back-test: it must not take what the running program needs.
enum BacktestLimits {
  /// How much is evaluated at once at first; halved while it is too much. The default is 6 hours.
  static let stretch = Duration.seconds(6 * 3600)
  /// The shortest stretch that is tried: 1 minute.
  static let stretchMin = Duration.seconds(60)
  /// Rounds of all groups together; the default is 1 million: 7 days of 24 groups at 15 s.
  static let roundsMax = 1_000_000
  /// The default is 10 minutes.
  static let timeMax = Duration.seconds(600)
  /// Samples of one stretch of one rule: 5 million; series: 100,000; 30 s.
  static var reading: ReadLimits {
    var limits = ReadLimits()
    limits.samplesMax = 5_000_000
    limits.seriesMax = 100_000
    limits.timeMax = .seconds(30)
    return limits
  }
  /// Values of all intermediate results: 5 million, 40 MB.
  static var evaluation: EvaluationLimits {
    var limits = EvaluationLimits()
    limits.samplesMax = 5_000_000
    return limits
  }
}
