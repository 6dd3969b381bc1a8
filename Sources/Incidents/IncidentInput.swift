public import Inventory
public import Records

/// What can happen to the incidents.
public enum IncidentInput: Sendable {
  /// One evaluation of one rule; see `RuleRound` for what must be offered.
  case round(RuleRound)
  /// The rule exists no more: its incidents end, because nobody could see them recover.
  case ruleRetired(RuleReference)
  /// Another program says that something is wrong.
  case posted(AlertReport)
  /// Another program says that it is over.
  case postEnded(Fingerprint)
  /// A window ended. `successors` are the windows that still cover an item after it.
  case windowEnded(RecordNumber, successors: [ItemID: WindowReference])
  case acknowledge(RecordNumber, by: Actor, note: String)
  /// - Parameter code: how it was resolved, for example `fixed`, `workaround`, `false-alarm`.
  case resolve(RecordNumber, by: Actor, text: String, code: String)
  case reopen(RecordNumber, by: Actor, text: String)
  case addNote(RecordNumber, by: Actor, text: String)
  /// What became of a notification. Retries are not told; they are plain rows of the delivery worker.
  case deliveryOutcome(IntentKey, DeliveryOutcome)
  /// Time passed: sends what waited, repeats, closes. At least every 5 s.
  case tick
  /// The clock was perhaps set back: acts on what lies further ahead than it may wait. Looks at all incidents.
  case clockLookedAt
}

/// How the delivery of one intent ended.
public enum DeliveryOutcome: Hashable, Sendable {
  case delivered
  /// The receiver will never take it, for example because it answered 400.
  case refused(problem: BilingualText)
}

/// Why an operator's command changes nothing.
public enum IncidentRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  case unknown(RecordNumber)
  case notPossible(command: String, RecordNumber, status: IncidentStatus)
  case textMissing(command: String)
  case textTooLong(bytes: Int, limit: Int)

  public var description: String {
    switch self {
    case .unknown(let number):
      "\(number): no such open incident – closed ones never change, list with: watchkeeper incident list"
    case .notPossible(let command, let number, let status):
      "\(number): cannot \(command) an incident that is \(status.rawValue) – "
        + (status == .closed ? "a new breach opens a new one" : "see: watchkeeper incident show \(number)")
    case .textMissing(let command): "\(command): the text is empty – say what was done or found"
    case .textTooLong(let bytes, let limit): "the text has \(bytes) bytes, at most \(limit) are kept – shorten it"
    }
  }
}
