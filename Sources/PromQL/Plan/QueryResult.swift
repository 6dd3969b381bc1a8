public import Telemetry

public struct QueryResult: Sendable {
  public var value: QueryValue
  public var annotations: [Annotation]
  var yields: [Expression: PartYield] = [:]

  /// What a part of the query was worth, when the evaluation was watched for it; `nil` for one that was not looked at
  /// by itself.
  public func yield(of part: QueryPart) -> PartYield? { yields[part.query.expression] }
}

/// What a query answers: an instant query its own type, a range query always a matrix.
public enum QueryValue: Sendable {
  case scalar(Double)
  case string(String)
  case vector([VectorElement])
  case matrix([SeriesSlice])
}

public struct VectorElement: Sendable {
  public let labels: LabelSet
  public let timestamp: Timestamp
  /// NaN when the element is a histogram.
  public let value: Double
  public let histogram: NativeHistogram?

  public init(labels: LabelSet, timestamp: Timestamp, value: Double, histogram: NativeHistogram? = nil) {
    self.labels = labels
    self.timestamp = timestamp
    self.value = histogram == nil ? value : .nan
    self.histogram = histogram
  }
}

/// Something about the query or the data that makes the answer doubtful without making it wrong.
public struct Annotation: Sendable, Hashable, CustomStringConvertible {
  public enum Severity: String, Sendable, Hashable { case warning, info }

  public let severity: Severity
  public let message: String
  public let line: Int
  public let column: Int

  /// As Prometheus' API words it.
  public var description: String { "PromQL \(severity.rawValue): \(message) (\(line):\(column))" }
}

/// The annotations of one evaluation, each kept once.
struct Remarks {
  private struct Remark: Hashable {
    let severity: Annotation.Severity
    let message: String
    let offset: Int
  }

  private var order: [Remark] = []
  private var known: Set<Remark> = []

  /// Different remarks kept; the default is 100. The rest repeat themselves for other series.
  static let countMax = 100

  mutating func warn(_ message: String, at span: SourceSpan) { add(.warning, message, span) }
  mutating func inform(_ message: String, at span: SourceSpan) { add(.info, message, span) }

  private mutating func add(_ severity: Annotation.Severity, _ message: String, _ span: SourceSpan) {
    let remark = Remark(severity: severity, message: message, offset: span.start)
    guard order.count < Self.countMax, known.insert(remark).inserted else { return }
    order.append(remark)
  }

  func annotations(in source: SourceText) -> [Annotation] {
    order.map { remark in
      let (line, column) = source.location(of: remark.offset)
      return Annotation(severity: remark.severity, message: remark.message, line: line, column: column)
    }
  }
}
