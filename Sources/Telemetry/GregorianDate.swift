/// A date of the proleptic Gregorian calendar, for turning day numbers into dates and back. Not checked: a 31 February
/// is the 3 March, or the 2nd.
package struct GregorianDate: Hashable, Sendable {
  package let year: Int
  /// 1 to 12.
  package let month: Int
  package let day: Int

  package init(year: Int, month: Int, day: Int) {
    self.year = year
    self.month = month
    self.day = day
  }

  /// Counts in eras of 400 years that begin on 1 March, so that the leap day is the last of its year.
  ///
  /// - Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms".
  package init(daysSinceEpoch: Int) {
    let shifted = daysSinceEpoch + Self.daysFromEraOriginToEpoch
    let era = shifted.flooredQuotient(by: Self.daysPerEra)
    let dayOfEra = shifted - era * Self.daysPerEra
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  /// Whole days since 1970-01-01; negative before it.
  package var daysSinceEpoch: Int {
    let yearFromMarch = month <= 2 ? year - 1 : year
    let era = yearFromMarch.flooredQuotient(by: 400)
    let yearOfEra = yearFromMarch - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * Self.daysPerEra + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
      - Self.daysFromEraOriginToEpoch
  }

  /// 0 for Sunday to 6; 1970-01-01 was a Thursday.
  package var weekday: Int {
    let days = daysSinceEpoch + 4
    return days - days.flooredQuotient(by: 7) * 7
  }

  /// `2026-11-20`.
  package var text: String { "\(year.padded(to: 4))-\(month.padded(to: 2))-\(day.padded(to: 2))" }

  private static let daysPerEra = 146_097
  private static let daysFromEraOriginToEpoch = 719_468
}

extension Int {
  /// Rounds toward negative infinity, so that days before 1970 fall into the right day.
  package func flooredQuotient(by divisor: Int) -> Int {
    let quotient = self / divisor
    return self % divisor < 0 ? quotient - 1 : quotient
  }
}
