public import Telemetry

/// The instants at which a query is evaluated: one, or `start`, `start + step`, … up to `end`.
public struct EvaluationRange: Sendable, Hashable {
  public let start: Timestamp
  public let end: Timestamp
  /// Zero for an instant query; at least a millisecond otherwise.
  public let step: Duration

  public static func instant(_ time: Timestamp) -> EvaluationRange {
    EvaluationRange(start: time, end: time, step: .zero)
  }

  /// - Parameter step: raised to one millisecond; an `end` before `start` means no instants.
  public init(from start: Timestamp, through end: Timestamp, step: Duration) {
    self.init(start: start, end: end, step: max(step, .milliseconds(1)))
  }

  private init(start: Timestamp, end: Timestamp, step: Duration) {
    self.start = start
    self.end = end
    self.step = step
  }

  public var isInstant: Bool { step == .zero }

  /// How many instants there are.
  public var count: Int { grid.count }

  var grid: StepGrid {
    isInstant
      ? StepGrid(start: start.milliseconds, step: 1, count: 1)
      : StepGrid(from: start.milliseconds, through: end.milliseconds, step: step.wholeMilliseconds)
  }
}

/// Evaluation instants in milliseconds, evenly spaced.
struct StepGrid: Hashable, Sendable {
  let start: Int64
  let step: Int64
  let count: Int

  init(start: Int64, step: Int64, count: Int) {
    self.start = start
    self.step = max(step, 1)
    self.count = count
  }

  init(from start: Int64, through end: Int64, step: Int64) {
    self.start = start
    self.step = max(step, 1)
    let (span, overflow) = end.subtractingReportingOverflow(start)
    count = end < start ? 0 : overflow ? Int.max : Int(span / self.step) + (span == .max ? 0 : 1)
  }

  @inline(__always)
  func time(_ index: Int) -> Int64 { start &+ Int64(index) &* step }

  var last: Int64 { time(max(count - 1, 0)) }
}
