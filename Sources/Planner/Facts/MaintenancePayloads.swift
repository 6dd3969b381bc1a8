public import Records
public import ServiceTime
public import Telemetry

/// A plan took an item under its care: occurrences count from here.
public struct ItemEnrolled: FactPayload, Hashable {
  public static let kind = FactKind("plan.item-enrolled")
  public let plan: String
  public let item: EntityID
}

/// A plan, or its care for an item, ended.
public struct ItemWithdrawn: FactPayload, Hashable {
  public static let kind = FactKind("plan.item-withdrawn")
  public let plan: String
  public let item: EntityID
  public let reason: Reason
}

/// An occurrence became a task, once and for all.
public struct TaskGenerated: FactPayload, Hashable {
  public static let kind = FactKind("task.generated")
  public let number: RecordNumber
  public let key: OccurrenceKey
  public let terms: TaskTerms
  public let origin: Reason
}

/// The plan changed before the task began.
public struct TaskRevised: FactPayload, Hashable {
  public static let kind = FactKind("task.revised")
  public let number: RecordNumber
  public let terms: TaskTerms
}

/// A task got a slot, or another one.
public struct TaskScheduled: FactPayload, Hashable {
  public static let kind = FactKind("task.scheduled")
  public let number: RecordNumber
  public let slot: Interval
  public let reasons: [Reason]
}

/// A task has no slot, or had one that cannot be kept.
public struct TaskUnscheduled: FactPayload, Hashable {
  public static let kind = FactKind("task.unscheduled")
  public let number: RecordNumber
  public let reasons: [Reason]
}

/// A slot was given up. What follows in the same batch says whether there is another.
public struct TaskDisplaced: FactPayload, Hashable {
  public static let kind = FactKind("task.displaced")
  public let number: RecordNumber
  public let from: Interval
  public let reason: Reason
  /// Whether the slot passed unused.
  public let wasMissed: Bool
}

public struct TaskSkipped: FactPayload, Hashable {
  public static let kind = FactKind("task.skipped")
  public let number: RecordNumber
  public let reason: Reason
}

/// Work began.
public struct TaskStarted: FactPayload, Hashable {
  public static let kind = FactKind("task.started")
  public let number: RecordNumber
  public let slot: Interval
  public let window: RecordNumber
  /// Who or what began it, and what was overridden.
  public let reasons: [Reason]
}

/// The slot of an automatic task ended.
public struct TaskElapsed: FactPayload, Hashable {
  public static let kind = FactKind("task.elapsed")
  public let number: RecordNumber
}

public struct TaskFinished: FactPayload, Hashable {
  public static let kind = FactKind("task.finished")
  public enum Outcome: String, Hashable, Sendable, Codable { case done, failed }
  public let number: RecordNumber
  public let outcome: Outcome
  public let result: TaskResult
  /// How long after its planned end, 0 when in time.
  public let overrunSeconds: Int64
}

/// A person put a task off.
public struct TaskDeferred: FactPayload, Hashable {
  public static let kind = FactKind("task.deferred")
  public let number: RecordNumber
  public let earliest: Timestamp
  public let deadline: Timestamp
  public let reason: Reason
}

public struct WindowOpened: FactPayload, Hashable {
  public static let kind = FactKind("window.opened")
  public let number: RecordNumber
  public let task: RecordNumber
  public let title: BilingualText
  public let planned: Interval
  public let coverage: [TaskWindow.Coverage]
}

public struct WindowClosed: FactPayload, Hashable {
  public static let kind = FactKind("window.closed")
  public let number: RecordNumber
  public let ending: TaskWindow.Ending
}

/// Slots were moved: how many of how many, and why.
public struct PlanReplanned: FactPayload, Hashable {
  public static let kind = FactKind("plan.replanned")
  public let moved: Int
  public let kept: Int
  public let reasons: [Reason]
}
