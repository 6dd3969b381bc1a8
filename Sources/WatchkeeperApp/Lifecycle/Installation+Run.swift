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
    status.withLock { status in
      status.startedAt = now
      status.startedUptime = world.clock.uptime
    }
    await digests.begin()
    let desks = Task {
      await withDiscardingTaskGroup { group in
        group.addTask { await self.incidents.run() }
        group.addTask { await self.inventory.run() }
        group.addTask { await self.maintenance.run() }
      }
    }
    await targets.adopt(configuration.withLock { $0.patterns })
    let lists = await targets.groups
    let configuration = configuration.withLock { configuration in
      configuration = configuration.watching(lists, hostName: hostName)
      return configuration
    }
    await senders.adopt(configuration.settings.remoteWrite)
    // Items come first: an alert that is bound to another item than before is another incident.
    try await takeInventory(configuration, findings)
    await beginCounters()
    await probes.observe { self.probed($0) }
    await restoreGaps()
    await probes.load(configuration.probes, parents: probeParents(configuration.probes))
    try await evaluator.restore(configuration.ruleGroups)
    retireMissingRules()
    endForgottenWindows()
    plan()
    await takePendingIntents()
    let work = Task {
      await withDiscardingTaskGroup { group in
        group.addTask { await self.store.run() }
        group.addTask { await self.probes.run() }
        group.addTask { await self.targets.run { await self.retarget() } }
        group.addTask {
          await self.awaitFirstProbes()
          await self.evaluator.run()
        }
        group.addTask { await self.timePasses() }
      }
    }
    return Loops(desks: desks, work: work)
  }

  /// Ends in the direction in which data flows, so that nothing decided is left undone.
  func stop(_ loops: Loops) async {
    status.withLock { $0.notReady = "stopping" }
    await hub.close()
    await madeConsole.withLock { $0 }?.backtests.stop()
    await evaluator.stop()
    await deliveries.stop()
    loops.work.cancel()
    await loops.work.value
    await saveGaps(await probes.stopGaps())
    await senders.stop()
    incidents.close()
    inventory.close()
    maintenance.close()
    await loops.desks.value
    await digests.end()
    await store.close()
    do { try journal.close() } catch { log.error("\(error)") }
    madeConsole.withLock { $0 = nil }
  }

  func takeInventory(_ configuration: Configuration, _ findings: HostFindings) async throws(CommandFailure<Never>) {
    tellStalls(findings)
    let host = HostInventory(findings: findings, hostName: hostName)
    for input in host.inputs { try await inventory.perform(input) }
    for input in configuration.inventoryInputs(hostName: hostName) { try await inventory.perform(input) }
  }

  /// How long the first rounds wait for the first samples after a break. The default is 1 minute.
  private static let firstProbesMax = Duration.seconds(60)

  /// After a break longer than the look-back no sample is in sight, and a round before the first probes would take that
  /// silence for recovery. Nothing waits when no incident is open or samples are in sight.
  private func awaitFirstProbes() async {
    guard incidents.state.book.activeCount > 0 else { return }
    guard await queries.vector("watchkeeper_probe_late_seconds", at: now).isEmpty else { return }
    let limit = world.clock.uptime + Self.firstProbesMax
    while world.clock.uptime < limit {
      let isWaiting = await probes.status().contains {
        $0.lastRun == nil && max($0.interval, $0.nextIn) <= Self.firstProbesMax
      }
      guard isWaiting else { return }
      do { try await world.clock.sleep(for: .seconds(1)) } catch { return }
    }
  }

  // MARK: Probes

  private func probed(_ probe: ProbeStatus) {
    let before = status.withLock { $0.probes.updateValue(probe, forKey: probe.name) }
    for news in probe.news(since: before) { log.warning("probes: \(probe.name): \(news)") }
    guard probe.kind == LinuxHostSettings.kind.name else { return }
    Task {
      guard await hub.hasListeners, let samples = await console.samples(of: hostName, at: now) else { return }
      await hub.send(.samples(samples))
      await hub.send(.shell(await console.shell()))
    }
  }
}

extension ProbeStatus {
  /// What the log is told after a run: once when something begins, once when it ends. The words of what could not be read
  /// or of a note may change with each run; that is not told again.
  func news(since before: ProbeStatus?) -> [String] {
    var news: [String] = []
    if refusal != before?.refusal { news.append(refusalText ?? "no series is refused any more") }
    if let change = pace.news(since: before?.pace ?? .steady, step: step) { news.append(change) }
    let known = before?.notes ?? []
    if notes.count > known.count { news += notes.filter { !known.contains($0) } }
    if (unread == nil) != (before?.unread == nil) { news.append(unread ?? "everything is collected again") }
    return news
  }

  /// What could not be read, by a fault of ours; series that were refused are told apart.
  private var unread: String? {
    switch verdict {
    case .down, .unreachable: return nil
    case .up, .unknown, nil: break
    }
    return explanation.isEmpty || explanation == refusalText ? nil : explanation
  }
}

extension Pace {
  /// What the log is told when the pace becomes another; nothing while it only goes on, nor of the few seconds in which a
  /// failure is confirmed.
  func news(since before: Pace, step: Duration) -> String? {
    switch (before, self) {
    case (.backedOff, .backedOff), (.zoomed, .zoomed), (.unreachable, .unreachable): nil
    case (_, .backedOff): "down for long: looked at less and less, at full speed again with the first good answer"
    case (_, .zoomed): "a value is near its threshold: looked at every \(step.notation) for a while"
    case (_, .unreachable(let parent)):
      "unreachable behind '\(parent)', which is down: looked at every \(step.notation)"
    case (.backedOff, _), (.zoomed, _), (.unreachable, _): "looked at in its own interval again"
    case (.steady, _), (.confirming, _): nil
    }
  }
}
