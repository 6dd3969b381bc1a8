internal import Telemetry

/// The rows of `RowTable.alertStates`, read back.
public struct StoredAlertStates: Sendable {
  /// Keys of rows that cannot be read: their alerts begin anew, and the operator is told.
  public let unreadable: [String]
  let groupStates: [RuleGroupKey: GroupState]

  public init(rows: [(key: String, value: [UInt8])]) {
    var unreadable: [String] = []
    var alerts: [RuleGroupKey: [RuleIdentity: [Alert]]] = [:]
    var lastSlots: [RuleGroupKey: Timestamp] = [:]
    for (key, value) in rows {
      if key.hasPrefix("alert/"), let row = RowJSON.decode(AlertRow.self, from: value), row.schema == 1 {
        let identity = RuleIdentity(kind: .alerting, name: row.alert, labelText: row.rule)
        alerts[row.group, default: [:]][identity, default: []].append(row.restored)
      } else if key.hasPrefix("group/"), let row = RowJSON.decode(GroupRow.self, from: value), row.schema == 1 {
        lastSlots[row.group] = row.lastSlot
      } else {
        unreadable.append(key)
      }
    }
    self.unreadable = unreadable
    var states: [RuleGroupKey: GroupState] = [:]
    for key in Set(alerts.keys).union(lastSlots.keys) {
      let rules = (alerts[key] ?? [:]).map { RuleState($0.key, restoring: $0.value) }
      states[key] = GroupState(
        key,
        rules: rules.sorted { ($0.identity.name, $0.identity.labelText) < ($1.identity.name, $1.identity.labelText) },
        lastSlot: lastSlots[key])
    }
    groupStates = states
  }
}

extension RuleState {
  /// The series that the alerts had are remembered too, so that they end with a marker when the alert is gone.
  fileprivate init(_ identity: RuleIdentity, restoring alerts: [Alert]) {
    self.init(identity)
    for alert in alerts {
      self.alerts[alert.labels] = alert
      guard alert.state != .inactive else { continue }
      let series = Self.seriesLabels(of: alert)
      written.formUnion([series.state, series.since])
    }
  }
}

extension GroupState {
  fileprivate init(_ key: RuleGroupKey, rules: [RuleState], lastSlot: Timestamp?) {
    self.key = key
    self.rules = rules
    self.lastSlot = lastSlot
  }
}
