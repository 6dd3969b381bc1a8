/// Why a template cannot be parsed or expanded.
public struct TemplateError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The line inside the template's text, counted from 1.
  public let line: Int
  public let problem: String

  public init(line: Int, problem: String) {
    self.line = line
    self.problem = problem
  }

  public var description: String { line == 1 ? problem : "line \(line): \(problem)" }
}

/// What stops an expansion: a fault of the template, or an answer that only the shell can fetch.
enum TemplateStop: Error {
  case problem(String)
  case needs(String)
}
