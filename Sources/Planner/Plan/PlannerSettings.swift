/// The bounds of planning.
public struct PlannerSettings: Hashable, Sendable {
  /// How far ahead tasks are made. Default 35 days: a monthly task is always in sight.
  public var horizon = Duration.seconds(35 * 86_400)
  /// A task that may begin at once begins at the next multiple of this. Default 5 minutes.
  public var slotGrid = Duration.seconds(300)
  /// How long an open incident is expected to last: slots of its redundancy partners that begin earlier are refused.
  /// Default 24 hours. It is checked again when the slot begins.
  public var incidentReach = Duration.seconds(86_400)
  /// How far beyond its deadline a late task is still placed. Default 35 days.
  public var lateness = Duration.seconds(35 * 86_400)
  /// Tasks made in one decision; the rest follows with the next. Default 5,000.
  public var tasksPerRoundMax = 5_000
  /// Missed occurrences of one item listed as skipped, newest first; older ones are counted on the last. Default 31.
  public var skippedListedMax = 31
  /// Reasons kept for one slot. Default 8.
  public var reasonsMax = 8
  /// Starts tried for one task. Default 2,000.
  public var candidatesMax = 2_000

  public static let standard = PlannerSettings()
  public init() {}
}
