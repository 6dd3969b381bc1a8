internal import Interchange
internal import Synchronization
internal import Telemetry
internal import TimeSeriesStore
internal import Transfers

/// Sends the store's batch log to one endpoint, request after request, so that the order is kept.
///
/// The log is the queue: what waits lies on disk once, in memory is one request. At least once: only what was on its way
/// at a crash is sent again.
actor RemoteWriteSender {
  /// What others read; counted since the start.
  struct View: Sendable {
    var samples: UInt64 = 0
    var histograms: UInt64 = 0
    /// Of requests that the endpoint will never take.
    var refused: UInt64 = 0
    /// Once for each time that they must be sent again.
    var retried: UInt64 = 0
    var dropped: [RemoteWriteDrop: UInt64] = [:]
    var bytes: UInt64 = 0
    /// Of all samples taken, in milliseconds.
    var newestSent: Int64?
    /// When the next sample was committed; `nil` when all is sent.
    var waitingSince: Timestamp?
    /// Why the endpoint takes nothing at the moment.
    var outage: String?
  }

  nonisolated let endpoint: RemoteWriteEndpoint
  private let surroundings: RemoteWriteSurroundings
  private var cursor: RemoteWriteCursor
  private var savedCursor: RemoteWriteCursor?
  private var lastRefusal: String?
  private var lastProblem: String?
  private let published: Mutex<View>

  /// - Parameter view: what an earlier sender of this endpoint has counted.
  init(
    _ endpoint: RemoteWriteEndpoint, from cursor: RemoteWriteCursor, counting view: View,
    _ surroundings: RemoteWriteSurroundings
  ) {
    self.endpoint = endpoint
    self.cursor = cursor
    self.surroundings = surroundings
    published = Mutex(view)
    surroundings.store.holdLog(for: endpoint.name, from: cursor.position)
  }

  nonisolated var view: View { published.withLock { $0 } }

  /// Until the task is cancelled.
  func run() async {
    while !Task.isCancelled {
      do {
        while try await sendPage() {}
        published.withLock { $0.waitingSince = nil }
        save()
      } catch is CancellationError {
        return save()
      } catch {
        note(problem: "the store's log cannot be read: \(error)")
      }
      do { try await surroundings.clock.sleep(for: endpoint.queue.pause) } catch { return save() }
    }
  }

  /// - Returns: whether there was one.
  private func sendPage() async throws -> Bool {
    let store = surroundings.store
    let flight = cursor.flight
    let read = try await store.readLog(
      after: cursor.position, limit: endpoint.queue.samplesMax, upTo: flight.map { ($0.file, $0.end) })
    guard let page = read else {
      // What was on its way is not there any more.
      cursor.flight = nil
      return flight != nil
    }
    if let newest = page.newest { cursor.newest = max(cursor.newest ?? newest, newest) }
    if page.damagedRows > 0 {
      note(problem: "\(page.damagedRows) damaged rows of \(page.file) are skipped; watchkeeper verify names them")
    }
    try await send(page)
    let end = flight.map { max($0.end, page.end) } ?? page.end
    if cursor.position[page.file] == nil, !cursor.position.isEmpty {
      // A new day: files that are sealed are behind us.
      let open = try await store.endOfLog()
      cursor.position = cursor.position.filter { open[$0.key] != nil }
    }
    cursor.position[page.file] = end
    cursor.flight = nil
    store.holdLog(for: endpoint.name, from: cursor.position)
    return true
  }

  private func send(_ page: LogPage) async throws {
    guard !isTooOld else { return drop([.tooOld: page.sampleCount]) }
    let draft = RemoteWriteDraft(page, for: endpoint, surroundings.metadata())
    drop(draft.dropped)
    guard draft.message.seriesCount > 0 else { return }
    cursor.flight = .init(file: page.file, end: page.end)
    save()
    var request = endpoint.request
    request.upload = draft.message.packed
    request.headers += draft.message.headers.map { TransferHeader($0.name, $0.value) }
    let since = cursor.newest.map { Timestamp(milliseconds: $0) }
    published.withLock { $0.waitingSince = since }
    try await send(request, draft)
  }

  private func send(_ request: TransferRequest, _ draft: RemoteWriteDraft) async throws {
    let count = draft.samples + draft.histograms
    for attempt in 1... {
      guard !isTooOld else { return drop([.tooOld: count]) }
      let report = await surroundings.carry(request)
      let wait: Duration
      switch RemoteWriteVerdict(report, endpoint.version, at: surroundings.clock.now) {
      case .taken: return taken(draft, bytes: request.upload?.count ?? 0)
      case .refused(let written, let why): return refused(draft, written, why)
      case .later(let asked, let why):
        note(outage: why)
        wait = max(asked ?? .zero, backoff(attempt))
      case .unusable(let why):
        note(outage: why)
        wait = endpoint.queue.backoffMax
      }
      try Task.checkCancellation()
      published.withLock { $0.retried += UInt64(count) }
      try await surroundings.clock.sleep(for: wait)
    }
  }

  private func backoff(_ attempt: Int) -> Duration {
    min(endpoint.queue.backoffMin * (1 << min(attempt - 1, 20)), endpoint.queue.backoffMax)
  }

  private var isTooOld: Bool {
    guard let newest = cursor.newest else { return false }
    return surroundings.clock.now.elapsed(since: Timestamp(milliseconds: newest)) > endpoint.queue.ageMax
  }

  // MARK: Telling

  private func taken(_ draft: RemoteWriteDraft, bytes: Int) {
    note(outage: nil)
    published.withLock { view in
      view.samples += UInt64(draft.samples)
      view.histograms += UInt64(draft.histograms)
      view.bytes += UInt64(bytes)
      view.newestSent = [view.newestSent, draft.newest].compactMap(\.self).max()
    }
  }

  private func refused(_ draft: RemoteWriteDraft, _ written: RemoteWriteVerdict.Written, _ why: String) {
    note(outage: nil)
    let (samples, histograms) = (min(written.samples, draft.samples), min(written.histograms, draft.histograms))
    let (sent, lost) = (draft.samples + draft.histograms, draft.samples + draft.histograms - samples - histograms)
    published.withLock { view in
      view.samples += UInt64(samples)
      view.histograms += UInt64(histograms)
      view.refused += UInt64(lost)
    }
    // The same words with other counts are no news.
    let words = why.filter { !$0.isNumber }
    guard lastRefusal != words else { return }
    lastRefusal = words
    surroundings.log.warning(
      "remote write: \(endpoint.name) refuses \(lost) of \(sent) samples, which are dropped: \(why)")
  }

  private func drop(_ dropped: [RemoteWriteDrop: Int]) {
    published.withLock { view in
      for (reason, count) in dropped where count > 0 { view.dropped[reason, default: 0] += UInt64(count) }
    }
  }

  private func note(outage: String?) {
    let before = published.withLock { view in
      defer { view.outage = outage }
      return view.outage
    }
    guard outage != before else { return }
    if let outage {
      surroundings.log.warning("remote write: \(endpoint.name) takes no samples; they wait: \(outage)")
    } else {
      surroundings.log.information("remote write: \(endpoint.name) takes samples again")
    }
  }

  private func note(problem: String) {
    guard problem != lastProblem else { return }
    lastProblem = problem
    surroundings.log.error("remote write: \(endpoint.name): \(problem)")
  }

  private func save() {
    guard cursor != savedCursor else { return }
    if let problem = surroundings.cursors.save(cursor, of: endpoint.name) {
      note(problem: "its place in the queue is not on disk; a crash would send twice: \(problem)")
    } else {
      savedCursor = cursor
    }
  }
}

/// What all senders share.
struct RemoteWriteSurroundings: Sendable {
  let store: EmbeddedStore
  let cursors: RemoteWriteCursors
  let clock: any WallClock
  let log: Log
  /// `TransferEngine.perform`.
  let carry: @Sendable (TransferRequest) async -> TransferReport
  let metadata: @Sendable () -> MetadataTable
}

/// One sender an endpoint, each a task of its own: a slow or dead endpoint costs only itself.
actor RemoteWriteSenders {
  private let surroundings: RemoteWriteSurroundings
  private var tasks: [Task<Void, Never>] = []
  private let senders = Mutex<[RemoteWriteSender]>([])

  init(_ surroundings: RemoteWriteSurroundings) { self.surroundings = surroundings }

  nonisolated var views: [(name: String, view: RemoteWriteSender.View)] {
    senders.withLock { $0.map { ($0.endpoint.name, $0.view) } }
  }

  /// Takes over what is configured; an endpoint whose name stays goes on where it was.
  ///
  /// - Important: at a start before the store's first commit.
  func adopt(_ endpoints: [RemoteWriteEndpoint]) async {
    await stop()
    let names = Set(endpoints.map(\.name))
    let counted = Dictionary(uniqueKeysWithValues: views)
    for name in counted.keys where !names.contains(name) { surroundings.store.holdLog(for: name, from: nil) }
    surroundings.cursors.keep(names)
    var made: [RemoteWriteSender] = []
    for endpoint in endpoints { made.append(await sender(endpoint, counting: counted[endpoint.name] ?? .init())) }
    senders.withLock { $0 = made }
    tasks = made.map { sender in Task { await sender.run() } }
  }

  /// Cuts off what is on its way; the next start sends it again.
  func stop() async {
    for task in tasks { task.cancel() }
    for task in tasks { await task.value }
    tasks = []
  }

  /// A new endpoint gets what is committed from now on.
  private func sender(
    _ endpoint: RemoteWriteEndpoint, counting view: RemoteWriteSender.View
  ) async -> RemoteWriteSender {
    var cursor = surroundings.cursors[endpoint.name]
    do {
      if cursor == nil, surroundings.cursors.isDamaged {
        // To send twice is better than to leave out.
        surroundings.log.error(
          "remote write: \(endpoint.name): its place in the queue cannot be read; all that the log holds is sent again")
        cursor = RemoteWriteCursor(position: [:])
      }
      let end = try await surroundings.store.endOfLog()
      cursor = cursor?.within(end) ?? RemoteWriteCursor(position: end, newest: surroundings.clock.now.milliseconds)
    } catch {
      surroundings.log.error("remote write: \(endpoint.name): the end of the store's log cannot be read: \(error)")
    }
    return RemoteWriteSender(
      endpoint, from: cursor ?? RemoteWriteCursor(position: [:]), counting: view, surroundings)
  }
}
