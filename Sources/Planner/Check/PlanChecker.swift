public import Records
public import ServiceTime
public import Telemetry

/// A rule of planning that a plan breaks.
public enum PlanViolation: Hashable, Sendable {
  /// The slot is not as long as the work.
  case wrongDuration(RecordNumber)
  case outsideWindow(RecordNumber, window: String)
  case inFreeze(RecordNumber, freeze: String)
  case beforeEarliest(RecordNumber)
  /// Two tasks at once on one item.
  case sameItem(RecordNumber, RecordNumber)
  /// Two tasks at once on items of which one fails with the other.
  case relatedItems(RecordNumber, RecordNumber)
  case windowOverfull(window: String, tasks: [RecordNumber])
  case redundancyLost(group: String, tasks: [RecordNumber])
  case unknownItem(RecordNumber)
}

/// Checks a finished plan against the rules of planning, by another way than the search: it walks through every moment
/// at which the set of running tasks changes and looks at the whole world then. It shares only value types with the
/// search, so that one mistake does not hide the other.
public struct PlanChecker: Sendable {
  /// One placed task.
  public struct Entry: Hashable, Sendable {
    public let task: RecordNumber
    public let item: EntityID
    public let window: String
    public let duration: Duration
    public let earliest: Timestamp
    public let slot: Interval

    public init(
      task: RecordNumber, item: EntityID, window: String, duration: Duration, earliest: Timestamp, slot: Interval
    ) {
      self.task = task
      self.item = item
      self.window = window
      self.duration = duration
      self.earliest = earliest
      self.slot = slot
    }

    /// - Returns: `nil` unless the task is scheduled.
    public init?(_ task: MaintenanceTask) {
      guard task.state == .scheduled, let slot = task.slot else { return nil }
      self.init(
        task: task.number, item: task.key.item, window: task.terms.window, duration: task.terms.duration,
        earliest: task.terms.earliest, slot: slot)
    }
  }

  private let scene: PlanningScene

  public init(_ scene: PlanningScene) { self.scene = scene }

  /// Every violation, in a stable order; empty for a valid plan.
  public func violations(in entries: [Entry]) -> [PlanViolation] {
    var found: [PlanViolation] = []
    for entry in entries.sorted(by: { $0.task < $1.task }) { found += ownViolations(of: entry) }
    for moment in Set(entries.map(\.slot.from)).sorted() {
      let running = entries.filter { $0.slot.from <= moment && moment < $0.slot.to }.sorted { $0.task < $1.task }
      found += pairs(running) + overfull(running) + redundancyLost(running)
    }
    var seen: Set<PlanViolation> = []
    return found.filter { seen.insert($0).inserted }
  }

  private func ownViolations(of entry: Entry) -> [PlanViolation] {
    var found: [PlanViolation] = []
    if scene.items[entry.item] == nil { found.append(.unknownItem(entry.task)) }
    if entry.slot.to.elapsed(since: entry.slot.from) != entry.duration { found.append(.wrongDuration(entry.task)) }
    if entry.slot.from < entry.earliest { found.append(.beforeEarliest(entry.task)) }
    let definition = scene.plans.map(\.window).first { $0.name == entry.window }?.definition
    let open = definition?.intervals(over: entry.slot).intervals ?? []
    if !open.contains(where: { $0.from <= entry.slot.from && entry.slot.to <= $0.to }) {
      found.append(.outsideWindow(entry.task, window: entry.window))
    }
    for freeze in scene.freezes where freeze.interval.from < entry.slot.to && entry.slot.from < freeze.interval.to {
      found.append(.inFreeze(entry.task, freeze: freeze.name))
    }
    return found
  }

  private func pairs(_ running: [Entry]) -> [PlanViolation] {
    var found: [PlanViolation] = []
    for (index, first) in running.enumerated() {
      for second in running.dropFirst(index + 1) {
        if first.item == second.item {
          found.append(.sameItem(first.task, second.task))
        } else if dependants(of: first.item).contains(second.item) || dependants(of: second.item).contains(first.item) {
          found.append(.relatedItems(first.task, second.task))
        }
      }
    }
    return found
  }

  private func overfull(_ running: [Entry]) -> [PlanViolation] {
    Set(running.map(\.window)).sorted().compactMap { name in
      let tasks = running.filter { $0.window == name }.map(\.task)
      let limit = scene.plans.map(\.window).first { $0.name == name }?.tasksAtOnceMax ?? 1
      return tasks.count > limit ? .windowOverfull(window: name, tasks: tasks) : nil
    }
  }

  private func redundancyLost(_ running: [Entry]) -> [PlanViolation] {
    var groups: [String: RedundancyGroup] = [:]
    for item in scene.items.values { for group in item.redundancyGroups { groups[group.name] = group } }
    return groups.values.sorted { $0.name < $1.name }.compactMap { group in
      let down = running.filter { entry in
        group.members.contains(entry.item) || dependants(of: entry.item).contains { group.members.contains($0) }
      }
      let lost = Set(down.flatMap { [$0.item] + dependants(of: $0.item) }).filter { group.members.contains($0) }
      guard !lost.isEmpty, group.members.count - lost.count < group.minAlive else { return nil }
      return .redundancyLost(group: group.name, tasks: down.map(\.task))
    }
  }

  private func dependants(of item: EntityID) -> [EntityID] { scene.items[item]?.dependants ?? [] }
}
