internal import Records
internal import ServiceTime
internal import Telemetry

/// Says why a slot is refused: every constraint, each with what stands in the way.
struct SlotCheck {
  let ground: SlotGround
  let timeline: SlotTimeline

  /// Empty when the slot is free. Outside the window nothing else is looked at.
  func refusals(of job: SlotJob, at slot: Interval, relaxing: Set<SlotConstraint> = []) -> [SlotRefusal] {
    if !relaxing.contains(.window), !ground.window(job.window).contains(slot) { return [.outsideWindow(job.window)] }
    var found: [SlotRefusal] = []
    if !relaxing.contains(.freeze) {
      found += ground.freezes.filter { $0.interval.overlaps(slot) }.map { .freeze($0.name) }
    }
    if !relaxing.contains(.deadline), slot.to > job.deadline { found.append(.afterDeadline(job.deadline)) }
    let neighbours = timeline.overlapping(slot).filter { $0.number != job.number }
    if !relaxing.contains(.otherTask) { found += neighbours.compactMap { collision(of: job, with: $0) } }
    if !relaxing.contains(.capacity) { found += capacity(job, slot, neighbours) }
    for group in ground.groups(touchedBy: job.outage) {
      found += redundancy(job, slot, neighbours, group).filter { !relaxing.contains($0.constraint) }
    }
    return found
  }

  private func collision(of job: SlotJob, with other: SlotBooking) -> SlotRefusal? {
    if job.item == other.item { return .sameItem(other.number) }
    guard job.outage.contains(other.item) || other.outage.contains(job.item) else { return nil }
    return .relatedItem(other.number, item: other.itemName)
  }

  private func capacity(_ job: SlotJob, _ slot: Interval, _ neighbours: [SlotBooking]) -> [SlotRefusal] {
    let limit = ground.hours[job.window]?.tasksAtOnceMax ?? 1
    let sharing = neighbours.filter { $0.window == job.window }
    guard sharing.count >= limit else { return [] }
    for moment in moments(slot, sharing) {
      let running = sharing.filter { $0.slot.contains(moment) }
      if running.count >= limit {
        return [.windowFull(job.window, limit: limit, by: running.map(\.number).sorted())]
      }
    }
    return []
  }

  /// At every moment the members that are down, by other tasks and by incidents, leave `minAlive` with this task too.
  private func redundancy(
    _ job: SlotJob, _ slot: Interval, _ neighbours: [SlotBooking], _ group: RedundancyGroup
  ) -> [SlotRefusal] {
    let own = job.outage.intersection(group.members)
    guard group.members.count - own.count >= group.minAlive else {
      return [.redundancyAlone(group: group.name, minAlive: group.minAlive)]
    }
    let sharing = neighbours.filter { !$0.outage.isDisjoint(with: group.members) }
    for moment in moments(slot, sharing) {
      let running = sharing.filter { $0.slot.contains(moment) }
      let broken: Set<EntityID> =
        moment < ground.disturbedUntil ? group.members.filter { ground.disturbed[$0] != nil } : []
      let planned = running.reduce(into: Set<EntityID>()) { $0.formUnion($1.outage.intersection(group.members)) }
      if !own.isSubset(of: planned), group.members.count - own.union(planned).count < group.minAlive {
        return [.redundancy(group: group.name, minAlive: group.minAlive, by: running.map(\.number).sorted())]
      }
      // Work on a member that is down already takes nothing away.
      let others = planned.union(broken)
      guard !own.isSubset(of: others), group.members.count - own.union(others).count < group.minAlive else { continue }
      let incidents = Set(broken.subtracting(own).compactMap { ground.disturbed[$0] }).sorted()
      return [.disturbed(group: group.name, minAlive: group.minAlive, by: incidents)]
    }
    return []
  }

  /// Load only grows where a booking begins.
  private func moments(_ slot: Interval, _ bookings: [SlotBooking]) -> [Timestamp] {
    [slot.from] + bookings.map(\.slot.from).filter { slot.contains($0) }
  }
}
