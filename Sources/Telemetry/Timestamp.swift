/// A point in time on the UTC scale: whole milliseconds since 1970-01-01T00:00:00Z.
///
/// Leap seconds do not exist on this scale, as on POSIX's. A wall-clock instant only labels; intervals and deadlines
/// are measured on `WallClock.uptime`.
public struct Timestamp: Hashable, Comparable, Sendable {
  public let milliseconds: Int64

  public init(milliseconds: Int64) { self.milliseconds = milliseconds }

  /// - Parameter seconds: rounded to the nearest millisecond, clamped to the range of the type.
  public init(seconds: Double) {
    let scaled = (seconds * 1000).rounded()
    if scaled.isNaN {
      milliseconds = 0
    } else {
      milliseconds = Int64(exactly: scaled) ?? (scaled < 0 ? .min : .max)
    }
  }

  public static let epoch = Timestamp(milliseconds: 0)

  public var seconds: Double { Double(milliseconds) / 1000 }

  /// Saturates at both ends of the range.
  public func advanced(by duration: Duration) -> Timestamp {
    let (sum, overflow) = milliseconds.addingReportingOverflow(duration.wholeMilliseconds)
    guard overflow else { return Timestamp(milliseconds: sum) }
    return Timestamp(milliseconds: duration < .zero ? .min : .max)
  }

  /// Negative when `earlier` lies later.
  public func elapsed(since earlier: Timestamp) -> Duration {
    .milliseconds(milliseconds.subtractingReportingOverflow(earlier.milliseconds).partialValue)
  }

  public static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }
}

extension Timestamp: Codable {
  public init(from decoder: any Decoder) throws {
    milliseconds = try decoder.singleValueContainer().decode(Int64.self)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(milliseconds)
  }
}

extension Duration {
  /// Truncated toward zero.
  public var wholeMilliseconds: Int64 {
    let (whole, fraction) = components
    return whole &* 1000 &+ fraction / 1_000_000_000_000_000
  }

  public var inSeconds: Double {
    let (whole, fraction) = components
    return Double(whole) + Double(fraction) / 1e18
  }
}
