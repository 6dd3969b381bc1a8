internal import Foundation
internal import Glibc
internal import Notifiers
internal import Probes
internal import Records
internal import ServiceLifecycle
internal import ServiceTime
internal import Synchronization
internal import Telemetry
internal import Transfers
internal import WebInterface
internal import Wording

/// `watchkeeper run`: from the command line to a running installation, and back to a clean stop.
struct Program {
  private let options: RunOptions
  private let environment: [String: String]
  private let clock = LiveClock()
  private let identifiers = LiveIdentifiers()
  private let log: Log
  private let supervisor: ServiceSupervisor
  private let hostName: String
  private let signals = SignalListener()

  /// The first port tried when none is named.
  static let standardPort = 9464
  /// How many ports are tried after it.
  static let portsTried = 50

  init(_ options: RunOptions, environment: [String: String]) {
    self.options = options
    self.environment = environment
    log = Log(clock: clock, environment: environment)
    supervisor = ServiceSupervisor(environment: environment)
    hostName = ProcessInfo.processInfo.hostName
  }

  /// Runs until SIGTERM or SIGINT.
  func run() async throws {
    let listener = await signals.listen()
    defer { listener.cancel() }
    let folder = try DataFolder(
      creating: options.dataFolder ?? DataFolder.standardPath(environment: environment, isRoot: getuid() == 0))
    let lock = try folder.lock()
    defer { close(lock) }
    let isNew = folder.isNew
    let transfers = TransferEngine()
    defer { transfers.shutdown() }
    let network = NetworkServices()
    var notifiers = NotifierEnvironment(
      carry: { await transfers.perform($0) }, readSecret: { try SecretFile.read($0) },
      write: { Terminal.writeLine($0) })
    notifiers.runForSecret = { try network.secrets.answerNow(of: $0) }
    let (configuration, refused) = try readConfiguration(folder, notifiers)
    let listening = try choosePort(configuration.settings.web)
    let findings = await Installation.look()
    let language = language(of: configuration)
    let zone = ZoneLibrary().local
    var base = InstallationBase(
      clock: clock, identifiers: identifiers, log: log, transfers: transfers, notifiers: notifiers,
      hostName: hostName, zone: zone, language: language, askToStop: { [signals] in signals.stop() })
    if let path = configurationPath { base.configurationFolder = ConfigurationFiles.folder(of: path) }
    let installation = try await Installation(configuration: configuration, folder: folder, base: base)
    if let refused { installation.refuse(refused) }
    installation.warn(of: configuration)
    let transcript = StartTranscript(language: language, zone: zone)
    transcript.begin(
      folder: folder.path, resumption: isNew ? nil : installation.resumption, findings: findings,
      configuration: configuration)
    try await serve(installation, folder, listening, findings, transcript, notifiers)
  }

  // MARK: Configuration

  private func language(of configuration: Configuration) -> Language {
    options.language ?? configuration.settings.language.flatMap { Language(tag: $0) } ?? .english
  }

  private var configurationPath: String? { options.configuration }

  private func readFiles() throws(SettingsErrors) -> ConfigurationFiles {
    guard let path = configurationPath else { return ConfigurationFiles(files: []) }
    return try ConfigurationFiles.read(path)
  }

  /// The configuration on disk; when it is refused, the last good one with the faults of the other.
  private func readConfiguration(
    _ folder: DataFolder, _ notifiers: NotifierEnvironment
  ) throws -> (Configuration, refused: SettingsErrors?) {
    let lastGood = LastGoodConfiguration(path: folder.lastGoodConfiguration)
    do {
      let files = try readFiles()
      let configuration = try ConfigurationReader.read(files, hostName: hostName, notifiers: notifiers)
      try keep(files, as: lastGood)
      return (configuration, nil)
    } catch let errors as SettingsErrors {
      guard !options.isStrict, let files = lastGood.load(),
        let configuration = try? ConfigurationReader.read(files, hostName: hostName, notifiers: notifiers)
      else { throw errors }
      Terminal.tell(Terminal.words("refusal.configuration-replaced", ["digest": "\(files.digest)"]))
      for line in errors.lines(in: language(of: configuration)) { Terminal.tell(line) }
      return (configuration, errors)
    }
  }

  /// A start that names no configuration, because an option was forgotten, must not take the last good one away.
  private func keep(_ files: ConfigurationFiles, as lastGood: LastGoodConfiguration) throws(StartError) {
    if configurationPath != nil { try lastGood.save(files) }
  }

  private func reload(_ installation: Installation, _ folder: DataFolder, _ notifiers: NotifierEnvironment) async {
    supervisor.reloading(uptime: clock.uptime)
    let lastGood = LastGoodConfiguration(path: folder.lastGoodConfiguration)
    do {
      let files = try readFiles()
      let configuration = try ConfigurationReader.read(files, hostName: hostName, notifiers: notifiers)
      await installation.adopt(configuration, notifiers)
      do { try keep(files, as: lastGood) } catch {
        // The log is English, whatever the terminal speaks.
        Terminal.$language.withValue(.english) { log.error("the last good configuration cannot be kept: \(error)") }
      }
      log.notice("configuration \(configuration.digest) is in force")
    } catch {
      installation.refuse(error)
    }
    supervisor.ready("watching")
  }

  // MARK: Serving

  private struct Listening {
    let address: ListenAddress
    /// The port that was wanted first, when another was taken.
    let skipped: Int?
  }

  private func choosePort(_ settings: ConsoleSettings) throws -> Listening {
    if let text = options.listen {
      if let fault = ListenAddress.fault(of: text) {
        throw StartError("listen", ["problem": fault.text(in: Terminal.language)])
      }
      let address = ListenAddress(text) ?? ListenAddress(host: "127.0.0.1", port: Self.standardPort)
      try FreePorts.refuseTaken(address)
      return Listening(address: address, skipped: nil)
    }
    if let address = settings.listen {
      try FreePorts.refuseTaken(address)
      return Listening(address: address, skipped: nil)
    }
    let ports = Self.standardPort..<(Self.standardPort + Self.portsTried)
    guard let port = ports.first(where: { FreePorts.isFree(host: "127.0.0.1", port: $0) }) else {
      throw StartError("ports", ["first": String(ports.lowerBound), "last": String(ports.upperBound - 1)])
    }
    return Listening(
      address: ListenAddress(host: "127.0.0.1", port: port),
      skipped: port == Self.standardPort ? nil : Self.standardPort)
  }

  private func serve(
    _ installation: Installation, _ folder: DataFolder, _ listening: Listening, _ findings: HostFindings,
    _ transcript: StartTranscript, _ notifiers: NotifierEnvironment
  ) async throws {
    let sessions = SessionStore(clock: clock, identifiers: identifiers, rows: installation.world.rows)
    try await sessions.restore()
    var web = WebSettings()
    web.host = listening.address.host
    web.port = listening.address.port
    web.socketPath = folder.controlSocket
    web.socketIdentity = Identity(actor: .localUser(NSUserName()), role: .administrator)
    try await web.admit(TokenStore(clock: clock, identifiers: identifiers, rows: installation.world.rows))
    web.consoleURL = { installation.consoleURL.withLock { $0 } }
    web.hostNames = installation.configuration.withLock { $0.settings.web.hostNames }
    web.language = installation.language
    web.zone = ClockZone(installation.zone)
    web.version = programVersion
    // A query's own limit is told by its name; the one of the page stands behind it.
    web.answerTimeMax = max(web.answerTimeMax, installation.queries.limits.timeMax + .seconds(5))
    web.overrideFolder = environment["WATCHKEEPER_WEB_FOLDER"]
    let (listeningPorts, announce) = AsyncStream.makeStream(of: Int.self)
    let server = try WebServer(settings: web, console: installation.console, sessions: sessions, clock: clock) {
      announce.yield($0)
      announce.finish()
    }
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: [.init(service: WebService(server: server))], logger: Log.silentLogger))
    let serving = Task { try await group.run() }
    // A server that cannot listen ends the start rather than leaving a program that nobody can reach.
    let failure = Task {
      defer { announce.finish() }
      do { try await serving.value } catch {
        log.error("the console ended, watching goes on: \(error)")
        throw error
      }
    }
    guard let port = await listeningPorts.first(where: { _ in true }) else {
      try await failure.value
      throw StartError("console")
    }
    let url = "http://\(listening.address.host):\(port)"
    installation.consoleURL.withLock { $0 = url }
    await installation.useConsoleURL()
    let loops = try await installation.start(findings)
    installation.status.withLock { $0.notReady = nil }
    let token = await sessions.issueLink(for: Identity(actor: .localUser(NSUserName()), role: .administrator))
    transcript.ready(
      url: url, token: token, skippedPort: listening.skipped,
      settings: installation.configuration.withLock { $0.settings })
    signals.begin()
    supervisor.ready("watching")
    await obeySignals(installation, folder, notifiers)
    supervisor.stopping()
    transcript.stopping()
    await group.triggerGracefulShutdown()
    await installation.stop(loops)
    serving.cancel()
    transcript.stopped()
    if let failure = installation.failure.withLock({ $0 }) {
      throw StartError("ended", ["problem": "\(failure)"])
    }
  }

  /// Reloads at SIGHUP, feeds the watchdog, and returns at SIGTERM or SIGINT.
  private func obeySignals(
    _ installation: Installation, _ folder: DataFolder, _ notifiers: NotifierEnvironment
  ) async {
    let watchdog = Task {
      let period = (supervisor.watchdogPeriod ?? .seconds(30)) / 3
      while !Task.isCancelled {
        if installation.isEvaluating { supervisor.alive() }
        do { try await clock.sleep(for: period) } catch { return }
      }
    }
    defer { watchdog.cancel() }
    for await request in signals.requests {
      guard request == .reload else { return }
      await reload(installation, folder, notifiers)
    }
  }
}

/// Gives the web server the shape that the service group wants.
private struct WebService: Service {
  let server: WebServer
  func run() async throws { try await server.run() }
}
