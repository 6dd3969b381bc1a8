internal import Telemetry

/// How alerts continue after the program was away.
///
/// After a short break nothing changes: the states are durable, so the round after it sees what it would have seen.
/// After a longer one the time away does not count toward `for`, because nobody watched. Firing alerts keep firing until
/// a round says otherwise, whatever the length: not knowing is not recovery.
/// - Source: Prometheus `RestoreForState` for grace period and tolerance.
public struct OutagePolicy: Sendable, Equatable {
  /// A break up to this long, or up to two intervals of the group, is no outage; the default is 1 minute.
  public var shortBreak = Duration.seconds(60)
  /// After a longer outage pending alerts begin anew; the default is 1 hour.
  public var tolerance = Duration.seconds(3600)
  /// After an outage an alert with less than this left waits this long, so that collection can settle; rules with a
  /// shorter `for` begin anew. The default is 10 minutes.
  public var gracePeriod = Duration.seconds(600)

  public init() {}

  /// - Parameter away: since the last round; `nil` when that is not known, which counts as beyond tolerance for pending
  ///   alerts.
  /// - Returns: `nil` when the alert begins anew.
  func settled(
    _ alert: Alert, holdDuration: Duration, interval: Duration, away: Duration?, at now: Timestamp
  ) -> Alert? {
    if let away, away <= max(shortBreak, interval * 2) { return alert }
    var alert = alert
    switch alert.state {
    case .inactive: return alert
    case .firing:
      if let since = alert.keepFiringSince { alert.keepFiringSince = since.advanced(by: away ?? .zero) }
      return alert
    case .pending:
      guard let away, away <= tolerance, holdDuration >= gracePeriod else { return nil }
      let lastSeen = now.advanced(by: .zero - away)
      let remaining = holdDuration - lastSeen.elapsed(since: alert.activeAt)
      if remaining <= .zero { return alert }
      alert.activeAt =
        remaining < gracePeriod
        ? now.advanced(by: gracePeriod - holdDuration) : alert.activeAt.advanced(by: away)
      return alert
    }
  }
}
