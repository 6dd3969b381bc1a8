internal import Telemetry

extension RecurrenceRule {
  private static let supported: Set<String> = ["FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "COUNT", "UNTIL", "WKST"]
  /// Parts of RFC 5545 and RFC 7529 that wait for a later release.
  private static let later: Set<String> = [
    "BYSECOND", "BYMINUTE", "BYHOUR", "BYYEARDAY", "BYWEEKNO", "BYMONTH", "BYSETPOS", "RSCALE", "SKIP",
  ]

  static func parts(of text: String) throws(RecurrenceError) -> [String: String] {
    guard text.utf8.count <= bytesMax else { throw .tooLong(bytes: text.utf8.count) }
    var body = text[...]
    if body.uppercased().hasPrefix("RRULE:") { body = body.dropFirst(6) }
    if body.hasSuffix(";") { body = body.dropLast() }
    var parts: [String: String] = [:]
    for part in body.split(separator: ";", omittingEmptySubsequences: false) {
      let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = sides[0].uppercased()
      if later.contains(name) { throw .unsupported(part: name) }
      guard sides.count == 2, supported.contains(name) else { throw .unknownPart(String(part)) }
      guard parts.updateValue(sides[1].uppercased(), forKey: name) == nil else { throw .repeatedPart(name) }
    }
    return parts
  }

  static func frequency(_ value: String) throws(RecurrenceError) -> Frequency {
    if let known = Frequency(rawValue: value.lowercased()) { return known }
    if ["YEARLY", "HOURLY", "MINUTELY", "SECONDLY"].contains(value) { throw .unsupported(part: "FREQ=\(value)") }
    throw .badValue(part: "FREQ", value: value, expected: "write DAILY, WEEKLY or MONTHLY")
  }

  static func number(
    _ value: String, part: String, in range: ClosedRange<Int>
  ) throws(RecurrenceError) -> Int {
    guard let number = Int(digits: value.utf8), range.contains(number) else {
      throw .badValue(
        part: part, value: value, expected: "write a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  static func days(_ value: String?, frequency: Frequency) throws(RecurrenceError) -> [Day] {
    guard let value else { return [] }
    var days: [Day] = []
    for item in value.split(separator: ",", omittingEmptySubsequences: false) {
      let expected = "write days such as MO, or 1MO and -1FR in a monthly rule"
      let code = String(item.suffix(2))
      guard code.utf8.count == 2, let weekday = Weekday(code) else {
        throw .badValue(part: "BYDAY", value: String(item), expected: expected)
      }
      let ordinal = item.dropLast(2)
      if ordinal.isEmpty {
        days.append(Day(ordinal: nil, weekday: weekday))
        continue
      }
      guard let number = signed(ordinal), (1...5).contains(abs(number)) else {
        throw .badValue(part: "BYDAY", value: String(item), expected: expected)
      }
      guard frequency == .monthly else {
        throw .forbidden(
          part: "BYDAY=\(item)", frequency: frequency.rawValue.uppercased(),
          hint: "write \(code) without a number, or FREQ=MONTHLY")
      }
      days.append(Day(ordinal: number, weekday: weekday))
    }
    return days
  }

  static func monthDays(_ value: String?, frequency: Frequency) throws(RecurrenceError) -> [Int] {
    guard let value else { return [] }
    guard frequency != .weekly else {
      throw .forbidden(part: "BYMONTHDAY", frequency: "WEEKLY", hint: "write FREQ=MONTHLY or FREQ=DAILY")
    }
    var days: [Int] = []
    for item in value.split(separator: ",", omittingEmptySubsequences: false) {
      guard let day = signed(item), (1...31).contains(abs(day)) else {
        throw .badValue(part: "BYMONTHDAY", value: String(item), expected: "write 1 to 31, or -1 for the last day")
      }
      days.append(day)
    }
    return days
  }

  static func ending(count: String?, until: String?) throws(RecurrenceError) -> Ending {
    switch (count, until) {
    case (nil, nil): return .never
    case (.some, .some): throw .countAndUntil
    case (let count?, nil): return .count(try number(count, part: "COUNT", in: 1...countMax))
    case (nil, let until?):
      guard let limit = limit(until) else {
        throw .badValue(part: "UNTIL", value: until, expected: "write 20271231T225959Z, 20271231T235959 or 20271231")
      }
      return .until(limit)
    }
  }

  static func weekStart(_ value: String?) throws(RecurrenceError) -> Weekday {
    guard let value else { return .monday }
    guard value.utf8.count == 2, let day = Weekday(value) else {
      throw .badValue(part: "WKST", value: value, expected: "write MO, TU, WE, TH, FR, SA or SU")
    }
    return day
  }

  private static func limit(_ text: String) -> Limit? {
    if text.utf8.count == 8 { return CivilDate(text).map { .day($0) } }
    let isUTC = text.hasSuffix("Z")
    let body = String(isUTC ? text.dropLast() : text[...])
    guard body.utf8.count == 15, let local = CivilDateTime(body) else { return nil }
    return isUTC ? .instant(TimeZoneRules.utc.instant(of: local)) : .local(local)
  }

  private static func signed(_ text: Substring) -> Int? {
    let isNegative = text.hasPrefix("-")
    let digits = isNegative || text.hasPrefix("+") ? text.dropFirst() : text
    guard digits.utf8.count <= 2, let number = Int(digits: digits.utf8) else { return nil }
    return isNegative ? -number : number
  }
}
