/// Why a recurrence rule is refused.
public enum RecurrenceError: Error, Sendable, Hashable, CustomStringConvertible {
  /// A part that RFC 5545 knows and this program does not yet.
  case unsupported(part: String)
  case unknownPart(String)
  case repeatedPart(String)
  case badValue(part: String, value: String, expected: String)
  case frequencyMissing
  case countAndUntil
  /// A combination that RFC 5545 forbids.
  case forbidden(part: String, frequency: String, hint: String)
  case tooLong(bytes: Int)

  public var description: String {
    switch self {
    case .unsupported(let part):
      "\(part) is not supported yet – use FREQ=DAILY, WEEKLY or MONTHLY with INTERVAL, BYDAY, BYMONTHDAY, COUNT, "
        + "UNTIL, WKST"
    case .unknownPart(let part): "'\(part)' is no part of a recurrence rule – write NAME=VALUE parts divided by ';'"
    case .repeatedPart(let part): "\(part) is given twice – keep one"
    case .badValue(let part, let value, let expected): "\(part): '\(value)' is not allowed – \(expected)"
    case .frequencyMissing: "FREQ is missing – begin with FREQ=DAILY, FREQ=WEEKLY or FREQ=MONTHLY"
    case .countAndUntil: "COUNT and UNTIL exclude each other – keep one"
    case .forbidden(let part, let frequency, let hint): "\(part) cannot stand with FREQ=\(frequency) – \(hint)"
    case .tooLong(let bytes):
      "a recurrence rule of \(bytes) bytes is refused – write at most \(RecurrenceRule.bytesMax)"
    }
  }
}
