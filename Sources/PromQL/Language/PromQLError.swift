internal import Telemetry

/// Why a query was refused or could not be evaluated, and where in its text.
public struct PromQLError: Error, Sendable, Equatable, CustomStringConvertible {
  public enum Cause: Sendable, Equatable {
    /// The text is not PromQL.
    case syntax(String)
    /// The parts are PromQL but do not fit together.
    case type(String)
    /// The query is sound, the data do not allow the operation.
    case execution(String)
    /// A named bound was passed.
    case limit(Bound, max: Int)
    case tookTooLong(limit: Duration)
    /// Nobody waits for the answer any more.
    case cancelled
  }

  /// What is bounded in a query.
  public enum Bound: String, Sendable, Equatable, CaseIterable {
    /// Of the text.
    case length, nesting, operators, patterns, instructions
    /// Of an evaluation.
    case series, samples, bytes, value
  }

  public let cause: Cause
  /// Counted from 1.
  public let line: Int
  /// Counted from 1, in characters.
  public let column: Int
  /// What to write instead; `nil` when the message says it all.
  public let hint: String?

  public init(_ cause: Cause, line: Int, column: Int, hint: String? = nil) {
    self.cause = cause
    self.line = line
    self.column = column
    self.hint = hint
  }

  /// The complaint without its place and hint.
  public var message: String {
    switch cause {
    case .syntax(let text), .type(let text), .execution(let text): text
    case .limit(.length, let max): "the query is longer than \(max) bytes"
    case .limit(.nesting, let max): "expressions are nested deeper than \(max) levels"
    case .limit(.operators, let max): "more than \(max) operators in one query"
    case .limit(.patterns, let max): "more than \(max) regular expressions in one query"
    case .limit(.instructions, let max): "the regular expressions of one query take more than \(max) instructions"
    case .limit(.value, let max): "the query makes a label value of more than \(max) bytes"
    case .limit(.series, let max): "the query makes more than \(max) series"
    case .limit(.samples, let max): "the query makes more than \(max) samples"
    case .limit(.bytes, let max): "the query needs more than \(max >> 20) MiB of memory"
    case .tookTooLong(let limit): "the query took longer than \(limit.inSeconds) s"
    case .cancelled: "the query was cancelled"
    }
  }

  public var description: String {
    "\(line):\(column): \(message)" + (hint.map { " – \($0)" } ?? "")
  }
}

/// An error that knows its offset but not yet its line: inner code throws it, the border resolves it.
struct Complaint: Error {
  let cause: PromQLError.Cause
  let offset: Int
  let hint: String?

  init(_ cause: PromQLError.Cause, at offset: Int, hint: String? = nil) {
    self.cause = cause
    self.offset = offset
    self.hint = hint
  }

  func resolved(in source: SourceText) -> PromQLError {
    let (line, column) = source.location(of: offset)
    return PromQLError(cause, line: line, column: column, hint: hint)
  }
}
