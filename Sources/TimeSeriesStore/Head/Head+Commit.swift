internal import Telemetry

/// What the head hands to one commit.
struct TakenSamples: Sendable {
  let epoch: UInt32
  let samples: UncommittedSamples
}

extension Head {
  /// Whether a commit would write anything, now or when late samples are due.
  var hasUncommitted: Bool { uncommitted.count > 0 || !late.isEmpty || closed.count > 0 }

  /// The samples since the last commit. Late samples that are due become chunks in the same step: a late chunk says up
  /// to which commit it is complete, which only holds when none can arrive in between.
  mutating func take(_ lateDue: LateDue) -> TakenSamples {
    let epochs = OpenDayFile.epochs(ofLoad: uncommitted.load, rowSamples: bounds.batchRowSamples)
    flushLate(lateDue, through: epoch &+ epochs &- 1)
    live?.collect(uncommitted)
    let taken = TakenSamples(epoch: epoch, samples: uncommitted)
    uncommitted = UncommittedSamples(reserving: min(taken.samples.slots.count, 1 << 20))
    epoch &+= epochs
    return taken
  }

  enum LateDue: Sendable {
    /// Full ones, and those that began ten minutes of commits ago.
    case due
    case all
  }

  private static var lateCommitsMax: UInt32 { 600 }

  /// - Parameter last: the last commit number of what is taken with them.
  private mutating func flushLate(_ due: LateDue, through last: UInt32) {
    for (slot, samples) in late {
      let isDue = samples.load >= bounds.limits.samples || epoch &- samples.firstEpoch >= Self.lateCommitsMax
      guard due == .all || isDue else { continue }
      let images = samples.images(limits: bounds.limits)
      for (index, image) in images.enumerated() {
        // A crash may fall between two of them: only a day's last one says that all of this flush is there. The others
        // vouch for the flushes before, whose chunks stand in front of them in the queue.
        let day = Day(containing: image.firstTime)
        let isLastOfDay = index + 1 == images.count || Day(containing: images[index + 1].firstTime) != day
        let through = isLastOfDay ? last : samples.firstEpoch &- 1
        closed.add(slot, image, firstEpoch: samples.firstEpoch, lateThrough: through)
        tally.chunksClosed += 1
      }
      late[slot] = nil
    }
  }

  enum Closing: Sendable {
    /// Chunks whose series was silent for a chunk's span.
    case idle
    case all
  }

  /// Looks at the slots in `range`, so that the lock is held for a short while only.
  mutating func closeChunks(_ closing: Closing, in range: Range<UInt32>, now: Int64) {
    let silentSince = now &- bounds.limits.spanMilliseconds
    for slot in range.clamped(to: 0..<UInt32(table.slotCount)) {
      let open = chunk(slot)
      let isSilent = open.lastTime <= silentSince
      if closing == .all || isSilent { close(slot) }
      if isSilent, late[slot] == nil { rest(slot) }
    }
  }

  /// Closes what a finished day has left open.
  mutating func closeChunks(startedBefore time: Int64, in range: Range<UInt32>) {
    for slot in range.clamped(to: 0..<UInt32(table.slotCount)) {
      if let open = openStart(of: slot), open.time < time { close(slot) }
    }
  }

  /// For each day the first commit whose samples are not yet in a written chunk.
  func oldestNeeded(in range: Range<UInt32>, into oldest: inout [Day: UInt32]) {
    // Nearly all chunks are of one day: the dictionary is asked only when there is something to change.
    var known: (day: Day, epoch: UInt32)?
    for slot in range.clamped(to: 0..<UInt32(table.slotCount)) {
      guard let open = openStart(of: slot) else { continue }
      let day = Day(containing: open.time)
      if let known, known.day == day, known.epoch <= open.epoch { continue }
      Self.lower(&oldest, day, open.epoch)
      known = (day, open.epoch)
    }
  }

  func oldestWaiting(into oldest: inout [Day: UInt32]) {
    for chunk in closed.all { Self.lower(&oldest, chunk.day, chunk.firstEpoch) }
    for samples in late.values {
      for time in samples.columns.times + samples.columns.histograms.milliseconds {
        Self.lower(&oldest, Day(containing: time), samples.firstEpoch)
      }
    }
  }

  private static func lower(_ oldest: inout [Day: UInt32], _ day: Day, _ epoch: UInt32) {
    oldest[day] = min(oldest[day] ?? .max, epoch)
  }

  /// Whether memory still holds samples of this day that no file has as a chunk.
  func holds(_ day: Day) -> Bool {
    var oldest: [Day: UInt32] = [:]
    oldestWaiting(into: &oldest)
    oldestNeeded(in: 0..<UInt32(table.slotCount), into: &oldest)
    return oldest[day] != nil
  }
}
