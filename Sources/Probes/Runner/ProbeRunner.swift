internal import HeapModule
internal import Records
public import Telemetry

/// Runs every probe when it is due and writes what it measures.
///
/// A run that hangs costs nobody else anything: at its limit it is abandoned, counted and reported as unknown, and its
/// probe is skipped until it comes back.
public actor ProbeRunner {
  /// A class: it is changed in place, and a copy would count up a reference for each of its parts.
  private final class Entry {
    let definition: ProbeDefinition
    let probe: any Probe
    var timing: Timing
    var binding: SeriesBinding
    var status: ProbeStatus
    /// The run that is going, whether abandoned or not.
    var running: Run?

    init(
      definition: ProbeDefinition, probe: any Probe, timing: Timing, binding: SeriesBinding, status: ProbeStatus
    ) {
      self.definition = definition
      self.probe = probe
      self.timing = timing
      self.binding = binding
      self.status = status
    }

    /// What of the last round was not taken, and why; empty when all was.
    var refusals: String {
      if let text = status.refusalText { return text }
      let refusals = binding.outcome.refusals
      return refusals.isEmpty ? "" : "samples were not taken: " + refusals.joined(separator: "; ")
    }
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

  /// When somebody has to look at a probe.
  private struct Appointment: Comparable {
    let at: Duration
    let name: String

    static func < (one: Appointment, other: Appointment) -> Bool { one.at < other.at }
  }

  private let environment: ProbeEnvironment
  private let store: any SampleAppender
  private var entries: [String: Entry] = [:]
  /// One for each entry, at its next due time or limit: a thousand probes cost no more at a wake than the one that is due.
  private var appointments = Heap<Appointment>()
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
    let wanted = Dictionary(definitions.map { ($0.name, $0) }) { $1 }
    var kept = entries.filter { name, entry in wanted[name].map(entry.definition.isSame) ?? false }
    // Targets of one definition share an allowance, whichever of them have changed.
    var allowances = Dictionary(kept.values.map { ($0.definition.family, $0.binding.allowance) }) { $1 }
    for (name, definition) in wanted where kept[name] == nil {
      let allowance = allowances[definition.family] ?? SeriesAllowance(limit: definition.seriesMax)
      allowances[definition.family] = allowance
      kept[name] = makeEntry(definition, within: allowance, replacing: entries[name], at: now)
    }
    for (name, entry) in entries where kept[name] == nil { retire(entry) }
    entries = kept
    appointments = Heap(kept.map { Appointment(at: Self.nextEvent(of: $0.value), name: $0.key) })
    sleeper?.cancel()
  }

  private func makeEntry(
    _ definition: ProbeDefinition, within allowance: SeriesAllowance, replacing old: Entry?, at now: Duration
  ) -> Entry {
    let target = definition.targetLabels(hostName: environment.hostName)
    let living = old.map(end) ?? []
    let timing =
      old?.timing.changed(interval: definition.interval, name: definition.name, from: now)
      ?? Timing(name: definition.name, interval: definition.interval, from: now)
    var status = ProbeStatus(
      name: definition.name, kind: definition.kind, item: definition.item, labels: target, interval: definition.interval
    )
    status.skipped = timing.skipped
    status.refusedInAll = old?.status.refusedInAll ?? 0
    return Entry(
      definition: definition, probe: definition.makeProbe(in: environment, for: store, within: allowance),
      timing: timing, binding: SeriesBinding(target: target, within: allowance, inheriting: living), status: status)
  }

  /// Ends the series of a probe that is no longer defined.
  private func retire(_ entry: Entry) {
    var batch = SampleBatch()
    for reference in end(entry) { batch.append(reference, at: clock.now, .staleMarker) }
    if batch.count > 0 { store.append(batch) }
  }

  /// - Returns: the series that it leaves living.
  private func end(_ entry: Entry) -> [SeriesReference] {
    if let run = entry.running {
      run.task.cancel()
      // A run that was just reading binds once more, and nobody takes what it reports.
      Task { [probe = entry.probe] in
        await run.task.value
        _ = probe.endSeries()
      }
    }
    return entry.binding.end() + entry.probe.endSeries()
  }

  /// Runs until the task is cancelled; running checks are then cancelled too.
  public func run() async {
    while !Task.isCancelled {
      let now = clock.uptime
      keepAppointments(at: now)
      await nap(until: min(appointments.min?.at ?? .seconds(Int64.max / 2), now + Self.napMax))
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

  private static func nextEvent(of entry: Entry) -> Duration {
    min(entry.timing.due, entry.running?.limit ?? entry.timing.due)
  }

  private func keepAppointments(at now: Duration) {
    while let next = appointments.min, next.at <= now {
      appointments.removeMin()
      abandonOverdue(next.name, at: now)
      startDue(next.name, at: now)
      guard let entry = entries[next.name] else { continue }
      appointments.insert(Appointment(at: Self.nextEvent(of: entry), name: next.name))
    }
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

  private func startDue(_ name: String, at now: Duration) {
    guard let entry = entries[name], entry.timing.due <= now else { return }
    if entry.running != nil {
      entry.timing.skip(at: now)
    } else {
      start(name, at: now)
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
    entry.running = Run(
      number: number, task: task, startedAt: clock.now, startedUptime: now, late: entry.timing.lateness(at: now),
      limit: now + limit + Self.grace(after: limit))
    entry.timing.advance(past: now)
  }

  private func finish(_ name: String, _ number: Int, _ report: ProbeReport) {
    guard let entry = entries[name], let run = entry.running, run.number == number else { return }
    entry.running = nil
    guard run.limit != nil else { return }  // abandoned: that was reported when it happened
    record(report, of: run, for: name)
  }

  private func abandonOverdue(_ name: String, at now: Duration) {
    guard let entry = entries[name], let run = entry.running, let limit = run.limit, limit <= now else { return }
    run.task.cancel()
    entry.running?.limit = nil
    entry.status.abandoned += 1
    let text = "the check did not come back within \(entry.definition.timeout.notation) and was abandoned"
    var report = ProbeReport.unknown("reason.probe.hangs", text)
    for reference in entry.probe.endSeries() { report.batch.append(reference, at: run.startedAt, .staleMarker) }
    record(report, of: run, for: name)
  }

  private func record(_ report: ProbeReport, of run: Run, for name: String) {
    guard let entry = entries[name] else { return }
    let took = clock.uptime - run.startedUptime
    let status = entry.status
    let verdict =
      report.verdictSamples(took: took) + [
        ProbeSample("watchkeeper_probe_late_seconds", run.late.inSeconds),
        ProbeSample("watchkeeper_probe_skipped_total", Double(entry.timing.skipped)),
        ProbeSample("watchkeeper_probe_abandoned_total", Double(status.abandoned)),
      ]
    let time = report.measuredAt ?? run.startedAt
    let probe = entry.probe
    entry.binding.record(report.samples, verdict: verdict, behind: report.batch, at: time, in: store) {
      probe.renewSeries($0)
    }
    entry.status.lastRun = run.startedAt
    entry.status.verdict = report.verdict
    entry.status.explanation = report.explanation
    entry.status.duration = took
    entry.status.late = run.late
    entry.status.samples = report.samples.count + verdict.count + report.batch.count
    entry.status.refused = entry.binding.refused + report.refused
    entry.status.refusal = entry.binding.refusal ?? report.refusal
    entry.status.refusedInAll += entry.status.refused
    entry.status.runs += 1
    if entry.status.explanation.isEmpty { entry.status.explanation = entry.refusals }
    observer?(entry.status)
  }
}
