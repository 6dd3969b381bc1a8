internal import Telemetry

/// Times and steps as the query API accepts them.
enum PrometheusTime {
  /// Seconds since 1970 with a fraction, or RFC 3339.
  static func instant(_ text: String) -> Timestamp? {
    if let seconds = Double(text), seconds.isFinite, abs(seconds) < 9e15 { return Timestamp(seconds: seconds) }
    return Timestamp(rfc3339: text)
  }

  /// Seconds, or a duration such as `1h30m`; positive.
  static func step(_ text: String) -> Duration? {
    if let seconds = Double(text) {
      guard seconds.isFinite, seconds > 0, seconds < 9e12 else { return nil }
      return .milliseconds(Int64((seconds * 1000).rounded()))
    }
    var rest = Substring(text)
    var total: Int64 = 0
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      guard let count = Int64(digits), digits.count < 10 else { return nil }
      rest = rest[digits.endIndex...]
      let unit = rest.prefix { $0.isLetter }
      guard let size = unitMilliseconds[String(unit)] else { return nil }
      rest = rest[unit.endIndex...]
      total += count * size
    }
    return total > 0 ? .milliseconds(total) : nil
  }

  private static let unitMilliseconds: [String: Int64] = [
    "ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000, "y": 31_536_000_000,
  ]
}
