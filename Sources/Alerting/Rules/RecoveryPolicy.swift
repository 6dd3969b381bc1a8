public import PromQL

/// What becomes of an alert whose data are missing.
public enum NoDataPolicy: String, Sendable, CaseIterable {
  /// It ends, as in Prometheus.
  case resolve
  /// It stays as it is until there are data again.
  case keep
  /// It stays, and for every label set whose data went missing an alert says so.
  case alert
}

/// When an alert whose element is gone may end: Watchkeeper's own, beyond Prometheus.
public struct RecoveryPolicy: Sendable {
  /// The alert ends only while an element of this query covers it: one whose labels the alert has, all of them. An
  /// element without labels covers every alert.
  public let recovery: Query?
  public let noData: NoDataPolicy
  /// How long data must be missing before `NoDataPolicy.alert` fires; the default is the rule's `for`.
  public let noDataFor: Duration
  /// Tells for which labels there are data; `nil` with `NoDataPolicy.resolve`.
  public let presence: Query?

  init(
    _ settings: RuleSettingsDefinition?, of query: Query, holdDuration: Duration
  ) throws(RuleError) {
    recovery = try RuleReading.recovery(settings?.recovery, query.features)
    noData = try RuleReading.noDataPolicy(settings?.noData)
    let wait = try RuleReading.duration(settings?.noDataFor, key: "no_data_for")
    guard wait == nil || noData == .alert else { throw RuleError(key: "no_data_for", "fault.rule.no-data-for") }
    noDataFor = wait ?? holdDuration
    guard noData != .resolve else {
      presence = nil
      return
    }
    guard let presence = query.presence else { throw RuleError(key: "no_data", "fault.rule.no-condition") }
    self.presence = presence
  }
}
