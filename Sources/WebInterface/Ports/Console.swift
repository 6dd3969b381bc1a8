public import Interchange
public import Records
public import Telemetry

/// All that the web interface knows and can do. Declared here, implemented by `WatchkeeperApp` from the real modules.
///
/// Pages are values; the interface words them in the reader's language and draws them.
public protocol Console: ConsolePages, ConsoleActions, ConsoleFeed, SelfReport, PrometheusSource, WriteDoor {}

/// Reading. A page is one consistent view of the moment; it never waits for a probe.
public protocol ConsolePages: Sendable {
  func shell() async -> ShellState
  func overview() async throws(ConsoleError) -> OverviewPage
  func hosts() async throws(ConsoleError) -> HostsPage
  /// - Parameter range: `nil` leaves the choice to the console.
  func host(_ name: String, range: PageRange?) async throws(ConsoleError) -> HostPage
  func incidents(_ filter: IncidentFilter) async throws(ConsoleError) -> IncidentsPage
  func incident(_ number: RecordNumber, range: PageRange) async throws(ConsoleError) -> IncidentPage
  func items(_ filter: ItemFilter) async throws(ConsoleError) -> ItemsPage
  func item(_ id: String, range: PageRange) async throws(ConsoleError) -> ItemPage
  /// - Parameter instant: any instant of the wanted week; `nil` for this one, or the next in which something is to come.
  func maintenance(weekOf instant: Timestamp?) async throws(ConsoleError) -> MaintenancePage
  /// The week of a task's slot, or the current week for a task without one. A window stands for its task.
  func maintenance(of record: RecordNumber) async throws(ConsoleError) -> MaintenancePage
  func probes(_ filter: ProbesFilter) async throws(ConsoleError) -> ProbesPage
  func probe(_ name: String) async throws(ConsoleError) -> ProbePage
  /// Why samples are missing. - Throws: `.notFound` when no probe is meant.
  func gaps(_ question: GapQuestion) async throws(ConsoleError) -> GapsPage
  func rules() async throws(ConsoleError) -> RulesPage
  /// - Parameter query: empty for the page to begin with.
  func explore(_ query: String, range: PageRange) async throws(ConsoleError) -> ExplorePage
  /// Begins what is ordered, or tells how far it is; waits a while for its end. Equal orders are one.
  func backtest(_ order: BacktestOrder, waiting: Duration) async -> BacktestAnswer
}

/// Changing. An action returns when its facts are durable.
public protocol ConsoleActions: Sendable {
  func perform(_ action: ConsoleAction, by identity: Identity) async -> ActionOutcome
}

public enum ConsoleAction: Hashable, Sendable {
  case acknowledge(RecordNumber)
  case resolve(RecordNumber, note: String)
  case reopen(RecordNumber)
  case addNote(RecordNumber, text: String)
  case startTask(RecordNumber)
  case finishTask(RecordNumber, note: String)

  /// Characters of a note; more is refused.
  public static let noteLengthMax = 4000
}

public enum ActionOutcome: Hashable, Sendable {
  case done(Reason)
  /// The state of the record does not allow it, for example a task whose window is over.
  case refused(Reason)
  case notFound
  /// The journal did not take it; nothing changed.
  case failed(Reason)
}

/// Why a page cannot be shown.
public enum ConsoleError: Error, Sendable, Equatable {
  case notFound
  /// The same, with what is near it.
  case unknown(Reason)
  /// For example while the journal is replayed.
  case unavailable(Reason)
}

/// What changes while a page is open.
public protocol ConsoleFeed: Sendable {
  /// Deltas after `id`, or from now on. A feed that no longer has `id` begins with `.resync`.
  ///
  /// The stream ends when the program stops; the reader comes back by itself.
  func deltas(after id: UInt64?) async -> AsyncStream<ConsoleDelta>
}

public struct ConsoleDelta: Sendable {
  /// Ascending; comes back as `Last-Event-ID`.
  public let id: UInt64
  public let content: Content

  public init(id: UInt64, _ content: Content) {
    self.id = id
    self.content = content
  }

  public enum Content: Sendable {
    /// New samples of one host's charts and readouts.
    case samples(HostSamples)
    /// The frame: pill, counts.
    case shell(ShellState)
    /// A list or record changed: pages that show it offer the new version.
    case changed(PageTarget)
    /// The feed has gaps: read the page again.
    case resync
  }
}

/// New values of one host, by the ids that its page carries.
public struct HostSamples: Sendable, Encodable {
  public var host: String
  public var at: Timestamp
  /// Chart id → series id → value in the chart's unit.
  public var charts: [String: [String: Double]]
  /// Readout id → value.
  public var readouts: [String: Double]

  public init(host: String, at: Timestamp, charts: [String: [String: Double]], readouts: [String: Double] = [:]) {
    self.host = host
    self.at = at
    self.charts = charts
    self.readouts = readouts
  }
}

/// Watchkeeper about itself, for machines.
public protocol SelfReport: Sendable {
  func readiness() async -> Readiness
  /// Prometheus text exposition of Watchkeeper's own metrics.
  func exposition(_ format: ExpositionFormat) async -> String
  /// Every rule in force, by the time of its last round, dearest first.
  func ruleCosts() async -> [RuleCostRow]
}

public enum Readiness: Hashable, Sendable {
  case ready
  /// One line in English, for example `replaying the journal, 40 %`.
  case notReady(String)
}
