internal import Records
public import Telemetry

/// The runs of one probe as the store has them: what its series are held against.
///
/// A run that was carried out leaves a sample of `metric`, whatever it found. A series without a sample at a run is a
/// hole, however the schedule was at that time: no interval has to be guessed.
public struct RecordedRuns: Sendable {
  /// Of the series that every run has.
  public static let metric = OwnSamples.Name.late.metric
  /// Tells the pace in force after each run.
  public static let paceMetric = OwnSamples.Name.interval.metric

  /// Seconds that a pace can be: what an exporter calls by the same name may be anything. 1 ms to a year.
  private static let pacesRange = 0.001...31_536_000

  /// Ascending.
  let times: [Int64]
  /// Of the runs whose target was in order.
  private let good: Set<Int64>
  /// From a run to the next, in seconds, as the pace was after the run; where it was stored.
  let paces: [Int64: Double]
  /// Seconds that a run took which was still going when the pace had the next one; infinite where that is not stored.
  let slow: [Int64: Double]

  /// - Parameters:
  ///   - runs: samples of `metric`.
  ///   - verdict: samples of what is 1 when the target is in order, see `VerdictMetrics`.
  ///   - pace: samples of `paceMetric`; probes whose pace never changes have none.
  ///   - duration: samples of the seconds that each run took, see `VerdictMetrics`.
  public init(
    _ runs: SeriesSlice, verdict: SeriesSlice?, pace: SeriesSlice? = nil, duration: SeriesSlice? = nil
  ) {
    times = zip(runs.milliseconds, runs.values).compactMap { $1.isStaleMarker ? nil : $0 }
    paces = Dictionary(
      pace.map { zip($0.milliseconds, $0.values).filter { Self.pacesRange.contains($0.1) } } ?? [],
      uniquingKeysWith: { $1 })
    let took = Dictionary(zip(duration?.milliseconds ?? [], duration?.values ?? []), uniquingKeysWith: { $1 })
    slow = paces.reduce(into: [:]) { slow, pace in
      let seconds = took[pace.key].flatMap { $0 >= 0 ? $0 : nil } ?? .infinity
      if seconds > pace.value { slow[pace.key] = seconds }
    }
    good = Set(verdict.map { zip($0.milliseconds, $0.values).compactMap { $1 == 1 ? $0 : nil } } ?? [])
  }

  public var isEmpty: Bool { times.isEmpty }

  /// When the first of them was.
  public var first: Timestamp? { times.first.map(Timestamp.init(milliseconds:)) }

  // MARK: One series

  /// The runs at which a series has no sample, in stretches of one reason each, without those that `noted` explains.
  ///
  /// - Parameters:
  ///   - series: `nil`: no such series has a sample.
  ///   - noted: the probe's gaps that concern the metric.
  ///   - start: what ended before is not told. A hole at the very first run began nobody knows when: it is told from here.
  public func holes(
    in series: SeriesSlice?, besides noted: [SampleGap], from start: Timestamp = Timestamp(milliseconds: .min)
  ) -> [SampleGap] {
    allHoles(in: series, besides: noted).compactMap { hole in
      guard hole.to.map({ $0 > start }) ?? true else { return nil }
      guard hole.from < start, hole.from == first else { return hole }
      let told = times.lazy.map(Timestamp.init(milliseconds:)).filter { $0 >= start && hole.covers($0) }
      guard let begin = told.first else { return nil }
      var hole = hole
      (hole.from, hole.runs) = (begin, told.count)
      return hole
    }
  }

  private func allHoles(in series: SeriesSlice?, besides noted: [SampleGap]) -> [SampleGap] {
    let presence = Presence(of: series, at: times)
    var holes: [SampleGap] = []
    var isOpen = false
    for (index, time) in times.enumerated() {
      let at = Timestamp(milliseconds: time)
      guard !presence.isPresent[index], !noted.contains(where: { $0.covers(at) }) else {
        if isOpen { holes[holes.count - 1].to = at }
        isOpen = false
        continue
      }
      let (cause, reason) = why(index, presence, noted)
      // What begins a stretch holds for the rest of it, but for runs that failed.
      if isOpen, holes[holes.count - 1].cause == cause || (cause == .absent && holes[holes.count - 1].cause != .failed)
      {
        holes[holes.count - 1].runs += 1
      } else {
        if isOpen { holes[holes.count - 1].to = at }
        holes.append(SampleGap(from: at, cause, .series, Reason(reason)))
        isOpen = true
      }
    }
    return holes
  }

  /// Whether a series lacks the sample of a run in the gap; also when the gap has no run.
  public func isTouched(_ series: SeriesSlice, by gap: SampleGap) -> Bool {
    let presence = Presence(of: series, at: times)
    let covered = times.indices.filter { gap.covers(Timestamp(milliseconds: times[$0])) }
    return covered.isEmpty || covered.contains { !presence.isPresent[$0] }
  }

  private func why(
    _ index: Int, _ presence: Presence, _ noted: [SampleGap]
  ) -> (cause: SampleGap.Cause, reason: String) {
    guard good.contains(times[index]) else { return (.failed, "reason.gap.failed-run") }
    guard presence.hasAny else { return (.absent, "reason.gap.never") }
    // A series that leaves the answers is ended by a marker: one that stops without was in them, and its samples are gone.
    // A start of the program, a failed run and an exporter's own times leave none.
    if index > 0, presence.isPresent[index - 1], !presence.isMarked[index], presence.isOnTime {
      let (last, now) = (Timestamp(milliseconds: times[index - 1]), Timestamp(milliseconds: times[index]))
      if !noted.contains(where: { $0.overlaps(from: last, through: now) }) { return (.notStored, "reason.gap.lost") }
    }
    return (.absent, "reason.gap.absent")
  }

  /// A series at the times of the runs.
  private struct Presence {
    /// A sample since the run before: an exporter may state a time of its own, shortly before the run's.
    var isPresent: [Bool] = []
    /// The run ended the series.
    var isMarked: [Bool] = []
    /// Whether its samples bear the times of the runs.
    var isOnTime = true
    var hasAny = false

    init(of series: SeriesSlice?, at times: [Int64]) {
      guard let series else {
        isPresent = Array(repeating: false, count: times.count)
        isMarked = isPresent
        return
      }
      let numbers = zip(series.milliseconds, series.values)
      let samples =
        (numbers.compactMap { $1.isStaleMarker ? nil : $0 } + series.histograms.milliseconds).sorted()
      let markers = numbers.compactMap { $1.isStaleMarker ? $0 : nil }
      hasAny = !samples.isEmpty
      (isPresent, isOnTime) = Self.met(times, by: samples)
      isMarked = Self.met(times, by: markers).isMet
    }

    /// Which of the times have something since the one before, and whether all of that came at them.
    private static func met(_ times: [Int64], by events: [Int64]) -> (isMet: [Bool], isOnTime: Bool) {
      var isOnTime = true
      var next = 0
      let isMet = times.map { time in
        var last: Int64?
        while next < events.count, events[next] <= time {
          last = events[next]
          next += 1
        }
        if let last, last != time { isOnTime = false }
        return last != nil
      }
      return (isMet, isOnTime)
    }
  }
}

extension SampleGap {
  /// Whether a run at this time is part of it; the run that ends it is not.
  func covers(_ time: Timestamp) -> Bool { from <= time && (to.map { time < $0 } ?? true) }
}
