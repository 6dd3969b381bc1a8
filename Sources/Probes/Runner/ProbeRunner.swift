internal import Records
public import Telemetry

/// Runs every probe when it is due and writes what it measures.
///
/// A run that hangs costs nobody else anything: at its limit it is abandoned, counted and reported as unknown, and its
/// probe is skipped until it comes back.
public actor ProbeRunner {
  private struct Entry {
    let definition: ProbeDefinition
    let probe: any Probe
    var timing: Timing
    var binding: SeriesBinding
    var status: ProbeStatus
    /// The run that is going, whether abandoned or not.
    var running: Run?
  }

  private struct Run {
    let number: Int
    let task: Task<Void, Never>
    let startedAt: Timestamp
    let startedUptime: Duration
    let late: Duration
    /// When it is given up; `nil` once it was.
    var limit: Duration?
  }

  private let environment: ProbeEnvironment
  private let store: any SampleAppender
  private var entries: [String: Entry] = [:]
  private var nextRun = 0
  private var sleeper: Task<Void, Never>?
  private var observer: (@Sendable (ProbeStatus) -> Void)?

  /// A run may exceed its timeout by this before it is abandoned, for the probe's own clean-up. The default is 10 %,
  /// but at least 100 ms.
  static func grace(after timeout: Duration) -> Duration { max(.milliseconds(100), timeout / 10) }

  /// The longest sleep when nothing is due.
  private static let napMax = Duration.seconds(3600)

  public init(environment: ProbeEnvironment, store: any SampleAppender) {
    self.environment = environment
    self.store = store
  }

  private var clock: any WallClock { environment.clock }

  /// Called after each run with the probe's new state.
  public func observe(_ observer: @escaping @Sendable (ProbeStatus) -> Void) { self.observer = observer }

  /// Takes over a whole set of definitions. Unchanged probes go on undisturbed: phase, running check and series stay.
  /// The names are distinct, see `conflicts`; of equal ones the last wins.
  public func load(_ definitions: [ProbeDefinition]) {
    let now = clock.uptime
    var kept: [String: Entry] = [:]
    for definition in definitions {
      if let entry = entries[definition.name], entry.definition.isSame(as: definition) {
        kept[definition.name] = entry
      } else {
        kept[definition.name] = makeEntry(definition, replacing: entries[definition.name], at: now)
      }
    }
    for (name, entry) in entries where kept[name] == nil { retire(entry) }
    entries = kept
    sleeper?.cancel()
  }

  private func makeEntry(_ definition: ProbeDefinition, replacing old: Entry?, at now: Duration) -> Entry {
    let target = definition.targetLabels(hostName: environment.hostName)
    old?.running?.task.cancel()
    let timing =
      old?.timing.changed(interval: definition.interval, name: definition.name, from: now)
      ?? Timing(name: definition.name, interval: definition.interval, from: now)
    var status = ProbeStatus(
      name: definition.name, kind: definition.kind, item: definition.item, labels: target, interval: definition.interval
    )
    status.skipped = timing.skipped
    status.refusedInAll = old?.status.refusedInAll ?? 0
    return Entry(
      definition: definition, probe: definition.settings.makeProbe(in: environment), timing: timing,
      binding: SeriesBinding(
        target: target, seriesMax: definition.seriesMax, inheriting: old?.binding.living ?? []), status: status)
  }

  /// Ends the series of a probe that is no longer defined.
  private func retire(_ entry: Entry) {
    entry.running?.task.cancel()
    var batch = SampleBatch()
    for reference in entry.binding.living { batch.append(reference, at: clock.now, .staleMarker) }
    if batch.count > 0 { store.append(batch) }
  }

  /// Runs until the task is cancelled; running checks are then cancelled too.
  public func run() async {
    while !Task.isCancelled {
      let now = clock.uptime
      abandonOverdue(at: now)
      startDue(at: now)
      await nap(until: nextEvent(after: now))
    }
    for entry in entries.values { entry.running?.task.cancel() }
  }

  /// The state of all probes, by name.
  public func status() -> [ProbeStatus] {
    let now = clock.uptime
    return entries.values.map { entry in
      var status = entry.status
      status.isRunning = entry.running != nil
      status.nextIn = max(.zero, entry.timing.due - now)
      status.skipped = entry.timing.skipped
      return status
    }
    .sorted { $0.name < $1.name }
  }

  private func nextEvent(after now: Duration) -> Duration {
    var next = now + Self.napMax
    for entry in entries.values {
      next = min(next, entry.timing.due)
      if let limit = entry.running?.limit { next = min(next, limit) }
    }
    return next
  }

  private func nap(until deadline: Duration) async {
    let clock = self.clock
    let sleeper = Task { _ = try? await clock.sleep(untilUptime: deadline) }
    self.sleeper = sleeper
    await withTaskCancellationHandler {
      await sleeper.value
    } onCancel: {
      sleeper.cancel()
    }
  }

  private func startDue(at now: Duration) {
    for (name, entry) in entries where entry.timing.due <= now {
      if entry.running != nil {
        entries[name]?.timing.skip(at: now)
      } else {
        start(name, at: now)
      }
    }
  }

  private func start(_ name: String, at now: Duration) {
    guard let entry = entries[name] else { return }
    nextRun += 1
    let number = nextRun
    let (probe, limit) = (entry.probe, entry.definition.timeout)
    let task = Task {
      let report = await probe.run(within: limit)
      self.finish(name, number, report)
    }
    entries[name]?.running = Run(
      number: number, task: task, startedAt: clock.now, startedUptime: now, late: entry.timing.lateness(at: now),
      limit: now + limit + Self.grace(after: limit))
    entries[name]?.timing.advance(past: now)
  }

  private func finish(_ name: String, _ number: Int, _ report: ProbeReport) {
    guard let entry = entries[name], let run = entry.running, run.number == number else { return }
    entries[name]?.running = nil
    guard run.limit != nil else { return }  // abandoned: that was reported when it happened
    record(report, of: run, for: name)
  }

  private func abandonOverdue(at now: Duration) {
    for (name, entry) in entries {
      guard let run = entry.running, let limit = run.limit, limit <= now else { continue }
      run.task.cancel()
      entries[name]?.running?.limit = nil
      entries[name]?.status.abandoned += 1
      let text = "the check did not come back within \(entry.definition.timeout.notation) and was abandoned"
      record(.unknown("reason.probe.hangs", text), of: run, for: name)
    }
  }

  private func record(_ report: ProbeReport, of run: Run, for name: String) {
    guard var entry = entries[name] else { return }
    let took = clock.uptime - run.startedUptime
    let status = entry.status
    let samples =
      report.samples + report.verdictSamples(took: took) + [
        ProbeSample("watchkeeper_probe_late_seconds", run.late.inSeconds),
        ProbeSample("watchkeeper_probe_skipped_total", Double(entry.timing.skipped)),
        ProbeSample("watchkeeper_probe_abandoned_total", Double(status.abandoned)),
      ]
    entry.binding.record(samples, at: run.startedAt, in: store)
    entry.status.lastRun = run.startedAt
    entry.status.verdict = report.verdict
    entry.status.explanation = report.explanation
    entry.status.duration = took
    entry.status.late = run.late
    entry.status.samples = samples.count
    entry.status.refused = entry.binding.refused
    entry.status.refusal = entry.binding.refusal
    entry.status.refusedInAll += entry.binding.refused
    entry.status.runs += 1
    if let refusal = entry.binding.refusal, entry.status.explanation.isEmpty {
      entry.status.explanation = refusal.description
    }
    entries[name] = entry
    observer?(entry.status)
  }
}
