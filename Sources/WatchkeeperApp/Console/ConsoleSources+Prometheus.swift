internal import Alerting
internal import Interchange
internal import PromQL
internal import Telemetry
internal import WebInterface

extension ConsoleSources {
  func answer(
    _ text: String, over range: EvaluationRange, _ options: PrometheusQueryOptions = .init()
  ) async throws(PrometheusFailure) -> PrometheusResult {
    var asked = visitorQueries
    if let lookback = options.lookback { asked = asked.looking(back: lookback) }
    if let timeout = options.timeout { asked = asked.answering(within: timeout) }
    do {
      let result = try await asked.evaluate(text, over: range)
      var remarks = PrometheusResult(
        PrometheusAnswer(result.value, at: range.end),
        warnings: result.annotations.filter { $0.severity == .warning }.map(\.description),
        infos: result.annotations.filter { $0.severity == .info }.map(\.description))
      if let limit = options.limit, remarks.answer.truncate(to: limit) {
        remarks.warnings.append("results truncated due to limit")
      }
      return remarks
    } catch {
      throw PrometheusFailure(error)
    }
  }

  func labelSets(
    matching selectors: [String], from start: Timestamp, through end: Timestamp
  ) async throws(PrometheusFailure) -> [LabelSet] {
    let matchers = try Self.matchers(of: selectors)
    do {
      return try await queries.reader.labelSets(
        matching: matchers, after: start.advanced(by: .milliseconds(-1)), through: end, limits: queries.limits)
    } catch {
      throw PrometheusFailure(.reading(error))
    }
  }

  /// What an instant query would show now, without native histograms, which the text format does not know.
  func latest(matching selectors: [String]) async throws(PrometheusFailure) -> [(labels: LabelSet, sample: Sample)] {
    let now = clock.now
    var selections: [SeriesSelection] = []
    for matchers in try Self.matchers(of: selectors) {
      selections.append(
        SeriesSelection(matchers, after: now.advanced(by: .zero - queries.lookback), through: now))
    }
    let found: [[SeriesSlice]]
    do {
      found = try await queries.reader.select(selections, limits: queries.limits)
    } catch {
      throw PrometheusFailure(.reading(error))
    }
    var latest: [LabelSet: Sample] = [:]
    for slice in found.joined() {
      guard let time = slice.milliseconds.last, let value = slice.values.last, !value.isStaleMarker,
        slice.histograms.milliseconds.last.map({ $0 < time }) ?? true
      else { continue }
      latest[slice.labels] = Sample(at: Timestamp(milliseconds: time), value)
    }
    return latest.map { ($0.key, $0.value) }
  }

  func labelNames(matching selectors: [String]) async throws(PrometheusFailure) -> [String] {
    let matchers = try Self.matchers(of: selectors)
    do {
      return try await queries.reader.labelNames(matching: matchers, limits: queries.limits)
    } catch {
      throw PrometheusFailure(.reading(error))
    }
  }

  func labelValues(of name: String, matching selectors: [String]) async throws(PrometheusFailure) -> [String] {
    let matchers = try Self.matchers(of: selectors)
    do {
      return try await queries.reader.labelValues(of: name, matching: matchers, limits: queries.limits).keys.sorted()
    } catch {
      throw PrometheusFailure(.reading(error))
    }
  }

  /// What targets told, and of the other metrics that are stored what is known of Watchkeeper's own and of those that
  /// probes make.
  ///
  /// A help for people: while the store cannot be read, what was told is answered all the same.
  func metadata(of name: String?) async -> MetadataTable {
    let known = metadata()
    if let name, known.told.entry(ofSeries: name) != nil { return known.told }
    let selectors = name.map { [[LabelMatcher.equal(LabelSet.metricName, $0)]] } ?? []
    let stored = try? await queries.reader.labelValues(
      of: LabelSet.metricName, matching: selectors, limits: queries.limits)
    var table = known.told
    for metric in (stored ?? [:]).keys where known.told.entry(ofSeries: metric) == nil {
      if let entry = known.entry(ofSeries: metric) { table.note(entry) }
    }
    return table
  }

  private static func matchers(of selectors: [String]) throws(PrometheusFailure) -> [[LabelMatcher]] {
    var matchers: [[LabelMatcher]] = []
    for selector in selectors {
      let query: Query
      do { query = try Query(parsing: selector) } catch { throw PrometheusFailure(.query(error)) }
      guard case .vector(let node) = query.expression.withoutParentheses else {
        throw PrometheusFailure(.badData, "invalid parameter \"match[]\": '\(selector)' is not a series selector")
      }
      matchers.append(node.matchers)
    }
    return matchers
  }
}

extension PrometheusAnswer {
  /// - Returns: whether anything was left out.
  fileprivate mutating func truncate(to limit: Int) -> Bool {
    switch self {
    case .vector(let samples) where samples.count > limit: self = .vector(Array(samples.prefix(limit)))
    case .matrix(let series) where series.count > limit: self = .matrix(Array(series.prefix(limit)))
    case .vector, .matrix, .scalar, .string: return false
    }
    return true
  }

  init(_ value: QueryValue, at time: Timestamp) {
    switch value {
    case .scalar(let number): self = .scalar(PrometheusPoint(at: time, number))
    case .string(let text): self = .string(at: time, text)
    case .vector(let elements):
      self = .vector(
        elements.map {
          PrometheusSample($0.labels, PrometheusPoint(at: $0.timestamp, $0.value, histogram: $0.histogram))
        })
    case .matrix(let slices): self = .matrix(slices)
    }
  }
}

extension PrometheusFailure {
  init(_ failure: QueryService.Failure) {
    switch failure {
    case .query(let error):
      switch error.cause {
      case .syntax, .type: self.init(.badData, error.description)
      case .execution, .limit: self.init(.execution, error.description)
      case .tookTooLong: self.init(.timeout, error.description)
      case .cancelled: self.init(.canceled, error.description)
      }
    case .reading(let error):
      switch error {
      case .tookTooLong: self.init(.timeout, error.description)
      case .tooManySamples, .tooManySeries, .tooManyBytes: self.init(.execution, error.description)
      case .cancelled: self.init(.canceled, error.description)
      case .unreadable: self.init(.internal, error.description)
      }
    case .waiting(let refusal):
      switch refusal {
      case .tooManyWait: self.init(.unavailable, refusal.description)
      case .waitedTooLong: self.init(.timeout, refusal.description)
      case .cancelled: self.init(.canceled, refusal.description)
      }
    }
  }
}

/// Rule groups in the shape of `/api/v1/rules`.
enum PrometheusRules {
  static func groups(of view: RuleEvaluator.View) -> [PrometheusRuleGroup] {
    view.groups.map { group in
      let state = view.states[group.key]
      let last = state?.lastSlot ?? .epoch
      return PrometheusRuleGroup(
        name: group.name, file: group.file, intervalSeconds: group.interval.inSeconds, limit: group.limit,
        lastEvaluation: last,
        evaluationSeconds: view.lastTook[group.key]?.inSeconds ?? 0,
        rules: group.rules.enumerated().map { index, rule in
          shown(rule, state.flatMap { $0.rules.indices.contains(index) ? $0.rules[index] : nil })
        })
    }
  }

  private static func shown(_ rule: Rule, _ state: RuleState?) -> PrometheusRule {
    var answer = PrometheusRule(
      kind: .recording, name: rule.name, query: rule.query.description, health: health(of: state),
      lastError: state?.lastFailure?.description, lastEvaluation: state?.lastEvaluatedAt ?? .epoch)
    switch rule {
    case .recording(let recording): answer.labels = LabelSet(recording.labels)
    case .alerting(let alerting):
      answer.kind = .alerting
      answer.labels = LabelSet(texts(alerting.labels))
      answer.annotations = texts(alerting.annotations)
      answer.forSeconds = alerting.holdDuration.inSeconds
      answer.keepFiringForSeconds = alerting.keepFiringFor.inSeconds
      answer.state = PrometheusRule.State(state?.state ?? .inactive)
      answer.alerts = (state?.activeAlerts ?? []).map { alert in
        PrometheusAlert(
          labels: alert.labels, annotations: alert.annotations, state: PrometheusRule.State(alert.state),
          activeAt: alert.activeAt, keepFiringSince: alert.keepFiringSince, value: alert.value)
      }
    }
    return answer
  }

  private static func health(of state: RuleState?) -> PrometheusRule.Health {
    guard let state, state.lastEvaluatedAt != nil else { return .unknown }
    return state.lastFailure == nil ? .ok : .err
  }

  private static func texts(_ templates: [NamedTemplate]) -> [String: String] {
    Dictionary(templates.map { ($0.name, $0.template.text) }, uniquingKeysWith: { first, _ in first })
  }
}

extension PrometheusRule.State {
  init(_ state: AlertState) {
    switch state {
    case .inactive: self = .inactive
    case .pending: self = .pending
    case .firing: self = .firing
    }
  }
}
