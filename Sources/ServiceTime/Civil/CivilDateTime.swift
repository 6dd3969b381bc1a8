internal import Telemetry

/// A day and a time of day as people write them, without a zone. `TimeZoneRules` turn it into an instant.
public struct CivilDateTime: Hashable, Comparable, Sendable {
  public let date: CivilDate
  public let time: CivilTime

  public init(_ date: CivilDate, _ time: CivilTime) {
    self.date = date
    self.time = time
  }

  /// - Parameter secondsSinceEpoch: since 1970-01-01T00:00:00 on the same clock, clamped to years 1 to 9999.
  public init(secondsSinceEpoch: Int) {
    let days = secondsSinceEpoch.flooredQuotient(by: 86_400)
    self.init(
      CivilDate(daysSinceEpoch: days),
      CivilTime(uncheckedSecondOfDay: secondsSinceEpoch &- days.multipliedClamped(by: 86_400)))
  }

  /// Since 1970-01-01T00:00:00 on the same clock, as if every day had 86,400 seconds.
  public var secondsSinceEpoch: Int { date.daysSinceEpoch * 86_400 + time.secondOfDay }

  public static func < (left: CivilDateTime, right: CivilDateTime) -> Bool {
    (left.date, left.time) < (right.date, right.time)
  }
}

extension CivilDateTime: CustomStringConvertible {
  /// `2026-11-20T22:00`.
  public var description: String { "\(date)T\(time)" }

  /// - Returns: `nil` unless `text` reads like `2026-11-20T22:00`, `2026-11-20 22:00:30` or RFC 5545's
  ///   `20261120T220000`; a date alone is its midnight.
  public init?(_ text: String) {
    guard let separator = text.firstIndex(where: { $0 == "T" || $0 == " " }) else {
      guard let date = CivilDate(text) else { return nil }
      self.init(date, .midnight)
      return
    }
    guard let date = CivilDate(String(text[..<separator])) else { return nil }
    let rest = text[text.index(after: separator)...]
    let digits = Array(rest.utf8)
    if digits.count == 6, let hour = Int(digits: digits[0..<2]), let minute = Int(digits: digits[2..<4]),
      let second = Int(digits: digits[4..<6]),
      let time = CivilTime(hour: hour, minute: minute, second: second)
    {
      self.init(date, time)
    } else if let time = CivilTime(String(rest)) {
      self.init(date, time)
    } else {
      return nil
    }
  }
}

extension Timestamp {
  /// Rounded down to whole seconds since 1970.
  var wholeSeconds: Int { Int(milliseconds).flooredQuotient(by: 1000) }

  /// Saturates at both ends of the range.
  init(wholeSeconds: Int) { self.init(milliseconds: Int64(wholeSeconds.multipliedClamped(by: 1000))) }
}
