/// Bounds of one evaluation. Passing one is an error with a name, never a shorter answer.
public struct EvaluationLimits: Sendable, Equatable {
  /// Values made by all intermediate results together; the default is 50 million.
  public var samplesMax = 50_000_000
  /// Series in one intermediate or final result; the default is 500,000.
  public var seriesMax = 500_000
  /// Memory held at once by the series that were read and by what is made of them, estimated; the default is 256 MiB.
  public var bytesMax = 256 << 20

  public init() {}
}

/// Why an evaluation is given up before its end.
public enum EvaluationEnd: Sendable, Equatable {
  case tookTooLong(limit: Duration)
  /// Nobody waits for the answer any more.
  case cancelled
}

/// What an evaluation, which knows no time, asks whoever started it.
public struct EvaluationWatch: Sendable {
  /// Asked every few milliseconds; an answer ends the evaluation.
  public var end: @Sendable () -> EvaluationEnd?
  /// A clock that never steps; set to be told what each part of the query yielded.
  public var uptime: (@Sendable () -> Duration)?

  public init(
    end: @escaping @Sendable () -> EvaluationEnd? = { nil }, uptime: (@Sendable () -> Duration)? = nil
  ) {
    self.uptime = uptime
    self.end = end
  }
}

/// What a part of a query was worth on the way to the answer.
public struct PartYield: Sendable, Equatable {
  public var series: Int
  /// Set for parts with windows.
  public var samples: Int?
  /// Its operands included.
  public var took: Duration
}

/// Counts the work of one evaluation and asks now and then whether it is to end. A reference: loops outside the
/// evaluator count too.
final class EvaluationPace {
  private let watch: EvaluationWatch
  /// Reading may have taken all the time there was, so the first piece of work asks.
  private var work = EvaluationPace.workMax

  /// Cells or samples between two questions: about a millisecond.
  static let workMax = 1 << 16

  init(_ watch: EvaluationWatch) { self.watch = watch }

  @inline(__always)
  func spend(_ count: Int, at span: SourceSpan) throws(Complaint) {
    work &+= count
    if work >= Self.workMax { try ask(span) }
  }

  private func ask(_ span: SourceSpan) throws(Complaint) {
    work = 0
    switch watch.end() {
    case .tookTooLong(let limit): throw Complaint(.tookTooLong(limit: limit), at: span.start)
    case .cancelled: throw Complaint(.cancelled, at: span.start)
    case nil: return
    }
  }
}
