internal import Alerting
internal import CLinux
internal import Incidents
internal import Inventory
internal import Journal
internal import Planner
internal import Probes
internal import Records
internal import Synchronization
internal import Telemetry
internal import TimeSeriesStore
internal import Transfers
internal import Wording

// What is due because time passes.

extension Installation {
  /// How often each upkeep is due, in seconds.
  private enum Period {
    static let tick = 5
    static let step = 5
    static let persist = 10
    static let metrics = 15
    static let reconciliation = 300
    static let discovery = 300
    static let neighbours = 60
    /// By then devices have been read once; a new installation should not wait for its picture.
    static let firstNeighbours = 15
    static let publishing = 3600
    /// Of the first digest: a new journal is empty at the start.
    static let firstPublishing = 60
    static let release = 300
    /// After the start, which touches much that is not needed again.
    static let firstRelease = 30
  }

  /// Loops of their own: a slow disk, a stalled mount or a silent heartbeat URL must not hold the ticks.
  func timePasses() async {
    watchClock()
    await withDiscardingTaskGroup { group in
      group.addTask { await self.every(Period.tick) { _ in self.tick() } }
      group.addTask { await self.upkeep() }
      group.addTask { await self.discoveries() }
      group.addTask { await self.heartbeats() }
    }
  }

  /// - Parameter body: is given the seconds since the start, as many as its own rounds stand for.
  private func every(_ seconds: Int, _ body: (Int) async -> Void) async {
    var due = world.clock.uptime
    var second = 0
    while !Task.isCancelled {
      due = max(due + .seconds(seconds), world.clock.uptime)
      do { try await world.clock.sleep(untilUptime: due) } catch { return }
      second += seconds
      await body(second)
    }
  }

  private func tick() {
    watchClock()
    let now = now
    if incidents.state.book.isTickDue(at: now) { incidents.submit(.tick) }
    // A scene walks the whole inventory: it is made only for a tick that has something to do.
    if maintenance.state.book.isTickDue(at: now) { maintenance.submit(PlanningInput(input: .tick, scene: scene)) }
  }

  /// Waiting goes by the clock that never steps, so schedules go on; what bears a time is looked at anew.
  private func watchClock() {
    let (now, uptime) = (now, world.clock.uptime)
    guard let step = status.withLock({ $0.clock.look(now: now, uptime: uptime) }) else { return }
    let way = step < .zero ? "back" : "forward"
    let distance = (step < .zero ? .zero - step : step).notation
    log.warning(
      "clock: it was set \(way) by \(distance) – sampling, rules and schedules go on; see: timedatectl status")
    if step < .zero { incidents.submit(.clockLookedAt) }
    Task { await probes.noteClock(setBy: step) }
    plan()
  }

  private func upkeep() async {
    var health = StoreHealth()
    var shedFrom: Int?
    var targets: [TargetSourceStatus] = []
    await every(Period.step) { second in
      tendReserve()
      health = tellHealth(since: health)
      shedFrom = tellPressure(await probes.pressure, since: shedFrom)
      targets = tellTargets(await self.targets.status, since: targets)
      if second % Period.persist == 0 { await persist() }
      if second % Period.metrics == 0 { await appendSelfMetrics() }
      if second % Period.reconciliation == 0 { reconcile() }
      if second == Period.firstNeighbours || second % Period.neighbours == 0 { await connectNeighbours() }
      if second == Period.firstRelease || second % Period.release == 0 { watchkeeper_release_idle_memory() }
      if second == Period.firstPublishing || second % Period.publishing == 0 { await digests.publish() }
    }
  }

  /// The last free bytes are for decisions.
  func tendReserve(free known: Int? = nil) {
    guard let free = known ?? DiskReserve.freeBytes(in: dataFolder) else { return }
    switch reserve.tend(free: free) {
    case .release?:
      log.error(
        "\(dataFolder): \(free >> 20) MiB free: the reserve of \(DiskReserve.bytes >> 20) MiB is given up for incidents"
          + " – free space")
    case .take?: log.notice("\(dataFolder): \(free >> 20) MiB free: the reserve for incidents is kept again")
    case nil: break
    }
    let left = known ?? DiskReserve.freeBytes(in: dataFolder) ?? free
    store.restrain(because: DiskReserve.restraint(isHeld: reserve.isHeld, free: left))
  }

  /// Says once which lists of targets cannot be taken.
  private func tellTargets(
    _ sources: [TargetSourceStatus], since before: [TargetSourceStatus]
  ) -> [TargetSourceStatus] {
    let told = Set(before.flatMap(\.faults) + before.compactMap(\.unkept))
    for source in sources {
      if let unkept = source.unkept, !told.contains(unkept) {
        log.warning("probes: \(source.name): targets: \(unkept.line(in: .english))")
      }
      for fault in source.faults where !told.contains(fault) {
        log.warning("probes: \(source.name): targets: \(fault.line(in: .english)) – the last good list stays in force")
      }
      let wasFaulty = before.contains { $0.name == source.name && $0.place == source.place && !$0.faults.isEmpty }
      if wasFaulty, source.faults.isEmpty {
        log.notice("probes: \(source.name): the targets of \(source.place) can be read again")
      }
    }
    return sources
  }

  /// Says once which probes are left out.
  private func tellPressure(_ pressure: RunnerPressure, since before: Int?) -> Int? {
    guard pressure.shedFrom != before else { return before }
    if let priority = pressure.shedFrom {
      log.warning(
        "probes: this machine cannot keep up, those of priority \(priority) and lower run rarely – lengthen intervals")
    } else {
      log.notice("probes: all keep their time again")
    }
    return pressure.shedFrom
  }

  /// Says once what the sample store found or suffers.
  private func tellHealth(since before: StoreHealth) -> StoreHealth {
    let health = store.health
    for finding in health.findings where !before.findings.contains(finding) {
      switch finding.severity {
      case .damage: log.error("samples: \(finding)")
      case .note: log.notice("samples: \(finding)")
      }
    }
    if health.state != before.state {
      let why = health.lastError.map { ": \($0)" } ?? ""
      switch health.state {
      case .healthy: log.notice("samples: the disk takes them again")
      case .holding: log.error("samples: the disk refuses them\(why) – they wait in memory; free space")
      case .dropping: log.error("samples: the disk refuses them\(why) – the oldest are dropped; free space")
      case .closed: break
      }
    }
    return health
  }

  private func persist() async {
    await incidents.persist()
    await inventory.persist()
    await maintenance.persist()
    await saveGaps(await probes.unsavedGaps())
  }

  /// Says again what was said once and could be lost while the journal refused or a mailbox was full. What is known
  /// already changes nothing.
  func reconcile() {
    retireMissingRules()
    endForgottenWindows()
    let configuration = configuration.withLock { $0 }
    for input in configuration.inventoryInputs(hostName: hostName) { inventory.submit(input) }
    let now = now
    maintenance.adopt { $0.forget(at: now) }
    incidents.submit(.clockLookedAt)
    plan()
    Task {
      await connectNeighbours()
      await probes.arrange(parents: probeParents(configuration.probes))
      await takePendingIntents()
    }
  }

  private func discoveries() async {
    var silent: Set<String> = []
    await every(Period.discovery) { _ in silent = await discover(knowing: silent) }
  }

  private static let discovery = PatientDiscovery()

  /// Looks at this host; a stalled mount or a stalled /proc costs a bounded time.
  static func look() async -> HostFindings { await discovery.findings() }

  /// - Parameter before: the mounts that did not answer the last time.
  /// - Returns: those that do not answer now.
  private func discover(knowing before: Set<String>) async -> Set<String> {
    let findings = await Self.look()
    for input in HostInventory(findings: findings, hostName: hostName).inputs { inventory.submit(input) }
    return tellStalls(findings, knowing: before)
  }

  /// Says once what could not be looked at.
  @discardableResult
  func tellStalls(_ findings: HostFindings, knowing before: Set<String> = []) -> Set<String> {
    guard findings.isComplete else {
      log.warning("discovery: this host was not looked at within \(PatientDiscovery.secondsMax) s – it is tried again")
      return before
    }
    let silent = Set(findings.silentMounts)
    for mount in silent.subtracting(before).sorted() {
      log.warning(
        "discovery: the file system at \(mount) does not answer – its size is not measured; see: stat -f \(mount)")
    }
    return silent
  }
}

// MARK: - Being watched

extension Installation {
  /// The first beat comes early, so that a wrong URL shows at once.
  private static let firstBeat = Duration.seconds(20)

  var heartbeatAges: Heartbeat.Ages {
    let delivery = deliveries.view
    let uptime = world.clock.uptime
    return Heartbeat.Ages(
      evaluation: status.withLock { $0.lastRound }.map { uptime - $0 },
      undelivered: delivery.waitingSince.map { uptime - $0 } ?? .zero,
      delivered: delivery.lastDelivery.map { now.elapsed(since: $0) },
      roundInterval: evaluator.view.groups.map(\.interval).min())
  }

  /// Without rule groups no round ends; then the evaluator's answer shows that it would evaluate.
  private func hearEvaluator() async {
    guard evaluator.view.groups.isEmpty else { return }
    await evaluator.answer()
    status.withLock { $0.lastRound = world.clock.uptime }
  }

  private func heartbeats() async {
    var due = world.clock.uptime + Self.firstBeat
    await every(Period.step) { _ in
      await hearEvaluator()
      guard let settings = configuration.withLock({ $0.settings.heartbeat }) else { return }
      let uptime = world.clock.uptime
      // A shorter interval after a reload holds at once.
      due = min(due, uptime + settings.interval.duration)
      guard uptime >= due else { return }
      due = uptime + settings.interval.duration
      await beat(Heartbeat(settings: settings))
    }
  }

  private func beat(_ heartbeat: Heartbeat) async {
    let ages = heartbeatAges
    let running = world.clock.uptime - status.withLock { $0.startedUptime }
    switch heartbeat.verdict(ages, running: running) {
    case .wait: return
    case .holdBack(let why):
      log.error("heartbeat: held back: \(why)")
      status.withLock { $0.heartbeat.isHeldBack = true }
      return
    case .send: break
    }
    let report = await transfers.perform(heartbeat.request(ages))
    var problem: String?
    switch report.outcome {
    case .completed(let code, _) where (200..<300).contains(code): break
    case .completed(let code, _): problem = "HTTP \(code)"
    case .failed(let failure): problem = failure.text
    }
    if let problem { log.warning("heartbeat: \(problem)") }
    status.withLock { status in
      status.heartbeat.isHeldBack = false
      status.heartbeat.lastProblem = problem
      if problem == nil { status.heartbeat.lastSent = now }
    }
  }

  /// How long no round may end before the program counts as stuck: beyond what one query may take, because a slow disk
  /// is no reason to start again. The default is 3 minutes.
  static let evaluationSilenceMax = Duration.seconds(180)

  /// Whether rules are still evaluated: what feeds systemd's watchdog.
  var isEvaluating: Bool {
    guard let shortest = evaluator.view.groups.map(\.interval).min() else { return true }
    let last = status.withLock { $0.lastRound ?? $0.startedUptime }
    return world.clock.uptime - last < max(Self.evaluationSilenceMax, shortest * 2)
  }
}
