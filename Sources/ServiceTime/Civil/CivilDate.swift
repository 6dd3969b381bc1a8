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
  ///
  /// Counts in eras of 400 years that begin on 1 March, so that the leap day is the last of its year.
  public init(daysSinceEpoch: Int) {
    let clamped = min(max(daysSinceEpoch, Self.firstDay), Self.lastDay)
    let shifted = clamped + Self.daysFromEraOriginToEpoch
    let era = shifted.flooredQuotient(by: Self.daysPerEra)
    let dayOfEra = shifted - era * Self.daysPerEra
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    self.init(
      uncheckedYear: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month,
      day: dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
  }

  /// Whole days since 1970-01-01; negative before it.
  public var daysSinceEpoch: Int {
    let yearFromMarch = month <= 2 ? year - 1 : year
    let era = yearFromMarch.flooredQuotient(by: 400)
    let yearOfEra = yearFromMarch - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * Self.daysPerEra + dayOfEra - Self.daysFromEraOriginToEpoch
  }

  public var weekday: Weekday {
    // 1970-01-01 was a Thursday.
    let index = (daysSinceEpoch + 3) - (daysSinceEpoch + 3).flooredQuotient(by: 7) * 7
    return Weekday.allCases[index]
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

  private static let daysPerEra = 146_097
  private static let daysFromEraOriginToEpoch = 719_468
  /// 0001-01-01 and 9999-12-31.
  private static let firstDay = -719_162
  private static let lastDay = 2_932_896
}

extension CivilDate: CustomStringConvertible {
  /// `2026-11-20`.
  public var description: String { "\(year.padded(to: 4))-\(month.padded(to: 2))-\(day.padded(to: 2))" }

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
