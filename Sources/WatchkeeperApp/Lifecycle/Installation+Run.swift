internal import Transfers
internal import TimeSeriesStore
internal import Synchronization
internal import Journal
internal import Incidents
internal import Alerting
internal import Inventory
internal import Planner
internal import Probes
internal import Records
internal import Telemetry
internal import WebInterface

extension Installation {
  /// The loops of an installation, so that they can be ended in the right order.
  struct Loops: Sendable {
    let desks: Task<Void, Never>
    let work: Task<Void, Never>
  }

  /// Takes up where the last run stopped, then runs until `stop`.
  func start(_ findings: HostFindings) async throws -> Loops {
    status.withLock { $0.startedAt = now }
    let desks = Task {
      await withDiscardingTaskGroup { group in
        group.addTask { await self.incidents.run() }
        group.addTask { await self.inventory.run() }
        group.addTask { await self.maintenance.run() }
      }
    }
    let configuration = configuration.withLock { $0 }
    // Items come first: an alert that is bound to another item than before is another incident.
    try await takeInventory(configuration, findings)
    await probes.observe { self.probed($0) }
    await probes.load(configuration.probes)
    try await evaluator.restore(configuration.ruleGroups)
    retireMissingRules()
    endForgottenWindows()
    plan()
    await takePendingIntents()
    let work = Task {
      await withDiscardingTaskGroup { group in
        group.addTask { await self.store.run() }
        group.addTask { await self.probes.run() }
        group.addTask { await self.evaluator.run() }
        group.addTask { await self.everySecond() }
      }
    }
    return Loops(desks: desks, work: work)
  }

  /// Ends in the direction in which data flows, so that nothing decided is left undone.
  func stop(_ loops: Loops) async {
    status.withLock { $0.notReady = "stopping" }
    await hub.close()
    await evaluator.stop()
    await deliveries.stop()
    loops.work.cancel()
    await loops.work.value
    incidents.close()
    inventory.close()
    maintenance.close()
    await loops.desks.value
    await store.close()
    do { try journal.close() } catch { log.error("\(error)") }
  }

  func takeInventory(_ configuration: Configuration, _ findings: HostFindings) async throws(CommandFailure<Never>) {
    let host = HostInventory(findings: findings, hostName: hostName)
    for input in host.inputs { try await inventory.perform(input) }
    try await inventory.perform(.declare(configuration.inventory, digest: configuration.digest))
  }

  // MARK: Time passes

  /// How often each upkeep is due, in seconds.
  private enum Period {
    static let tick = 5
    static let persist = 10
    static let metrics = 15
    static let planning = 300
    static let discovery = 300
    static let publishing = 3600
  }

  private func everySecond() async {
    var second = 0
    var due = world.clock.uptime
    while !Task.isCancelled {
      due = max(due + .seconds(1), world.clock.uptime)
      do { try await world.clock.sleep(untilUptime: due) } catch { return }
      second += 1
      await deliveries.pump()
      if second % Period.tick == 0 { tick() }
      if second % Period.persist == 0 { await persist() }
      if second % Period.metrics == 0 { await appendSelfMetrics() }
      if second % Period.planning == 0 { plan() }
      if second % Period.discovery == 0 { await discover() }
      if second % Period.publishing == 0 { await publishDigest() }
      await beat(second)
    }
  }

  private func tick() {
    incidents.submit(.tick)
    maintenance.submit(PlanningInput(input: .tick, scene: scene))
  }

  private func persist() async {
    await incidents.persist()
    await inventory.persist()
    await maintenance.persist()
  }

  private func discover() async {
    let findings = await Self.look()
    for input in HostInventory(findings: findings, hostName: hostName).inputs { inventory.submit(input) }
  }

  /// Looks at this host on a thread of its own: reading /proc can stall.
  static func look() async -> HostFindings {
    await withCheckedContinuation { continuation in
      BackgroundThread.run { continuation.resume(returning: HostDiscovery().look()) }
    }
  }

  /// Without a digest kept elsewhere, a tail cut from the journal cannot be seen.
  private func publishDigest() async {
    guard let head = try? await journal.head() else { return }
    log.notice("journal: position \(head.position.number), digest \(head.digest)")
  }

  // MARK: Heartbeat

  var heartbeatAges: Heartbeat.Ages {
    let view = evaluator.view
    let delivery = deliveries.view
    let oldest = delivery.waiting.values.map(\.oldest).min()
    return Heartbeat.Ages(
      evaluation: view.lastEvaluation.map { now.elapsed(since: $0) },
      delivery: delivery.lastDelivery.map { now.elapsed(since: $0) },
      undelivered: oldest.map { now.elapsed(since: $0) })
  }

  private func beat(_ second: Int) async {
    guard let settings = configuration.withLock({ $0.settings.heartbeat }) else { return }
    let period = max(1, Int(settings.interval.duration.components.seconds))
    // The first beat comes early, so that a wrong URL shows at once.
    guard second % period == 0 || second == Period.tick * 4 else { return }
    let heartbeat = Heartbeat(settings: settings)
    let ages = heartbeatAges
    if let reason = heartbeat.reasonToStop(ages) {
      log.error("heartbeat: held back: \(reason)")
      status.withLock { $0.heartbeat.isHeldBack = true }
      return
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

  /// Whether rules are still evaluated: what feeds systemd's watchdog.
  var isEvaluating: Bool {
    let groups = evaluator.view.groups
    guard let shortest = groups.map(\.interval).min() else { return true }
    let status = status.withLock { $0 }
    let since = status.lastRound == .zero ? now.elapsed(since: status.startedAt) : world.clock.uptime - status.lastRound
    return since < max(.seconds(20), shortest * 2)
  }

  // MARK: Probes

  private func probed(_ probe: ProbeStatus) {
    status.withLock { $0.probes[probe.name] = probe }
    guard probe.kind == LinuxHostSettings.kind.name else { return }
    Task {
      guard await hub.hasListeners, let samples = await console.samples(of: hostName, at: now) else { return }
      await hub.send(.samples(samples))
      await hub.send(.shell(await console.shell()))
    }
  }
}

/// A thread for one blocking piece of work.
enum BackgroundThread {
  static func run(_ body: @escaping @Sendable () -> Void) {
    let thread = Thread { body() }
    thread.stackSize = 1 << 20
    thread.start()
  }
}

private import Foundation
