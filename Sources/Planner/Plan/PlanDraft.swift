public import Records
public import ServiceTime
public import Telemetry

/// A plan as a file or a form says it, not yet checked. `MaintenancePlan(_:)` checks it.
public struct PlanDraft: Sendable {
  public var name = ""
  public var title = ""
  public var titleChinese: String?
  public var checklist: [String] = []
  /// As many entries as the checklist has.
  public var checklistChinese: [String]?
  public var items: [EntityID] = []
  public var classes: [String] = []
  public var labels: [String: String] = [:]
  /// The first day and time, for example `2026-11-20T02:00`.
  public var start = ""
  /// An RFC 5545 rule, for example `FREQ=MONTHLY;BYDAY=1SA`.
  public var rule = ""
  public var zone = TimeZoneRules.utc
  /// `nil` when the named window does not exist.
  public var window: MaintenanceHours?
  public var windowName = ""
  public var duration = Duration.zero
  public var lead: Duration?
  public var tolerance: Duration?
  public var priority: Int?
  /// `automatic` (default) or `manual`.
  public var opening: String?
  public var source = ""

  public init() {}
}

/// Why a plan is refused. The reader of the file adds the place.
public struct PlanError: Error, Hashable, Sendable {
  /// The key at fault, for example `recurrence.rule`.
  public let key: String
  public let fault: SettingsFault

  public init(_ key: String, _ fault: SettingsFault) {
    self.key = key
    self.fault = fault
  }

  public init(_ key: String, _ id: String, _ arguments: [String: String] = [:]) {
    self.init(key, SettingsFault(id, arguments))
  }
}

/// The bounds of a plan.
public enum PlanLimits {
  public static let nameBytesMax = 80
  public static let titleBytesMax = 200
  public static let checklistMax = 100
  public static let checklistEntryBytesMax = 500
  public static let durationMin = Duration.seconds(60)
  public static let durationMax = Duration.seconds(7 * 86_400)
  /// Of lead and of tolerance.
  public static let marginMax = Duration.seconds(366 * 86_400)
  public static let priorities = 1...4
}
