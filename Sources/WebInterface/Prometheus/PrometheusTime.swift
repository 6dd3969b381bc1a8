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
    guard let duration = Duration(notation: text), duration > .zero else { return nil }
    return duration
  }
}
