/// Plain rows for what is not a fact: duplicate counts, last-seen times, rule states, retries, sessions, bindings.
///
/// Contract: `write` is atomic and durable when it returns; rows of one table are read in ascending key order.
public protocol RowStore: Sendable {
  /// - Parameter changes: the new value of each key; `nil` deletes the row.
  func write(_ changes: [String: [UInt8]?], to table: RowTable) async throws(JournalError)
  func rows(of table: RowTable) async throws(JournalError) -> [(key: String, value: [UInt8])]
}

/// The tables, so that no two parts of the program share one by accident.
public enum RowTable: String, CaseIterable, Hashable, Sendable {
  case alertStates = "alert_states"
  case breachTallies = "breach_tallies"
  case deliveries, sessions, tokens, bindings, sightings
  case configuration
  case probeGaps = "probe_gaps"
}
