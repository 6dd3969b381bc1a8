internal import Probes
internal import Records
internal import Synchronization
internal import Telemetry
internal import TimeSeriesStore

/// The console's pages and actions over a running installation.
struct LiveConsole: Sendable {
  let sources: ConsoleSources
  /// For actions and for what is neither a record nor a sample.
  ///
  /// Strong on purpose: requests may still be answered while the program stops. `stop` breaks the cycle.
  let installation: Installation
  let backtests: Backtests
}

extension Installation {
  /// Made once, because it remembers what pages have worked out.
  func makeConsole() -> LiveConsole {
    let sources = ConsoleSources(
      clock: world.clock, journal: journal, queries: queries, gate: queryGate,
      incidents: { [incidents] in incidents.state },
      inventory: { [inventory] in inventory.state }, maintenance: { [maintenance] in maintenance.state },
      rules: { [evaluator] in evaluator.view }, deliveries: { [deliveries] in deliveries.view },
      configuration: { [self] in configuration.withLock { $0 } },
      metadata: { [metadata, ownMetadata] in KnownMetadata(told: metadata.table, own: ownMetadata.table) },
      probes: { [probes] in await probes.status() },
      gapHistory: { [probes] in await probes.gapHistory(of: $0) },
      knownProbes: { [probes] in await probes.knownProbes() },
      targetSources: { [targets] in await targets.status }, storedSince: { [store] in store.oldestDayStart },
      hostName: hostName, zone: zone)
    return LiveConsole(sources: sources, installation: self, backtests: Backtests(sources))
  }
}
