public import Records
public import ServiceTime
public import Telemetry

/// A maintenance window that was opened for a task: incidents of what it covers are withheld, sampling goes on.
public struct TaskWindow: Hashable, Sendable, Codable {
  public enum Ending: String, Hashable, Sendable, Codable {
    /// The task was done, failed or put off.
    case finished
    /// The planned end came; the work was confirmed to have been automatic.
    case slotEnded
    /// The planned end came while a person was still at work. Withholding ends all the same.
    case overrun
  }

  /// An item and why it is covered; frozen when the window opens.
  public struct Coverage: Hashable, Sendable, Codable {
    public let item: EntityID
    public let why: Reason

    public init(item: EntityID, why: Reason) {
      self.item = item
      self.why = why
    }
  }

  /// For example `MW-3`.
  public let number: RecordNumber
  public let task: RecordNumber
  public let title: BilingualText
  /// From the actual start to the planned end.
  public let planned: Interval
  public let coverage: [Coverage]
  public internal(set) var closedAt: Timestamp?
  public internal(set) var ending: Ending?

  public var isOpen: Bool { closedAt == nil }
  public var entity: EntityID { Self.entity(number) }

  public static func entity(_ number: RecordNumber) -> EntityID { EntityID("maintenance-window/\(number)") }

  public init(
    number: RecordNumber, task: RecordNumber, title: BilingualText, planned: Interval, coverage: [Coverage]
  ) {
    self.number = number
    self.task = task
    self.title = title
    self.planned = planned
    self.coverage = coverage
  }
}

/// The open window that withholds the incidents of an item.
public struct Withholding: Hashable, Sendable {
  public let window: RecordNumber
  public let task: RecordNumber
  public let title: BilingualText
  /// The planned end.
  public let until: Timestamp
  /// Why the item is covered.
  public let why: Reason
}
