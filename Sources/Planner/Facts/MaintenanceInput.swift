public import Records
public import Telemetry

/// What can happen to the maintenance book.
public enum MaintenanceInput: Sendable {
  /// Configuration, inventory or incidents changed, or five minutes passed: make tasks, mend and extend the plan. It
  /// does all that `tick` does first.
  case plan
  /// Time passed: open and close windows. When `MaintenanceBook.isTickDue(at:)` says so, looked at every 5 s.
  case tick
  /// - Parameter policy: whether the checks of redundancy, freeze and other tasks may refuse it.
  case start(RecordNumber, StartPolicy, by: Actor)
  case finish(RecordNumber, TaskFinished.Outcome, TaskResult, by: Actor)
  /// Not before `until`.
  case postpone(RecordNumber, until: Timestamp, text: String, by: Actor)
  case skip(RecordNumber, text: String, by: Actor)
}

/// Whether a task may start against the plan's constraints.
public enum StartPolicy: Hashable, Sendable {
  case respectConstraints
  /// The text says why; it stays on the record.
  case override(String)
}

/// Why an operator's command changes nothing.
public enum MaintenanceRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  case unknown(RecordNumber)
  case notPossible(command: String, RecordNumber, state: TaskState)
  case textMissing(command: String)
  case textTooLong(bytes: Int)
  case checklistEntryUnknown(RecordNumber, index: Int)
  case timePassed(RecordNumber)
  /// Starting now would break a constraint; the reasons say which.
  case blocked(RecordNumber, reasons: [Reason])

  public static let textBytesMax = 10_000

  public var description: String {
    switch self {
    case .unknown(let number): "\(number): no such task – list them with: watchkeeper plan list"
    case .notPossible(let command, let number, let state):
      "\(number): cannot \(command) a task that is \(state.rawValue) – see: watchkeeper plan show \(number)"
    case .textMissing(let command): "\(command): the text is empty – say why, or what was done"
    case .textTooLong(let bytes):
      "the text has \(bytes) bytes, at most \(Self.textBytesMax) are kept – shorten it"
    case .checklistEntryUnknown(let number, let index):
      "\(number): the checklist has no entry \(index + 1) – see: watchkeeper plan show \(number)"
    case .timePassed(let number): "\(number): the new time has passed – write a later one"
    case .blocked(let number, let reasons):
      "\(number): cannot start now: \(reasons.map(\.id).joined(separator: ", ")) – wait, or override with a reason"
    }
  }
}
