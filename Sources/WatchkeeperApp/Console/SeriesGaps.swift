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

  /// One answer for the probe, and one for each series with a hole that is not the whole probe's; for a single series they
  /// are one.
  func answers(readingAtMost seriesMax: Int, _ queries: QueryService) async -> [ProbeGaps] {
    var whole = history.answer(to: question, metric: metric)
    let wanted = Array(giver.series.prefix(seriesMax))
    let found: (runs: RecordedRuns, series: [SeriesSlice?])
    do {
      found = try await read(wanted, queries)
    } catch {
      whole.remarks.append(Phrase("gaps.unread", ["why": "\(error)"]))
      return [whole]
    }
    // Written before runs left a series of their own, or not at all.
    guard !found.runs.isEmpty else { return [whole] }
    whole.remarks += remarks(on: found.runs)
    let noted = history.told(in: question, metric: metric)
    let start = max(history.knownSince, history.forgottenBefore ?? history.knownSince)
    let missing = found.runs.unstored(
      of: giver.probe, from: start, through: min(question.to, now), besides: history.told(in: question, metric: nil))
    // Nothing was found and a selector without a metric says nothing of what should have been.
    if wanted.isEmpty, giver.series.isEmpty {
      let holes = metric == nil ? [] : found.runs.holes(in: nil, besides: noted)
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
    let noted = history.told(in: question, metric: labels.metric)
    return runs.holes(in: slice, besides: noted).map { hole in
      guard hole.to == nil, hole.cause == .absent, giver.probe.drops(labels) else { return hole }
      return SampleGap(
        from: hole.from, .dropped, .series, Reason("reason.gap.dropped"), runs: hole.runs)
    }
  }

  /// Times at another pace that are told. The default is 5, the newest.
  private static let pacesMax = 5

  /// Where samples are closer together or farther apart than the interval, and none is missing.
  private func remarks(on runs: RecordedRuns) -> [Phrase] {
    let quick = runs.quickRuns(than: giver.probe.interval)
    let pace = giver.probe.pace
    var remarks = quick.suffix(Self.pacesMax).map { quick in
      var arguments = ["from": quick.from.argument, "every": quick.every.notation]
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
      var row = GapRow(gap)
      if gap.isSeenInStore, gap.to == nil, question.to < now { row.to = question.to }
      return row
    }
  }

  private func read(
    _ wanted: [LabelSet], _ queries: QueryService
  ) async throws(SeriesReadError) -> (runs: RecordedRuns, series: [SeriesSlice?]) {
    let names = [RecordedRuns.metric, giver.probe.settings.verdictMetrics.success, RecordedRuns.paceMetric]
    let own = names.map { name in
      LabelSet([Label(LabelSet.metricName, name)] + giver.target.labels)
    }
    let all = own + wanted
    let start = question.from.advanced(by: .milliseconds(-1))
    let slices = try await queries.reader.select(
      all.map { SeriesSelection($0.exactMatchers, after: start, through: question.to) }, limits: queries.limits)
    // A selection finds series with more labels, too.
    let found = zip(all, slices).map { labels, slices in slices.first { $0.labels == labels } }
    let runs = RecordedRuns(found[0] ?? SeriesSlice(labels: own[0]), verdict: found[1], pace: found[2])
    return (runs, Array(found.dropFirst(own.count)))
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
