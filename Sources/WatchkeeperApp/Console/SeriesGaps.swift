internal import Interchange
internal import Probes
internal import Records
internal import Telemetry
internal import WebInterface

/// The gaps of one probe's series: what the runner noted, and the holes that only their samples show.
struct SeriesGaps: Sendable {
  /// Series that one answer looks at sample by sample. The default is 20.
  static let seriesMax = 20

  let question: GapQuestion
  let giver: SeriesGiver
  /// `nil` when the selector names none.
  let metric: String?
  let history: GapHistory
  let now: Timestamp
  /// Of the time before the store says nothing: `retention` or `size_max` took it.
  let storedSince: Timestamp
  /// The uptime by which all reads of the page are to end.
  let deadline: Duration

  /// One answer for the probe, and one for each series with a hole that is not the whole probe's; for a single series they
  /// are one.
  func answers(readingAtMost seriesMax: Int, _ queries: QueryService) async -> [ProbeGaps] {
    var whole = history.answer(to: question, metric: metric, of: giver.probe, now: now)
    let wanted = Array(giver.series.prefix(seriesMax))
    let found: Stored
    do {
      found = try await read(wanted, queries)
    } catch {
      whole.remarks.append(Phrase("gaps.unread", ["why": "\(error)"]))
      return [whole]
    }
    whole.remarks += remarks(on: found.runs)
    let noted = history.told(in: question, metric: metric)
    let missing = missing(in: found)
    // Nothing was found and a selector without a metric says nothing of what should have been.
    if wanted.isEmpty, giver.series.isEmpty {
      let holes = metric == nil ? [] : holes(in: nil, metric, found.runs)
      whole.gaps = rows(noted + missing + holes)
      return [whole]
    }
    if giver.series.count == 1, let labels = wanted.first, let slice = found.series.first ?? nil {
      let touching = noted.filter { $0.extent == .everything || found.runs.isTouched(slice, by: $0) }
      whole.series = labels.description
      whole.gaps = rows(touching + missing + holes(labels, slice, found.runs))
      return [whole]
    }
    let parts = zip(wanted, found.series).compactMap { labels, slice -> ProbeGaps? in
      let holes = holes(labels, slice, found.runs)
      return holes.isEmpty
        ? nil : ProbeGaps(probe: history.probe, metric: labels.metric, series: labels.description, gaps: rows(holes))
    }
    whole.gaps = rows(noted + missing)
    return whole.gaps.isEmpty && whole.remarks.isEmpty && !parts.isEmpty ? parts : [whole] + parts
  }

  private func holes(_ labels: LabelSet, _ slice: SeriesSlice?, _ runs: RecordedRuns) -> [SampleGap] {
    holes(in: slice, labels.metric, runs).map { hole in
      guard hole.to == nil, hole.cause == .absent, giver.probe.drops(labels) else { return hole }
      return SampleGap(
        from: hole.from, .dropped, .series, Reason("reason.gap.dropped"), runs: hole.runs)
    }
  }

  private func holes(in slice: SeriesSlice?, _ metric: String?, _ runs: RecordedRuns) -> [SampleGap] {
    let noted = history.gaps.filter { gap in metric.map(gap.concerns) ?? true }
    return runs.holes(in: slice, besides: noted, from: question.from)
  }

  /// Since when what kept runs away is noted.
  private var knownSince: Timestamp { max(history.knownSince, history.forgottenBefore ?? history.knownSince) }

  /// Runs that should have been in the asked time, and of which neither the store nor a note knows.
  private func missing(in found: Stored) -> [SampleGap] {
    let end = min(question.to, now)
    var gaps = found.allRuns.unstored(
      of: giver.probe, from: knownSince, through: end, besides: history.gaps, scheduledSince: history.scheduledSince)
    if found.allRuns.first.map({ $0 > question.from }) ?? true {
      // Samples without runs were written before runs left a series of their own.
      let first = [found.allRuns.first, found.firstSample].compactMap { $0 }.min()
      let since = max(knownSince, storedSince, found.from)
      gaps += RecordedRuns.unstored(
        of: giver.probe, since: since, from: question.from, before: first, through: end, besides: history.gaps)
    }
    return gaps.filter { $0.overlaps(from: question.from, through: end) }
  }

  /// Times at another pace that are told. The default is 5, the newest.
  private static let pacesMax = 5

  /// Where samples are closer together or farther apart than the interval, and none is missing.
  private func remarks(on runs: RecordedRuns) -> [Phrase] {
    let quick = runs.quickRuns(than: giver.probe.interval).filter { $0.to.map { $0 > question.from } ?? true }
    let pace = giver.probe.pace
    var remarks = quick.suffix(Self.pacesMax).map { quick in
      // At the first run that was read nobody knows how long it had lasted.
      let from = quick.from == runs.first ? max(quick.from, question.from) : quick.from
      var arguments = ["from": from.argument, "every": quick.every.notation]
      arguments["to"] = (quick.to ?? min(question.to, now)).argument
      if let zoom = pace.zoom, zoom.interval == quick.every { return Phrase("gaps.pace.zoom", arguments) }
      return Phrase(pace.confirmation?.every == quick.every ? "gaps.pace.confirm" : "gaps.pace.other", arguments)
    }
    if quick.count > Self.pacesMax {
      remarks.append(Phrase("gaps.pace.more", ["count": String(quick.count - Self.pacesMax)]))
    }
    if let outside = giver.probe.rhythm.pace(outsideFrom: question.from, to: min(question.to, now)) {
      remarks.append(Phrase("gaps.pace.outside", ["every": outside.notation]))
    }
    return remarks
  }

  /// Newest first. What lasts to the end of a time that is over ends with it, as far as this answer sees.
  private func rows(_ gaps: [SampleGap]) -> [GapRow] {
    gaps.sorted { ($0.from, $0.runs) > ($1.from, $1.runs) }.map { gap in
      var row = GapRow(gap, of: giver.probe, now: now)
      if gap.isSeenInStore, gap.to == nil, question.to < now { row.to = question.to }
      return row
    }
  }

  // MARK: Reading

  /// What the store has of the probe.
  private struct Stored {
    /// Since `reach` before the asked time, as `series`.
    let runs: RecordedRuns
    /// With the last ones before those, when no run lies at or before `question.from`.
    let allRuns: RecordedRuns
    /// From here on `allRuns` are all.
    let from: Timestamp
    let series: [SeriesSlice?]
    /// Of any of the series, a run's or not.
    let firstSample: Timestamp?
  }

  /// A loss that covers the begin of the asked time is seen by the runs before it.
  private var reach: Duration { max(giver.probe.interval * 3, Self.reachMin) }
  /// The default is an hour.
  static let reachMin = Duration.seconds(3600)
  /// When there are none, the last runs are looked for in spans each of which reaches so many times as far.
  private static let reachGrowth = 8
  /// Such spans. The default is 3: with the shortest reach three weeks.
  private static let spansMax = 3

  private func read(_ wanted: [LabelSet], _ queries: QueryService) async throws(SeriesReadError) -> Stored {
    let verdict = giver.probe.settings.verdictMetrics
    let names = [RecordedRuns.metric, RecordedRuns.paceMetric, verdict.duration, verdict.success]
    let own = names.map { name in
      LabelSet([Label(LabelSet.metricName, name)] + giver.target.labels)
    }
    let start = question.from.advanced(by: .zero - reach)
    let found = try await slices(of: own + wanted, from: start, through: question.to, queries)
    let series = Array(found.dropFirst(own.count))
    let runs = RecordedRuns(
      found[0] ?? SeriesSlice(labels: own[0]), verdict: found[3], pace: found[1], duration: found[2])
    let firstSample = found.compactMap { $0?.firstMillisecond }.min().map(Timestamp.init(milliseconds:))
    if let first = runs.first, first <= question.from {
      return Stored(runs: runs, allRuns: runs, from: start, series: series, firstSample: firstSample)
    }
    // What is good of a run does not matter there.
    let pacing = Array(own.dropLast())
    var (span, end) = (reach, start)
    for _ in 0..<Self.spansMax where end > knownSince {
      span = span * Self.reachGrowth
      let begin = max(knownSince, question.from.advanced(by: .zero - span))
      let last = end.advanced(by: .milliseconds(-1))
      // What was read already is an answer, though not from as far back.
      guard let earlier = try? await slices(of: pacing, from: begin, through: last, queries) else { break }
      end = begin
      let all = RecordedRuns(
        SeriesSlice(labels: own[0], earlier[0], before: found[0]), verdict: nil,
        pace: SeriesSlice(labels: own[1], earlier[1], before: found[1]),
        duration: SeriesSlice(labels: own[2], earlier[2], before: found[2]))
      if let first = all.first, first <= question.from {
        return Stored(runs: runs, allRuns: all, from: begin, series: series, firstSample: firstSample)
      }
    }
    return Stored(runs: runs, allRuns: runs, from: end, series: series, firstSample: firstSample)
  }

  /// Of each series all samples in the time; `nil` when it has none.
  private func slices(
    of series: [LabelSet], from start: Timestamp, through end: Timestamp, _ queries: QueryService
  ) async throws(SeriesReadError) -> [SeriesSlice?] {
    let after = start.advanced(by: .milliseconds(-1))
    let tookTooLong = SeriesReadError.tookTooLong(limit: queries.limits.timeMax)
    let rest = deadline - queries.clock.uptime
    guard rest > .zero else { throw tookTooLong }
    let slices: [[SeriesSlice]]
    do {
      slices = try await queries.reader.select(
        series.map { SeriesSelection($0.exactMatchers, after: after, through: end) },
        limits: queries.answering(within: rest).limits)
    } catch {
      if case .tookTooLong = error { throw tookTooLong }
      throw error
    }
    // A selection finds series with more labels, too.
    return zip(series, slices).map { labels, slices in slices.first { $0.labels == labels } }
  }
}

extension SeriesSlice {
  fileprivate var firstMillisecond: Int64? {
    [milliseconds.first, histograms.milliseconds.first].compactMap { $0 }.min()
  }

  /// The numbers of two times of one series.
  fileprivate init(labels: LabelSet, _ earlier: SeriesSlice?, before later: SeriesSlice?) {
    self.init(
      labels: labels, milliseconds: (earlier?.milliseconds ?? []) + (later?.milliseconds ?? []),
      values: (earlier?.values ?? []) + (later?.values ?? []))
  }
}

extension SampleGap {
  /// Not noted by the runner.
  fileprivate var isSeenInStore: Bool { extent == .series || cause == .notStored }
}

extension LabelSet {
  fileprivate var exactMatchers: [LabelMatcher] { labels.map { .equal($0.name, $0.value) } }
}

extension ProbeDefinition {
  /// Whether `metric_relabel_configs` leave nothing of a series with these labels.
  fileprivate func drops(_ labels: LabelSet) -> Bool {
    guard let scrape = settings as? ScrapeSettings else { return false }
    return RelabelRule.apply(scrape.seriesRules, to: labels) == nil
  }
}
