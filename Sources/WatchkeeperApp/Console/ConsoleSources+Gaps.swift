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
    let metrics = selector.matchers.lazy.compactMap { matcher -> String? in
      guard matcher.name == LabelSet.metricName, case .equals(let name) = matcher.test else { return nil }
      return name
    }
    let names = await probes(giving: selector.matchers, question)
    guard !names.isEmpty else { throw .notFound }
    var answers: [ProbeGaps] = []
    for name in names.prefix(Self.gapProbesMax) {
      if let history = await gapHistory(name) { answers.append(history.answer(to: question, metric: metrics.first)) }
    }
    let surplus = names.count - Self.gapProbesMax
    return GapsPage(
      question, probes: answers, remark: surplus > 0 ? Phrase("gaps.surplus", ["count": String(surplus)]) : nil)
  }

  /// The names of the probes whose series the matchers find; when the store has none, of those that could have given
  /// them by their own labels.
  private func probes(giving matchers: [LabelMatcher], _ question: GapQuestion) async -> [String] {
    let targets = configuration().probes.map { ($0.name, $0.targetLabels(hostName: hostName)) }
    let series = (try? await labelSets(matching: [question.subject], from: question.from, through: question.to)) ?? []
    let places = Set(series.map { LabelSet($0.labels.filter { ["job", "instance"].contains($0.name) }) })
    let found = targets.filter { _, labels in
      places.contains { $0.labels.allSatisfy { labels[$0.name] == $0.value } }
    }
    if !found.isEmpty { return found.map(\.0).sorted() }
    return targets.filter { _, labels in
      let known = matchers.filter { labels[$0.name] != nil }
      return !known.isEmpty && known.allSatisfy { $0.accepts(labels) }
    }.map(\.0).sorted()
  }
}

extension GapHistory {
  func answer(to question: GapQuestion, metric: String?) -> ProbeGaps {
    let told = gaps.filter { gap in
      gap.overlaps(from: question.from, through: question.to) && (metric.map(gap.concerns) ?? true)
    }
    var remarks: [Phrase] = []
    if question.from < knownSince { remarks.append(Phrase("gaps.unknown-before", ["at": knownSince.argument])) }
    if let forgottenBefore, question.from < forgottenBefore {
      remarks.append(Phrase("gaps.forgotten-before", ["at": forgottenBefore.argument]))
    }
    return ProbeGaps(probe: probe, metric: metric, remarks: remarks, gaps: told.reversed().map(GapRow.init))
  }
}

extension GapRow {
  init(_ gap: SampleGap) {
    self.init(
      from: gap.from, to: gap.to, cause: gap.cause.rawValue, extent: gap.extent.rawValue, reason: .message(gap.reason),
      runs: gap.runs)
  }
}
