public import Telemetry

/// Why a recurrence rule is refused.
public enum RecurrenceError: Error, Sendable, Hashable {
  /// A part that RFC 5545 knows and this program does not yet.
  case unsupported(part: String)
  case unknownPart(String)
  case repeatedPart(String)
  /// The message says what is allowed there.
  case badValue(SettingsFault)
  case frequencyMissing
  case countAndUntil
  /// A combination that RFC 5545 forbids.
  case dayNumber(day: String, weekday: String, frequency: String)
  case monthDayInWeek
  case tooLong(bytes: Int)

  public var fault: SettingsFault {
    switch self {
    case .unsupported(let part): SettingsFault("fault.recurrence.unsupported", ["part": part])
    case .unknownPart(let part): SettingsFault("fault.recurrence.unknown-part", ["part": part])
    case .repeatedPart(let part): SettingsFault("fault.recurrence.repeated-part", ["part": part])
    case .badValue(let fault): fault
    case .frequencyMissing: SettingsFault("fault.recurrence.no-frequency")
    case .countAndUntil: SettingsFault("fault.recurrence.two-ends")
    case .dayNumber(let day, let weekday, let frequency):
      SettingsFault("fault.recurrence.day-number", ["day": day, "weekday": weekday, "frequency": frequency])
    case .monthDayInWeek: SettingsFault("fault.recurrence.month-day-in-week")
    case .tooLong(let bytes):
      SettingsFault("fault.recurrence.too-long", ["count": String(bytes), "limit": String(RecurrenceRule.bytesMax)])
    }
  }
}
