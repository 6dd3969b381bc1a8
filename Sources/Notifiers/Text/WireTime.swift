internal import Telemetry

/// An instant as protocols write it, always in UTC.
struct WireTime {
  let timestamp: Timestamp

  init(_ timestamp: Timestamp) { self.timestamp = timestamp }

  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
  private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]

  /// `2026-11-21T03:19:49.123Z`, RFC 3339.
  var rfc3339: String {
    let parts = Parts(timestamp.milliseconds)
    return "\(Self.padded(parts.year, 4))-\(Self.padded(parts.month, 2))-\(Self.padded(parts.day, 2))T"
      + "\(parts.clock).\(Self.padded(parts.millisecond, 3))Z"
  }

  /// `Sat, 21 Nov 2026 03:19:49 +0000`, RFC 5322.
  var rfc5322: String {
    let parts = Parts(timestamp.milliseconds)
    return "\(Self.weekdays[parts.weekday]), \(Self.padded(parts.day, 2)) \(Self.months[parts.month - 1]) "
      + "\(Self.padded(parts.year, 4)) \(parts.clock) +0000"
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
    let days = Parts.days(year: Int64(fullYear), month: Int64(month + 1), day: Int64(day))
    let seconds = days * 86_400 + Int64(hour * 3600 + minute * 60 + second)
    timestamp = Timestamp(milliseconds: seconds * 1000)
  }

  private static func number(_ text: Substring, digits: Int) -> Int? {
    guard !text.isEmpty, text.utf8.count <= digits, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    return Int(text)
  }

  private static func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }

  private static func padded(_ number: Int, _ width: Int) -> String { padded(Int64(number), width) }

  /// The civil date and time in UTC, in the proleptic Gregorian calendar.
  private struct Parts {
    let year: Int64
    let month: Int
    let day: Int
    let weekday: Int
    let secondOfDay: Int
    let millisecond: Int

    /// Years 0 to 9999; instants outside are shown as the nearest inside.
    init(_ milliseconds: Int64) {
      let clamped = min(max(milliseconds, -62_167_219_200_000), 253_402_300_799_999)
      let (days, rest) = Self.floorDivide(clamped, 86_400_000)
      secondOfDay = Int(rest / 1000)
      millisecond = Int(rest % 1000)
      weekday = Int(Self.floorDivide(days + 4, 7).remainder)
      // Years begin in March here, so that a leap day is the last of its year; eras have 400 years.
      let (era, dayOfEra) = Self.floorDivide(days + 719_468, 146_097)
      let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
      let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
      let monthFromMarch = (5 * dayOfYear + 2) / 153
      day = Int(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
      month = Int(monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9)
      year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
      let shifted = month <= 2 ? year - 1 : year
      let (era, yearOfEra) = floorDivide(shifted, 400)
      let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
      return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// `03:19:49`.
    var clock: String {
      let parts = [secondOfDay / 3600, secondOfDay / 60 % 60, secondOfDay % 60]
      return parts.map { WireTime.padded($0, 2) }.joined(separator: ":")
    }

    private static func floorDivide(_ number: Int64, _ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
      let remainder = ((number % divisor) + divisor) % divisor
      return ((number - remainder) / divisor, remainder)
    }
  }
}
