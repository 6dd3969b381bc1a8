internal import Alerting
internal import PromQL
internal import Records
internal import Synchronization
internal import Telemetry

/// Evaluates every group at its slots, appends what the rules yield and offers the alerts of each round.
///
/// A failed evaluation offers nothing: a fault of ours says nothing about the target.
actor RuleEvaluator {
  /// One finished round of one group.
  struct GroupRound: Sendable {
    let group: RuleGroup
    let slot: Timestamp
    /// By the rule's place in the group; those that failed are missing.
    let outcomes: [Int: RuleOutcome]
    let took: Duration
  }

  /// What others read.
  struct View: Sendable {
    var groups: [RuleGroup] = []
    var states: [RuleGroupKey: GroupState] = [:]
    var lastTook: [RuleGroupKey: Duration] = [:]
    var lastEvaluation: Timestamp?
    var rounds: UInt64 = 0
    var failures: [RuleGroupKey: UInt64] = [:]
    var templateErrors: UInt64 = 0
    var samplesRefused: UInt64 = 0
    /// By the rule's place in its group: the last round.
    var costs: [RuleGroupKey: [Int: RuleCost]] = [:]
    var shadowChecks: UInt64 = 0
    var shadowDifferences: UInt64 = 0
    var incremental = IncrementalRules.Statistics()
  }

  private let world: World
  private let queries: QueryService
  /// `nil`: every rule is evaluated plainly.
  private let incremental: IncrementalRules?
  private let appender: any SampleAppender
  private let log: Log
  private let external: ExternalIdentity
  private let offer: @Sendable (GroupRound) -> Void
  private let retire: @Sendable ([Alert]) -> Void
  private let published = Mutex(View())
  private var groups: [RuleGroupKey: RuleGroup] = [:]
  private var states: [RuleGroupKey: GroupState] = [:]
  private var references: [RuleGroupKey: [LabelSet: SeriesReference]] = [:]
  /// New groups that wait for the running rounds to end.
  private var pending: [RuleGroup]?
  private var adopted: [CheckedContinuation<Void, Never>] = []
  private var wake: CheckedContinuation<Void, Never>?
  private var isStopping = false
  /// Rounds under way: a reload waits for them, a stop cuts them off.
  private var rounds: [RuleGroupKey: Task<Void, Never>] = [:]
  /// Groups whose last round the store did not take whole: told once, counted each time.
  private var refusing: Set<RuleGroupKey?> = []
  /// Why rules failed in their last round, by place in the group: told once, counted each time.
  private var failing: [RuleGroupKey: [Int: String]] = [:]
  /// Rows that the disk refused, for the next save.
  private var unsaved: [String: [UInt8]?] = [:]

  init(
    world: World, queries: QueryService, following source: (any LiveSeriesSource)? = nil,
    appender: any SampleAppender, log: Log, external: ExternalIdentity,
    offer: @escaping @Sendable (GroupRound) -> Void, retire: @escaping @Sendable ([Alert]) -> Void
  ) {
    self.world = world
    self.queries = queries
    incremental = source.map { IncrementalRules(source: $0, queries: queries, clock: world.clock, log: log) }
    self.appender = appender
    self.log = log
    self.external = external
    self.offer = offer
    self.retire = retire
  }

  nonisolated var view: View { published.withLock { $0 } }

  /// Returns when the evaluator is free to answer: a sign of life where no group has rounds.
  func answer() {}

  /// States of the last run, for the first set of groups.
  func restore(_ list: [RuleGroup]) async throws(JournalError) {
    let stored = StoredAlertStates(rows: try await world.rows.rows(of: .alertStates))
    for key in stored.unreadable { log.warning("rules: the stored state \(key) cannot be read; its alert begins anew") }
    await take(CarriedStates(restoring: stored, to: list, at: world.clock.now), list)
  }

  /// New rules: unchanged ones keep their states and their slots. Returns when they are in force; rounds under way end
  /// under the old ones, so that no series has a gap.
  func reload(_ list: [RuleGroup]) async {
    pending = list
    wake.take()?.resume()
    await withCheckedContinuation { adopted.append($0) }
  }

  private func take(_ carried: CarriedStates, _ list: [RuleGroup]) async {
    groups = Dictionary(list.map { ($0.key, $0) }) { first, _ in first }
    states = carried.states
    append(carried.samples, of: nil)
    await save(carried.rowChanges)
    references = references.filter { groups[$0.key] != nil }
    // Told anew: places in a group may be others' now.
    failing = [:]
    refusing = []
    await incremental?.adopt(list)
    published.withLock { [groups] view in
      view.groups = list
      view.states = carried.states
      view.lastTook = view.lastTook.filter { groups[$0.key] != nil }
      view.failures = view.failures.filter { groups[$0.key] != nil }
      view.costs = [:]
    }
    if !carried.retired.isEmpty { retire(carried.retired) }
  }

  // MARK: Rounds

  func run() async {
    while !isStopping {
      let loops = Task { [groups] in
        await withDiscardingTaskGroup { tasks in
          for group in groups.values { tasks.addTask { await self.loop(group) } }
        }
      }
      await withCheckedContinuation { continuation in
        if isStopping || pending != nil { continuation.resume() } else { wake = continuation }
      }
      loops.cancel()
      await loops.value
      if let list = pending.take() { await take(CarriedStates(reloading: states, to: list, at: world.clock.now), list) }
      for continuation in adopted { continuation.resume() }
      adopted = []
    }
  }

  func stop() {
    isStopping = true
    for round in rounds.values { round.cancel() }
    wake.take()?.resume()
  }

  private nonisolated func loop(_ group: RuleGroup) async {
    let schedule = GroupSchedule(group)
    // After a reload the slot that came meanwhile is made good; after a start there is nothing to make good.
    var last = view.lastTook[group.key].flatMap { _ in view.states[group.key]?.lastSlot }
    if let known = last, case let missed = schedule.slot(atOrBefore: world.clock.now), missed > known {
      last = missed
      await runRound(of: group, at: missed)
    }
    while !Task.isCancelled {
      let now = world.clock.now
      let wait = schedule.nextSlot(after: now).elapsed(since: now)
      do { try await world.clock.sleep(for: wait) } catch { return }
      // Waiting is measured on the clock that never steps; the slot is named by the one that may.
      let slot = schedule.slot(atOrBefore: world.clock.now)
      if slot == last { continue }
      last = slot
      await runRound(of: group, at: slot)
    }
  }

  /// In a task of its own: the loop's is cancelled by a reload, and its queries would fail with it.
  private func runRound(of group: RuleGroup, at slot: Timestamp) async {
    guard !isStopping else { return }
    let round = Task { await self.evaluate(group, at: slot) }
    rounds[group.key] = round
    await round.value
    rounds[group.key] = nil
  }

  private func tell(_ failure: String, of rule: Rule, _ index: Int, in group: RuleGroup) {
    let known = failing[group.key, default: [:]].updateValue(failure, forKey: index)
    if known != failure { log.warning("rules: \(rule.place): \(rule.name): \(failure)") }
  }

  private func evaluate(_ group: RuleGroup, at slot: Timestamp) async {
    guard var state = states[group.key] else { return }
    let began = world.clock.uptime
    var outcomes: [Int: RuleOutcome] = [:]
    var rows: [String: [UInt8]?] = [:]
    var failures: UInt64 = 0
    for (index, rule) in group.rules.enumerated() {
      let outcome = await evaluate(rule, index, of: group, &state, at: slot)
      append(outcome.samples, of: group.key)
      rows.merge(outcome.rowChanges) { $1 }
      if let failure = outcome.failure {
        failures += 1
        // A round that the stop cut off says nothing.
        if !isStopping { tell("\(failure)", of: rule, index, in: group) }
      } else {
        outcomes[index] = outcome
        if failing[group.key]?.removeValue(forKey: index) != nil {
          log.notice("rules: \(rule.place): \(rule.name): it is evaluated again")
        }
      }
      for error in outcome.templateErrors { log.warning("rules: \(rule.place): \(rule.name): template: \(error)") }
      published.withLock { $0.templateErrors += UInt64(outcome.templateErrors.count) }
    }
    rows.merge(state.close(round: slot, of: group)) { $1 }
    states[group.key] = state
    await save(rows)
    let took = world.clock.uptime - began
    let statistics = await incremental?.statistics
    published.withLock { view in
      view.states[group.key] = state
      view.lastTook[group.key] = took
      view.lastEvaluation = slot
      view.rounds += 1
      if let statistics { view.incremental = statistics }
      view.failures[group.key, default: 0] += failures
    }
    offer(GroupRound(group: group, slot: slot, outcomes: outcomes, took: took))
  }

  private func evaluate(
    _ rule: Rule, _ index: Int, of group: RuleGroup, _ state: inout GroupState, at slot: Timestamp
  ) async -> RuleOutcome {
    let time = slot.advanced(by: .zero - group.queryOffset)
    let result = await result(of: rule, index, of: group, at: time)
    var context = RoundContext(external: external)
    for _ in 0..<RuleRoundLimits.askingMax {
      switch state.evaluate(ruleAt: index, of: group, given: result, at: slot, in: context) {
      case .done(let outcome): return outcome
      case .needs(let texts):
        for text in texts { context.answers[text] = await Self.answer(to: text, at: time, queries) }
      }
    }
    let exhausted = RuleResult.failed(Self.askedWithoutEnd)
    if case .done(let outcome) = state.evaluate(ruleAt: index, of: group, given: exhausted, at: slot) { return outcome }
    return RuleOutcome()
  }

  static let askedWithoutEnd = "templates ask for queries without end – simplify them"

  nonisolated static func result(of query: Query, at time: Timestamp, _ queries: QueryService) async
    -> RuleResult
  {
    do {
      return RuleResult(try await queries.evaluate(query, over: .instant(time)).value, at: time)
    } catch {
      return .failed(error.description)
    }
  }

  private func result(of rule: Rule, _ index: Int, of group: RuleGroup, at time: Timestamp) async -> RuleResult {
    let last = published.withLock { $0.costs[group.key]?[index] }
    let isDue = ShadowCheck.isDue(index, of: group, at: time, series: last?.cost.series ?? 0)
    let evaluation = await RuleEvaluation.run(
      rule.query, offset: group.queryOffset, at: time, queries, incremental, clock: world.clock,
      shadow: isDue ? .wanted : .none)
    if let difference = evaluation.difference {
      log.error(
        "rules: \(rule.place): \(rule.name): incremental evaluation: \(difference); evaluated plainly from now on")
    }
    published.withLock { view in
      view.costs[group.key, default: [:]][index] = evaluation.cost
      if evaluation.isShadowed { view.shadowChecks += 1 }
      if evaluation.difference != nil { view.shadowDifferences += 1 }
    }
    return evaluation.result
  }

  nonisolated static func answer(
    to text: String, at time: Timestamp, _ queries: QueryService
  ) async -> TemplateAnswer {
    do {
      switch try await queries.evaluate(text, over: .instant(time)).value {
      case .vector(let elements): return .samples(elements.map { TemplateSample($0.labels, $0.value) })
      case .scalar(let value): return .samples([TemplateSample(.empty, value)])
      case .string, .matrix: return .failed("the query gives neither a vector nor a scalar")
      }
    } catch {
      return .failed(error.description)
    }
  }

  // MARK: Effects

  private func append(_ samples: [RuleSample], of key: RuleGroupKey?) {
    guard !samples.isEmpty else { return }
    var known = key.flatMap { references.removeValue(forKey: $0) } ?? [:]
    let outcome = appender.append(batch(samples, &known))
    var accepted = outcome.accepted
    if !outcome.gone.isEmpty {
      // Series that were silent for longer than the store remembers: they begin anew.
      let gone = Set(outcome.gone)
      let again = samples.filter { known[$0.labels].map(gone.contains) ?? false }
      for sample in again { known[sample.labels] = nil }
      accepted += appender.append(batch(again, &known)).accepted
    }
    for sample in samples where sample.value.isStaleMarker { known[sample.labels] = nil }
    if let key { references[key] = known }
    guard accepted < samples.count else {
      refusing.remove(key)
      return
    }
    let refused = UInt64(samples.count - accepted)
    if refusing.insert(key).inserted {
      log.warning("rules: \(key.map { "group \($0.group)" } ?? "ended alerts"): the store refuses \(refused) samples")
    }
    published.withLock { $0.samplesRefused += refused }
  }

  /// The samples that the store has a series for.
  private func batch(_ samples: [RuleSample], _ known: inout [LabelSet: SeriesReference]) -> SampleBatch {
    var batch = SampleBatch()
    for sample in samples {
      guard let reference = known[sample.labels] ?? (try? appender.reference(for: sample.labels)) else { continue }
      known[sample.labels] = reference
      if let histogram = sample.histogram {
        batch.append(reference, at: sample.timestamp, histogram)
      } else {
        batch.append(reference, at: sample.timestamp, sample.value)
      }
    }
    return batch
  }

  private func save(_ rows: [String: [UInt8]?]) async {
    guard !rows.isEmpty || !unsaved.isEmpty else { return }
    let pending = unsaved.merging(rows) { $1 }
    unsaved = [:]
    do {
      try await world.rows.write(pending, to: .alertStates)
    } catch {
      // What other groups found meanwhile is newer.
      unsaved.merge(pending) { newer, _ in newer }
      log.error("rules: states: \(error)")
    }
  }
}
