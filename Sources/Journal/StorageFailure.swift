internal import GRDB
internal import Records

extension JournalError {
  /// What SQLite's error means for the journal's callers. Values that were bound never enter the text.
  init(_ error: any Error) {
    switch error {
    case let known as JournalError: self = known
    case let problem as ColumnProblem: self = .damaged(problem.description)
    case let failure as DatabaseError: self = Self.from(failure)
    default: self = .storage(String(describing: error))
    }
  }

  /// With the file in front, for a program that cannot start.
  init(_ error: any Error, at path: String) {
    switch JournalError(error) {
    case .storage(let problem): self = .storage("\(path): \(problem)")
    case .damaged(let problem): self = .damaged("\(path): \(problem)")
    case let other: self = other
    }
  }

  private static func from(_ failure: DatabaseError) -> JournalError {
    let text = "\(failure.message ?? "no message") (SQLite \(failure.extendedResultCode.rawValue))"
    switch failure.resultCode {
    case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_MISMATCH: return .damaged(text)
    default: return .storage(text)
    }
  }
}

/// A stored value that this program did not write there.
struct ColumnProblem: Error, CustomStringConvertible {
  let position: Int64
  let column: String
  var description: String { "fact \(position): column '\(column)' is unreadable" }
}
