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
    return several(after: outcome)
  }

  /// No single constraint is to blame: lifts all, and lays each back on with which it still fits. What is left over is
  /// needed, each of it.
  private func several(after outcome: SlotSearch.Outcome) -> [Reason] {
    var lifted = Set(SlotConstraint.allCases)
    guard var slot = fit(lifted) else { return blockers(outcome) }
    for constraint in SlotConstraint.allCases {
      guard let still = fit(lifted.subtracting([constraint])) else { continue }
      lifted.remove(constraint)
      slot = still
    }
    let several = PlannerReasons.forbiddenBySeveral(lifted.sorted(), fitsAt: slot.from)
    guard lifted.contains(.window), longest < job.duration else { return [several] + blockers(outcome) }
    // No time of the window would do: that is what has to be changed, and its hours one by one say nothing.
    let others = outcome.refused.filter { $0.refusal.constraint != .window }
    return [PlannerReasons.windowShorter(job.window, longest: longest, needed: job.duration), several]
      + blockers(SlotSearch.Outcome(slot: nil, refused: others))
  }

  private var longest: Duration {
    search.check.ground.window(job.window).intervals.map(\.duration).max() ?? .zero
  }

  private func fit(_ lifted: Set<SlotConstraint>) -> Interval? { search.earliest(of: job, relaxing: lifted).slot }

  private func blockers(_ outcome: SlotSearch.Outcome) -> [Reason] {
    outcome.refused.prefix(search.check.ground.settings.reasonsMax).map {
      PlannerReasons.refusal($0.refusal, at: $0.first)
    }
  }

  private func reason(_ constraint: SlotConstraint, _ outcome: SlotSearch.Outcome, _ slot: Interval) -> Reason {
    let refusals = outcome.refused.map(\.refusal).filter { $0.constraint == constraint }
    switch constraint {
    case .window where longest < job.duration:
      return PlannerReasons.windowTooShort(job.window, longest: longest, needed: job.duration, fitsAt: slot.from)
    case .window:
      return PlannerReasons.forbiddenByWindow(job.window, beside: outcome.refused.map(\.refusal), fitsAt: slot.from)
    case .deadline: return PlannerReasons.forbiddenByDeadline(job.deadline, fitsAt: slot.from)
    default: return PlannerReasons.forbidden(constraint, by: refusals, fitsAt: slot.from)
    }
  }
}
