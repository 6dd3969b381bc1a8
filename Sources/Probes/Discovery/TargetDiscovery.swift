internal import Dispatch
internal import Records
internal import Synchronization
public import Telemetry
internal import Transfers

/// How one entry of `file_sd_configs` or `http_sd_configs` is doing.
public struct TargetSourceStatus: Sendable {
  /// Of the definition.
  public let name: String
  public let kind: String
  /// `file` or `http`.
  public let mechanism: String
  /// Patterns, or a URL without a user and password.
  public let place: String
  /// Of the lists that are in force.
  public var targets = 0
  /// When a list was last read without a fault.
  public var lastRead: Timestamp?
  /// Why lists are older than what is there; empty when all is well.
  public var faults: [TargetListFault] = []
  /// Why the list that is in force would be gone after a restart; `nil` when all is well.
  public var unkept: TargetListFault?
  /// Readings that failed.
  public var failures = 0
}

/// Keeps the lists of targets of all definitions that have them from elsewhere.
///
/// A list that cannot be read, or has a fault, leaves the last good one in force: a slip in a file must not end the
/// watch over what it named.
public actor TargetDiscovery {
  private struct Key: Hashable {
    let name: String
    let source: TargetSource
  }

  private struct Known {
    let key: Key
    var status: TargetSourceStatus
    /// By path; a server's has one.
    var lists: [String: [DiscoveredGroup]] = [:]
    var faults: [String: TargetListFault] = [:]
    var marks: [String: RegularFile.Mark] = [:]
    /// When everything is read anew.
    var due = Duration.zero
    /// After a look that did not come back.
    var stalledUntil = Duration.zero
    var isAsking = false
    let requester: HTTPRequester?
    /// Where a server's list is kept over a restart; `nil`: nowhere.
    var keptPath: String?
    /// What lies there.
    var kept: KeptTargetList?

    var groups: [DiscoveredGroup] { lists.sorted { $0.key < $1.key }.flatMap(\.value) }

    mutating func take(_ list: Result<[DiscoveredGroup], TargetListFault>, of path: String, at now: Timestamp) {
      switch list {
      case .failure(let fault):
        faults[path] = fault
        status.failures += 1
      case .success(let groups):
        let others = lists.lazy.filter { $0.key != path }.flatMap(\.value)
        let count = groups.reduce(0) { $0 + $1.targets.count } + others.reduce(0) { $0 + $1.targets.count }
        guard count <= TargetSources.targetsMax else {
          let limit = SettingsFault(
            "fault.targets.too-many", ["count": String(count), "most": String(TargetSources.targetsMax)])
          return take(.failure(TargetListFault(path.isEmpty ? status.place : path, limit)), of: path, at: now)
        }
        faults[path] = nil
        lists[path] = groups
        status.lastRead = now
      }
    }

    mutating func settle() {
      status.targets = lists.values.reduce(0) { $0 + $1.reduce(0) { $0 + $1.targets.count } }
      status.faults = faults.sorted { $0.key < $1.key }.map(\.value)
    }
  }

  private let environment: ProbeEnvironment
  private let folder: String
  private let read: TargetListReader
  /// In the order of the definitions.
  private var known: [Known] = []
  private var sleeper: Task<Void, Never>?

  /// How often files are looked at. The default is 2 s.
  static let lookInterval = Duration.seconds(2)
  /// How long a server may take. The default is 30 s.
  static let answerMax = Duration.seconds(30)
  /// How long a look at files may take. The default is 10 s.
  private static let patience = DispatchTimeInterval.seconds(10)
  /// How long files are left alone whose look did not come back. The default is 5 minutes.
  private static let stallPause = Duration.seconds(300)

  /// - Parameters:
  ///   - folder: what relative paths begin in.
  ///   - read: reads one list.
  public init(environment: ProbeEnvironment, folder: String, read: @escaping TargetListReader) {
    self.environment = environment
    self.folder = folder
    self.read = read
  }

  private var clock: any WallClock { environment.clock }

  /// Takes over the definitions of a configuration: lists of entries that it still has stay in force, files of new ones
  /// are read before this returns.
  public func adopt(_ definitions: [ProbeDefinition]) async {
    let old = Dictionary(known.map { ($0.key, $0) }) { first, _ in first }
    var seen: Set<Key> = []
    known = definitions.flatMap { definition in
      (definition.targetSources?.all ?? []).compactMap { source in
        let key = Key(name: definition.name, source: source)
        guard seen.insert(key).inserted else { return nil }
        var requester: HTTPRequester?
        if case .server(let server) = source { requester = HTTPRequester(server.client, in: environment) }
        let status = TargetSourceStatus(
          name: definition.name, kind: definition.kind, mechanism: source.mechanism, place: source.place)
        return old[key] ?? takingKept(Known(key: key, status: status, requester: requester))
      }
    }
    if let folder = environment.stateFolder {
      KeptTargetList.prune(folder, keeping: Set(known.compactMap(\.keptPath)))
    }
    _ = await lookAtFiles()
    sleeper?.cancel()
  }

  /// The lists in force, by the name of the definition.
  public var groups: [String: [DiscoveredGroup]] {
    Dictionary(grouping: known, by: \.key.name).mapValues { $0.flatMap(\.groups) }
  }

  /// Whether a server's answer is waited for.
  var isAsking: Bool { known.contains(where: \.isAsking) }

  public var status: [TargetSourceStatus] { known.map(\.status) }

  /// Runs until the task is cancelled.
  ///
  /// - Parameter changed: called after each change of the lists.
  public func run(_ changed: @escaping @Sendable () async -> Void) async {
    while !Task.isCancelled {
      if await lookAtFiles() { await changed() }
      askServers(changed)
      let next = known.isEmpty ? Duration.seconds(3600) : Self.lookInterval
      let sleeper = Task { [clock] in _ = try? await clock.sleep(for: next) }
      self.sleeper = sleeper
      await withTaskCancellationHandler {
        await sleeper.value
      } onCancel: {
        sleeper.cancel()
      }
    }
  }

  /// Reads all lists of these definitions once, those of servers too.
  public func readOnce(_ definitions: [ProbeDefinition]) async {
    await adopt(definitions)
    for entry in known {
      guard case .server(let server) = entry.key.source, let requester = entry.requester else { continue }
      _ = take(await ask(server, by: requester), of: entry.key)
    }
  }

  // MARK: Files

  /// - Returns: whether a list has changed.
  private func lookAtFiles() async -> Bool {
    var hasChanged = false
    for entry in known {
      guard case .files(let settings) = entry.key.source, entry.stalledUntil <= clock.uptime else { continue }
      let isDue = entry.due <= clock.uptime
      let look = await look(at: settings, knowing: isDue ? [:] : entry.marks)
      guard let place = known.firstIndex(where: { $0.key == entry.key }) else { continue }
      if let look {
        if isDue { known[place].due = clock.uptime + settings.refresh }
        if take(look, at: place) { hasChanged = true }
      } else {
        // Each look holds a thread until it comes back.
        known[place].stalledUntil = clock.uptime + Self.stallPause
        let fault = TargetListFault(entry.status.place, SettingsFault("fault.targets.stalled"))
        known[place].take(.failure(fault), of: "", at: clock.now)
        known[place].settle()
      }
    }
    return hasChanged
  }

  /// On a thread of its own: the files may lie on a file system that hangs.
  ///
  /// - Returns: `nil` when the look does not come back in time.
  private func look(at settings: FileTargets, knowing marks: [String: RegularFile.Mark]) async -> TargetFiles? {
    let (folder, read) = (folder, read)
    return await withCheckedContinuation { continuation in
      let answer = FirstAnswer(continuation)
      let hasRead = DispatchSemaphore(value: 0)
      let isStarted = DetachedThread.start {
        answer.give(TargetFiles(settings, in: folder, knowing: marks, read))
        hasRead.signal()
      }
      // As in `PatientDiscovery`: what hangs, hangs in real time.
      let isWaitedFor = DetachedThread.start {
        if hasRead.wait(timeout: .now() + Self.patience) == .timedOut { answer.give(nil) }
      }
      if !isStarted || !isWaitedFor { answer.give(nil) }
    }
  }

  private final class FirstAnswer: Sendable {
    private let waiting: Mutex<CheckedContinuation<TargetFiles?, Never>?>

    init(_ waiting: CheckedContinuation<TargetFiles?, Never>) { self.waiting = Mutex(waiting) }

    func give(_ look: TargetFiles?) {
      let first = waiting.withLock { waiting in
        defer { waiting = nil }
        return waiting
      }
      first?.resume(returning: look)
    }
  }

  private func take(_ look: TargetFiles, at place: Int) -> Bool {
    var entry = known[place]
    let before = entry.groups
    entry.marks = look.marks
    entry.lists = entry.lists.filter { look.marks[$0.key] != nil }
    entry.faults = entry.faults.filter { look.marks[$0.key] != nil }
    for (path, list) in look.lists { entry.take(list, of: path, at: clock.now) }
    for fault in look.missing { entry.faults[fault.place] = fault }
    entry.settle()
    known[place] = entry
    return entry.groups != before
  }

  // MARK: Servers

  /// How old what is kept may become while the same list is given again and again. The default is 1 hour.
  static let keepInterval = Duration.seconds(3600)

  /// A server's entry with the list of the run before.
  private func takingKept(_ entry: Known) -> Known {
    guard let folder = environment.stateFolder, case .server(let server) = entry.key.source else { return entry }
    var entry = entry
    let path = KeptTargetList.path(in: folder, of: entry.key.name, at: server.url)
    entry.keptPath = path
    guard let kept = KeptTargetList.load(from: path), kept.place == entry.status.place,
      case .success(let list) = groups(in: kept.text, of: kept.place)
    else { return entry }
    entry.kept = kept
    entry.take(.success(list), of: "", at: Timestamp(milliseconds: kept.readMilliseconds))
    entry.settle()
    return entry
  }

  private nonisolated func groups(
    in text: String, of place: String
  ) -> Result<[DiscoveredGroup], TargetListFault> {
    read(text, place).map { groups in groups.map { $0.adding("__meta_url", place) } }
  }

  private func askServers(_ changed: @escaping @Sendable () async -> Void) {
    for place in known.indices where known[place].due <= clock.uptime && !known[place].isAsking {
      guard case .server(let server) = known[place].key.source, let requester = known[place].requester else { continue }
      known[place].isAsking = true
      known[place].due = clock.uptime + server.refresh
      let key = known[place].key
      Task {
        let answer = await ask(server, by: requester)
        if take(answer, of: key) { await changed() }
      }
    }
  }

  private func take(_ answer: ServerAnswer, of key: Key) -> Bool {
    guard let place = known.firstIndex(where: { $0.key == key }) else { return false }
    var entry = known[place]
    let before = entry.groups
    entry.isAsking = false
    entry.take(answer.list, of: "", at: clock.now)
    entry.settle()
    if let text = answer.text, entry.faults.isEmpty { keep(text, in: &entry) }
    known[place] = entry
    return entry.groups != before
  }

  private func keep(_ text: String, in entry: inout Known) {
    guard let path = entry.keptPath else { return }
    let now = clock.now.milliseconds
    if let kept = entry.kept, kept.text == text,
      (0..<Int64(Self.keepInterval.inSeconds * 1000)).contains(now - kept.readMilliseconds)
    {
      entry.status.unkept = nil
      return
    }
    let kept = KeptTargetList(place: entry.status.place, readMilliseconds: now, text: text)
    entry.status.unkept = kept.store(at: path)
    // What is not on disk is tried again with the next answer.
    if entry.status.unkept == nil { entry.kept = kept }
  }

  private struct ServerAnswer: Sendable {
    let list: Result<[DiscoveredGroup], TargetListFault>
    /// `nil` when no list came.
    var text: String?
  }

  private nonisolated func ask(
    _ server: ServerTargets, by requester: HTTPRequester
  ) async -> ServerAnswer {
    let place = NetworkTarget(url: server.url).address
    func refused(_ id: String, _ arguments: [String: String]) -> ServerAnswer {
      ServerAnswer(list: .failure(TargetListFault(place, SettingsFault(id, arguments))))
    }
    var request = TransferRequest(url: server.url)
    request.headers = [
      TransferHeader("Accept", "application/json"),
      TransferHeader("X-Prometheus-Refresh-Interval-Seconds", String(Int(server.refresh.inSeconds))),
    ]
    request.redirectsMax = HTTPProbeSettings.redirectsMax
    request.body = .refuseBeyond(TargetFiles.bytesMax)
    let report: TransferReport
    do throws(SecretFault) {
      report = try await requester.perform(request, within: min(Self.answerMax, server.refresh))
    } catch {
      return ServerAnswer(list: .failure(TargetListFault(place, error.fault)))
    }
    if let failure = report.failure { return refused("fault.targets.transfer", ["text": failure.text]) }
    guard report.status == 200 else { return refused("fault.targets.status", ["status": String(report.status ?? 0)]) }
    // As Prometheus has it: the page of a portal that asks for a login is no list.
    let type = report.header("content-type") ?? ""
    guard type.lowercased().hasPrefix("application/json") else {
      // What is cut afterwards shows no part of a secret.
      return refused("fault.targets.content", ["type": String(requester.secrets.redacted(type).prefix(60))])
    }
    guard let text = String(validating: report.body, as: UTF8.self) else {
      return refused("fault.targets.encoding", [:])
    }
    return ServerAnswer(list: groups(in: text, of: place), text: text)
  }
}
