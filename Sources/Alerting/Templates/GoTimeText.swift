internal import Telemetry

/// Instants and durations as Go prints them.
enum GoTimeText {
  /// For example `2026-11-21 03:24:08.5 +0000 UTC`.
  static func text(_ timestamp: Timestamp) -> String {
    let milliseconds = timestamp.milliseconds
    let day = floorDivided(milliseconds, 86_400_000)
    let inDay = milliseconds - day * 86_400_000
    let (year, month, dayOfMonth) = civil(day)
    var clock = [inDay / 3_600_000, inDay / 60_000 % 60, inDay / 1000 % 60].map { padded($0, 2) }
      .joined(separator: ":")
    let fraction = inDay % 1000
    if fraction > 0 {
      var digits = padded(fraction, 3)
      while digits.hasSuffix("0") { digits.removeLast() }
      clock += "." + digits
    }
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(dayOfMonth, 2)) \(clock) +0000 UTC"
  }

  /// For example `1h15m30.5s`, `250ms`.
  static func text(nanoseconds: Int64) -> String {
    guard nanoseconds != 0 else { return "0s" }
    let sign = nanoseconds < 0 ? "-" : ""
    let magnitude = nanoseconds.magnitude
    if magnitude < 1_000 { return "\(sign)\(magnitude)ns" }
    if magnitude < 1_000_000 { return sign + decimal(magnitude, per: 1_000) + "µs" }
    if magnitude < 1_000_000_000 { return sign + decimal(magnitude, per: 1_000_000) + "ms" }
    let hours = magnitude / 3_600_000_000_000
    let minutes = magnitude / 60_000_000_000 % 60
    let seconds = decimal(magnitude % 60_000_000_000, per: 1_000_000_000) + "s"
    if hours > 0 { return "\(sign)\(hours)h\(minutes)m\(seconds)" }
    return minutes > 0 ? "\(sign)\(minutes)m\(seconds)" : sign + seconds
  }

  private static func decimal(_ amount: UInt64, per unit: UInt64) -> String {
    let whole = String(amount / unit)
    guard amount % unit != 0 else { return whole }
    var digits = GoQuotedText.padded(String(amount % unit), to: String(unit).count - 1)
    while digits.hasSuffix("0") { digits.removeLast() }
    return whole + "." + digits
  }

  /// Year, month and day of the proleptic Gregorian calendar, from days since 1970-01-01.
  static func civil(_ day: Int64) -> (year: Int64, month: Int64, day: Int64) {
    // Years begin in March here, so that the leap day is the last of its year.
    let shifted = day + 719_468
    let era = floorDivided(shifted, 146_097)
    let inEra = shifted - era * 146_097
    let yearOfEra = (inEra - inEra / 1460 + inEra / 36_524 - inEra / 146_096) / 365
    let dayOfYear = inEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }

  /// Days since 1970-01-01 of a date of the proleptic Gregorian calendar.
  static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = floorDivided(shiftedYear, 400)
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func floorDivided(_ number: Int64, _ divisor: Int64) -> Int64 {
    number / divisor - (number % divisor < 0 ? 1 : 0)
  }

  private static func padded(_ number: Int64, _ width: Int) -> String {
    GoQuotedText.padded(String(number), to: width)
  }
}
