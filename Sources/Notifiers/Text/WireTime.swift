internal import Telemetry

/// An instant as protocols write it, always in UTC.
struct WireTime {
  let timestamp: Timestamp

  init(_ timestamp: Timestamp) { self.timestamp = timestamp }

  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
  private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]

  /// `2026-11-21T03:19:49.123Z`, RFC 3339.
  var rfc3339: String {
    let parts = Parts(timestamp)
    return "\(parts.date.text)T\(parts.clock).\(parts.millisecond.padded(to: 3))Z"
  }

  /// `Sat, 21 Nov 2026 03:19:49 +0000`, RFC 5322.
  var rfc5322: String {
    let parts = Parts(timestamp)
    let date = parts.date
    return "\(Self.weekdays[date.weekday]), \(date.day.padded(to: 2)) \(Self.months[date.month - 1]) "
      + "\(date.year.padded(to: 4)) \(parts.clock) +0000"
  }

  /// The three forms of an HTTP date.
  ///
  /// - Source: RFC 9110, section 5.6.7. A two-digit year is taken within 2000–2099.
  init?(httpDate text: String) {
    let words = text.split(whereSeparator: { " ,-".contains($0) }).map(String.init)
    // Sun, 06 Nov 1994 08:49:37 GMT · Sunday, 06-Nov-94 08:49:37 GMT · Sun Nov  6 08:49:37 1994
    let fields: [String]
    switch words.count {
    case 6 where words[5] == "GMT": fields = [words[1], words[2], words[3], words[4]]
    case 5: fields = [words[2], words[1], words[4], words[3]]
    default: return nil
    }
    let clock = fields[3].split(separator: ":", omittingEmptySubsequences: false).map { Self.number($0, digits: 2) }
    guard let day = Self.number(fields[0][...], digits: 2), let month = Self.months.firstIndex(of: fields[1]),
      let year = Self.number(fields[2][...], digits: 4), clock.count == 3, let hour = clock[0], let minute = clock[1],
      let second = clock[2], (1...31).contains(day), hour < 24, minute < 60, second <= 60
    else { return nil }
    let fullYear = fields[2].utf8.count == 2 ? 2000 + year : year
    let days = GregorianDate(year: fullYear, month: month + 1, day: day).daysSinceEpoch
    let seconds = days * 86_400 + hour * 3600 + minute * 60 + second
    timestamp = Timestamp(milliseconds: Int64(seconds) * 1000)
  }

  private static func number(_ text: Substring, digits: Int) -> Int? {
    guard !text.isEmpty, text.utf8.count <= digits, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    return Int(text)
  }

  /// The date and time in UTC.
  private struct Parts {
    let date: GregorianDate
    let secondOfDay: Int
    let millisecond: Int

    /// Years 0 to 9999; instants outside are shown as the nearest inside.
    init(_ timestamp: Timestamp) {
      let milliseconds = Int(min(max(timestamp.milliseconds, -62_167_219_200_000), 253_402_300_799_999))
      let days = milliseconds.flooredQuotient(by: 86_400_000)
      let inDay = milliseconds - days * 86_400_000
      date = GregorianDate(daysSinceEpoch: days)
      secondOfDay = inDay / 1000
      millisecond = inDay % 1000
    }

    /// `03:19:49`.
    var clock: String {
      let parts = [secondOfDay / 3600, secondOfDay / 60 % 60, secondOfDay % 60]
      return parts.map { $0.padded(to: 2) }.joined(separator: ":")
    }
  }
}
