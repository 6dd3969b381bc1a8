internal import Telemetry

/// A day of the proleptic Gregorian calendar in years 1 to 9999, without a zone.
public struct CivilDate: Hashable, Comparable, Sendable {
  public let year: Int
  /// 1 to 12.
  public let month: Int
  /// 1 to 31.
  public let day: Int

  /// The years that exist here. Arithmetic that leaves them stays at their edge.
  public static let years = 1...9999

  /// - Returns: `nil` when the calendar has no such day.
  public init?(year: Int, month: Int, day: Int) {
    guard Self.years.contains(year), (1...12).contains(month),
      day >= 1, day <= Self.days(inMonth: month, of: year)
    else { return nil }
    self.init(uncheckedYear: year, month: month, day: day)
  }

  private init(uncheckedYear year: Int, month: Int, day: Int) {
    self.year = year
    self.month = month
    self.day = day
  }

  /// - Parameter daysSinceEpoch: whole days since 1970-01-01, clamped to years 1 to 9999.
  public init(daysSinceEpoch: Int) {
    let date = GregorianDate(daysSinceEpoch: min(max(daysSinceEpoch, Self.firstDay), Self.lastDay))
    self.init(uncheckedYear: date.year, month: date.month, day: date.day)
  }

  /// Whole days since 1970-01-01; negative before it.
  public var daysSinceEpoch: Int { gregorian.daysSinceEpoch }

  private var gregorian: GregorianDate { GregorianDate(year: year, month: month, day: day) }

  public var weekday: Weekday {
    // The first of the cases is Monday.
    Weekday.allCases[(gregorian.weekday + 6) % 7]
  }

  public func advanced(byDays days: Int) -> CivilDate {
    CivilDate(daysSinceEpoch: daysSinceEpoch.addingClamped(days))
  }

  public static func isLeap(_ year: Int) -> Bool {
    year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
  }

  /// - Parameter month: 1 to 12; any other month has no days.
  public static func days(inMonth month: Int, of year: Int) -> Int {
    switch month {
    case 1, 3, 5, 7, 8, 10, 12: 31
    case 4, 6, 9, 11: 30
    case 2: isLeap(year) ? 29 : 28
    default: 0
    }
  }

  public static func < (left: CivilDate, right: CivilDate) -> Bool {
    (left.year, left.month, left.day) < (right.year, right.month, right.day)
  }

  /// 0001-01-01 and 9999-12-31.
  private static let firstDay = -719_162
  private static let lastDay = 2_932_896
}

extension CivilDate: CustomStringConvertible {
  /// `2026-11-20`.
  public var description: String { gregorian.text }

  /// - Returns: `nil` unless `text` is a real day written `2026-11-20` or `20261120`.
  public init?(_ text: String) {
    let digits = Array(text.utf8)
    switch digits.count {
    case 8:
      guard let year = Int(digits: digits[0..<4]), let month = Int(digits: digits[4..<6]),
        let day = Int(digits: digits[6..<8])
      else { return nil }
      self.init(year: year, month: month, day: day)
    case 10:
      guard digits[4] == UInt8(ascii: "-"), digits[7] == UInt8(ascii: "-"),
        let year = Int(digits: digits[0..<4]), let month = Int(digits: digits[5..<7]),
        let day = Int(digits: digits[8..<10])
      else { return nil }
      self.init(year: year, month: month, day: day)
    default: return nil
    }
  }
}
