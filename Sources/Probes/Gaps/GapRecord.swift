internal import Records
public import Telemetry

/// The newest gaps of one probe, oldest first: a ring that a store keeps as a plain row.
public struct GapRecord: Codable, Hashable, Sendable {
  /// The newest are kept. The default is 64.
  public static let gapsMax = 64

  /// Since when the probe is known; nothing is told about the time before.
  public let knownSince: Timestamp
  /// Older gaps have left the ring; `nil` when none has.
  public private(set) var forgottenBefore: Timestamp?
  public private(set) var gaps: [SampleGap] = []
  /// The labels of all its series, as it was defined last; `nil` in rows of before they were kept.
  public internal(set) var target: LabelSet?
  /// `nil` in rows of before it was kept, and for schedules without a text.
  public internal(set) var schedule: KeptSchedule?
  /// The latest run in the gap that lasts: the clock may be set back behind it.
  private var missedThrough: Timestamp?

  public init(knownSince: Timestamp) { self.knownSince = knownSince }

  /// Since when the probe is not in the configuration.
  var removedAt: Timestamp? { gaps.last.flatMap { $0.cause == .notDefined && $0.to == nil ? $0.from : nil } }

  var isOpen: Bool { gaps.last.map { $0.to == nil } ?? false }

  /// Samples are missing from `time` on, unless they were already, for the same reason.
  /// - Returns: whether a gap began; one that goes on is told at its end.
  @discardableResult
  mutating func miss(_ seen: GapObservation, at time: Timestamp) -> Bool {
    if var last = gaps.last, last.to == nil, last.cause == seen.cause, last.reason.id == seen.reason.id {
      last.reason = seen.reason
      if seen.cause != .notDue { last.runs += 1 }
      if last.extent == .part { last.extent = seen.extent }
      // The clock was set back meanwhile: this run is part of the gap, too.
      last.from = min(last.from, time)
      missedThrough = max(missedThrough ?? last.from, time)
      gaps[gaps.count - 1] = last
      return false
    }
    var gap = SampleGap(from: time, seen.cause, seen.extent, seen.reason, runs: seen.cause == .notDue ? 0 : 1)
    if let last = gaps.last, last.to == nil, last.cause == .stillRunning, last.from >= time, gap.explainsMissingRuns {
      // The run that due times waited for began earlier, and now says itself why they had none.
      gaps.removeLast()
      gap.runs += last.runs
    }
    close(at: time)
    append(gap)
    missedThrough = time
    return true
  }

  /// Samples are complete again from `time` on.
  /// - Returns: whether a gap ended.
  @discardableResult
  mutating func close(at time: Timestamp) -> Bool {
    guard let last = gaps.last, last.to == nil else { return false }
    // The clock may have been set back meanwhile: all runs that are in it stay in it.
    gaps[gaps.count - 1].to = max(time, (missedThrough ?? last.from).advanced(by: .milliseconds(1)))
    return true
  }

  /// A gap that is over; one that lasts ends where it begins.
  mutating func add(_ gap: SampleGap) {
    close(at: gap.from)
    append(gap)
  }

  private mutating func append(_ gap: SampleGap) {
    gaps.append(gap)
    guard gaps.count > Self.gapsMax else { return }
    forgottenBefore = gaps.removeFirst().to
  }
}

/// A schedule and since when it is the one of the probe: without it, one that loses every second run would pass for a
/// slower one of before.
public struct KeptSchedule: Codable, Hashable, Sendable {
  /// The same for the same schedule, see `Rhythm.keptText`.
  public let text: String
  public let since: Timestamp
}

/// When the runner ran, kept beside the gaps: the times between are everybody's.
public struct RunnerTimes: Codable, Hashable, Sendable {
  /// The newest are kept. The default is 64.
  static let outagesMax = 64

  /// Written from time to time, so that a crash leaves the time of the last sign of life.
  public var aliveAt: Timestamp
  /// Set by an orderly stop.
  public var stoppedAt: Timestamp?
  public private(set) var outages: [SampleGap] = []
  /// Older outages have left the ring; `nil` when none has.
  public private(set) var forgottenBefore: Timestamp?

  init(startingAt now: Timestamp) { aliveAt = now }

  /// - Returns: from when nothing ran.
  mutating func begin(at now: Timestamp) -> Timestamp {
    let from = min(stoppedAt ?? aliveAt, now)
    let reason = Reason(stoppedAt == nil ? "reason.gap.crashed" : "reason.gap.stopped")
    add(SampleGap(from: from, to: now, .notRunning, .everything, reason))
    stoppedAt = nil
    aliveAt = now
    return from
  }

  /// The clock was set forward by `step` and now says `now`.
  mutating func jump(by step: Duration, to now: Timestamp) {
    let reason = Reason("reason.gap.clock", ["step": String(step.inSeconds)])
    add(SampleGap(from: now.advanced(by: .zero - step), to: now, .clockSet, .everything, reason, runs: 0))
    aliveAt = now
  }

  /// The clock was set back: a time that it had left out comes after all.
  mutating func comeBack(to now: Timestamp) {
    outages = outages.compactMap { outage in
      guard outage.cause == .clockSet, let end = outage.to, end > now else { return outage }
      guard outage.from < now else { return nil }
      var outage = outage
      outage.to = now
      return outage
    }
    aliveAt = now
  }

  private mutating func add(_ outage: SampleGap) {
    outages.append(outage)
    if outages.count > Self.outagesMax { forgottenBefore = outages.removeFirst().to }
  }
}

/// The gaps of one probe with those of the whole program, for whoever asks.
public struct GapHistory: Hashable, Sendable {
  public let probe: String
  /// Since when it is told.
  public let knownSince: Timestamp
  /// Older gaps, its own or the whole program's, are no longer kept; `nil` when all are.
  public let forgottenBefore: Timestamp?
  /// Since when its schedule is the present one; `nil` when that is not known.
  public let scheduledSince: Timestamp?
  /// Ascending by their begin.
  public let gaps: [SampleGap]
  /// Since when it is no longer in the configuration; `nil` while it is.
  public let removedAt: Timestamp?

  public init(probe: String, _ record: GapRecord, _ runner: RunnerTimes? = nil) {
    self.probe = probe
    knownSince = record.knownSince
    let forgotten = runner?.forgottenBefore.flatMap { $0 > record.knownSince ? $0 : nil }
    forgottenBefore = [record.forgottenBefore, forgotten].compactMap { $0 }.max()
    let outages = runner?.outages ?? []
    removedAt = record.removedAt
    scheduledSince = record.schedule?.since
    gaps = (record.gaps + outages.filter { $0.to.map { $0 > record.knownSince } ?? true }).sorted { $0.from < $1.from }
  }
}
