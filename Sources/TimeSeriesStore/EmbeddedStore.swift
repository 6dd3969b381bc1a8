internal import Dispatch
internal import GRDB
internal import Synchronization
public import Telemetry

/// The embedded sample store: the newest samples in memory, a batch log and closed chunks in one SQLite file a UTC day.
///
/// A sample is readable when `append` returns and durable with the next group commit, at most a second later. A disk
/// that refuses never stops collection: samples wait in memory and the store tries again each second.
///
/// Appending and reading are safe from any thread. `run()` does the commits and the upkeep; the steps it consists of may
/// also be called one by one.
public final class EmbeddedStore: SampleAppender, Sendable {
  let folder: StoreFolder
  let settings: StoreSettings
  let clock: any WallClock
  let atChunkFlush: @Sendable (ChunkFlush) -> Void
  let head: Mutex<Head>
  let files = Mutex(StoreFiles())
  let condition = Mutex(StoreCondition())
  /// Why nothing may be written for now.
  let restraint = Mutex<String?>(nil)
  /// From where on each reader of the batch log still needs it.
  let logHolds = Mutex<[String: LogPosition]>([:])
  let loggedRow = Mutex<LoggedRow?>(nil)
  /// Touched on `writer` only; the lock is there for the compiler.
  let waiting = Mutex(WaitingWork())
  /// Commits, one after the other.
  let writer = DispatchQueue(label: "watchkeeper.samples.writer")
  /// Checkpoints, sealing and retention: slow, and never in front of a commit.
  let upkeep = DispatchQueue(label: "watchkeeper.samples.upkeep", qos: .utility)
  let readers = DispatchQueue(label: "watchkeeper.samples.readers", attributes: .concurrent)

  /// Opens the store and replays what the last run committed. Blocks until done.
  ///
  /// Damage never prevents it: what is no database is moved to `quarantine/`, damaged rows are skipped; both are among
  /// `health.findings`.
  /// - Parameters:
  ///   - folder: the path of the store's own folder; made when it does not exist.
  ///   - atChunkFlush: called on the thread of the commits around each write of closed chunks, for crash tests.
  public init(
    folder: String, settings: StoreSettings = StoreSettings(), clock: any WallClock,
    atChunkFlush: @escaping @Sendable (ChunkFlush) -> Void = { _ in }
  ) throws(StoreError) {
    self.folder = StoreFolder(path: folder)
    self.atChunkFlush = atChunkFlush
    self.settings = settings.withinFormat
    self.clock = clock
    head = Mutex(Head(bounds: HeadBounds(settings.withinFormat)))
    try self.folder.prepare(settings.networkFileSystem)
    try open()
  }

  // MARK: SampleAppender

  public func reference(for labels: LabelSet) throws(AppendError) -> SeriesReference {
    do {
      return try head.withLock { head throws(AppendError) in
        if head.isShut { throw .closed }
        if let known = head.table.slot(of: labels) { return head.table.reference(known) }
        if let refusal = refusal(of: labels, by: head) {
          head.tally.seriesRefused += 1
          throw refusal
        }
        let slot = head.slot(for: labels)
        return head.table.reference(slot)
      }
    } catch {
      if case .tooManySeries = error { noteOnce(error) }
      throw error
    }
  }

  /// One finding for a limit that is reached, however many series it costs; the count is in the statistics.
  private func noteOnce(_ refusal: AppendError) {
    let finding = StoreFinding(.note, file: "memory", place: "", problem: refusal.description)
    let now = clock.now
    condition.withLock { _ = $0.note(finding, at: now) }
  }

  private func refusal(of labels: LabelSet, by head: borrowing Head) -> AppendError? {
    if head.activeSeries >= settings.seriesMax { return .tooManySeries(limit: settings.seriesMax) }
    if head.table.count >= settings.knownSeriesMax { return .tooManySeries(limit: settings.knownSeriesMax) }
    if labels.count > settings.labelsMax { return .tooManyLabels(count: labels.count, limit: settings.labelsMax) }
    let limit = settings.labelBytesMax
    for label in labels {
      let bytes = max(label.name.utf8.count, label.value.utf8.count)
      if bytes > limit { return .labelTooLong(name: String(label.name.prefix(64)), bytes: bytes, limit: limit) }
    }
    return nil
  }

  @discardableResult
  public func append(_ batch: SampleBatch) -> AppendOutcome {
    let now = clock.now.milliseconds
    let (outcome, waiter) = head.withLock { head in
      guard !head.isShut else {
        var outcome = AppendOutcome()
        outcome.outOfOrder = batch.count
        head.tally.outOfOrder += UInt64(batch.count)
        return (outcome, head.commitWaiter.take())
      }
      return (head.append(batch, now: now), head.commitWaiter.take())
    }
    waiter?.resume()
    return outcome
  }

  // MARK: Telling

  public var health: StoreHealth {
    let unsaved = head.withLock { $0.uncommitted.count }
    let now = clock.now
    return condition.withLock { condition in
      var health = condition.health
      health.uncommittedSamples += unsaved
      health.lag = condition.oldestWaiting.map { max(.zero, now.elapsed(since: $0)) } ?? .zero
      return health
    }
  }

  /// When the oldest day begins that has a file; `nil` when none has. Days before it were removed by `retention` or
  /// `size_max`, or never were.
  public var oldestDayStart: Timestamp? {
    files.withLock { $0.names }.map(\.day).min().map { Timestamp(milliseconds: $0.start) }
  }

  public var statistics: StoreStatistics {
    var statistics = condition.withLock { $0.statistics }
    head.withLock { head in
      statistics.activeSeries = head.activeSeries
      statistics.knownSeries = head.table.count
      statistics.departedSeries = head.tally.departed
      statistics.refusedGone = head.tally.gone
      statistics.samplesAppended = head.tally.appended
      statistics.refusedOutOfOrder = head.tally.outOfOrder
      statistics.refusedDuplicate = head.tally.duplicate
      statistics.refusedTooFarInFuture = head.tally.tooFarInFuture
      statistics.refusedTooManyBuckets = head.tally.tooManyBuckets
      statistics.refusedMalformedHistogram = head.tally.malformedHistogram
      statistics.repeatsIgnored = head.tally.repeated
      statistics.seriesRefused = head.tally.seriesRefused
      statistics.lateSamples = head.tally.late
      statistics.chunksClosed = head.tally.chunksClosed
    }
    let names = files.withLock { $0.names }
    statistics.files = names.count
    for name in names {
      let size = folder.size(of: name)
      statistics.bytesOnDisk += size.file + size.wal
      statistics.walBytes += size.wal
    }
    return statistics
  }
}

extension EmbeddedStore {
  /// The moments around a write of closed chunks: not on disk yet, and durable.
  public enum ChunkFlush: Sendable { case before, after }
}

/// What the store remembers about itself.
struct StoreCondition: Sendable {
  var health = StoreHealth()
  var statistics = StoreStatistics()
  var oldestWaiting: Timestamp?

  private static let findingsMax = 100

  /// - Returns: whether it is new among those remembered.
  @discardableResult
  mutating func note(_ finding: StoreFinding, at now: Timestamp) -> Bool {
    if health.findings.contains(where: { $0.isSame(as: finding) }) { return false }
    var finding = finding
    finding.foundAt = now
    if health.findings.count >= Self.findingsMax { health.findings.removeFirst() }
    health.findings.append(finding)
    return true
  }
}
