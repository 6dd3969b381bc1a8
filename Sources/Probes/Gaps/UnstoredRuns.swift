internal import Records
internal import ServiceTime
public import Telemetry

// Runs that should have been and that neither the store nor the runner's notes know of.

extension RecordedRuns {
  /// A time without runs that is longer than this, in steps of the schedule, is told. The default is 2.5: a run may be
  /// late by a quarter of its interval without being noted, and the one before early by as much.
  private static let stepsMax = 2.5
  /// The same where the schedule of the time is known for certain: one run is missing. The default is 1.5.
  private static let certainStepsMax = 1.5
  /// From this interval on. A shorter one is late by more than a quarter of it, or by a step of the clock that is not
  /// noted, without a loss. The default is 8 s.
  private static let certainInterval = Duration.seconds(8)
  /// The same for cron, whose expression names each run.
  private static let namedMax = 1.5

  /// Times in which runs should have been and the store has none, though nothing is noted that explains it.
  ///
  /// The schedule is known as it is now. It may have been another one, which the pace that was stored tells, or the runs
  /// before and after.
  ///
  /// - Parameters:
  ///   - start: nothing is told about the time before.
  ///   - end: up to here runs are looked for.
  ///   - noted: the probe's gaps.
  ///   - scheduledSince: since when the schedule is the present one; `nil`: not known.
  public func unstored(
    of probe: ProbeDefinition, from start: Timestamp, through end: Timestamp, besides noted: [SampleGap],
    scheduledSince: Timestamp? = nil
  ) -> [SampleGap] {
    let noted = explanations(among: noted)
    guard case .cron(let cron, let zone) = probe.rhythm else {
      return unstored(
        on: probe.rhythm, from: start, through: end, besides: noted, scheduledSince: scheduledSince,
        timeout: probe.timeout)
    }
    let named = NamedRuns(
      cron: cron, zone: zone, probe: probe.name, interval: probe.interval, timeout: probe.timeout, noted: noted)
    return unstored(named, from: start, through: end, scheduledSince)
  }

  /// Times before the first run that is stored in which runs should have been: nothing that came before says since when.
  ///
  /// - Parameters:
  ///   - known: since when runs would be stored and what kept them away would be noted.
  ///   - start: nothing is told about the time before, which counts for how much is missing.
  ///   - first: the first sample of the probe; `nil`: there is none.
  ///   - end: up to here runs are looked for when there is none.
  ///   - noted: the probe's gaps.
  public static func unstored(
    of probe: ProbeDefinition, since known: Timestamp, from start: Timestamp, before first: Timestamp?,
    through end: Timestamp, besides noted: [SampleGap]
  ) -> [SampleGap] {
    let noted = noted.filter { $0.explainsMissingRuns || $0.cause == .seriesRefused }.sorted { $0.from < $1.from }
    let reason = Reason("reason.gap.none-stored")
    if case .cron(let cron, let zone) = probe.rhythm {
      let named = NamedRuns(
        cron: cron, zone: zone, probe: probe.name, interval: probe.interval, timeout: probe.timeout, noted: noted)
      let dues = named.dues(after: max(known, start), through: first, or: end)
      return named.unexplained(dues, to: first, reason)
    }
    return parts(from: known, to: first ?? end, without: noted).compactMap { part in
      guard probe.rhythm.steps(from: part.from, to: part.to) > stepsMax else { return nil }
      let from = max(part.from, start)
      guard from < part.to else { return nil }
      let isOpen = first == nil && part.to == end
      let steps = probe.rhythm.steps(from: from, to: part.to)
      return .unstored(from: from, to: isOpen ? nil : part.to, runs: max(1, Int(steps + 1e-6)), reason)
    }
  }

  /// The gaps that tell why runs are missing, ascending.
  ///
  /// A store that is full refuses a run's own series with the others; a probe's limit on series leaves it.
  private func explanations(among noted: [SampleGap]) -> [SampleGap] {
    noted.filter { gap in
      gap.explainsMissingRuns || (gap.cause == .seriesRefused && !hasRuns(in: gap))
    }
    .sorted { $0.from < $1.from }
  }

  private func hasRuns(in gap: SampleGap) -> Bool {
    times.contains { gap.covers(Timestamp(milliseconds: $0)) }
  }

  // MARK: Intervals, within the hours of a calendar or without

  /// - Parameter noted: gaps that tell why runs are missing; ascending.
  func unstored(
    on rhythm: Rhythm, from start: Timestamp, through end: Timestamp, besides noted: [SampleGap],
    scheduledSince: Timestamp? = nil, timeout: Duration = .zero
  ) -> [SampleGap] {
    var gaps: [SampleGap] = []
    for (index, time) in times.enumerated() where time >= start.milliseconds {
      let next = index + 1 < times.count ? times[index + 1] : nil
      let (from, to) = (Timestamp(milliseconds: time), next.map(Timestamp.init(milliseconds:)) ?? end)
      let isCertain = isCertain(of: rhythm, at: time, scheduledSince)
      let most = isCertain && next != nil ? Self.certainStepsMax : Self.stepsMax
      // Of a year of runs nearly all are followed by the next in time.
      let pace = pace(at: time, rhythm, lasting: next == nil ? .infinity : slow[time] ?? 0, timeout)
      let shortest = min(rhythm.interval.inSeconds, pace ?? .infinity)
      guard Double(to.milliseconds - time) > shortest * 1000 * most else { continue }
      let usual = isCertain ? 1 : usualSteps(at: index, rhythm, without: noted)
      for part in Self.parts(from: from, to: to, without: noted) {
        let steps = steps(of: rhythm, from: part.from, to: part.to, pace: pace) / usual
        let after = noted.first { $0.from == part.to }?.cause
        // A run that was going when everything stopped, or when its probe was taken out, told nothing.
        guard steps > (after == .notRunning || after == .notDefined ? Self.stepsMax : most) else { continue }
        // Of n steps between two runs n - 1 are missing; a part that a noted gap bounds has no run of its own there, and
        // where the clock was set nothing was due either.
        let isOpen = part.to == to && next == nil || after == .clockSet
        let all = Int(isCertain && !isOpen ? steps.rounded() : steps + 1e-6)
        let whole = all - (isOpen ? 0 : 1) + (part.from == from ? 0 : 1)
        gaps.append(.unstored(from: part.from, to: part.to == to && next == nil ? nil : part.to, runs: max(1, whole)))
      }
    }
    return Self.thinned(gaps)
  }

  /// Whether the run after this one was due after the interval, and no other pace can have been.
  private func isCertain(of rhythm: Rhythm, at run: Int64, _ scheduledSince: Timestamp?) -> Bool {
    guard case .interval(let interval) = rhythm, interval >= Self.certainInterval else { return false }
    if let pace = paces[run] { return pace == interval.inSeconds }
    return scheduledSince.map { run >= $0.milliseconds } ?? false
  }

  /// Where one run in so many is stored, one after another, that is one gap in which some runs are missing.
  private static func thinned(_ gaps: [SampleGap]) -> [SampleGap] {
    var merged: [SampleGap] = []
    var runsEach = 0
    for gap in gaps {
      if let last = merged.last, last.to == gap.from, gap.to != nil, gap.runs == runsEach {
        merged[merged.count - 1] = SampleGap(
          from: last.from, to: gap.to, .notStored, .part, Reason("reason.gap.thinned"), runs: last.runs + gap.runs)
      } else {
        merged.append(gap)
        runsEach = gap.runs
      }
    }
    return merged
  }

  /// How many steps of the schedule lie between runs hereabouts; 1 when the schedule was the present one.
  private func usualSteps(at index: Int, _ rhythm: Rhythm, without noted: [SampleGap]) -> Double {
    guard paces[times[index]] == nil else { return 1 }
    return [index - 1, index + 1].reduce(1) { usual, neighbour in
      guard neighbour >= 0, neighbour + 1 < times.count else { return usual }
      let (from, to) = (Timestamp(milliseconds: times[neighbour]), Timestamp(milliseconds: times[neighbour + 1]))
      let parts = Self.parts(from: from, to: to, without: noted)
      return max(usual, parts.reduce(0) { $0 + rhythm.steps(from: $1.from, to: $1.to) })
    }
  }

  /// From a run to the next in seconds, where it was stored.
  ///
  /// Quicker than the schedule, no due time passes while a run is going: the next one begins when it ends.
  ///
  /// - Parameter lasting: seconds that the run took, or at the end of what is asked the one after it may take.
  private func pace(at run: Int64, _ rhythm: Rhythm, lasting: Double, _ timeout: Duration) -> Double? {
    guard let pace = paces[run], pace < rhythm.interval.inSeconds else { return paces[run] }
    return max(pace, min(lasting, timeout.inSeconds))
  }

  /// - Parameter pace: as it was stored; it counts more than the schedule, which may have changed.
  private func steps(of rhythm: Rhythm, from: Timestamp, to: Timestamp, pace: Double?) -> Double {
    // The steady pace of a calendar is the hours', which may be over.
    guard let pace, !rhythm.isCivil || pace != rhythm.interval.inSeconds else {
      return rhythm.steps(from: from, to: to)
    }
    return to.elapsed(since: from).inSeconds / pace
  }

  /// What no gap covers.
  ///
  /// - Parameter noted: ascending by their begin.
  private static func parts(
    from: Timestamp, to: Timestamp, without noted: [SampleGap]
  ) -> [(from: Timestamp, to: Timestamp)] {
    var parts: [(from: Timestamp, to: Timestamp)] = []
    var begin = from
    for gap in noted where gap.overlaps(from: begin, through: to) {
      if gap.from > begin { parts.append((begin, gap.from)) }
      guard let end = gap.to else { return parts }
      begin = max(begin, end)
    }
    if begin < to { parts.append((begin, to)) }
    return parts
  }

  // MARK: Cron

  private func unstored(
    _ named: NamedRuns, from start: Timestamp, through end: Timestamp, _ scheduledSince: Timestamp?
  ) -> [SampleGap] {
    let shortest = Double(named.interval.wholeMilliseconds)
    var gaps: [SampleGap] = []
    for (index, time) in times.enumerated() where time >= start.milliseconds {
      let next = index + 1 < times.count ? times[index + 1] : nil
      let length = Double((next ?? end.milliseconds) - time)
      guard length > shortest * (next == nil ? 0.5 : Self.namedMax) else { continue }
      let dues = dues(named, after: index, through: end)
      let isCertain = scheduledSince.map { time >= $0.milliseconds } ?? false
      let usual = (isCertain ? [] : [index - 1, index + 1]).reduce(1) { usual, neighbour in
        neighbour < 0 || neighbour + 1 >= times.count
          ? usual : max(usual, self.dues(named, after: neighbour, through: end).count + 1)
      }
      guard Double(dues.count + 1) > Double(usual) * Self.namedMax else { continue }
      gaps += named.unexplained(dues, to: next.map(Timestamp.init(milliseconds:)))
    }
    return gaps
  }

  /// The due times between a run and the next, without the next one's own.
  private func dues(_ named: NamedRuns, after index: Int, through end: Timestamp) -> [Timestamp] {
    let next = index + 1 < times.count ? Timestamp(milliseconds: times[index + 1]) : nil
    return named.dues(after: Timestamp(milliseconds: times[index]), through: next, or: end)
  }
}

/// The runs that a cron expression names, and which of them need no more explanation.
private struct NamedRuns {
  let cron: CronExpression
  let zone: TimeZoneRules
  let probe: String
  let interval: Duration
  let timeout: Duration
  let noted: [SampleGap]

  /// Due times between two runs that are looked at. The default is 100,000: each minute's of ten weeks.
  private static let duesMax = 100_000

  /// Those before the next run, without its own; when there is no next one, those that should be answered by `end`.
  func dues(after start: Timestamp, through next: Timestamp?, or end: Timestamp) -> [Timestamp] {
    guard let next else { return dues(after: start, before: lastAnswered(by: end)) }
    return dues(after: start, before: next.advanced(by: .milliseconds(1))).dropLast()
  }

  func dues(after start: Timestamp, before end: Timestamp) -> [Timestamp] {
    var dues: [Timestamp] = []
    var minute = start.advanced(by: .zero - Rhythm.spread)
    while dues.count < Self.duesMax, let next = cron.next(after: minute, in: zone) {
      minute = next
      let due = Timing.due(named: next, for: probe)
      guard due < end else { break }
      // A run begins a little after it is due.
      if due > start { dues.append(due) }
    }
    return dues
  }

  /// Runs that were due before this should be in the store by now.
  private func lastAnswered(by now: Timestamp) -> Timestamp {
    now.advanced(by: .zero - Timing.latenessMax(interval) - timeout)
  }

  /// A gap ends with a run, which is late by as much as need not be told: what ends with this run says nothing of it.
  private func isExplained(_ due: Timestamp) -> Bool {
    let latest = due.advanced(by: Timing.latenessMax(interval))
    return noted.contains { gap in
      gap.covers(latest) || ([.notRunning, .notDefined, .clockSet].contains(gap.cause) && gap.covers(due))
    }
  }
}

extension NamedRuns {
  /// The due times that nothing explains, in stretches.
  ///
  /// - Parameter next: the run that ends the last one; `nil` while it lasts.
  func unexplained(
    _ dues: [Timestamp], to next: Timestamp?, _ reason: Reason = SampleGap.unstoredReason
  ) -> [SampleGap] {
    var gaps: [SampleGap] = []
    var open: SampleGap?
    for due in dues {
      if isExplained(due) {
        if let gap = open { gaps.append(.unstored(from: gap.from, to: due, runs: gap.runs, reason)) }
        open = nil
      } else {
        open = .unstored(from: open?.from ?? due, to: next, runs: (open?.runs ?? 0) + 1, reason)
      }
    }
    return gaps + (open.map { [$0] } ?? [])
  }
}

extension Rhythm {
  /// Stretches of a calendar that one look passes. The default is 2,000: some years of days and nights.
  private static let stretchesMax = 2000

  /// How many runs the schedule has in a time, in parts of its steps; of cron, whose steps differ, none.
  func steps(from start: Timestamp, to end: Timestamp) -> Double {
    switch self {
    case .cron: return 0
    case .interval(let interval): return end.elapsed(since: start) / max(interval, .milliseconds(1))
    case .calendar(let hours, let inside, let outside):
      var (steps, time) = (0.0, start)
      for _ in 0..<Self.stretchesMax {
        guard time < end else { break }
        let stretch = hours.stretch(at: time)
        let until = min(end, stretch.end ?? end)
        if let step = stretch.isInside ? inside : outside { steps += until.elapsed(since: time) / step }
        time = until
      }
      return steps
    }
  }

  /// Whether a time has a part outside the hours in which it runs at a pace of its own, and which.
  public func pace(outsideFrom start: Timestamp, to end: Timestamp) -> Duration? {
    guard case .calendar(let hours, _, let outside?) = self else { return nil }
    let first = hours.stretch(at: start)
    let isWithin = first.isInside && (first.end.map { $0 >= end } ?? true)
    return isWithin ? nil : outside
  }
}

extension SampleGap {
  fileprivate static let unstoredReason = Reason("reason.gap.not-stored")

  fileprivate static func unstored(
    from: Timestamp, to: Timestamp?, runs: Int, _ reason: Reason = unstoredReason
  ) -> SampleGap {
    SampleGap(from: from, to: to, .notStored, .everything, reason, runs: runs)
  }
}

// MARK: What is told of noted gaps

extension SampleGap {
  /// Runs or due times in it; `nil`: not known.
  ///
  /// The times in which nothing ran are everybody's: how many runs of a probe were due in one, its schedule tells.
  ///
  /// - Parameter probe: `nil` when it is no longer defined.
  public func runs(of probe: ProbeDefinition?, through now: Timestamp) -> Int? {
    switch cause {
    case .notRunning: probe?.runsDue(from: from, to: to ?? now)
    case .notDefined: 0
    default: runs
    }
  }
}

extension ProbeDefinition {
  /// By the schedule as it is now.
  fileprivate func runsDue(from start: Timestamp, to end: Timestamp) -> Int {
    guard case .cron(let cron, let zone) = rhythm else { return Int(rhythm.steps(from: start, to: end).rounded()) }
    return NamedRuns(cron: cron, zone: zone, probe: name, interval: interval, timeout: timeout, noted: [])
      .dues(after: start, before: end).count
  }
}

// MARK: Pace

/// A time in which a probe ran at another pace than its schedule's.
public struct QuickRuns: Hashable, Sendable {
  public let from: Timestamp
  /// Of the first run at the usual pace; `nil` while it lasts.
  public var to: Timestamp?
  public let every: Duration
}

extension RecordedRuns {
  /// Times of runs closer together than `interval`, ascending.
  public func quickRuns(than interval: Duration) -> [QuickRuns] {
    var found: [QuickRuns] = []
    for time in times {
      let at = Timestamp(milliseconds: time)
      let every = paces[time].map { Duration.milliseconds(Int64(($0 * 1000).rounded())) }
      let isOpen = found.last.map { $0.to == nil } ?? false
      if isOpen, found.last?.every == every { continue }
      if isOpen { found[found.count - 1].to = at }
      if let every, every < interval { found.append(QuickRuns(from: at, every: every)) }
    }
    return found
  }
}
