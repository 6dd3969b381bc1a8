internal import Probes
internal import PromQL
internal import Records
internal import Telemetry
internal import WebInterface

extension ConsoleSources {
  /// Probes that one answer tells about. The default is 50.
  static let gapProbesMax = 50

  /// Why samples are missing: of a probe by its name, or of the series that a selector finds.
  func gapsPage(_ question: GapQuestion) async throws(ConsoleError) -> GapsPage {
    if let history = await gapHistory(question.subject) {
      return GapsPage(question, probes: [history.answer(to: question, metric: nil)])
    }
    guard let query = try? Query(parsing: question.subject),
      case .vector(let selector) = query.expression.withoutParentheses
    else { throw .notFound }
    let givers = await givers(of: selector.matchers, question)
    guard !givers.isEmpty else { throw .notFound }
    var budget = SeriesGaps.seriesMax
    var answers: [ProbeGaps] = []
    var unread = 0
    for giver in givers.prefix(Self.gapProbesMax) {
      guard let history = await gapHistory(giver.probe.name) else { continue }
      let gaps = SeriesGaps(question: question, giver: giver, metric: selector.metric, history: history, now: clock.now)
      answers += await gaps.answers(readingAtMost: budget, queries)
      unread += max(0, giver.series.count - budget)
      budget = max(0, budget - giver.series.count)
    }
    return GapsPage(question, probes: answers, remark: Self.surplus(probes: givers.count, series: unread))
  }

  private static func surplus(probes: Int, series: Int) -> Phrase? {
    if probes > gapProbesMax { return Phrase("gaps.surplus", ["count": String(probes - gapProbesMax)]) }
    return series > 0 ? Phrase("gaps.unlooked", ["count": String(series)]) : nil
  }

  /// The probes whose series the matchers find; when the store has none, those that could have given them by their own
  /// labels.
  private func givers(of matchers: [LabelMatcher], _ question: GapQuestion) async -> [SeriesGiver] {
    let probes = configuration().probes.sorted { $0.name < $1.name }
      .map { SeriesGiver(probe: $0, target: $0.targetLabels(hostName: hostName)) }
    let series = (try? await labelSets(matching: [question.subject], from: question.from, through: question.to)) ?? []
    let found = probes.compactMap { giver -> SeriesGiver? in
      var giver = giver
      giver.series = series.filter { labels in giver.target.labels.allSatisfy { labels[$0.name] == $0.value } }
      return giver.series.isEmpty ? nil : giver
    }
    if !found.isEmpty { return found }
    return probes.filter { giver in
      let known = matchers.filter { giver.target[$0.name] != nil }
      return !known.isEmpty && known.allSatisfy { $0.accepts(giver.target) }
    }
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
  func answer(to question: GapQuestion, metric: String?) -> ProbeGaps {
    ProbeGaps(
      probe: probe, metric: metric, remarks: remarks(on: question),
      gaps: told(in: question, metric: metric).reversed().map(GapRow.init))
  }

  /// Those in the time that concern the metric, ascending.
  func told(in question: GapQuestion, metric: String?) -> [SampleGap] {
    gaps.filter { gap in
      gap.overlaps(from: question.from, through: question.to) && (metric.map(gap.concerns) ?? true)
    }
  }

  func remarks(on question: GapQuestion) -> [Phrase] {
    var remarks: [Phrase] = []
    if question.from < knownSince { remarks.append(Phrase("gaps.unknown-before", ["at": knownSince.argument])) }
    if let forgottenBefore, question.from < forgottenBefore {
      remarks.append(Phrase("gaps.forgotten-before", ["at": forgottenBefore.argument]))
    }
    return remarks
  }
}

extension GapRow {
  init(_ gap: SampleGap) {
    self.init(
      from: gap.from, to: gap.to, cause: gap.cause.rawValue, extent: gap.extent.rawValue, reason: .message(gap.reason),
      runs: gap.runs)
  }
}
