public import Interchange
public import Telemetry
public import Transfers

/// A configured check of one target.
public protocol Probe: Sendable {
  /// Measures once and returns inside `limit`; the runner abandons a run that does not.
  func run(within limit: Duration) async -> ProbeReport

  /// Whether a run blocks nothing and computes little before it first waits: it then begins on the runner's own thread,
  /// which saves waking another. The default is `false`.
  var beginsInline: Bool { get }

  /// The series of `ProbeReport.batch` that still live, when the probe ends or a run was given up. Said once.
  func endSeries() -> [SeriesReference]

  /// Resolves anew those of the last run's series that left the store.
  ///
  /// - Returns: the new reference for each old one.
  func renewSeries(_ gone: Set<SeriesReference>) -> [SeriesReference: SeriesReference]
}

extension Probe {
  public var beginsInline: Bool { false }
  public func endSeries() -> [SeriesReference] { [] }
  public func renewSeries(_ gone: Set<SeriesReference>) -> [SeriesReference: SeriesReference] { [:] }
}

/// A kind's own settings, decoded and checked.
public protocol ProbeSettings: Decodable, Hashable, Sendable {
  /// What is checked, as the label `instance` shows it; `nil`: this host's name.
  var instance: String? { get }

  /// The address that is asked over the network; `nil` when this host itself is looked at.
  var network: NetworkTarget? { get }

  /// The path of the socket of this host that is asked; `nil` when none is.
  var localSocket: String? { get }

  /// The series that say whether the target is in order.
  var verdictMetrics: VerdictMetrics { get }

  /// Whether a run logs in: a failure is then not repeated quickly, because wrong passwords in a row lock accounts.
  var logsIn: Bool { get }

  func makeProbe(in environment: ProbeEnvironment) -> any Probe
}

extension ProbeSettings {
  public var localSocket: String? { nil }

  public var verdictMetrics: VerdictMetrics { .check }

  public var logsIn: Bool { false }

  var paceDefault: PaceSettings {
    guard network != nil, verdictMetrics == .check else { return PaceSettings() }
    return logsIn ? .login : .check
  }
}

/// The names of the series that every run of a probe has.
public struct VerdictMetrics: Sendable, Hashable {
  /// 1: in order, 0: not.
  public let success: String
  /// Seconds that the run took.
  public let duration: String

  /// As blackbox_exporter has it: `up` would say only that the check could be carried out.
  public static let check = VerdictMetrics(success: "probe_success", duration: "probe_duration_seconds")
  /// As Prometheus has it for what it scrapes.
  public static let scrape = VerdictMetrics(success: "up", duration: "scrape_duration_seconds")
}

/// What probes may use of the world.
public struct ProbeEnvironment: Sendable {
  public let transfers: TransferEngine
  /// For the kinds that speak their protocol themselves.
  public let network: NetworkServices
  public let clock: any WallClock
  /// Of the one probe that is made.
  var secrets: ProbeSecrets
  /// The name of this host, for the label `instance` of its own series.
  public let hostName: String
  /// The labels that every series of the probe carries.
  public var target = LabelSet.empty
  /// From one run's due time to the next.
  public var interval = Duration.seconds(15)
  /// Where a probe that resolves series itself asks for them.
  public var store: any SampleAppender = SeriesListing()
  /// And how many it may have.
  public var allowance = SeriesAllowance()
  /// Where a probe may keep what it must know after a restart; `nil` in a trial.
  public var stateFolder: String?
  /// Whether the probe runs once and by hand, so that it does not leave for the next run what takes longer.
  public var isTrial = false
  /// Called with what an exporter says of its metrics.
  public var tellMetadata: @Sendable ([MetricMetadata]) -> Void = { _ in }

  public init(
    transfers: TransferEngine, network: NetworkServices = NetworkServices(), clock: any WallClock, hostName: String
  ) {
    self.transfers = transfers
    self.network = network
    secrets = ProbeSecrets(network.secrets)
    self.clock = clock
    self.hostName = hostName
  }
}

extension ProbeDefinition {
  /// - Parameters:
  ///   - store: where the probe's samples will go.
  ///   - allowance: the series that it may have, shared by all probes of its family.
  public func makeProbe(
    in environment: ProbeEnvironment, for store: any SampleAppender, within allowance: SeriesAllowance
  ) -> any Probe {
    var environment = environment
    environment.target = targetLabels(hostName: environment.hostName)
    environment.interval = interval
    environment.store = store
    environment.allowance = allowance
    environment.secrets = ProbeSecrets(environment.network.secrets)
    return DiscreetProbe(probe: settings.makeProbe(in: environment), secrets: environment.secrets)
  }
}

/// A kind of probe: one value in its own file and one line in `ProbeCatalog`.
public struct ProbeKind: Sendable {
  /// As in `kind: http`.
  public let name: String
  /// One sentence for the reference page.
  public let summary: String
  /// A complete definition in YAML.
  public let example: String
  /// The default of the label `job`, which public dashboards and rules select by.
  public let job: String
  public let intervalDefault: Duration
  public let timeoutDefault: Duration
  /// 50,000, unless the kind is made for many targets.
  public let seriesMaxDefault: Int
  let settings: any ProbeSettings.Type

  init(
    name: String, summary: String, example: String, job: String, interval: Duration, timeout: Duration,
    seriesMax: Int = 50_000, settings: any ProbeSettings.Type
  ) {
    self.name = name
    self.summary = summary
    self.example = example
    self.job = job
    intervalDefault = interval
    timeoutDefault = timeout
    seriesMaxDefault = seriesMax
    self.settings = settings
  }
}
