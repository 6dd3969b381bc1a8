/// A time zone as the pages need it: its name and the distance from UTC at an instant.
public struct ClockZone: Sendable {
  /// For example `Asia/Shanghai`.
  public let name: String
  /// Seconds east of UTC at an instant given in milliseconds since 1970.
  public let offsetSeconds: @Sendable (Int64) -> Int

  public init(name: String, offsetSeconds: @escaping @Sendable (Int64) -> Int) {
    self.name = name
    self.offsetSeconds = offsetSeconds
  }

  public static let utc = ClockZone(name: "UTC") { _ in 0 }

  /// The same distance all year.
  public static func fixed(_ name: String, offsetSeconds: Int) -> ClockZone {
    ClockZone(name: name) { _ in offsetSeconds }
  }

  /// `UTC`, `UTC+8`, `UTC−3:30`.
  public func offsetName(_ instant: Int64) -> String {
    let minutes = offsetSeconds(instant) / 60
    guard minutes != 0 else { return "UTC" }
    let rest = abs(minutes) % 60
    return "UTC\(minutes < 0 ? "−" : "+")\(abs(minutes) / 60)" + (rest == 0 ? "" : ":\(Self.two(rest))")
  }

  /// `14:06`.
  public func time(_ instant: Int64) -> String {
    let minutes = Self.floorMod(local(instant), 86_400_000) / 60_000
    return "\(Self.two(Int(minutes / 60))):\(Self.two(Int(minutes % 60)))"
  }

  /// `14:06:31`.
  public func timeWithSeconds(_ instant: Int64) -> String {
    time(instant) + ":" + Self.two(Int(Self.floorMod(local(instant), 60_000) / 1000))
  }

  /// `2026-11-20`.
  public func day(_ instant: Int64) -> String {
    let (year, month, day) = Self.civil(dayNumber(instant))
    return "\(year)-\(Self.two(month))-\(Self.two(day))"
  }

  /// Days since 1970-01-01 on this clock.
  public func dayNumber(_ instant: Int64) -> Int64 { Self.floorDiv(local(instant), 86_400_000) }

  /// 0 for Monday to 6 for Sunday.
  public func weekday(_ instant: Int64) -> Int { Int(Self.floorMod(dayNumber(instant) &+ 3, 7)) }

  /// Day of the month, 1 to 31.
  public func dayOfMonth(_ instant: Int64) -> Int { Self.civil(dayNumber(instant)).day }

  /// 1 to 12.
  public func month(_ instant: Int64) -> Int { Self.civil(dayNumber(instant)).month }

  /// ISO 8601 with offset, for `<time datetime>`: `2026-11-20T14:06:31+08:00`.
  public func machineTime(_ instant: Int64) -> String {
    let minutes = offsetSeconds(instant) / 60
    let sign = minutes < 0 ? "-" : "+"
    return "\(day(instant))T\(timeWithSeconds(instant))\(sign)"
      + "\(Self.two(abs(minutes) / 60)):\(Self.two(abs(minutes) % 60))"
  }

  /// The instant at which the day with this number begins on this clock.
  public func start(ofDay number: Int64) -> Int64 {
    let guess = number &* 86_400_000
    return guess &- Int64(offsetSeconds(guess &- Int64(offsetSeconds(guess)) &* 1000)) &* 1000
  }

  private func local(_ instant: Int64) -> Int64 { instant &+ Int64(offsetSeconds(instant)) &* 1000 }

  private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

  private static func floorDiv(_ number: Int64, _ divisor: Int64) -> Int64 {
    let quotient = number / divisor
    return number % divisor < 0 ? quotient - 1 : quotient
  }

  private static func floorMod(_ number: Int64, _ divisor: Int64) -> Int64 {
    let rest = number % divisor
    return rest < 0 ? rest + divisor : rest
  }

  /// Proleptic Gregorian date of a day number.
  /// - Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
  static func civil(_ dayNumber: Int64) -> (year: Int64, month: Int, day: Int) {
    let shifted = dayNumber &+ 719_468
    let era = floorDiv(shifted, 146_097)
    let dayOfEra = shifted &- era &* 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    let month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
    return (yearOfEra &+ era &* 400 + (month <= 2 ? 1 : 0), month, day)
  }
}
