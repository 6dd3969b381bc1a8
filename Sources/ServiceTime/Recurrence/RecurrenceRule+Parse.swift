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
    throw .badValue(SettingsFault("fault.recurrence.frequency", ["text": value]))
  }

  static func number(
    _ value: String, part: String, in range: ClosedRange<Int>
  ) throws(RecurrenceError) -> Int {
    guard let number = Int(digits: value.utf8), range.contains(number) else {
      throw .badValue(
        SettingsFault(
          "fault.recurrence.number",
          ["part": part, "text": value, "low": String(range.lowerBound), "high": String(range.upperBound)]))
    }
    return number
  }

  static func days(_ value: String?, frequency: Frequency) throws(RecurrenceError) -> [Day] {
    guard let value else { return [] }
    var days: [Day] = []
    for item in value.split(separator: ",", omittingEmptySubsequences: false) {
      let bad = RecurrenceError.badValue(SettingsFault("fault.recurrence.day", ["text": String(item)]))
      let code = String(item.suffix(2))
      guard code.utf8.count == 2, let weekday = Weekday(code) else {
        throw bad
      }
      let ordinal = item.dropLast(2)
      if ordinal.isEmpty {
        days.append(Day(ordinal: nil, weekday: weekday))
        continue
      }
      guard let number = signed(ordinal), (1...5).contains(abs(number)) else {
        throw bad
      }
      guard frequency == .monthly else {
        throw .dayNumber(day: String(item), weekday: code, frequency: frequency.rawValue.uppercased())
      }
      days.append(Day(ordinal: number, weekday: weekday))
    }
    return days
  }

  static func monthDays(_ value: String?, frequency: Frequency) throws(RecurrenceError) -> [Int] {
    guard let value else { return [] }
    guard frequency != .weekly else {
      throw .monthDayInWeek
    }
    var days: [Int] = []
    for item in value.split(separator: ",", omittingEmptySubsequences: false) {
      guard let day = signed(item), (1...31).contains(abs(day)) else {
        throw .badValue(SettingsFault("fault.recurrence.month-day", ["text": String(item)]))
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
        throw .badValue(SettingsFault("fault.recurrence.until", ["text": until]))
      }
      return .until(limit)
    }
  }

  static func weekStart(_ value: String?) throws(RecurrenceError) -> Weekday {
    guard let value else { return .monday }
    guard value.utf8.count == 2, let day = Weekday(value) else {
      throw .badValue(SettingsFault("fault.recurrence.week-start", ["text": value]))
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
