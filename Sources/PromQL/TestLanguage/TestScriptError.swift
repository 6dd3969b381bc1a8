/// Why a test script or a notation of test samples cannot be read.
public struct TestScriptError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Counted from 1; 1 for text that is not part of a script.
  public let line: Int
  public let message: String

  public init(line: Int = 1, _ message: String) {
    self.line = line
    self.message = message
  }

  public var description: String { "\(line): \(message)" }
}
