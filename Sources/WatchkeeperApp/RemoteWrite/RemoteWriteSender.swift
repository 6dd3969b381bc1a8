internal import Interchange
internal import Records
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
  /// Samples of the next request: as many as are configured, fewer after one that was too large for the endpoint.
  private var samplesMax: Int
  /// Single samples that were too large, one after the other.
  private var giantsInRow = 0
  private var told: Set<Notice> = []
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
    samplesMax = endpoint.queue.samplesMax
    published = Mutex(view)
    surroundings.store.holdLog(for: endpoint.name, from: cursor.position)
  }

  nonisolated var view: View { published.withLock { $0 } }

  /// Until the task is cancelled.
  func run() async {
    // From here on a new endpoint is known: what is committed is sent after a crash too.
    await save()
    while !Task.isCancelled {
      do {
        while try await sendPage() {}
        published.withLock { $0.waitingSince = nil }
        told.remove(.age)
        await save()
      } catch is CancellationError {
        return await save()
      } catch {
        note(problem: "the store's log cannot be read: \(error)")
      }
      do { try await surroundings.clock.sleep(for: endpoint.queue.pause) } catch { return await save() }
    }
  }

  /// - Returns: whether there was one.
  private func sendPage() async throws -> Bool {
    let store = surroundings.store
    let flight = cursor.flight
    let read = try await store.readLog(
      after: cursor.position, limit: samplesMax, upTo: flight.map { ($0.file, $0.end) })
    guard let page = read else {
      // What was on its way is not there any more.
      cursor.flight = nil
      return flight != nil
    }
    if let newest = page.newest { cursor.newest = max(cursor.newest ?? newest, newest) }
    if page.damagedRows > 0 {
      note(problem: "\(page.damagedRows) damaged rows of \(page.file) are skipped; watchkeeper verify names them")
    }
    guard try await send(page) else {
      // The same beginning again, as half as much.
      samplesMax = max(1, min(samplesMax, page.sampleCount) / 2)
      cursor.flight = nil
      return true
    }
    let end = flight.map { max($0.end, page.end) } ?? page.end
    if cursor.position[page.file] == nil, !cursor.position.isEmpty {
      // A new day: files that are sealed are behind us.
      let open = try await store.endOfLog()
      cursor.position = cursor.position.filter { open[$0.key] != nil }
    }
    cursor.position[page.file] = end
    cursor.flight = nil
    store.holdLog(for: endpoint.name, from: cursor.position)
    if giantsInRow > 0 {
      // Where nothing is small enough, samples are not thrown away as fast as the endpoint answers.
      try await surroundings.clock.sleep(for: backoff(giantsInRow))
    }
    return true
  }

  /// - Returns: `false` when it was too large.
  private func send(_ page: LogPage) async throws -> Bool {
    guard !isTooOld else {
      drop([.tooOld: page.sampleCount])
      return true
    }
    let draft = RemoteWriteDraft(page, for: endpoint, surroundings.metadata())
    if draft.message.seriesCount > 0 {
      cursor.flight = .init(file: page.file, end: page.end)
      await save()
      var request = endpoint.request
      request.upload = draft.message.packed
      request.headers += draft.message.headers.map { TransferHeader($0.name, $0.value) }
      let since = cursor.newest.map { Timestamp(milliseconds: $0) }
      published.withLock { $0.waitingSince = since }
      guard try await send(request, draft) else { return false }
    }
    drop(draft.dropped)
    return true
  }

  private func send(_ request: TransferRequest, _ draft: RemoteWriteDraft) async throws -> Bool {
    for attempt in 1... {
      guard !isTooOld else {
        drop([.tooOld: draft.count])
        return true
      }
      let report = await surroundings.carry(request)
      let wait: Duration
      let verdict = RemoteWriteVerdict(
        report, endpoint.version, at: surroundings.clock.now, without: request.redaction)
      switch verdict {
      case .taken:
        taken(draft, bytes: request.upload?.count ?? 0)
        return true
      case .refused(let written, let why):
        refused(draft, written, why)
        return true
      case .tooLarge(let why):
        guard draft.count > 1 else {
          refused(draft, .init(), why)
          giantsInRow += 1
          return true
        }
        tooLarge(draft, why)
        return false
      case .later(let asked, let why):
        note(outage: why)
        wait = max(asked ?? .zero, backoff(attempt))
      case .unusable(let why):
        note(outage: why)
        wait = endpoint.queue.backoffMax
      }
      try Task.checkCancellation()
      published.withLock { $0.retried += UInt64(draft.count) }
      try await surroundings.clock.sleep(for: wait)
    }
    return true
  }

  private func backoff(_ attempt: Int) -> Duration {
    min(endpoint.queue.backoffMin * (1 << min(attempt - 1, 20)), endpoint.queue.backoffMax)
  }

  private var isTooOld: Bool {
    guard let newest = cursor.newest else { return false }
    return surroundings.waited(since: Timestamp(milliseconds: newest)) > endpoint.queue.ageMax
  }

  // MARK: Telling

  private func taken(_ draft: RemoteWriteDraft, bytes: Int) {
    note(outage: nil)
    giantsInRow = 0
    // Back to what is configured in small steps: a request that is too large again is sent for nothing.
    samplesMax = min(endpoint.queue.samplesMax, samplesMax + max(1, samplesMax / 8))
    published.withLock { view in
      view.samples += UInt64(draft.samples)
      view.histograms += UInt64(draft.histograms)
      view.bytes += UInt64(bytes)
      view.newestSent = [view.newestSent, draft.newest].compactMap(\.self).max()
    }
  }

  private func tooLarge(_ draft: RemoteWriteDraft, _ why: String) {
    published.withLock { $0.retried += UInt64(draft.count) }
    tell(.size, "does not take \(draft.count) samples at once, fewer are sent: \(why)")
  }

  private func refused(_ draft: RemoteWriteDraft, _ written: RemoteWriteVerdict.Written, _ why: String) {
    note(outage: nil)
    let (samples, histograms) = (min(written.samples, draft.samples), min(written.histograms, draft.histograms))
    let (sent, lost) = (draft.count, draft.count - samples - histograms)
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
    if dropped[.tooOld] != nil {
      tell(
        .age, "samples have waited longer than sample_age_limit (\(endpoint.queue.ageMax.notation)) and are left out")
    }
    if dropped[.customBuckets] != nil {
      tell(
        .customBuckets,
        "remote write 1.0 has no histograms with buckets of their own, which are left out – set protobuf_message: io.prometheus.write.v2.Request"
      )
    }
  }

  /// What goes on for long is told when it begins; metrics count it.
  private enum Notice { case size, age, customBuckets }

  private func tell(_ notice: Notice, _ text: String) {
    guard told.insert(notice).inserted else { return }
    surroundings.log.warning("remote write: \(endpoint.name): \(text)")
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

  private func save() async {
    guard cursor != savedCursor else { return }
    if let problem = await surroundings.cursors.save(cursor, of: endpoint.name) {
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
  /// When this began, on both clocks.
  private let began: (time: Timestamp, uptime: Duration)

  init(
    store: EmbeddedStore, cursors: RemoteWriteCursors, clock: any WallClock, log: Log,
    carry: @escaping @Sendable (TransferRequest) async -> TransferReport,
    metadata: @escaping @Sendable () -> MetadataTable
  ) {
    self.store = store
    self.cursors = cursors
    self.clock = clock
    self.log = log
    self.carry = carry
    self.metadata = metadata
    began = (clock.now, clock.uptime)
  }

  /// At least how long: a clock that is set forward while the program runs makes nothing old at once.
  func waited(since time: Timestamp) -> Duration {
    let running = max(.zero, began.time.elapsed(since: time)) + (clock.uptime - began.uptime)
    return min(running, clock.now.elapsed(since: time))
  }
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
    await surroundings.cursors.keep(names)
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
