internal import Telemetry

/// Samples taken from the head that the disk does not have yet, by day.
struct WaitingWork: Sendable {
  private struct Batch: Sendable {
    let epoch: UInt32
    let takenAt: Timestamp
    var days: [Day: UncommittedSamples]
  }

  private var batches: [Batch] = []
  /// First commit still needed by day, when the batch log is due for pruning.
  var pruneBefore: [Day: UInt32] = [:]

  var sampleCount: Int { batches.reduce(0) { $0 + $1.days.values.reduce(0) { $0 + $1.count } } }
  var oldest: Timestamp? { batches.first?.takenAt }
  var days: Set<Day> { Set(batches.flatMap(\.days.keys)).union(pruneBefore.keys) }

  mutating func add(_ taken: TakenSamples, at now: Timestamp) {
    guard taken.samples.count > 0 else { return }
    batches.append(Batch(epoch: taken.epoch, takenAt: now, days: Self.split(taken.samples)))
  }

  func work(for day: Day, chunks: [ClosedChunk]) -> DayWork {
    DayWork(
      batches: batches.compactMap { batch in batch.days[day].map { (batch.epoch, $0) } }, chunks: chunks,
      pruneBefore: pruneBefore[day])
  }

  mutating func remove(_ day: Day) {
    for index in batches.indices { batches[index].days[day] = nil }
    batches.removeAll { $0.days.isEmpty }
    pruneBefore[day] = nil
  }

  /// Drops the oldest until at most `limit` samples wait; a histogram counts as the numbers that it holds.
  /// - Returns: how many samples were dropped.
  mutating func drop(downTo limit: Int) -> Int {
    let before = sampleCount
    var rest = batches.reduce(0) { $0 + $1.days.values.reduce(0) { $0 + $1.load } }
    while rest > limit, !batches.isEmpty {
      rest -= batches.removeFirst().days.values.reduce(0) { $0 + $1.load }
    }
    return before - sampleCount
  }

  /// Nearly always all samples are of one day.
  private static func split(_ samples: UncommittedSamples) -> [Day: UncommittedSamples] {
    let times = samples.histograms.lazy.map(\.time)
    let earliest = min(samples.columns.times.min() ?? .max, times.min() ?? .max)
    let first = Day(containing: earliest)
    if first == Day(containing: max(samples.columns.times.max() ?? .min, times.max() ?? .min)) {
      return [first: samples]
    }
    var days: [Day: UncommittedSamples] = [:]
    for index in samples.slots.indices {
      let time = samples.columns.times[index]
      days[Day(containing: time), default: UncommittedSamples()]
        .append(samples.slots[index], time, samples.columns.bits[index])
    }
    for sample in samples.histograms {
      days[Day(containing: sample.time), default: UncommittedSamples()]
        .append(sample.slot, sample.time, .histogram(sample.histogram))
    }
    return days
  }
}
