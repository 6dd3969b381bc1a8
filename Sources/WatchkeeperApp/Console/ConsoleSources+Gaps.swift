internal import Probes
internal import PromQL
internal import Records
internal import Telemetry
internal import WebInterface

extension ConsoleSources {
  /// Probes that one answer tells about. The default is 50.
  static let gapProbesMax = 50
  /// Where no series has a sample in the asked time or shortly before, so much before it is looked at. The default is a
  /// day.
  private static let gapSeriesReach = Duration.seconds(86_400)

  /// Why samples are missing: of a probe by its name, or of the series that a selector finds.
  func gapsPage(_ question: GapQuestion) async throws(ConsoleError) -> GapsPage {
    let deadline = clock.uptime + queries.limits.timeMax
    let known = await knownProbes()
    if let history = await gapHistory(question.subject) {
      guard let probe = known.defined.first(where: { $0.name == question.subject }) else {
        return GapsPage(question, probes: [history.answer(to: question, metric: nil, now: clock.now)])
      }
      let giver = SeriesGiver(probe: probe, target: probe.targetLabels(hostName: hostName))
      let gaps = seriesGaps(question, giver, metric: nil, history, until: deadline)
      return GapsPage(question, probes: await answers(gaps, readingAtMost: 0))
    }
    guard let query = try? Query(parsing: question.subject),
      case .vector(let selector) = query.expression.withoutParentheses
    else { throw known.nothing(named: question.subject, [question.subject], hostName) }
    let (series, unread) = await series(of: question)
    let givers = givers(of: selector.matchers, among: known.defined, series)
    let retired = known.retired(giving: series, selector.matchers, besides: givers)
    guard !givers.isEmpty || !retired.isEmpty else {
      if let unread { return GapsPage(question, probes: [], remark: unread) }
      let values = selector.matchers.compactMap(\.wantedValue)
      throw known.nothing(named: question.subject, values.isEmpty ? [question.subject] : values, hostName)
    }
    var budget = SeriesGaps.seriesMax
    var answers: [ProbeGaps] = []
    var unlooked = 0
    for giver in givers.prefix(Self.gapProbesMax) {
      guard let history = await gapHistory(giver.probe.name) else { continue }
      let gaps = seriesGaps(question, giver, metric: selector.metric, history, until: deadline)
      answers += await self.answers(gaps, readingAtMost: budget)
      unlooked += max(0, giver.series.count - budget)
      budget = max(0, budget - giver.series.count)
    }
    for probe in retired.prefix(max(0, Self.gapProbesMax - givers.count)) {
      guard let history = await gapHistory(probe.name) else { continue }
      answers.append(history.answer(to: question, metric: selector.metric, now: clock.now))
    }
    let surplus = Self.surplus(probes: givers.count + retired.count, series: unlooked)
    return GapsPage(question, probes: answers, remark: unread ?? surplus)
  }

  /// With what the probe cannot read at all: that explains series which never were.
  private func answers(_ gaps: SeriesGaps, readingAtMost seriesMax: Int) async -> [ProbeGaps] {
    var answers = await gaps.answers(readingAtMost: seriesMax, queries)
    let notes = await probes().first { $0.name == gaps.giver.probe.name }?.notes ?? []
    answers[0].remarks += notes.map(Phrase.verbatim)
    return answers
  }

  private func seriesGaps(
    _ question: GapQuestion, _ giver: SeriesGiver, metric: String?, _ history: GapHistory, until deadline: Duration
  ) -> SeriesGaps {
    let kept = clock.now.advanced(by: .zero - configuration().settings.storage.retention.duration)
    return SeriesGaps(
      question: question, giver: giver, metric: metric, history: history, now: clock.now,
      storedSince: max(kept, storedSince() ?? kept), deadline: deadline)
  }

  /// Those that a selector finds; one that left shortly before the asked time is missing in it beside others that stay.
  private func series(of question: GapQuestion) async -> (found: [LabelSet], unread: Phrase?) {
    do {
      for reach in [SeriesGaps.reachMin, Self.gapSeriesReach] {
        let start = question.from.advanced(by: .zero - reach)
        let found = try await labelSets(matching: [question.subject], from: start, through: question.to)
        if !found.isEmpty { return (found, nil) }
      }
      return ([], nil)
    } catch {
      return ([], Phrase("gaps.unread", ["why": error.message]))
    }
  }

  private static func surplus(probes: Int, series: Int) -> Phrase? {
    if probes > gapProbesMax { return Phrase("gaps.surplus", ["count": String(probes - gapProbesMax)]) }
    return series > 0 ? Phrase("gaps.unlooked", ["count": String(series)]) : nil
  }

  /// The probes whose series were found; when the store has none, those that could have given them by their own labels.
  private func givers(
    of matchers: [LabelMatcher], among probes: [ProbeDefinition], _ series: [LabelSet]
  ) -> [SeriesGiver] {
    let probes = probes.map { SeriesGiver(probe: $0, target: $0.targetLabels(hostName: hostName)) }
    let found = probes.compactMap { giver -> SeriesGiver? in
      var giver = giver
      giver.series = series.filter { giver.target.isPart(of: $0) }
      return giver.series.isEmpty ? nil : giver
    }
    return found.isEmpty ? probes.filter { $0.target.couldSatisfy(matchers) } : found
  }
}

extension KnownProbes {
  /// Words of a question that slips are looked for in. The default is 3.
  private static let wordsMax = 3
  /// Near names that an answer tells. The default is 5.
  private static let nearMax = 5

  /// Those that gave such series while they were defined; not those whose series another probe gives by now.
  fileprivate func retired(
    giving series: [LabelSet], _ matchers: [LabelMatcher], besides givers: [SeriesGiver]
  ) -> [RetiredProbe] {
    let heirs = Set(givers.map(\.target))
    return retired.filter { probe in
      guard let target = probe.target, !heirs.contains(target) else { return false }
      return series.contains { target.isPart(of: $0) } || (series.isEmpty && target.couldSatisfy(matchers))
    }
  }

  /// - Parameter words: what may be a slip: a name, or the values of a selector's labels.
  fileprivate func nothing(named subject: String, _ words: [String], _ hostName: String) -> ConsoleError {
    let targets =
      defined.map { (name: $0.name, target: $0.targetLabels(hostName: hostName)) }
      + retired.map { (name: $0.name, target: $0.target ?? .empty) }
    let candidates = targets.map(\.name) + Set(targets.flatMap { $0.target.map(\.value) }).sorted()
    var near: [String] = []
    for word in words.lazy.filter({ !$0.isEmpty }).prefix(Self.wordsMax) {
      let nearest = Spelling.nearest(to: word, among: candidates)
      let wanted = word.lowercased()
      near += targets.filter { probe in
        probe.name.lowercased().contains(wanted) || probe.name == nearest
          || probe.target.contains { $0.value == nearest }
      }
      .map(\.name).filter { !near.contains($0) }
    }
    guard !near.isEmpty else { return .unknown(Reason("api.gaps.none", ["subject": subject])) }
    return .unknown(
      Reason(
        "api.gaps.near",
        ["subject": subject, "names": near.prefix(Self.nearMax).map { "'\($0)'" }.joined(separator: ", ")]))
  }
}

extension LabelSet {
  /// Whether a series with these labels is one of a target with ours.
  fileprivate func isPart(of labels: LabelSet) -> Bool { allSatisfy { labels[$0.name] == $0.value } }

  /// Whether the labels that are the same in all series of a target satisfy what is said of them, if anything is.
  fileprivate func couldSatisfy(_ matchers: [LabelMatcher]) -> Bool {
    let known = matchers.filter { self[$0.name] != nil }
    return !known.isEmpty && known.allSatisfy { $0.accepts(self) }
  }
}

extension LabelMatcher {
  /// The one value of a label, not of the metric's name, that it wants.
  fileprivate var wantedValue: String? {
    guard name != LabelSet.metricName, case .equals(let value) = test else { return nil }
    return value
  }
}

/// A probe and those of its series that are asked about.
struct SeriesGiver: Sendable {
  let probe: ProbeDefinition
  /// The labels of all its series.
  let target: LabelSet
  /// Empty when the store has none in the time.
  var series: [LabelSet] = []
}

extension VectorSelector {
  /// The one metric that it names.
  fileprivate var metric: String? {
    matchers.lazy.compactMap { matcher -> String? in
      guard matcher.name == LabelSet.metricName, case .equals(let name) = matcher.test else { return nil }
      return name
    }.first
  }
}

extension GapHistory {
  /// - Parameter definition: `nil` when the probe is no longer defined.
  func answer(
    to question: GapQuestion, metric: String?, of definition: ProbeDefinition? = nil, now: Timestamp
  ) -> ProbeGaps {
    ProbeGaps(
      probe: probe, metric: metric, remarks: remarks(on: question),
      gaps: told(in: question, metric: metric).reversed().map { GapRow($0, of: definition, now: now) })
  }

  /// Those in the time that concern the metric, ascending.
  func told(in question: GapQuestion, metric: String?) -> [SampleGap] {
    gaps.filter { gap in
      gap.overlaps(from: question.from, through: question.to) && (metric.map(gap.concerns) ?? true)
    }
  }

  func remarks(on question: GapQuestion) -> [Phrase] {
    var remarks: [Phrase] = []
    if let removedAt { remarks.append(Phrase("gaps.removed", ["at": removedAt.argument])) }
    if question.from < knownSince { remarks.append(Phrase("gaps.unknown-before", ["at": knownSince.argument])) }
    if let forgottenBefore, question.from < forgottenBefore {
      remarks.append(Phrase("gaps.forgotten-before", ["at": forgottenBefore.argument]))
    }
    return remarks
  }
}

extension GapRow {
  init(_ gap: SampleGap, of probe: ProbeDefinition?, now: Timestamp) {
    self.init(
      from: gap.from, to: gap.to, cause: gap.cause.rawValue, extent: gap.extent.rawValue, reason: .message(gap.reason),
      runs: gap.runs(of: probe, through: now))
  }
}
