public import Records
public import Telemetry

/// A week of maintenance.
public struct MaintenancePage: Sendable, Encodable {
  /// The first instant of the week's Monday.
  public var start: Timestamp
  public var now: Timestamp
  /// By item, groups together.
  public var lanes: [MaintenanceLane]
  /// Tasks of the week by slot; those without a slot last.
  public var tasks: [TaskRow]
  /// Collisions and what else somebody must settle.
  public var problems: [StatedPhrase]
  public var plans: [PlanRow]
  /// The task that the address names, shown open.
  public var chosen: RecordNumber?
  /// The first task after this week, so that an empty week says where to look.
  public var following: TaskRow?

  public init(
    start: Timestamp, now: Timestamp, lanes: [MaintenanceLane], tasks: [TaskRow], problems: [StatedPhrase] = [],
    plans: [PlanRow] = [], chosen: RecordNumber? = nil, following: TaskRow? = nil
  ) {
    self.start = start
    self.now = now
    self.lanes = lanes
    self.tasks = tasks
    self.problems = problems
    self.plans = plans
    self.chosen = chosen
    self.following = following
  }
}

public struct MaintenanceLane: Sendable, Encodable {
  public var itemID: String
  public var item: String
  public var remark: Phrase?
  /// When work is allowed.
  public var windows: [TimeSpan]
  public var tasks: [RecordNumber]

  public init(
    itemID: String, item: String, remark: Phrase? = nil, windows: [TimeSpan] = [],
    tasks: [RecordNumber] = []
  ) {
    self.itemID = itemID
    self.item = item
    self.remark = remark
    self.windows = windows
    self.tasks = tasks
  }
}

public struct TimeSpan: Hashable, Sendable, Encodable {
  public var start: Timestamp
  /// Exclusive.
  public var end: Timestamp

  public init(from start: Timestamp, to end: Timestamp) {
    self.start = start
    self.end = end
  }
}

public enum TaskProgress: String, CaseIterable, Sendable, Encodable {
  case planned, unplaced, due, running, late, done, cancelled
}

public struct TaskRow: Sendable, Encodable {
  public var number: RecordNumber
  public var plan: String
  public var activity: Phrase
  /// The steps, in order.
  public var checklist: [Phrase]
  public var itemID: String
  public var item: String
  public var progress: TaskProgress
  /// `nil` when no slot fits.
  public var slot: TimeSpan?
  /// Why this slot, or what forbids every slot.
  public var reasons: [StatedPhrase]
  public var actions: [TaskAction]

  public init(
    number: RecordNumber, plan: String, activity: Phrase, checklist: [Phrase] = [], itemID: String, item: String,
    progress: TaskProgress, slot: TimeSpan? = nil, reasons: [StatedPhrase] = [], actions: [TaskAction] = []
  ) {
    self.number = number
    self.plan = plan
    self.activity = activity
    self.checklist = checklist
    self.itemID = itemID
    self.item = item
    self.progress = progress
    self.slot = slot
    self.reasons = reasons
    self.actions = actions
  }
}

public enum TaskAction: String, CaseIterable, Sendable, Encodable { case start, finish }

public struct PlanRow: Sendable, Encodable {
  public var name: String
  public var activity: Phrase
  /// For example `every 30 days`.
  public var rhythm: Phrase
  public var next: Timestamp?
  public var items: Int

  public init(name: String, activity: Phrase, rhythm: Phrase, next: Timestamp? = nil, items: Int) {
    self.name = name
    self.activity = activity
    self.rhythm = rhythm
    self.next = next
    self.items = items
  }
}
