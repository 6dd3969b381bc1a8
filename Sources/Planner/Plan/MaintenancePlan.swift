public import Records
public import ServiceTime
internal import Telemetry

/// What is to be done again and again, to which items, and when it may be done. Its home is a file.
public struct MaintenancePlan: Hashable, Sendable {
  /// Its key for ever: occurrences are remembered under it. `[a-z0-9][a-z0-9._-]*`, at most 80 bytes.
  public let name: String
  public let activity: Activity
  public let selector: ItemSelector
  public let recurrence: Recurrence
  public let window: MaintenanceHours
  /// How long the work takes. Whole seconds, at least a minute, at most 7 days.
  public let duration: Duration
  /// How long before its nominal time a task may begin. Default 0.
  public let lead: Duration
  /// How long after its nominal time a task must have ended. Default: a fifth of the recurrence's interval, at least
  /// a day.
  public let tolerance: Duration
  /// 1 most urgent to 4 least. Default 3.
  public let priority: Int
  public let opening: WindowOpening
  /// Where the plan is written, for example `plans/patch.yaml:3:1`.
  public let source: String
}

/// What the technician does.
public struct Activity: Hashable, Sendable, Codable {
  public let title: BilingualText
  public let checklist: [BilingualText]

  public init(title: BilingualText, checklist: [BilingualText] = []) {
    self.title = title
    self.checklist = checklist
  }
}

/// Who opens the maintenance window of a task.
public enum WindowOpening: String, Hashable, Sendable, Codable, CaseIterable {
  /// It opens when the slot begins and closes when it ends; the task then waits for the confirmation that it is done.
  case automatic
  /// `plan start` opens it.
  case manual
}

/// Which items a plan is about: those named, and those of all named classes that have all the labels.
public struct ItemSelector: Hashable, Sendable {
  public let items: Set<EntityID>
  public let classes: Set<String>
  public let labels: [String: String]

  public init(items: Set<EntityID> = [], classes: Set<String> = [], labels: [String: String] = [:]) {
    self.items = items
    self.classes = classes
    self.labels = labels
  }

  /// An item named is selected whatever its class. Without names, classes and labels nothing is.
  public func selects(_ item: PlannedItem) -> Bool {
    if items.contains(item.id) { return true }
    guard !classes.isEmpty || !labels.isEmpty else { return false }
    return (classes.isEmpty || classes.contains(item.className))
      && labels.allSatisfy { item.labels[$0.key] == $0.value }
  }
}

/// A named window definition with its capacity.
public struct MaintenanceHours: Hashable, Sendable {
  public let definition: WindowDefinition
  /// How many tasks may run in it at once. Default 1.
  public let tasksAtOnceMax: Int

  public var name: String { definition.name }

  public init(_ definition: WindowDefinition, tasksAtOnceMax: Int = 1) {
    self.definition = definition
    self.tasksAtOnceMax = max(1, tasksAtOnceMax)
  }
}
