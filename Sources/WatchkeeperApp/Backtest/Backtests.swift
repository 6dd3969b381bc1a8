internal import Alerting
internal import Incidents
internal import Inventory
internal import Planner
internal import PromQL
internal import Records
internal import Synchronization
internal import Telemetry
internal import WebInterface

/// The back-tests of the running program: one at a time, behind everything else, for as long as somebody asks.
actor Backtests {
  private let sources: ConsoleSources
  private var jobs: [Job] = []

  /// A back-test that nobody asked about for so long is given up. The default is 30 s.
  static let interestMax = Duration.seconds(30)
  /// Results that are kept for equal orders, for 10 minutes.
  private static let keptMax = 8
  private static let keptFor = Duration.seconds(600)

  init(_ sources: ConsoleSources) { self.sources = sources }

  private final class Job: Sendable {
    struct State {
      var progress = 0.0
      var outcome: BacktestAnswer?
      var askedAt: Duration
      var isGivenUp = false
    }

    let order: BacktestOrder
    /// Of the configuration that it ran under: another may have other rules.
    let digest: String
    let state: Mutex<State>

    init(_ order: BacktestOrder, under digest: String, at uptime: Duration) {
      self.order = order
      self.digest = digest
      state = Mutex(State(askedAt: uptime))
    }

    /// Whether it answers for its order: a failure does until nobody has asked for a while, then it is tried again.
    func stands(at uptime: Duration) -> Bool {
      state.withLock { state in
        !state.isGivenUp && (state.outcome?.stage != .failed || uptime - state.askedAt <= Backtests.interestMax)
      }
    }

    var answer: BacktestAnswer {
      state.withLock { $0.outcome ?? BacktestAnswer(.running, progress: $0.progress) }
    }
  }

  func answer(_ order: BacktestOrder, waiting: Duration) async -> BacktestAnswer {
    let now = sources.clock.uptime
    let digest = sources.configuration().digest
    jobs.removeAll { job in
      job.state.withLock { $0.outcome != nil && now - $0.askedAt > Self.keptFor }
    }
    let known = jobs.first { $0.order == order && $0.digest == digest && $0.stands(at: now) }
    let job: Job
    if let known {
      job = known
      job.state.withLock { $0.askedAt = now }
    } else {
      let running = jobs.first { job in job.state.withLock { $0.outcome == nil && !$0.isGivenUp } }
      if let running, running.state.withLock({ now - $0.askedAt <= Self.interestMax }) {
        return BacktestAnswer(.failed, problem: Phrase("backtest.busy"))
      }
      running?.state.withLock { $0.isGivenUp = true }
      job = Job(order, under: digest, at: now)
      jobs = Array((jobs + [job]).suffix(Self.keptMax))
      begin(job)
    }
    let limit = now + waiting
    while job.answer.stage == .running, sources.clock.uptime < limit {
      do { try await sources.clock.sleep(for: .milliseconds(50)) } catch { break }
    }
    return job.answer
  }

  /// The program stops: what runs ends at its next step.
  func stop() {
    for job in jobs { job.state.withLock { $0.isGivenUp = true } }
  }

  private func begin(_ job: Job) {
    let trial = BacktestTrial(sources: sources)
    let clock = sources.clock
    Task.detached(priority: .background) {
      let outcome: BacktestAnswer
      do throws(BacktestProblem) {
        let result = try await trial.result(of: job.order) { share in
          job.state.withLock { state in
            state.progress = share
            return !state.isGivenUp && clock.uptime - state.askedAt <= Self.interestMax
          }
        }
        outcome = BacktestAnswer(.done, result: result)
      } catch {
        outcome = BacktestAnswer(.failed, problem: error.phrase)
      }
      job.state.withLock { $0.outcome = outcome }
    }
  }
}

/// One order from its rules to its result.
struct BacktestTrial: Sendable {
  let sources: ConsoleSources

  /// - Parameter isWanted: takes the share that is done, and says whether to go on.
  func result(
    of order: BacktestOrder, isWanted: @escaping @Sendable (Double) -> Bool
  ) async throws(BacktestProblem) -> BacktestResult {
    let configuration = sources.configuration()
    let groups = try BacktestRules(configuration: configuration).groups(of: order)
    let end = min(order.until ?? sources.clock.now, sources.clock.now)
    let wanted =
      switch order.since {
      case .ago(let length): end.advanced(by: .zero - length)
      case .at(let instant): instant
      }
    guard wanted < end else { throw .emptySpan(from: wanted, to: end) }
    let lookback = sources.queries.lookback
    let start = try await StoredSpan(reader: sources.queries.reader, lookback: lookback)
      .beginning(of: groups, from: wanted, through: end, now: sources.clock.now)
    let plan = BacktestPlan(groups, from: start, through: end, interval: order.step, lookback: lookback)
    let inventory = sources.inventory().book
    var rehearsal = IncidentRehearsal(
      settings: sources.incidents().book.settings, inventory: inventory,
      targets: TargetTable(configuration.probes, hostName: sources.hostName, in: inventory),
      windows: PastWindows(sources.maintenance().book.allWindows, after: start))
    let run = BacktestRun(
      reader: sources.queries.reader, lookback: lookback,
      external: ExternalIdentity(url: configuration.settings.web.externalURL ?? ""), clock: sources.clock)
    let bench = try await run.run(plan, audience: &rehearsal, isWanted: isWanted)
    let real = await RealIncidents.during(start, end, book: sources.incidents().book, journal: sources.journal)
    let report = BacktestReport(bench: bench, rehearsal: rehearsal, real: real, thresholds: order.thresholds)
    var notes: [Phrase] = []
    if start > wanted { notes.append(Phrase("backtest.note.begins", ["at": String(start.milliseconds)])) }
    if plan.pace == .slots { notes.append(Phrase("backtest.note.circle")) }
    return BacktestResult(file: order.file, from: start, to: end, notes: notes, rules: report.rules)
  }
}

/// The rules of an order.
struct BacktestRules {
  let configuration: Configuration

  func groups(of order: BacktestOrder) throws(BacktestProblem) -> [RuleGroup] {
    var groups = try all(of: order)
    if let name = order.group { groups = groups.filter { $0.name == name } }
    let alerts = groups.flatMap(\.rules).compactMap { if case .alerting(let rule) = $0 { rule.name } else { nil } }
    if let name = order.rule {
      guard alerts.contains(name) else { throw .ruleUnknown(name, known: Set(alerts).sorted()) }
      groups = groups.map { group in
        group.replacing(
          rules: group.rules.filter { rule in
            if case .alerting(let alerting) = rule { alerting.name == name } else { true }
          })
      }
    }
    guard !alerts.isEmpty else { throw .noAlerts(file: order.file) }
    return groups
  }

  private func all(of order: BacktestOrder) throws(BacktestProblem) -> [RuleGroup] {
    guard let text = order.text else {
      let groups = configuration.ruleGroups.filter { $0.file == order.file }
      guard !groups.isEmpty else { throw .fileUnknown(order.file) }
      return groups
    }
    let groups = try read(text, as: order.file)
    let file = identity(of: order.file, groups)
    return file == order.file ? groups : try read(text, as: file)
  }

  private func read(_ text: String, as file: String) throws(BacktestProblem) -> [RuleGroup] {
    var errors: [SettingsError] = []
    var warnings: [SettingsError] = []
    var groups: [RuleGroup] = []
    do throws(SettingsError) {
      let document = try SettingsDocument(text: text, file: file)
      groups =
        document.root.map {
          ConfigurationReader.ruleFile(
            $0, of: document, defaults: configuration.settings.rules.defaults, &errors, &warnings)
        } ?? []
    } catch {
      errors.append(error)
    }
    guard errors.isEmpty else { throw .faults(SettingsErrors(errors: errors)) }
    return groups
  }

  /// The configured file that is meant, so that breaches are those of the running rules: the one with that path, else
  /// the only one with groups of these names, which an operator edits a copy of; else the path itself.
  private func identity(of path: String, _ groups: [RuleGroup]) -> String {
    let known = configuration.files.files(of: .rules).map(\.path).filter { $0 == path || path.hasSuffix("/" + $0) }
    if let named = known.max(by: { $0.count < $1.count }) { return named }
    let names = Set(groups.map(\.name))
    let alike = Set(configuration.ruleGroups.filter { names.contains($0.name) }.map(\.file))
    return alike.count == 1 ? alike.first ?? path : path
  }
}

/// Where the stored past of some rules begins.
struct StoredSpan: Sendable {
  let reader: any SeriesReader
  let lookback: Duration

  /// A beginning so much later than asked for is not worth a word: 15 minutes.
  private static let grace = Duration.seconds(900)

  /// - Returns: `start`, or where the data that the rules read begin after it.
  func beginning(
    of groups: [RuleGroup], from start: Timestamp, through end: Timestamp, now: Timestamp
  ) async throws(BacktestProblem) -> Timestamp {
    let recorded = Set(
      groups.flatMap(\.rules).compactMap { if case .recording(let rule) = $0 { rule.name } else { nil } })
    let selectors = groups.flatMap(\.rules).flatMap { $0.query.expression.selectors }
      .filter { !recorded.contains($0.name ?? "") }.map(\.matchers)
    guard !selectors.isEmpty else { return start }
    let before = start.advanced(by: .zero - lookback)
    if try await hasData(selectors, before, min(end, start.advanced(by: Self.grace))) { return start }
    if let found = try await first(selectors, before, end) { return max(start, found) }
    throw .noData(from: try await first(selectors, .epoch, now))
  }

  private func first(
    _ selectors: [[LabelMatcher]], _ from: Timestamp, _ to: Timestamp
  ) async throws(BacktestProblem) -> Timestamp? {
    guard try await hasData(selectors, from, to) else { return nil }
    var (low, high) = (from, to)
    while high.elapsed(since: low) > .seconds(60) {
      let middle = low.advanced(by: high.elapsed(since: low) / 2)
      if try await hasData(selectors, from, middle) { high = middle } else { low = middle }
    }
    return low
  }

  private func hasData(
    _ selectors: [[LabelMatcher]], _ after: Timestamp, _ through: Timestamp
  ) async throws(BacktestProblem) -> Bool {
    do throws(SeriesReadError) {
      return try await !reader.labelSets(
        matching: selectors, after: after, through: through, limits: BacktestLimits.reading
      ).isEmpty
    } catch {
      if case .tooManySeries = error { return true }
      throw .reading(error.description)
    }
  }
}
