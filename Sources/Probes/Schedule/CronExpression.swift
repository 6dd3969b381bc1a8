public import ServiceTime
public import Telemetry

/// Five fields as cron writes them: minute, hour, day of the month, month, day of the week.
///
/// Each is `*`, a number, a name (`jan`, `mon`), a range `a-b`, any of these with a step `/n`, or a list of them. When both
/// days are restricted, one of them is enough.
/// - Source: POSIX crontab, and the steps and names of Vixie cron.
public struct CronExpression: Hashable, Sendable {
  public let text: String
  private let minutes: [Int]
  private let hours: [Int]
  private let monthDays: Set<Int>
  private let months: Set<Int>
  /// 0 is Sunday.
  private let weekdays: Set<Int>
  private let dayRule: DayRule

  private enum DayRule: Hashable { case both, either }

  /// What is wrong, and in which of the five fields; `field` is 0 for the whole.
  public struct Fault: Error, Hashable, Sendable {
    public enum Cause: String, Hashable, Sendable { case fields, field, never }

    public let cause: Cause
    public let field: Int
    public let text: String
  }

  /// Days looked at for the next time: Feb 29 on a given weekday comes within 40 years.
  private static let daysMax = 40 * 366

  public init(_ text: String) throws(Fault) {
    let parts = text.split(whereSeparator: { $0 == " " || $0 == "\t" })
    guard parts.count == 5 else { throw Fault(cause: .fields, field: 0, text: text) }
    var sets: [Set<Int>] = []
    for (index, part) in parts.enumerated() {
      guard let set = Self.values(part, Self.fields[index]) else {
        throw Fault(cause: .field, field: index + 1, text: String(part))
      }
      sets.append(set)
    }
    self.text = parts.joined(separator: " ")
    (minutes, hours) = (sets[0].sorted(), sets[1].sorted())
    (monthDays, months) = (sets[2], sets[3])
    weekdays = Set(sets[4].map { $0 % 7 })
    dayRule = parts[2].hasPrefix("*") || parts[4].hasPrefix("*") ? .both : .either
    guard next(after: .epoch, in: .utc) != nil else { throw Fault(cause: .never, field: 0, text: self.text) }
  }

  private struct Field {
    let range: ClosedRange<Int>
    var names: [String] = []
  }

  private static let fields = [
    Field(range: 0...59), Field(range: 0...23), Field(range: 1...31),
    Field(
      range: 1...12,
      names: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]),
    Field(range: 0...7, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]),
  ]

  private static func values(_ text: Substring, _ field: Field) -> Set<Int>? {
    var found: Set<Int> = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let halves = part.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
      let step = halves.count == 2 ? Int(halves[1]) ?? 0 : 1
      guard let body = halves.first, (1...field.range.upperBound + 1).contains(step),
        let range = range(body, field, isStepped: halves.count == 2)
      else { return nil }
      found.formUnion(stride(from: range.lowerBound, through: range.upperBound, by: step))
    }
    return found
  }

  private static func range(_ text: Substring, _ field: Field, isStepped: Bool) -> ClosedRange<Int>? {
    if text == "*" { return field.range.upperBound == 7 ? 0...6 : field.range }
    let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map { number($0, field) }
    guard let low = ends[0] else { return nil }
    guard ends.count == 2 else { return low...(isStepped ? field.range.upperBound : low) }
    guard let high = ends[1] else { return nil }
    if low <= high { return low...high }
    // `sat-sun`, `fri-sun`: Sunday is 7 as well.
    return field.range.upperBound == 7 && high == 0 ? low...7 : nil
  }

  private static func number(_ text: Substring, _ field: Field) -> Int? {
    if let index = field.names.firstIndex(of: text.lowercased()) { return field.range.lowerBound + index }
    guard text.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int(text), field.range.contains(number) else {
      return nil
    }
    return number
  }

  // MARK: When

  /// The first time after `instant`; `nil` when there is none within 40 years.
  ///
  /// On the day on which clocks are put forward, a time that they skip comes as much later as they jump. On the day on
  /// which they are put back, a time that comes twice counts once, unless the hours around it count as well: what runs
  /// every five minutes has no hole of an hour.
  public func next(after instant: Timestamp, in zone: TimeZoneRules) -> Timestamp? {
    // A day earlier, for what the day before moved over midnight.
    var date = zone.local(at: instant).date.advanced(byDays: -1)
    for _ in 0..<Self.daysMax {
      if names(date), let found = first(after: instant, on: date, in: zone) { return found }
      let following = date.advanced(byDays: 1)
      guard following > date else { return nil }
      date = following
    }
    return nil
  }

  private func names(_ date: CivilDate) -> Bool {
    guard months.contains(date.month) else { return false }
    let isDay = monthDays.contains(date.day)
    let isWeekday = weekdays.contains(date.weekday.rawValue % 7)
    return dayRule == .both ? isDay && isWeekday : isDay || isWeekday
  }

  private func first(after instant: Timestamp, on date: CivilDate, in zone: TimeZoneRules) -> Timestamp? {
    guard let offset = Self.offset(around: date, in: zone) else {
      return times(on: date, in: zone).first { $0 > instant }
    }
    let midnight = Int64(date.daysSinceEpoch) * 86_400 - Int64(offset)
    for hour in hours where Timestamp(milliseconds: (midnight + Int64(hour + 1) * 3600) * 1000) > instant {
      for minute in minutes {
        let time = Timestamp(milliseconds: (midnight + Int64(hour) * 3600 + Int64(minute) * 60) * 1000)
        if time > instant { return time }
      }
    }
    return nil
  }

  /// The offset from UTC when it is the same over the day and its neighbours; else `nil`.
  private static func offset(around date: CivilDate, in zone: TimeZoneRules) -> Int? {
    func offset(_ days: Int) -> Int {
      zone.offset(at: Timestamp(milliseconds: Int64(date.daysSinceEpoch + days) * 86_400_000)).seconds
    }
    return offset(-1) == offset(2) ? offset(0) : nil
  }

  /// Of a day on which the clocks are changed, or next to one.
  private func times(on date: CivilDate, in zone: TimeZoneRules) -> [Timestamp] {
    var found: Set<Timestamp> = []
    for hour in hours {
      for minute in minutes {
        guard let time = CivilTime(hour: hour, minute: minute, second: 0) else { continue }
        switch zone.resolve(CivilDateTime(date, time)) {
        case .unique(let instant), .gap(let instant): found.insert(instant)
        case .overlap(let first, let second):
          found.insert(first)
          if hours.contains(hour + 1) || hours.contains(hour - 1) { found.insert(second) }
        }
      }
    }
    return found.sorted()
  }
}
