internal import HeapModule
internal import Records
public import Telemetry

/// Runs every probe when it is due and writes what it measures.
///
/// A run that hangs costs nobody else anything: at its limit it is abandoned, counted and reported as unknown, and its
/// probe is skipped until it comes back. What is due when is decided by values: `Timing`, `Pacing`.
public actor ProbeRunner {
  /// When somebody has to look at a probe.
  private struct Appointment: Comparable {
    let at: Duration
    let place: Int

    static func < (one: Appointment, other: Appointment) -> Bool { (one.at, one.place) < (other.at, other.place) }
  }

  let environment: ProbeEnvironment
  let store: any SampleAppender
  /// Every defined probe at its place; a place that was left is taken again.
  private(set) var entries: [Entry?] = []
  private var places: [String: Int] = [:]
  /// One that counts for each entry, at its next due time or limit: a thousand probes cost no more at a wake than the
  /// one that is due.
  private var appointments = Heap<Appointment>()
  private let completed = CompletedRuns()
  private var nextRun = 0
  private var sleeper: Task<Void, Never>?
  private var sleepsUntil = Duration.zero
  private var shedding = LoadShedding()
  private var running = 0
  private var shed = 0
  var observer: (@Sendable (ProbeStatus) -> Void)?
  var gaps: GapLedger

  /// A run may exceed its timeout by this before it is abandoned, for the probe's own clean-up. The default is 10 %,
  /// but at least 100 ms.
  static func grace(after timeout: Duration) -> Duration { max(.milliseconds(100), timeout / 10) }

  /// The longest sleep when nothing is due.
  private static let napMax = Duration.seconds(3600)

  /// From a wake that had something to do to the next one, at least: of a thousand checks a second many share a wake.
  /// The default is 5 ms.
  private static let breath = Duration.milliseconds(5)

  public init(environment: ProbeEnvironment, store: any SampleAppender) {
    self.environment = environment
    self.store = store
    gaps = GapLedger(startingAt: environment.clock.now)
  }

  var clock: any WallClock { environment.clock }

  /// Called after each run with the probe's new state.
  public func observe(_ observer: @escaping @Sendable (ProbeStatus) -> Void) { self.observer = observer }

  func place(of name: String) -> Int? { places[name] }

  // MARK: Definitions

  /// Takes over a whole set of definitions. Unchanged probes go on undisturbed: phase, running check and series stay.
  /// The names are distinct, see `conflicts`; of equal ones the last wins.
  ///
  /// - Parameter parents: the names of the probes that each one is behind.
  public func load(_ definitions: [ProbeDefinition], parents: [String: [String]] = [:]) {
    let now = clock.uptime
    let wanted = Dictionary(definitions.map { ($0.name, $0) }) { $1 }
    var old: [String: Entry] = [:]
    for entry in entries { if let entry { old[entry.definition.name] = entry } }
    let kept = old.filter { name, entry in wanted[name].map(entry.definition.isSame) ?? false }
    // Targets of one definition share an allowance, whichever of them have changed.
    var allowances = Dictionary(kept.values.map { ($0.definition.family, $0.binding.allowance) }) { $1 }
    for (name, entry) in old where wanted[name] == nil {
      retire(entry)
      if let place = places.removeValue(forKey: name) { entries[place] = nil }
    }
    var free = entries.indices.filter { entries[$0] == nil }
    var made: [Entry] = []
    for (name, definition) in wanted where kept[name] == nil {
      let allowance = allowances[definition.family] ?? SeriesAllowance(limit: definition.seriesMax)
      allowances[definition.family] = allowance
      let entry = makeEntry(definition, within: allowance, replacing: old[name], at: now)
      made.append(entry)
      if let place = places[name] {
        entries[place] = entry
      } else if let place = free.popLast() {
        (entries[place], places[name]) = (entry, place)
      } else {
        places[name] = entries.count
        entries.append(entry)
      }
    }
    arrange(parents: parents)
    for (name, entry) in old where kept[name] == nil && wanted[name] != nil { noteReplacement(of: entry) }
    gaps.define(
      Set(wanted.keys), at: clock.now, target: { wanted[$0]?.targetLabels(hostName: environment.hostName) },
      schedule: { wanted[$0]?.rhythm.keptText })
    for entry in made { notePause(of: entry, from: clock.now, at: now) }
    appointments = Heap()
    for place in entries.indices { appoint(place) }
    sleeper?.cancel()
  }

  private func makeEntry(
    _ definition: ProbeDefinition, within allowance: SeriesAllowance, replacing old: Entry?, at now: Duration
  ) -> Entry {
    let target = definition.targetLabels(hostName: environment.hostName)
    let living = old.map(end) ?? []
    let timing =
      old?.timing.changed(definition.rhythm, name: definition.name, from: now, clock.now)
      ?? Timing(name: definition.name, definition.rhythm, from: now, clock.now)
    var status = ProbeStatus(
      name: definition.name, kind: definition.kind, item: definition.item, labels: target, interval: definition.interval
    )
    status.skipped = timing.skipped
    status.refusedInAll = old?.status.refusedInAll ?? 0
    let watch = definition.pace.zoom.map { WatchedSeries($0.when, in: store) }
    let probe = definition.makeProbe(in: environment, for: watch ?? store, within: allowance)
    let entry = Entry(
      definition: definition, probe: probe, timing: timing,
      binding: SeriesBinding(target: target, within: allowance, inheriting: living), status: status, watch: watch)
    entry.hasGap = old?.hasGap ?? false
    entry.lastUp = old.flatMap { $0.status.labels == target && $0.definition.kind == definition.kind ? $0.lastUp : nil }
    return entry
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
      if run.limit != nil { running -= 1 }
      run.task.cancel()
      // A run that was just reading binds once more, and nobody takes what it reports.
      Task { [probe = entry.probe] in
        await run.task.value
        _ = probe.endSeries()
      }
    }
    return entry.binding.end() + entry.probe.endSeries()
  }

  // MARK: The loop

  /// Runs until the task is cancelled; running checks are then cancelled too.
  public func run() async {
    while !Task.isCancelled {
      let now = clock.uptime
      let earliest = keepAppointments(at: now) ? now + Self.breath : now
      await nap(until: max(earliest, min(appointments.min?.at ?? .seconds(Int64.max / 2), now + Self.napMax)))
    }
    for entry in entries { entry?.running?.task.cancel() }
  }

  /// The state of all probes, by name.
  public func status() -> [ProbeStatus] {
    let now = clock.uptime
    return entries.compactMap { $0 }.map { entry in
      var status = entry.status
      status.isRunning = entry.running != nil
      status.nextIn = max(.zero, entry.timing.due - now)
      status.skipped = entry.timing.skipped
      status.parents = entry.parents.compactMap { entries[$0]?.definition.name }
      return status
    }
    .sorted { $0.name < $1.name }
  }

  public var pressure: RunnerPressure {
    RunnerPressure(running: running, shed: shed, shedFrom: shedding.shedFrom)
  }

  /// - Returns: whether any check was due.
  private func keepAppointments(at now: Duration) -> Bool {
    var late: Duration?
    while let next = appointments.min, next.at <= now {
      appointments.removeMin()
      guard let entry = entries[next.place], entry.appointed == next.at else { continue }
      entry.checkedAt = now
      if entry.pacing.step == nil { entry.timing.realign(at: now, clock.now) }
      abandonOverdue(entry, next.place, at: now)
      if let held = entry.held, min(held.limit, entry.timing.due) <= now { release(entry, next.place, held) }
      if entry.timing.due <= now { late = max(late ?? .zero, entry.timing.lateness(at: now)) }
      startDue(entry, next.place, at: now)
      appoint(next.place)
    }
    if let late { shedding.look(late: late, running: running, at: now) }
    return late != nil
  }

  /// Puts the entry's next event into the heap; what stands there for it no longer counts.
  func appoint(_ place: Int) {
    guard let entry = entries[place] else { return }
    entry.appointed = entry.nextEvent
    appointments.insert(Appointment(at: entry.appointed, place: place))
  }

  /// Moves an entry's appointment when its next event has changed, and wakes the loop when it has come sooner.
  func appointAnew(_ place: Int) {
    guard let entry = entries[place], entry.appointed != entry.nextEvent else { return }
    appoint(place)
    if entry.appointed < sleepsUntil { sleeper?.cancel() }
  }

  private func nap(until deadline: Duration) async {
    let clock = self.clock
    let sleeper = Task { _ = try? await clock.sleep(untilUptime: deadline) }
    self.sleeper = sleeper
    sleepsUntil = deadline
    await withTaskCancellationHandler {
      await sleeper.value
    } onCancel: {
      sleeper.cancel()
    }
    sleepsUntil = .zero
  }

  private func startDue(_ entry: Entry, _ place: Int, at now: Duration) {
    guard entry.timing.due <= now else { return }
    guard let run = entry.running else {
      let pause = entry.lastStart.map { now - $0 }
      guard shedding.sheds(priority: entry.definition.priority, after: pause) else {
        return start(entry, place, at: now)
      }
      shed += 1
      entry.timing.advance(past: now, clock.now)
      return miss(
        entry, GapObservation(cause: .shed, extent: .everything, reason: Reason("reason.gap.shed")), at: clock.now)
    }
    entry.timing.skip(at: now, clock.now, step: entry.pacing.step)
    // An abandoned run told why already.
    guard run.limit != nil else { return }
    miss(
      entry, GapObservation(cause: .stillRunning, extent: .everything, reason: Reason("reason.gap.still-running")),
      at: clock.now)
  }

  private func start(_ entry: Entry, _ place: Int, at now: Duration) {
    nextRun += 1
    running += 1
    let limit = entry.definition.timeout
    let task = launch(entry.probe, within: limit, place, nextRun)
    noteLateness(of: entry, at: now)
    entry.running = Run(
      number: nextRun, task: task, startedAt: clock.now, startedUptime: now, late: entry.timing.lateness(at: now),
      limit: now + limit + Self.grace(after: limit))
    entry.timing.advance(past: now, clock.now)
  }

  /// Outside the actor, so that the run goes on without waiting for it; detached, because copying what a task inherits
  /// costs as much as a small check.
  private nonisolated func launch(
    _ probe: any Probe, within limit: Duration, _ place: Int, _ number: Int
  ) -> Task<Void, Never> {
    let run: @Sendable () async -> Void = { [completed] in
      let report = await probe.run(within: limit)
      let delivery = completed.deliver(.init(place: place, number: number, report: report))
      if delivery == .first { await self.takeCompleted() }
    }
    return probe.beginsInline ? Task.immediateDetached(operation: run) : Task.detached(operation: run)
  }

  private func takeCompleted() {
    for completed in completed.takeAll() {
      guard let entry = entries[completed.place], let run = entry.running, run.number == completed.number else {
        continue
      }
      entry.running = nil
      if run.limit != nil { running -= 1 }
      // Abandoned: that was reported when it happened.
      if run.limit != nil { finish(entry, completed.place, completed.report, of: run) }
      appointAnew(completed.place)
    }
  }

  private func abandonOverdue(_ entry: Entry, _ place: Int, at now: Duration) {
    guard var run = entry.running, let limit = run.limit, limit <= now else { return }
    run.task.cancel()
    run.limit = nil
    running -= 1
    entry.running = run
    entry.status.abandoned += 1
    let text = "the check did not come back within \(entry.definition.timeout.notation) and was abandoned"
    var report = ProbeReport.unknown("reason.probe.hangs", text)
    for reference in entry.probe.endSeries() { report.batch.append(reference, at: run.startedAt, .staleMarker) }
    finish(entry, place, report, of: run)
  }
}
