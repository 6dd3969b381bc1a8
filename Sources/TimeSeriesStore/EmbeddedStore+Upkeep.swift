internal import Dispatch
internal import GRDB
internal import Synchronization
public import Telemetry

extension EmbeddedStore {
  /// Which open chunks `closeChunks` closes.
  public enum ChunkClosing: Sendable {
    /// Those whose series was silent for a chunk's span.
    case idle
    case all
  }

  private static let slotsPerLock: UInt32 = 16_384
  /// Less than `slotsPerLock`: taking a series out of the index costs more than a look at its chunk.
  private static let departuresPerLock: UInt32 = 2048
  private static let upkeepInterval = Duration.seconds(10)
  private static let retentionInterval = Duration.seconds(3600)
  /// Tomorrow's file is made this long before midnight; also how long a finished day waits for stragglers beyond the
  /// out-of-order window.
  private static let dayMargin = Duration.seconds(900)
  /// Commits that bring a finished day to disk; the next round of upkeep goes on. The default is 10,000.
  private static let sealingCommitsMax = 10_000

  /// Commits, closes chunks, checkpoints, seals and unlinks until the task is cancelled; then commits once more.
  public func run() async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.commitRounds() }
      group.addTask { await self.upkeepRounds() }
    }
    await commit()
  }

  /// Sleeps while nothing waits: a program at rest wakes for nothing.
  private func commitRounds() async {
    while !Task.isCancelled {
      await arrival()
      guard await pause(until: clock.uptime + settings.commitInterval) else { return }
      await commit()
    }
  }

  /// Returns when something waits for a commit, or when the task is cancelled.
  private func arrival() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isRefused = waiting.withLock { !$0.days.isEmpty }
        let isDue = head.withLock { head in
          if isRefused || head.hasUncommitted || Task.isCancelled { return true }
          head.commitWaiter = continuation
          return false
        }
        if isDue { continuation.resume() }
      }
    } onCancel: {
      head.withLock { $0.commitWaiter.take() }?.resume()
    }
  }

  private func upkeepRounds() async {
    var retentionDue = clock.uptime
    while await pause(until: clock.uptime + Self.upkeepInterval) {
      closeChunks(.idle)
      if restraint.withLock({ $0 == nil }) {
        await prune()
        await commit()
        await checkpoint()
        await prepareFiles(at: clock.now)
        await sealFinishedDays(at: clock.now)
      }
      guard clock.uptime >= retentionDue else { continue }
      retentionDue = clock.uptime + Self.retentionInterval
      await applyRetention(at: clock.now)
      await forgetDeparted()
    }
  }

  /// - Returns: `false` when the task was cancelled.
  private func pause(until uptime: Duration) async -> Bool {
    do {
      try await clock.sleep(untilUptime: uptime)
      return !Task.isCancelled
    } catch {
      return false
    }
  }

  // MARK: Chunks and the batch log

  /// Closes chunks in memory; the next commits write them.
  public func closeChunks(_ closing: ChunkClosing) {
    let now = clock.now.milliseconds
    inSlotBlocks { head, range in head.closeChunks(closing == .all ? .all : .idle, in: range, now: now) }
  }

  /// Marks the rows of the batch log that no open chunk needs; the next commit deletes them.
  public func prune() async {
    let epoch = head.withLock { $0.epoch }
    // A chunk opened from here on belongs to a commit that is not before `epoch`.
    var oldest: [Day: UInt32] = [:]
    inSlotBlocks { head, range in
      var found: [Day: UInt32] = [:]
      head.oldestNeeded(in: range, into: &found)
      return found
    } merge: { found in
      oldest.merge(found) { min($0, $1) }
    }
    // Open chunks first, what waits afterwards: a chunk that is closed in between is met there.
    let waitingOldest = head.withLock { head in
      var found: [Day: UInt32] = [:]
      head.oldestWaiting(into: &found)
      return found
    }
    oldest.merge(waitingOldest) { min($0, $1) }
    let needed = oldest
    await onWriter { store in
      let days = store.files.withLock { Set($0.open.map(\.name.day)) }
      store.waiting.withLock { waiting in
        for day in days { waiting.pruneBefore[day] = min(needed[day] ?? epoch, epoch, store.heldEpoch(day)) }
      }
    }
  }

  private func inSlotBlocks(_ step: (inout Head, Range<UInt32>) -> Void) {
    inSlotBlocks({ head, range in step(&head, range) }, merge: { (_: Void) in })
  }

  private func inSlotBlocks<Found: Sendable>(
    _ step: (inout Head, Range<UInt32>) -> Found, merge: (Found) -> Void
  ) {
    let count = UInt32(slotCount)
    var start: UInt32 = 0
    while start < count {
      let end = min(count, start + Self.slotsPerLock)
      merge(head.withLock { head in step(&head, start..<end) })
      start = end
    }
  }

  private var slotCount: Int { head.withLock { $0.table.slotCount } }

  /// Lets series go that stopped long ago: all they had is in sealed files, which are searched by their own index.
  ///
  /// On the queue of the commits, because a commit names series by slot; one block a turn, so that commits come in
  /// between. A slot that is left waits for the pass after this one before another series gets it: a read in progress may
  /// still ask for its labels, and no read lasts that long.
  public func forgetDeparted() async {
    while head.withLock({ $0.table.releaseLeft(upTo: Int(Self.departuresPerLock)) }) {}
    var start: UInt32 = 0
    while start < slotCount {
      let end = start + Self.departuresPerLock
      await onWriter { [start] store in store.forgetDeparted(in: start..<end) }
      start = end
    }
  }

  private func forgetDeparted(in range: Range<UInt32>) {
    // What the disk refuses waits under its slot.
    guard waiting.withLock({ $0.sampleCount == 0 }) else { return }
    let now = clock.now.milliseconds
    let open = files.withLock { $0.open }
    let candidates = head.withLock { head in
      head.table.living(in: range).filter { head.isForgettable($0, now: now) }
    }
    // Readers of an open file find its series through the head.
    let unused = open.reduce(candidates) { $1.unknown(of: $0) }
    guard !unused.isEmpty else { return }
    head.withLock { head in head.forget(unused.filter { head.isForgettable($0, now: now) }) }
  }

  /// Moves committed pages into the main files, beside the commits and never inside one.
  public func checkpoint() async {
    await onUpkeep { store in
      for file in store.files.withLock({ $0.open }) {
        do {
          try file.checkpoint(.passive)
        } catch {
          store.note(.note, file.name, "", "checkpoint failed, the write-ahead log grows: \(error)")
        }
      }
    }
  }

  // MARK: Days

  /// Makes today's file, and shortly before midnight tomorrow's, so that no commit waits for it.
  public func prepareFiles(at now: Timestamp) async {
    await onWriter { store in
      let today = Day(containing: now.milliseconds)
      let tomorrow = Day(containing: now.advanced(by: Self.dayMargin).milliseconds)
      for day in Set([today, tomorrow]) {
        do {
          _ = try store.writableFile(day)
        } catch {
          store.note(.note, DayFileName(day: day, part: 0, state: .open), "", "cannot be made yet: \(error)")
        }
      }
    }
  }

  /// Rewrites and seals the days that take no more samples. A day that cannot be rewritten stays as it is; one whose
  /// batch log is still to be read stays until it was.
  public func sealFinishedDays(at now: Timestamp) async {
    let wait = (settings.outOfOrderWindow + settings.futureSkew + Self.dayMargin).wholeMilliseconds
    let finished = files.withLock { files in
      files.sealable.filter { now.milliseconds &- wait >= $0.name.day.end }
    }
    for file in finished where !isHeld(file) { await seal(file) }
  }

  private func seal(_ file: OpenDayFile) async {
    let day = file.name.day
    inSlotBlocks { head, range in head.closeChunks(startedBefore: day.end, in: range) }
    // One commit a turn, so that other commits, and decisions that wait for them, come in between.
    for _ in 0..<Self.sealingCommitsMax {
      await onWriter { store in
        store.commitNow(.all)
        guard !store.holdsClosed(day), store.isWritten(day), !store.isHeld(file) else { return }
        // From here on samples of this day go to a new part.
        store.files.withLock { $0.wearOut(file.name) }
      }
      guard holdsClosed(day), health.lastError == nil else { break }
    }
    guard files.withLock({ $0.isWornOut(file.name) }) else { return }
    await onUpkeep { store in
      do {
        let sealed = try DaySealing(file, in: store.folder).run()
        store.files.withLock { files in
          files.remove(file.name)
          files.add(sealed)
        }
        store.folder.unlinkDay(file.name)
      } catch {
        store.files.withLock { $0.giveUpSealing(file.name) }
        store.note(.damage, file.name, "", "cannot be rewritten and sealed (\(error)); it stays as it is")
      }
    }
  }

  private func holdsClosed(_ day: Day) -> Bool { head.withLock { $0.closed.holds(day) } }

  private func isWritten(_ day: Day) -> Bool {
    !head.withLock { $0.holds(day) } && !waiting.withLock { $0.days.contains(day) }
  }

  /// Unlinks whole days that are too old or too many bytes; today is never touched.
  public func applyRetention(at now: Timestamp) async {
    await onUpkeep { store in
      let today = Day(containing: now.milliseconds)
      let past = store.files.withLock { $0.names }.filter { $0.day < today }.sorted()
      let horizon = now.milliseconds &- store.settings.retention.wholeMilliseconds
      var bytes = store.statistics.bytesOnDisk
      for name in past.prefix(store.settings.retentionFilesPerPass) {
        let isOld = name.day.end <= horizon
        guard isOld || bytes > store.settings.retentionBytes else { break }
        let size = store.folder.size(of: name)
        bytes -= size.file + size.wal
        store.files.withLock { $0.remove(name) }
        store.folder.unlinkDay(name)
        store.condition.withLock { $0.statistics.filesUnlinked += 1 }
        store.note(.note, name, "", isOld ? "removed: its time is over" : "removed: the samples take too many bytes")
      }
    }
  }

  private func onUpkeep(_ step: @escaping @Sendable (EmbeddedStore) -> Void) async {
    await withCheckedContinuation { continuation in
      upkeep.async {
        step(self)
        continuation.resume()
      }
    }
  }

  // MARK: End

  /// Writes what there is to write and closes the files. The store refuses everything afterwards.
  public func close() async {
    head.withLock { $0.isShut = true }
    await onWriter { store in
      // What the restraint holds back in memory would be gone: the last commit tries the disk.
      store.restrain(because: nil)
      store.commitNow(.due)
      store.condition.withLock { $0.health.state = .closed }
    }
    await onUpkeep { store in
      let files = store.files.withLock { files in
        defer { files = StoreFiles() }
        return files
      }
      for file in files.open {
        // Left undone, the next start reads the write-ahead log instead.
        try? file.checkpoint(.truncate)
        file.close()
      }
      for file in files.sealed { file.close() }
    }
  }
}
