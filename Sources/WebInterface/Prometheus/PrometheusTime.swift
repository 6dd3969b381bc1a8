internal import Telemetry

/// Times and steps as the query API accepts them.
enum PrometheusTime {
  /// Seconds since 1970 with a fraction, or RFC 3339.
  static func instant(_ text: String) -> Timestamp? {
    if let seconds = Double(text), seconds.isFinite, abs(seconds) < 9e15 { return Timestamp(seconds: seconds) }
    return rfc3339(text)
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

  /// `2026-11-20T14:06:31.5Z` or with an offset.
  private static func rfc3339(_ text: String) -> Timestamp? {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, bytes[4] == 45, bytes[7] == 45, bytes[10] | 0x20 == 116, bytes[13] == 58, bytes[16] == 58
    else { return nil }
    func number(_ range: Range<Int>) -> Int64? {
      guard range.upperBound <= bytes.count else { return nil }
      let part = bytes[range]
      guard part.allSatisfy({ (48...57).contains($0) }) else { return nil }
      return part.reduce(0) { $0 * 10 + Int64($1 - 48) }
    }
    guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
      let minute = number(14..<16), let second = number(17..<19), (1...12).contains(month), (1...31).contains(day),
      hour < 24, minute < 60, second <= 60
    else { return nil }
    var index = 19
    var fraction = 0.0
    if bytes[index] == 46 {
      var scale = 0.1
      index += 1
      while index < bytes.count, (48...57).contains(bytes[index]) {
        fraction += Double(bytes[index] - 48) * scale
        scale /= 10
        index += 1
      }
    }
    guard index < bytes.count, let offset = offsetSeconds(Array(bytes[index...]), number, index) else { return nil }
    let days = Int64(GregorianDate(year: Int(year), month: Int(month), day: Int(day)).daysSinceEpoch)
    let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset
    return Timestamp(milliseconds: seconds * 1000 + Int64((fraction * 1000).rounded()))
  }

  private static func offsetSeconds(
    _ bytes: [UInt8], _ number: (Range<Int>) -> Int64?, _ index: Int
  ) -> Int64? {
    if bytes == [90] || bytes == [122] { return 0 }
    guard bytes.count == 6, bytes[0] == 43 || bytes[0] == 45, bytes[3] == 58,
      let hours = number(index + 1..<index + 3), let minutes = number(index + 4..<index + 6)
    else { return nil }
    return (bytes[0] == 45 ? -1 : 1) * (hours * 3600 + minutes * 60)
  }
}
