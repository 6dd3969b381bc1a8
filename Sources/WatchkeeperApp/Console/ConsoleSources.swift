internal import Probes
internal import Records
internal import ServiceTime
internal import Telemetry

/// What the pages read: durable states, and the store through queries. Reading never waits for a desk.
struct ConsoleSources: Sendable {
  let clock: any WallClock
  let journal: any FactJournal
  let queries: QueryService
  let gate: QueryGate
  let incidents: @Sendable () -> IncidentState
  let inventory: @Sendable () -> InventoryState
  let maintenance: @Sendable () -> MaintenanceState
  let rules: @Sendable () -> RuleEvaluator.View
  let deliveries: @Sendable () -> DeliveryService.View
  let configuration: @Sendable () -> Configuration
  let metadata: @Sendable () -> KnownMetadata
  let probes: @Sendable () async -> [ProbeStatus]
  /// Of a probe by its name, defined now or earlier.
  let gapHistory: @Sendable (String) async -> GapHistory?
  /// Those that can be asked about, with the targets of lists and those that have left the configuration.
  let knownProbes: @Sendable () async -> KnownProbes
  var targetSources: @Sendable () async -> [TargetSourceStatus] = { [] }
  /// When the oldest day begins that the store has; `nil` when it has none.
  var storedSince: @Sendable () -> Timestamp? = { nil }
  /// The name of this host: the label `instance` of its own series.
  let hostName: String
  /// The zone in which days begin and times are shown.
  let zone: TimeZoneRules
  /// Past days of endpoints, worked out once.
  let endpointHistory = EndpointHistory()

  /// For what visitors ask.
  var visitorQueries: QueryService { queries.passing(gate) }
}
