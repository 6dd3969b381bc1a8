internal import Dispatch
internal import GRDB
internal import Synchronization
internal import Telemetry

extension EmbeddedStore {
  /// One group commit: what arrived since the last one becomes durable, or stays in memory when the disk refuses.
  public func commit() async { await onWriter { $0.commitNow(.due) } }

  /// Lets samples wait in memory, as behind a disk that refuses, so that the last free bytes are left to others.
  /// Retention goes on.
  ///
  /// - Parameter why: `nil` writes again.
  public func restrain(because why: String?) { restraint.withLock { $0 = why } }

  /// Runs `step` on the queue of the commits and waits for it.
  func onWriter(_ step: @escaping @Sendable (EmbeddedStore) -> Void) async {
    await withCheckedContinuation { continuation in
      writer.async {
        step(self)
        continuation.resume()
      }
    }
  }

  /// On `writer` only.
  func commitNow(_ lateDue: Head.LateDue) {
    let now = clock.now
    let (taken, chunks) = head.withLock { head in
      (head.take(lateDue), head.closed.first(settings.chunksPerCommit))
    }
    let chunksByDay = Dictionary(grouping: chunks, by: \.day)
    let days = waiting.withLock { waiting in
      waiting.add(taken, at: now)
      return waiting.days.union(chunksByDay.keys).sorted()
    }
    if let why = restraint.withLock({ $0 }) { return settle(why) }
    var failure: String?
    for day in days {
      let work = waiting.withLock { $0.work(for: day, chunks: chunksByDay[day] ?? []) }
      do {
        try write(work, day)
        confirm(work, day, at: now)
      } catch {
        failure = "\(day.text): \(error)"
      }
    }
    settle(failure)
  }

  private func write(_ work: DayWork, _ day: Day) throws {
    if work.batches.isEmpty, work.chunks.isEmpty, files.withLock({ $0.writable(day) }) == nil { return }
    let file = try writableFile(day)
    do {
      if !work.chunks.isEmpty { atChunkFlush(.before) }
      try file.write(work, rowSamples: settings.batchRowSamples) { slots in
        head.withLock { head in slots.map { head.table.labels(of: $0) } }
      }
      if !work.chunks.isEmpty { atChunkFlush(.after) }
    } catch {
      recover(file, from: error)
      throw error
    }
  }

  /// After an input/output error nothing is known about the connection: the next try begins with a new one. A damaged
  /// file is left to readers and the day goes on in a new part.
  private func recover(_ file: OpenDayFile, from error: any Error) {
    switch (error as? DatabaseError)?.resultCode {
    case .SQLITE_FULL?, .SQLITE_BUSY?, .SQLITE_NOMEM?: return
    case .SQLITE_CORRUPT?, .SQLITE_NOTADB?:
      files.withLock { $0.wearOut(file.name) }
      note(.damage, file.name, "", "cannot be written (\(error)); the day goes on in a new file")
    default:
      files.withLock { $0.distrust(file.name) }
    }
  }

  /// The file that takes samples of `day`, opened or made when needed.
  func writableFile(_ day: Day) throws -> OpenDayFile {
    if let file = files.withLock({ $0.writable(day) }) { return file }
    let onDisk = try folder.dayFiles().filter { $0.day == day }
    let inUse = files.withLock { Set($0.names) }
    // A file whose connection failed, or one that could not be finished when it was made: never a new part each second.
    let known = files.withLock { $0.distrusted(day) } ?? onDisk.last { $0.state == .open && !inUse.contains($0) }
    let part = (onDisk.map(\.part).max() ?? -1) + 1
    let name = known ?? DayFileName(day: day, part: part, state: .open)
    let file: OpenDayFile
    do {
      file = try OpenDayFile(name, in: folder)
      if known != nil { try head.withLock { head in try file.adoptSeries(into: &head) } }
    } catch {
      guard error.isFileDamage else { throw error }
      // What readers still use stays where it is; what nobody could open yet is set aside.
      if inUse.contains(name) {
        files.withLock { $0.wearOut(name) }
      } else if let target = folder.quarantine(name) {
        condition.withLock { $0.statistics.filesQuarantined += 1 }
        note(.damage, name, "", "is no database (\(error)); moved to \(target)")
      }
      throw error
    }
    files.withLock { $0.replace(with: file) }
    return file
  }

  private func confirm(_ work: DayWork, _ day: Day, at now: Timestamp) {
    waiting.withLock { $0.remove(day) }
    head.withLock { $0.closed.remove(Set(work.chunks.map(\.serial))) }
    guard !work.batches.isEmpty || !work.chunks.isEmpty else { return }
    condition.withLock { condition in
      condition.statistics.commits += 1
      condition.statistics.chunksWritten += UInt64(work.chunks.count)
      condition.statistics.lastCommitMilliseconds = now.milliseconds
    }
  }

  /// Keeps what waits within its bounds and says how things stand.
  private func settle(_ failure: String?) {
    let (dropped, samples, oldest) = waiting.withLock { waiting in
      (waiting.drop(downTo: settings.uncommittedSamplesMax), waiting.sampleCount, waiting.oldest)
    }
    let lost = failure == nil ? 0 : head.withLock { $0.closed.drop(downTo: settings.waitingChunkBytesMax) }
    condition.withLock { condition in
      condition.oldestWaiting = oldest
      condition.health.uncommittedSamples = samples
      condition.health.lastError = failure
      condition.statistics.samplesUnlogged += UInt64(dropped)
      condition.statistics.samplesLost += UInt64(lost)
      if failure != nil { condition.statistics.commitFailures += 1 }
      guard condition.health.state != .closed else { return }
      if failure == nil {
        condition.health.state = .healthy
      } else if dropped + lost > 0 {
        condition.health.state = .dropping
      } else if condition.health.state == .healthy {
        condition.health.state = .holding
      }
    }
  }
}
