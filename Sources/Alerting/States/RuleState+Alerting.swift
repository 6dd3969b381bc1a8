internal import PromQL
internal import Telemetry

extension RuleState {
  /// A round of an alerting rule.
  /// - Source: Prometheus `rules/alerting.go`; prometheus/compliance, alert generator specification.
  mutating func evaluate(_ rule: AlertingRule, given result: RuleResult, in round: RuleRound) -> RuleStep {
    guard case .elements(let elements) = result else {
      var failed = RuleOutcome()
      if case .failed(let problem) = result { failed.failure = .query(problem) }
      return .done(unchanged(failed))
    }
    var reading = ElementReading(rule: rule, round: round)
    for element in elements { reading.read(element) }
    var outcome = RuleOutcome()
    let someGone = alerts.values.contains { $0.state != .inactive && reading.found[$0.labels] == nil }
    switch AbsenceEvidence.gather(rule.policy, someGone: someGone, round.context.answers) {
    case .needs(let queries): return .needs(queries: reading.needs.union(queries).sorted())
    case .failed(let problem):
      outcome.failure = .query(problem)
      return .done(unchanged(outcome))
    case .known(let evidence):
      if let present = evidence.present, rule.policy.noData == .alert {
        for labels in missing(present, at: round.slot) { reading.readMissing(labels) }
      }
      guard reading.needs.isEmpty else { return .needs(queries: reading.needs.sorted()) }
      return .done(finish(rule, reading, evidence, round))
    }
  }

  /// The label sets that had data and have none now, until they count as retired.
  private func missing(_ present: Set<LabelSet>, at slot: Timestamp) -> Set<LabelSet> {
    let told = alerts.values.filter { alert in
      alert.state != .inactive && (!alert.isNoData || slot.elapsed(since: alert.activeAt) < AlertTimes.noDataMax)
    }
    return self.present.union(told.map(\.element)).subtracting(present)
  }

  /// The round once everything that was asked for is answered.
  private mutating func finish(
    _ rule: AlertingRule, _ reading: ElementReading, _ evidence: AbsenceEvidence, _ round: RuleRound
  ) -> RuleOutcome {
    var outcome = RuleOutcome()
    outcome.templateErrors = reading.errors
    if let duplicate = reading.duplicate {
      outcome.failure = .duplicateLabels(duplicate)
      return unchanged(outcome)
    }
    let before = alerts
    present = rule.policy.noData == .alert ? evidence.present ?? present : []
    take(reading.found)
    advance(rule, present: reading.found, evidence, round, &outcome)
    let active = activeAlerts
    if round.limit > 0, active.count > round.limit {
      outcome.failure = .tooManyAlerts(count: active.count, limit: round.limit)
      outcome.dropped = before.values.filter { $0.state == .firing }.sorted { $0.labels < $1.labels }
      (outcome.started, outcome.resolved) = ([], [])
      alerts = [:]
    } else {
      outcome.alerts = active
      outcome.samples = closing(Self.samples(of: active, at: round.sampleTime), at: round.sampleTime)
    }
    outcome.rowChanges = rowChanges(since: before)
    return outcome
  }

  /// A round without a result says nothing about the alerts: they stay, and so do their series.
  private func unchanged(_ outcome: RuleOutcome) -> RuleOutcome {
    var outcome = outcome
    outcome.alerts = activeAlerts
    return outcome
  }

  /// Renews the texts of known alerts and begins new ones; one that comes back after it ended is new.
  private mutating func take(_ found: [LabelSet: Alert]) {
    for (labels, alert) in found {
      if var known = alerts[labels], known.state != .inactive {
        known.value = alert.value
        known.annotations = alert.annotations
        alerts[labels] = known
      } else {
        alerts[labels] = alert
      }
    }
  }

  private mutating func advance(
    _ rule: AlertingRule, present: [LabelSet: Alert], _ evidence: AbsenceEvidence, _ round: RuleRound,
    _ outcome: inout RuleOutcome
  ) {
    for labels in alerts.keys.sorted() {
      guard var alert = alerts[labels] else { continue }
      alert.endFuture(at: round.slot)
      let wasFiring = alert.state == .firing
      if present[labels] != nil {
        alert.comeBack(at: round.slot)
      } else if alert.state != .inactive, let hold = evidence.hold(alert) {
        alert.stay(hold, at: round.slot)
        alerts[labels] = alert
        continue
      } else if !keepsFiring(&alert, rule, at: round.slot) {
        alerts[labels] = ended(alert, at: round.slot)
        if wasFiring, let resolved = alerts[labels] { outcome.resolved.append(resolved) }
        continue
      }
      let wait = alert.isNoData ? rule.policy.noDataFor : rule.holdDuration
      alert.fallBack(under: wait, at: round.slot)
      if alert.state == .pending, round.slot.elapsed(since: alert.activeAt) >= wait {
        alert.state = .firing
        alert.firedAt = round.slot
        outcome.started.append(alert)
      }
      alerts[labels] = alert
    }
  }

  /// Whether `keep_firing_for` still holds an alert whose element is gone.
  private func keepsFiring(_ alert: inout Alert, _ rule: AlertingRule, at slot: Timestamp) -> Bool {
    (alert.held, alert.missingSince) = (nil, nil)
    guard alert.state == .firing, !alert.isNoData, rule.keepFiringFor > .zero else { return false }
    let since = alert.keepFiringSince ?? slot
    alert.keepFiringSince = since
    return slot.elapsed(since: since) < rule.keepFiringFor
  }

  /// The alert after its element is gone; `nil` when nothing needs to be remembered.
  private func ended(_ alert: Alert, at slot: Timestamp) -> Alert? {
    var alert = alert
    (alert.held, alert.missingSince) = (nil, nil)
    switch alert.state {
    case .pending: return nil
    case .firing:
      alert.state = .inactive
      alert.resolvedAt = slot
    case .inactive:
      if slot.elapsed(since: alert.resolvedAt ?? slot) > AlertTimes.resolvedRetention { return nil }
    }
    return alert
  }

  /// `ALERTS` and `ALERTS_FOR_STATE` of each alert.
  static func samples(of active: [Alert], at time: Timestamp) -> [RuleSample] {
    active.flatMap { alert in
      let labels = seriesLabels(of: alert)
      // Whole seconds, rounded down, as in Prometheus.
      let activeSeconds = (alert.activeAt.seconds).rounded(.down)
      return [
        RuleSample(labels: labels.state, at: time, 1), RuleSample(labels: labels.since, at: time, activeSeconds),
      ]
    }
  }

  static func seriesLabels(of alert: Alert) -> (state: LabelSet, since: LabelSet) {
    (
      alert.labels.setting(LabelSet.metricName, to: "ALERTS").setting("alertstate", to: alert.state.rawValue),
      alert.labels.setting(LabelSet.metricName, to: "ALERTS_FOR_STATE")
    )
  }

  private func rowChanges(since before: [LabelSet: Alert]) -> [String: [UInt8]?] {
    var changes: [String: [UInt8]?] = [:]
    for (labels, alert) in alerts where before[labels]?.hasSameProgress(as: alert) != true {
      changes[AlertRow.rowKey(of: alert.key, identity)] = .some(AlertRow(alert, identity).encoded())
    }
    for (labels, alert) in before where alerts[labels] == nil {
      changes[AlertRow.rowKey(of: alert.key, identity)] = .some(nil)
    }
    return changes
  }
}

/// Turns result elements into alerts, texts expanded.
private struct ElementReading {
  let rule: AlertingRule
  let round: RuleRound
  var found: [LabelSet: Alert] = [:]
  var needs: Set<String> = []
  var errors: [TemplateError] = []
  var duplicate: LabelSet?

  init(rule: AlertingRule, round: RuleRound) {
    self.rule = rule
    self.round = round
  }

  mutating func read(_ element: VectorElement) { read(element, isNoData: false) }

  /// What says that a label set has no data. Its texts are the caller's to write: the rule's speak of a value.
  mutating func readMissing(_ labels: LabelSet) {
    read(VectorElement(labels: labels, timestamp: round.slot, value: .nan), isNoData: true)
  }

  private mutating func read(_ element: VectorElement, isNoData: Bool) {
    let context = TemplateContext(
      labels: element.labels, value: element.value, valueText: element.histogram?.promQLText,
      external: round.context.external, now: round.slot,
      answers: round.context.answers)
    let source = element.labels.removingMetricName()
    var labels = source
    for label in rule.labels { labels = labels.setting(label.name, to: expand(label.template, context)) }
    labels = labels.setting("alertname", to: rule.name)
    var annotations: [String: String] = [:]
    if isNoData {
      labels = labels.setting("no_data", to: "true")
    } else {
      for annotation in rule.annotations { annotations[annotation.name] = expand(annotation.template, context) }
    }
    let key = AlertKey(group: round.group, alert: rule.name, labels: labels)
    let alert = Alert(
      key: key, annotations: annotations, activeAt: round.slot, value: element.value, element: source,
      isNoData: isNoData)
    if found.updateValue(alert, forKey: labels) != nil { duplicate = duplicate ?? labels }
  }

  private mutating func expand(_ template: Template, _ context: TemplateContext) -> String {
    switch template.expand(context) {
    case .text(let text): return text
    case .needs(let query):
      needs.insert(query)
      return ""
    case .failed(let error):
      errors.append(error)
      return Template.replacement(for: error)
    }
  }
}

extension Alert {
  /// Its element is there again. The time without data does not count toward `for`: nobody watched.
  fileprivate mutating func comeBack(at slot: Timestamp) {
    if state == .pending, let missingSince { activeAt = activeAt.advanced(by: slot.elapsed(since: missingSince)) }
    (keepFiringSince, held, missingSince) = (nil, nil, nil)
  }

  fileprivate mutating func stay(_ hold: AlertHold, at slot: Timestamp) {
    held = hold
    missingSince = hold == .noData ? missingSince ?? slot : nil
  }

  /// `for` was raised above what it took to fire: the alert waits for the rest. A clock that was set back is no reason.
  fileprivate mutating func fallBack(under wait: Duration, at slot: Timestamp) {
    guard state == .firing, let firedAt, firedAt.elapsed(since: activeAt) < wait, slot.elapsed(since: activeAt) < wait
    else { return }
    state = .pending
    (self.firedAt, keepFiringSince) = (nil, nil)
  }

  /// After the clock was set back, what lies ahead of it counts from now: an alert would else wait for hours.
  fileprivate mutating func endFuture(at slot: Timestamp) {
    if state == .pending { activeAt = min(activeAt, slot) }
    keepFiringSince = keepFiringSince.map { min($0, slot) }
  }
}
