public import Telemetry

/// How something repeats: the part of RFC 5545's RRULE that maintenance plans need.
///
/// FREQ is DAILY, WEEKLY or MONTHLY; INTERVAL, BYDAY (with ordinals such as `1MO` or `-1FR` in MONTHLY), BYMONTHDAY
/// (negative counts from the month's end), COUNT or UNTIL, and WKST. All else is refused by name.
/// - Source: RFC 5545 section 3.3.10.
public struct RecurrenceRule: Hashable, Sendable {
  public enum Frequency: String, Hashable, Sendable, CaseIterable { case daily, weekly, monthly }

  /// A weekday, or the nth of a month: 1 is the first, -1 the last.
  public struct Day: Hashable, Sendable {
    public let ordinal: Int?
    public let weekday: Weekday
  }

  public enum Ending: Hashable, Sendable {
    case never
    case count(Int)
    /// Inclusive.
    case until(Limit)
  }

  /// The form in which UNTIL was written. RFC 5545 wants UTC beside a start with a zone; a local time and a day (to its
  /// end) in the zone of the start are accepted too, because people write them.
  public enum Limit: Hashable, Sendable {
    case instant(Timestamp)
    case local(CivilDateTime)
    case day(CivilDate)
  }

  public let frequency: Frequency
  /// Every how many days, weeks or months; 1 to 1,000.
  public let interval: Int
  public let days: [Day]
  /// 1 to 31, or -31 to -1 from the month's end.
  public let monthDays: [Int]
  public let ending: Ending
  /// The day on which weeks begin; it matters for WEEKLY with an interval. Default Monday.
  public let weekStart: Weekday
  /// As written.
  public let text: String

  /// A rule longer than this is refused.
  public static let bytesMax = 1024
  public static let intervalMax = 1000
  public static let countMax = 10_000

  /// - Parameter text: the value of an RRULE, for example `FREQ=MONTHLY;BYDAY=1SA`; a leading `RRULE:` is ignored, and
  ///   so is one `;` at the end.
  public init(_ text: String) throws(RecurrenceError) {
    let parts = try Self.parts(of: text)
    guard let frequency = parts["FREQ"] else { throw .frequencyMissing }
    self.frequency = try Self.frequency(frequency)
    interval =
      try parts["INTERVAL"].map { value throws(RecurrenceError) in
        try Self.number(value, part: "INTERVAL", in: 1...Self.intervalMax)
      } ?? 1
    days = try Self.days(parts["BYDAY"], frequency: self.frequency)
    monthDays = try Self.monthDays(parts["BYMONTHDAY"], frequency: self.frequency)
    ending = try Self.ending(count: parts["COUNT"], until: parts["UNTIL"])
    weekStart = try Self.weekStart(parts["WKST"])
    self.text = text
  }
}

extension RecurrenceRule: CustomStringConvertible {
  public var description: String { text }
}
