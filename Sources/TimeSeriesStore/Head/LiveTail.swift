internal import Telemetry

/// What a follower of the head has not taken yet. The samples are the arrays of the commits themselves, not copies.
struct LiveTail {
  private enum Change {
    case made(UInt32)
    case gone(UInt32)
  }

  private let samplesMax: Int
  private var changes: [Change] = []
  private var batches: [LiveFeed.Samples] = []
  private var histograms: Set<UInt32> = []
  private var waiting = 0
  private var isBroken = false
  /// How many of the samples that wait for the next commit were taken or are of before the following.
  private var known: Int

  /// Series described at once: 10,000, because their labels take 200 bytes and more each.
  private static let changesMax = 10_000

  init(samplesMax: Int, after uncommitted: UncommittedSamples) {
    self.samplesMax = samplesMax
    known = uncommitted.slots.count
  }

  mutating func noteMade(_ slot: UInt32) { changes.append(.made(slot)) }
  mutating func noteGone(_ slot: UInt32) { changes.append(.gone(slot)) }
  mutating func noteHistogram(of slot: UInt32) { histograms.insert(slot) }

  /// Before a commit takes the samples away.
  mutating func collect(_ uncommitted: UncommittedSamples) {
    add(uncommitted)
    known = 0
  }

  private mutating func add(_ uncommitted: UncommittedSamples) {
    let count = uncommitted.slots.count
    guard count > known else { return }
    waiting += count - known
    if waiting > samplesMax {
      isBroken = true
      batches = []
      changes = []
      histograms = []
      waiting = 0
    } else if !isBroken {
      batches.append(uncommitted.liveSamples(from: known))
    }
    known = count
  }

  mutating func take(_ uncommitted: UncommittedSamples, _ table: borrowing SeriesTable) -> LiveFeed {
    add(uncommitted)
    var feed = LiveFeed()
    feed.isBroken = isBroken
    defer { isBroken = false }
    if isBroken { return feed }
    for change in changes.prefix(Self.changesMax) {
      switch change {
      case .made(let slot): feed.changes.append(.made(LiveSeries(number: slot, labels: table.labels(of: slot))))
      case .gone(let slot): feed.changes.append(.gone(slot))
      }
    }
    changes.removeFirst(min(changes.count, Self.changesMax))
    feed.hasMore = !changes.isEmpty
    if feed.hasMore { return feed }
    changes = []
    feed.samples = batches
    feed.histograms = Array(histograms)
    batches = []
    histograms = []
    waiting = 0
    return feed
  }
}

extension UncommittedSamples {
  fileprivate func liveSamples(from start: Int) -> LiveFeed.Samples {
    let hasLate = slots[start...].contains { $0 & Self.lateFlag != 0 }
    let numbers = hasLate ? slots[start...].map { $0 & ~Self.lateFlag } : start == 0 ? slots : Array(slots[start...])
    return start == 0
      ? LiveFeed.Samples(numbers: numbers, milliseconds: columns.times, bits: columns.bits)
      : LiveFeed.Samples(
        numbers: numbers, milliseconds: Array(columns.times[start...]), bits: Array(columns.bits[start...]))
  }
}

extension Head {
  mutating func takeLive() -> LiveFeed {
    // Taken out and put back: its method reads the head's other parts.
    guard var tail = live.take() else { return LiveFeed() }
    let feed = tail.take(uncommitted, table)
    live = tail
    return feed
  }
}
