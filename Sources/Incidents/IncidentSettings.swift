/// What an installation may set about incidents.
public struct IncidentSettings: Hashable, Sendable {
  public var verification: Verification
  /// How long a resolved incident reopens when the breach returns; then it closes for good. The default is 4 hours.
  public var reopenWindow: Duration
  /// At most one `incident.progressed` fact per incident and interval. The default is 5 minutes.
  public var progressInterval: Duration
  /// Closed incidents remembered, so that a recurrence finds its predecessor. The default is 10,000.
  public var closedRemembered: Int
  public var notification: NotificationPolicy

  public init(
    verification: Verification = Verification(), reopenWindow: Duration = .seconds(4 * 3600),
    progressInterval: Duration = .seconds(300), closedRemembered: Int = 10_000,
    notification: NotificationPolicy = NotificationPolicy()
  ) {
    self.verification = verification
    self.reopenWindow = reopenWindow
    self.progressInterval = progressInterval
    self.closedRemembered = max(1, closedRemembered)
    self.notification = notification
  }

  public static let standard = IncidentSettings()

  /// The longest text of a note or resolution: 16 KiB.
  public static let textBytesMax = 16 << 10
  /// Due records handled by one tick; the rest waits for the next one. The value is 1,000.
  public static let duePerTickMax = 1000
}

/// How a recovery is proved: both conditions hold.
public struct Verification: Hashable, Sendable {
  /// Good evaluation rounds in a row, the one that saw the recovery included. The default is 3.
  public var rounds: Int
  /// Time since the recovery was first seen. The default is 5 minutes.
  public var duration: Duration

  public init(rounds: Int = 3, duration: Duration = .seconds(300)) {
    self.rounds = max(1, rounds)
    self.duration = duration
  }
}

/// Who is told, how often: Alertmanager's root route.
/// - Source: Alertmanager configuration, `route` and `receivers`.
public struct NotificationPolicy: Hashable, Sendable {
  public struct Receiver: Hashable, Sendable {
    public enum Recoveries: Hashable, Sendable { case sent, left }

    public let name: String
    /// Alertmanager's `send_resolved`.
    public let recoveries: Recoveries

    public init(_ name: String, recoveries: Recoveries = .sent) {
      self.name = name
      self.recoveries = recoveries
    }
  }

  /// In the order of the configuration; names are distinct.
  public var receivers: [Receiver]
  /// How long after a page an unacknowledged, still firing incident is told again. The default is 4 hours.
  public var repeatInterval: Duration
  /// How long the first page waits for its cause. The default is 0: until correlation exists, waiting gains nothing.
  public var groupWait: Duration

  public init(
    receivers: [Receiver] = [], repeatInterval: Duration = .seconds(4 * 3600), groupWait: Duration = .zero
  ) {
    self.receivers = receivers
    self.repeatInterval = repeatInterval
    self.groupWait = groupWait
  }
}
