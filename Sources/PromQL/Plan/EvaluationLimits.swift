/// Bounds of one evaluation. Passing one is an error with a name, never a shorter answer.
public struct EvaluationLimits: Sendable, Equatable {
  /// Values held by all intermediate results together; the default is 50 million (400 MB).
  public var samplesMax = 50_000_000
  /// Series in one intermediate or final result; the default is 500,000.
  public var seriesMax = 500_000

  public init() {}
}
