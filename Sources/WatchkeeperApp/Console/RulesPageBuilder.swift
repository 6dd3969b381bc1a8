internal import Alerting
internal import Incidents
internal import PromQL
internal import Records
internal import Telemetry
internal import WebInterface

/// All rules with what they see now. Pure.
struct RulesPageBuilder {
  let view: RuleEvaluator.View
  let incidents: IncidentBook

  var page: RulesPage {
    let open = Dictionary(grouping: incidents.all.filter(\.status.isActive)) { $0.origin.rule }
    return RulesPage(
      groups: view.groups.map { group in
        let state = view.states[group.key]
        return RuleGroupRow(
          name: group.name, file: group.file, intervalSeconds: group.interval.inSeconds,
          lastEvaluation: state?.lastSlot, tookSeconds: view.lastTook[group.key]?.inSeconds,
          rules: group.rules.enumerated().map { index, rule in
            let known = state.flatMap { $0.rules.indices.contains(index) ? $0.rules[index] : nil }
            let reference = RuleReference(group.key, rule.name)
            return row(rule, known, incidents: (open[reference] ?? []).map(\.number).sorted())
          })
      })
  }

  private func row(_ rule: Rule, _ state: RuleState?, incidents: [RecordNumber]) -> RuleRow {
    let active = state?.activeAlerts ?? []
    var row = RuleRow(
      name: rule.name, expression: rule.query.text, condition: Self.condition(of: rule, state),
      problem: state?.lastFailure?.description, pending: active.count { $0.state == .pending },
      firing: active.count { $0.state == .firing })
    guard case .alerting(let alerting) = rule else { return row }
    row.heldSeconds = alerting.holdDuration.inSeconds
    row.severity = alerting.labels.first { $0.name == "severity" }?.template.text
    let texts = Dictionary(
      alerting.annotations.map { ($0.name, $0.template.text) }, uniquingKeysWith: { first, _ in first })
    row.summary = texts["summary"].map { .annotation("summary", in: texts, otherwise: $0) }
    row.policy = Self.phrases(for: alerting.policy)
    row.holds = AlertHold.allCases.compactMap { hold in
      let count = active.count { $0.held == hold }
      return count == 0 ? nil : Phrase("rule.holds.\(hold.rawValue)", ["count": String(count)])
    }
    // Rules of one name are one breach; each lists what is open under the name while it sees something.
    row.incidents = incidents
    return row
  }

  private static func phrases(for policy: RecoveryPolicy) -> [Phrase] {
    let recovery = policy.recovery.map { Phrase("rule.recovers", ["expression": $0.text]) }
    let noData = policy.noData == .resolve ? nil : Phrase("rule.no-data.\(policy.noData.rawValue)")
    return [recovery, noData].compactMap { $0 }
  }

  static func condition(of rule: Rule, _ state: RuleState?) -> RuleCondition {
    guard let state, state.lastEvaluatedAt != nil else { return .notEvaluated }
    if state.lastFailure != nil { return .failing }
    guard case .alerting = rule else { return .recording }
    switch state.state {
    case .inactive: return .inactive
    case .pending: return .pending
    case .firing: return .firing
    }
  }
}
