public import Telemetry

/// What a group remembers between rounds: a value, so that a back-test or a unit test has its own.
public struct GroupState: Sendable {
  public let key: RuleGroupKey
  /// One for each rule, in the group's order.
  public internal(set) var rules: [RuleState]
  public internal(set) var lastSlot: Timestamp?
  /// Slots that passed without a round since the start.
  public internal(set) var missedSlots = 0

  /// The state of a group that was never evaluated.
  public init(for group: RuleGroup) {
    key = group.key
    rules = RuleIdentity.identities(of: group.rules).map { RuleState($0) }
  }

  /// Evaluates one rule. The caller goes through the rules in order, appends the samples of each before it queries for
  /// the next, and ends with `close`.
  ///
  /// - Parameters:
  ///   - index: of the rule in `group.rules`; a group of another shape than this state changes nothing.
  ///   - slot: the round's time. The result comes from a query at `slot` minus the group's `queryOffset`.
  public mutating func evaluate(
    ruleAt index: Int, of group: RuleGroup, given result: RuleResult, at slot: Timestamp,
    in context: RoundContext = RoundContext()
  ) -> RuleStep {
    guard rules.indices.contains(index), group.rules.indices.contains(index) else { return .done(RuleOutcome()) }
    let round = RuleRound(
      group: group.key, slot: slot, sampleTime: slot.advanced(by: .zero - group.queryOffset), limit: group.limit,
      context: context)
    var state = rules[index]
    state.lastEvaluatedAt = slot
    let step =
      switch group.rules[index] {
      case .alerting(let rule): state.evaluate(rule, given: result, in: round)
      case .recording(let rule): RuleStep.done(state.evaluate(rule, given: result, in: round))
      }
    guard case .done(let outcome) = step else { return step }
    state.lastFailure = outcome.failure
    rules[index] = state
    return step
  }

  /// Ends a round: counts the slots that were missed since the last.
  ///
  /// - Returns: rows for the table of alert states. The group's own row is written while an alert is on its way, because
  ///   only then a restart must know how long the program was away.
  public mutating func close(round slot: Timestamp, of group: RuleGroup) -> [String: [UInt8]?] {
    if let lastSlot, slot > lastSlot {
      missedSlots += GroupSchedule(group).missedSlots(between: lastSlot, and: slot)
    }
    lastSlot = slot
    let isUnderway = rules.contains { rule in
      rule.alerts.values.contains { $0.state == .pending || ($0.state == .firing && $0.keepFiringSince != nil) }
    }
    guard isUnderway else { return [:] }
    return [GroupRow.rowKey(of: key): GroupRow(group: key, lastSlot: slot).encoded()]
  }
}

/// One round of one rule.
struct RuleRound {
  let group: RuleGroupKey
  let slot: Timestamp
  /// What samples are stamped with.
  let sampleTime: Timestamp
  let limit: Int
  let context: RoundContext
}
