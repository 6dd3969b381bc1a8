internal import PromQL
internal import Telemetry

extension RuleState {
  /// A round of a recording rule.
  mutating func evaluate(_ rule: RecordingRule, given result: RuleResult, in round: RuleRound) -> RuleOutcome {
    var outcome = RuleOutcome()
    guard case .elements(let elements) = result else {
      if case .failed(let problem) = result { outcome.failure = .query(problem) }
      return outcome
    }
    if round.limit > 0, elements.count > round.limit {
      outcome.failure = .tooManySeries(count: elements.count, limit: round.limit)
      return outcome
    }
    var samples: [RuleSample] = []
    var seen: Set<LabelSet> = []
    for element in elements {
      var labels = element.labels.setting(LabelSet.metricName, to: rule.name)
      for (name, value) in rule.labels { labels = labels.setting(name, to: value) }
      guard seen.insert(labels).inserted else {
        outcome.failure = .duplicateLabels(labels)
        return outcome
      }
      samples.append(
        RuleSample(labels: labels, at: round.sampleTime, element.value, histogram: element.histogram))
    }
    outcome.samples = closing(samples, at: round.sampleTime)
    return outcome
  }
}
