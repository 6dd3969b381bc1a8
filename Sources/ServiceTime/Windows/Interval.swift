public import Telemetry

/// A half-open stretch of time, from its first instant up to but without `to`. Never empty.
public struct Interval: Hashable, Sendable, Comparable {
  public let from: Timestamp
  public let to: Timestamp

  /// - Returns: `nil` when `to` is not later than `from`.
  public init?(from: Timestamp, to: Timestamp) {
    guard from < to else { return nil }
    self.init(uncheckedFrom: from, to: to)
  }

  /// - Returns: `nil` when `duration` is shorter than a millisecond, or at the end of time.
  public init?(from: Timestamp, lasting duration: Duration) {
    self.init(from: from, to: from.advanced(by: duration))
  }

  init(uncheckedFrom from: Timestamp, to: Timestamp) {
    assert(from < to, "an interval is never empty")
    self.from = from
    self.to = to
  }

  public var duration: Duration { to.elapsed(since: from) }

  public func contains(_ instant: Timestamp) -> Bool { from <= instant && instant < to }
  public func contains(_ other: Interval) -> Bool { from <= other.from && other.to <= to }
  public func overlaps(_ other: Interval) -> Bool { from < other.to && other.from < to }

  public func intersection(_ other: Interval) -> Interval? {
    Interval(from: max(from, other.from), to: min(to, other.to))
  }

  public static func < (left: Interval, right: Interval) -> Bool { (left.from, left.to) < (right.from, right.to) }
}

extension Interval: Codable {
  private enum CodingKeys: String, CodingKey { case from, to }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    let start = try fields.decode(Timestamp.self, forKey: .from)
    let end = try fields.decode(Timestamp.self, forKey: .to)
    guard start < end else {
      throw DecodingError.dataCorruptedError(forKey: .to, in: fields, debugDescription: "an interval without length")
    }
    self.init(uncheckedFrom: start, to: end)
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(from, forKey: .from)
    try fields.encode(to, forKey: .to)
  }
}
