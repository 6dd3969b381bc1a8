/// What is wrong in a MIB file, and where.
public struct MIBError: Error, Equatable, Sendable, CustomStringConvertible {
  public let file: String
  /// From 1.
  public let line: Int
  /// From 1, in bytes.
  public let column: Int
  /// What, and what to do.
  public let problem: String

  public var description: String { "\(file):\(line):\(column): \(problem)" }
}
