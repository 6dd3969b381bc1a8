internal import Records
internal import ServiceTime
internal import Telemetry

/// The kinds of constraints, each of which can be lifted to see whether it alone forbids a slot.
enum SlotConstraint: String, CaseIterable, Hashable, Comparable {
  case window, freeze, capacity, otherTask, redundancy, incident, deadline

  static func < (left: SlotConstraint, right: SlotConstraint) -> Bool {
    (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
  }
}

/// Why one slot is refused.
enum SlotRefusal: Hashable {
  case outsideWindow(String)
  case freeze(String)
  case windowFull(String, limit: Int, by: [RecordNumber])
  case sameItem(RecordNumber)
  /// One of the two items fails with the other.
  case relatedItem(RecordNumber, item: String)
  case redundancy(group: String, minAlive: Int, by: [RecordNumber])
  /// The task alone takes too many members down.
  case redundancyAlone(group: String, minAlive: Int)
  case disturbed(group: String, minAlive: Int, by: [RecordNumber])
  case afterDeadline(Timestamp)

  var constraint: SlotConstraint {
    switch self {
    case .outsideWindow: .window
    case .freeze: .freeze
    case .windowFull: .capacity
    case .sameItem, .relatedItem: .otherTask
    case .redundancy, .redundancyAlone: .redundancy
    case .disturbed: .incident
    case .afterDeadline: .deadline
    }
  }
}

/// A task as the search sees it.
struct SlotJob {
  let number: RecordNumber
  let item: EntityID
  let itemName: String
  let outage: Set<EntityID>
  let window: String
  let duration: Duration
  let earliest: Timestamp
  let deadline: Timestamp
  let priority: Int

  var latestStart: Timestamp { deadline.advanced(by: .zero - duration) }

  init(_ task: MaintenanceTask, _ scene: PlanningScene) {
    number = task.number
    item = task.key.item
    itemName = task.terms.itemName
    outage = scene.outage(of: task.key.item)
    window = task.terms.window
    duration = task.terms.duration
    earliest = task.terms.earliest
    deadline = task.terms.deadline
    priority = task.terms.priority
  }

  private init(_ other: SlotJob, earliest: Timestamp, deadline: Timestamp) {
    number = other.number
    item = other.item
    itemName = other.itemName
    outage = other.outage
    window = other.window
    duration = other.duration
    self.earliest = earliest
    self.deadline = deadline
    priority = other.priority
  }

  func within(earliest: Timestamp, deadline: Timestamp) -> SlotJob {
    SlotJob(self, earliest: earliest, deadline: deadline)
  }
}

/// A slot that is taken.
struct SlotBooking {
  let number: RecordNumber
  let item: EntityID
  let itemName: String
  let outage: Set<EntityID>
  let window: String
  let slot: Interval

  init(_ job: SlotJob, at slot: Interval) {
    number = job.number
    item = job.item
    itemName = job.itemName
    outage = job.outage
    window = job.window
    self.slot = slot
  }

  /// Work that overruns is expected to last until its overrun has doubled: 1, 2, 4, 8 … grid steps. So what waits
  /// for it is moved a few times, not every minute.
  init?(_ task: MaintenanceTask, _ scene: PlanningScene, now: Timestamp, grid: Duration) {
    guard let planned = task.slot else { return nil }
    var end = planned.to
    var step = max(grid, .seconds(1))
    while end <= now, step < PlanLimits.marginMax {
      end = planned.to.advanced(by: step)
      step += step
    }
    guard let slot = Interval(from: planned.from, to: end) else { return nil }
    self.init(SlotJob(task, scene), at: slot)
  }
}

/// Taken slots, ascending by start.
struct SlotTimeline {
  private(set) var bookings: [SlotBooking] = []
  private var longest = Duration.zero

  mutating func insert(_ booking: SlotBooking) {
    bookings.insert(booking, at: firstIndex(startingAtOrAfter: booking.slot.from))
    longest = max(longest, booking.slot.duration)
  }

  /// Those that overlap `interval`, ascending by start.
  func overlapping(_ interval: Interval) -> [SlotBooking] {
    var found: [SlotBooking] = []
    var index = firstIndex(startingAtOrAfter: interval.from.advanced(by: .zero - longest))
    while index < bookings.count, bookings[index].slot.from < interval.to {
      if bookings[index].slot.overlaps(interval) { found.append(bookings[index]) }
      index += 1
    }
    return found
  }

  private func firstIndex(startingAtOrAfter instant: Timestamp) -> Int {
    var low = 0
    var high = bookings.count
    while low < high {
      let middle = (low + high) / 2
      if bookings[middle].slot.from < instant { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
