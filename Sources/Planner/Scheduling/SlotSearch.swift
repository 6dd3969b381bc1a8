internal import Records
internal import ServiceTime
internal import Telemetry

/// Finds the earliest slot of a task and keeps what refused the earlier ones.
struct SlotSearch {
  /// What refused candidates, merged by cause, in the order of the first.
  struct Refused {
    let refusal: SlotRefusal
    var first: Interval
    var last: Interval
  }

  struct Outcome {
    let slot: Interval?
    let refused: [Refused]
  }

  let check: SlotCheck

  func earliest(of job: SlotJob, relaxing: Set<SlotConstraint> = []) -> Outcome {
    let ground = check.ground
    let from = max(job.earliest, ground.onGrid(ground.now))
    let deadline =
      relaxing.contains(.deadline) ? max(job.deadline, from).advanced(by: ground.settings.lateness) : job.deadline
    let latest = deadline.advanced(by: .zero - job.duration)
    var refused: [SlotRefusal: Int] = [:]
    var list: [Refused] = []
    for start in candidates(job, from: from, through: latest) {
      guard let slot = Interval(from: start, lasting: job.duration) else { continue }
      let refusals = check.refusals(of: job, at: slot, relaxing: relaxing)
      if refusals.isEmpty { return Outcome(slot: slot, refused: list) }
      for refusal in refusals {
        if let index = refused[refusal] {
          list[index].last = slot
        } else {
          refused[refusal] = list.count
          list.append(Refused(refusal: refusal, first: slot, last: slot))
        }
      }
    }
    return Outcome(slot: nil, refused: list)
  }

  /// An earliest fit begins as soon as the task may, or where something that was in the way ends: a closed time, a
  /// freeze, another task, the reach of an incident. No other start needs a look.
  private func candidates(_ job: SlotJob, from: Timestamp, through latest: Timestamp) -> [Timestamp] {
    guard from <= latest, let span = Interval(from: from, to: latest.advanced(by: job.duration)) else { return [] }
    var starts: Set<Timestamp> = [from]
    starts.formUnion(check.ground.window(job.window).intervals.map(\.from))
    starts.formUnion(check.ground.frozen.intervals.map(\.to))
    starts.formUnion(check.timeline.overlapping(span).map(\.slot.to))
    starts.insert(check.ground.onGrid(check.ground.disturbedUntil))
    return Array(starts.filter { from <= $0 && $0 <= latest }.sorted().prefix(check.ground.settings.candidatesMax))
  }
}
