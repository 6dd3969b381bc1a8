public import Records
public import ServiceTime
public import Telemetry

/// What makes a task unique: one plan, one item, one nominal day in the plan's zone.
public struct OccurrenceKey: Hashable, Sendable, Codable, Comparable {
  public let plan: String
  public let item: EntityID
  public let nominal: CivilDate

  public init(plan: String, item: EntityID, nominal: CivilDate) {
    self.plan = plan
    self.item = item
    self.nominal = nominal
  }

  public static func < (left: OccurrenceKey, right: OccurrenceKey) -> Bool {
    (left.plan, left.item, left.nominal) < (right.plan, right.item, right.nominal)
  }
}

/// Where a task stands. `overdue` is derived: see `MaintenanceTask.isOverdue(at:)`.
public enum TaskState: String, Hashable, Sendable, Codable, CaseIterable {
  /// Made, without a slot.
  case generated
  case scheduled
  case inProgress
  /// Its slot passed by the clock; a person has to say whether the work was done.
  case awaitingConfirmation
  case done
  case failed
  /// Put off by a person, without a new slot yet.
  case deferred
  /// It will not be done, for a reason.
  case skipped

  public var isFinished: Bool {
    switch self {
    case .done, .failed, .skipped: true
    case .generated, .scheduled, .inProgress, .awaitingConfirmation, .deferred: false
    }
  }

  /// Whether the planner may give it a slot or take it away.
  public var isPlannable: Bool {
    switch self {
    case .generated, .scheduled, .deferred: true
    case .inProgress, .awaitingConfirmation, .done, .failed, .skipped: false
    }
  }
}

/// What the plan says about a task; changes with the plan until the task begins.
public struct TaskTerms: Hashable, Sendable, Codable {
  public let activity: Activity
  public let itemName: String
  /// The name of the window in which it must lie.
  public let window: String
  public let durationSeconds: Int64
  public let priority: Int
  public let opening: WindowOpening
  /// The nominal time.
  public let dueAt: Timestamp
  /// It may not begin earlier.
  public let earliest: Timestamp
  /// It must have ended by then.
  public let deadline: Timestamp

  public var duration: Duration { .seconds(durationSeconds) }

  public init(
    activity: Activity, itemName: String, window: String, durationSeconds: Int64, priority: Int,
    opening: WindowOpening, dueAt: Timestamp, earliest: Timestamp, deadline: Timestamp
  ) {
    self.activity = activity
    self.itemName = itemName
    self.window = window
    self.durationSeconds = durationSeconds
    self.priority = priority
    self.opening = opening
    self.dueAt = dueAt
    self.earliest = earliest
    self.deadline = deadline
  }
}

/// How a person says that a task ended.
public struct TaskResult: Hashable, Sendable, Codable {
  public let text: String
  /// The checklist's entries that were ticked, by index from 0, ascending.
  public let checked: [Int]

  public init(text: String, checked: Set<Int> = []) {
    self.text = text
    self.checked = checked.sorted()
  }
}

/// One piece of maintenance work on one item.
public struct MaintenanceTask: Hashable, Sendable, Codable {
  /// For example `MT-7`.
  public let number: RecordNumber
  public let key: OccurrenceKey
  public internal(set) var state: TaskState
  public internal(set) var terms: TaskTerms
  /// Why it exists.
  public let origin: Reason
  /// When it is planned, or was last.
  public internal(set) var slot: Interval?
  /// Why this slot; or, without one, what forbids each.
  public internal(set) var slotReasons: [Reason]
  /// Why it lost its slot before, newest last, at most 20.
  public internal(set) var moves: [Reason]
  /// Slots that passed unused.
  public internal(set) var missedSlots: Int
  public internal(set) var startedAt: Timestamp?
  public internal(set) var startedBy: Actor?
  public internal(set) var endedAt: Timestamp?
  public internal(set) var endedBy: Actor?
  public internal(set) var result: TaskResult?
  /// Why it was skipped or deferred.
  public internal(set) var decision: Reason?
  public internal(set) var window: RecordNumber?

  /// How many moves are remembered.
  public static let movesMax = 20

  init(_ content: TaskGenerated) {
    number = content.number
    key = content.key
    state = .generated
    terms = content.terms
    origin = content.origin
    slotReasons = []
    moves = []
    missedSlots = 0
  }

  public var entity: EntityID { Self.entity(number) }

  public static func entity(_ number: RecordNumber) -> EntityID { EntityID("task/\(number)") }

  /// Not finished although its deadline passed.
  public func isOverdue(at now: Timestamp) -> Bool { !state.isFinished && terms.deadline < now }
}
