internal import Records
internal import ServiceTime
internal import Telemetry

/// Says why a task fits nowhere, proved by lifting: each reason names a constraint without which it would fit, and when.
struct Explanation {
  let search: SlotSearch
  let job: SlotJob

  func reasons(after outcome: SlotSearch.Outcome) -> [Reason] {
    let present = Set(outcome.refused.map(\.refusal.constraint)).union([.deadline]).sorted()
    let single = present.compactMap { constraint in fit([constraint]).map { reason(constraint, outcome, $0) } }
    if !single.isEmpty { return single }
    for (index, first) in present.enumerated() {
      for second in present.dropFirst(index + 1) {
        if let slot = fit([first, second]) { return [several([first, second], slot)] + blockers(outcome) }
      }
    }
    if let slot = fit(Set(SlotConstraint.allCases)) { return [several(present, slot)] + blockers(outcome) }
    return blockers(outcome)
  }

  private func fit(_ lifted: Set<SlotConstraint>) -> Interval? { search.earliest(of: job, relaxing: lifted).slot }

  private func several(_ constraints: [SlotConstraint], _ slot: Interval) -> Reason {
    PlannerReasons.forbiddenBySeveral(constraints, fitsAt: slot.from)
  }

  private func blockers(_ outcome: SlotSearch.Outcome) -> [Reason] {
    outcome.refused.prefix(search.check.ground.settings.reasonsMax).map {
      PlannerReasons.refusal($0.refusal, at: $0.first)
    }
  }

  private func reason(_ constraint: SlotConstraint, _ outcome: SlotSearch.Outcome, _ slot: Interval) -> Reason {
    let refusals = outcome.refused.map(\.refusal).filter { $0.constraint == constraint }
    let longest = search.check.ground.window(job.window).intervals.map(\.duration).max() ?? .zero
    switch constraint {
    case .window where longest < job.duration:
      return PlannerReasons.windowTooShort(job.window, longest: longest, needed: job.duration, fitsAt: slot.from)
    case .window: return PlannerReasons.forbiddenByWindow(job.window, fitsAt: slot.from)
    case .deadline: return PlannerReasons.forbiddenByDeadline(job.deadline, fitsAt: slot.from)
    default: return PlannerReasons.forbidden(constraint, by: refusals, fitsAt: slot.from)
    }
  }
}
