public import Telemetry

/// What the frame around every page shows: Watchkeeper about itself.
public struct ShellState: Sendable, Encodable {
  /// `ok` only while probes deliver, rules are evaluated and the stores take writes.
  public var health: PageState
  /// What is wrong, or `nil` to show the count of probes.
  public var problem: Phrase?
  public var probesDelivering: Int
  public var probesExpected: Int
  /// When the newest sample was taken; `nil` before the first.
  public var newestSample: Timestamp?
  /// Incidents that nobody has.
  public var incidentsWaiting: Int
  /// Tasks that are due or late.
  public var tasksWaiting: Int
  /// When a notification was last proved delivered.
  public var lastDelivery: Timestamp?
  /// A running fault of the configuration and the like, shown on every page.
  public var notice: StatedPhrase?

  public init(
    health: PageState, problem: Phrase? = nil, probesDelivering: Int, probesExpected: Int,
    newestSample: Timestamp? = nil, incidentsWaiting: Int = 0, tasksWaiting: Int = 0, lastDelivery: Timestamp? = nil,
    notice: StatedPhrase? = nil
  ) {
    self.health = health
    self.problem = problem
    self.probesDelivering = probesDelivering
    self.probesExpected = probesExpected
    self.newestSample = newestSample
    self.incidentsWaiting = incidentsWaiting
    self.tasksWaiting = tasksWaiting
    self.lastDelivery = lastDelivery
    self.notice = notice
  }
}
