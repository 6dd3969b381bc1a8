internal import Alerting
internal import Incidents
internal import Inventory
internal import Journal
internal import Notifiers
internal import Planner
internal import Probes
internal import PromQL
internal import Records
internal import ServiceTime
internal import Synchronization
internal import Telemetry
internal import TimeSeriesStore
internal import Transfers
internal import WebInterface
internal import Wording

/// Everything that runs: opened stores, desks, loops. Made once by `run`.
///
/// Data walks one way: probes append samples, rules read them and offer alerts to the incidents, incidents make
/// intents, deliveries carry them out; the planner places maintenance around what is open.
final class Installation: Sendable {
  let world: World
  let log: Log
  let hostName: String
  let dataFolder: String
  let zone: TimeZoneRules
  let language: Language
  let transfers: TransferEngine
  let journal: SQLiteJournal
  let digests: DigestPublisher
  let reserve: DiskReserve
  let store: EmbeddedStore
  let queries: QueryService
  let queryGate: QueryGate
  let incidents: Desk<IncidentState>
  let inventory: Desk<InventoryState>
  let maintenance: Desk<MaintenanceState>
  let evaluator: RuleEvaluator
  let deliveries: DeliveryService
  let probes: ProbeRunner
  let targets: TargetDiscovery
  let metadata = ToldMetadata()
  /// What this program says of its own metrics.
  let ownMetadata = ToldMetadata()
  let remoteWrite: RemoteWriteDesk
  let senders: RemoteWriteSenders
  let hub: EventHub
  let status: Mutex<InstallationStatus>
  let configuration: Mutex<Configuration>
  /// `nil` until the console is made.
  let madeConsole = Mutex<LiveConsole?>(nil)
  /// Changes that call for a new plan are many at once: one plan a second answers them all.
  let planIsDue = Mutex(false)
  /// Watchkeeper's own series that were written last, so that one that ends is marked as ended.
  let ownSeries = Mutex<Set<SeriesReference>>([])
  /// Why the program must end, once it must: another one writes its journal.
  let failure = Mutex<JournalError?>(nil)
  /// Asks for an orderly stop.
  private let askToStop: @Sendable () -> Void
  /// Where the console is reached; known once it listens.
  let consoleURL = Mutex("")

  /// Opens everything and brings the books up to date. Nothing runs yet.
  ///
  /// - Throws: `StartError`, `JournalError`, `StoreError` or `FactReadError`, each one line with its remedy.
  init(configuration: Configuration, folder: DataFolder, base: InstallationBase) async throws {
    hostName = base.hostName
    zone = base.zone
    language = base.language
    log = base.log
    askToStop = base.askToStop
    transfers = base.transfers
    self.configuration = Mutex(configuration)
    status = Mutex(InstallationStatus())
    // Numbers go on from run to run: a page of the run before is told to read again.
    hub = EventHub(after: UInt64(max(0, base.clock.now.milliseconds)), clock: base.clock)
    let settings = configuration.settings
    dataFolder = folder.path
    reserve = DiskReserve(path: folder.reserve)
    // Before anything is opened: on a full disk the journal needs the room.
    if let free = DiskReserve.freeBytes(in: folder.path) { _ = reserve.tend(free: free) }
    journal = try SQLiteJournal(folder: try folder.subfolder(folder.journalFolder), clock: base.clock)
    let world = World(clock: base.clock, identifiers: base.identifiers, journal: journal, rows: journal)
    self.world = world
    digests = DigestPublisher(
      journal, to: PublishedDigestFile(path: folder.publishedDigests), clock: base.clock, log: base.log)
    store = try EmbeddedStore(
      folder: try folder.subfolder(folder.samplesFolder), settings: StoreSettings(settings.storage), clock: base.clock
    ) { ($0 == .before ? Failpoint.chunkFlushBefore : .chunkFlushAfter).pass() }
    queries = QueryService(
      reader: store, limits: settings.query.limits, lookback: settings.query.lookback.duration, clock: base.clock,
      evaluation: settings.query.evaluation, features: settings.query.experimental ? .all : .stable)
    queryGate = QueryGate(runningMax: settings.query.concurrencyMax, clock: base.clock)
    let link = InstallationLink()
    let log = base.log
    incidents = try await Desk(
      try await IncidentState(from: world, settings: IncidentSettings(settings)), world: world, log: log,
      DeskNeighbours(
        prepare: { await link.installation?.keepSamples(behind: $0) }, cutOff: link.cutOff,
        changed: { link.installation?.incidentsChanged($0, $1) }))
    inventory = try await Desk(
      try await InventoryState(from: world), world: world, log: log,
      DeskNeighbours(cutOff: link.cutOff, changed: { link.installation?.inventoryChanged($0, $1) }))
    maintenance = try await Desk(
      try await MaintenanceState(from: world), world: world, log: log,
      DeskNeighbours(cutOff: link.cutOff, changed: { link.installation?.maintenanceChanged($0, $1) }))
    let composer = MessageComposer(
      language: base.language, zone: ClockZone(base.zone), consoleURL: settings.web.externalURL ?? "")
    deliveries = DeliveryService(
      channels: settings.channels(base.notifiers), composer: composer, world: world, log: log
    ) { [incidents] key, outcome in
      do {
        try await incidents.perform(.deliveryOutcome(key, outcome))
        return true
      } catch {
        return false
      }
    }
    evaluator = RuleEvaluator(
      world: world, queries: queries, following: store, appender: store, log: log,
      external: ExternalIdentity(url: settings.web.externalURL ?? ""),
      offer: { link.installation?.offer($0) }, retire: { link.installation?.retire($0) })
    remoteWrite = RemoteWriteDesk(store: store, metadata: metadata)
    senders = RemoteWriteSenders(
      RemoteWriteSurroundings(
        store: store, cursors: RemoteWriteCursors(path: folder.remoteWriteCursors), clock: base.clock, log: log,
        carry: { [transfers] in await transfers.perform($0) }, metadata: { [metadata] in metadata.table }))
    var environment = ProbeEnvironment(transfers: base.transfers, clock: base.clock, hostName: base.hostName)
    environment.stateFolder = try folder.subfolder(folder.probeStateFolder)
    environment.tellMetadata = { [metadata] in metadata.note($0) }
    probes = ProbeRunner(environment: environment, store: store)
    targets = TargetDiscovery(environment: environment, folder: base.configurationFolder, read: TargetListFile.read)
    link.installation = self
    tendReserve()
  }

  var now: Timestamp { world.clock.now }

  /// Nothing can be decided any more. The first reason stands.
  func end(because error: JournalError) {
    let isFirst = failure.withLock { failure in
      guard failure == nil else { return false }
      failure = error
      return true
    }
    if isFirst { askToStop() }
  }

  /// What is here from the runs before, as long as nothing runs.
  var resumption: StartTranscript.Resumption {
    StartTranscript.Resumption(
      series: store.statistics.knownSeries, openIncidents: incidents.state.book.activeCount)
  }

  /// The console over this installation, made at first use.
  var console: LiveConsole {
    madeConsole.withLock { made in
      if let made { return made }
      let console = makeConsole()
      made = console
      return console
    }
  }
}

/// What exists before an installation does.
struct InstallationBase: Sendable {
  let clock: any WallClock
  let identifiers: any IdentifierSource
  let log: Log
  let transfers: TransferEngine
  let notifiers: NotifierEnvironment
  let hostName: String
  let zone: TimeZoneRules
  let language: Language
  /// What relative paths of target lists begin in.
  var configurationFolder = StandardFolders.systemConfiguration
  /// Called when the program must end by itself.
  var askToStop: @Sendable () -> Void = {}
}

/// Lets desks, which are made first, call the installation, which holds them.
private final class InstallationLink: Sendable {
  private let target = Mutex<WeakInstallation>(WeakInstallation())

  var installation: Installation? {
    get { target.withLock { $0.installation } }
    set { target.withLock { $0.installation = newValue } }
  }

  /// Hands a desk's last word on.
  var cutOff: @Sendable (JournalError) -> Void {
    { [self] error in installation?.end(because: error) }
  }

  private struct WeakInstallation: Sendable {
    weak var installation: Installation?
  }
}

/// What is neither a record nor a sample.
struct InstallationStatus: Sendable {
  var startedAt = Timestamp.epoch
  /// `nil` once everything runs.
  var notReady: String? = "starting"
  /// The faults of a configuration that was refused; the running one stays.
  var refusedConfiguration: SettingsErrors?
  var reloads: UInt64 = 0
  var probes: [String: ProbeStatus] = [:]
  /// Counts the sets of probes that were to be run.
  var probeSets = 0
  /// On the clock that never steps.
  var startedUptime = Duration.zero
  /// When the last round of any rule group ended, on the same clock; without rule groups, when the evaluator answered.
  var lastRound: Duration?
  var heartbeat = Heartbeat.State()
  var clock = ClockWatch()
}

extension ClockZone {
  init(_ rules: TimeZoneRules) {
    self.init(name: rules.name) { rules.offset(at: Timestamp(milliseconds: $0)).seconds }
  }
}

extension StoreSettings {
  init(_ settings: StorageSettings) {
    self.init()
    retention = settings.retention.duration
    seriesMax = settings.seriesMax
    retentionBytes = settings.sizeMax.bytes
    outOfOrderWindow = settings.outOfOrderWindow.duration
  }
}

extension IncidentSettings {
  init(_ settings: WatchkeeperSettings) {
    let channels = settings.route.flatMap { route in settings.receivers.first { $0.name == route.receiver } }?.channels
    let receivers =
      channels?.map { channel in
        NotificationPolicy.Receiver(channel.name, recoveries: channel.notifier.sendsRecoveries ? .sent : .left)
      } ?? [NotificationPolicy.Receiver(WatchkeeperSettings.consoleChannel)]
    self.init(
      verification: Verification(
        rounds: settings.incidents.verifyRounds, duration: settings.incidents.verifyFor.duration),
      reopenWindow: settings.incidents.reopenWindow.duration,
      notification: NotificationPolicy(
        receivers: receivers, repeatInterval: settings.route?.repeatInterval ?? .seconds(4 * 3600),
        groupWait: settings.route?.groupWait ?? .zero))
  }
}

extension WatchkeeperSettings {
  /// Where notifications go when no route is configured: the program's own output.
  static let consoleChannel = "console/console"

  /// Every channel of every receiver, by name.
  func channels(_ environment: NotifierEnvironment) -> [String: any Notifier] {
    var channels = Dictionary(
      receivers.flatMap(\.channels).map { ($0.name, $0.notifier) }, uniquingKeysWith: { first, _ in first })
    channels[Self.consoleChannel] = ConsoleNotifier(sendsRecoveries: true, write: environment.write)
    return channels
  }
}
