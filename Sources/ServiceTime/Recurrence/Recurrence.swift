public import Telemetry

/// A rule with its start: from it follow all its occurrences.
public struct Recurrence: Hashable, Sendable {
  public let start: CivilDateTime
  public let rule: RecurrenceRule
  public let zone: TimeZoneRules

  public init(start: CivilDateTime, rule: RecurrenceRule, zone: TimeZoneRules) {
    self.start = start
    self.rule = rule
    self.zone = zone
  }
}

/// One time that a recurrence names.
public struct Occurrence: Hashable, Sendable {
  /// As the rule names it, even when the clock skips it.
  public let local: CivilDateTime
  public let instant: Timestamp
}

/// Occurrences in ascending order, and why there are no more of them.
public struct OccurrenceList: Hashable, Sendable {
  public enum Stop: Hashable, Sendable {
    /// The rule has no more before the asked end.
    case complete
    case limitReached
    /// The rule named nothing for so many days, weeks or months that the search was given up.
    case budgetSpent
  }

  public let occurrences: [Occurrence]
  public let stop: Stop
}

extension Recurrence {
  /// Days, weeks or months looked at in one call.
  public static let stepsMax = 50_000
  /// Days, weeks or months without an occurrence after which a rule is taken to name none: the calendar repeats after
  /// 4,800 months.
  public static let barrenMax = 4_800

  /// The occurrences from `from` (inclusive) up to `end` (exclusive), at most `limit`.
  ///
  /// Arithmetic is on local time, so 02:00 stays 02:00 across changes of the clock. A start that its own rule does not
  /// name is not an occurrence; COUNT counts those that the rule names.
  /// - Parameter steps: the periods looked at before giving up; default `stepsMax`.
  public func occurrences(
    from: Timestamp? = nil, before end: Timestamp? = nil, limit: Int, steps: Int = Recurrence.stepsMax
  ) -> OccurrenceList {
    var found: [Occurrence] = []
    var counted = 0
    var barren = 0
    let first = firstPeriod(from: from)
    for period in first..<first + max(0, steps) {
      guard let dates = dates(inPeriod: period) else { return OccurrenceList(occurrences: found, stop: .complete) }
      barren = dates.isEmpty ? barren + 1 : 0
      if barren > Self.barrenMax { break }
      for date in dates {
        let local = CivilDateTime(date, start.time)
        guard local >= start else { continue }
        let occurrence = Occurrence(local: local, instant: zone.instant(of: local))
        if hasEnded(occurrence, after: counted) || end.map({ occurrence.instant >= $0 }) ?? false {
          return OccurrenceList(occurrences: found, stop: .complete)
        }
        counted += 1
        if let from, occurrence.instant < from { continue }
        guard found.count < limit else { return OccurrenceList(occurrences: found, stop: .limitReached) }
        found.append(occurrence)
      }
    }
    return OccurrenceList(occurrences: found, stop: .budgetSpent)
  }

  private func hasEnded(_ occurrence: Occurrence, after counted: Int) -> Bool {
    switch rule.ending {
    case .never: false
    case .count(let count): counted >= count
    case .until(.instant(let limit)): occurrence.instant > limit
    case .until(.local(let limit)): occurrence.local > limit
    case .until(.day(let limit)): occurrence.local.date > limit
    }
  }

  /// Periods count from that of the start. All before the one of `from` are skipped, unless COUNT needs them.
  private func firstPeriod(from: Timestamp?) -> Int {
    guard let from else { return 0 }
    if case .count = rule.ending { return 0 }
    let date = zone.local(at: from).date.advanced(byDays: -2)
    let passed =
      switch rule.frequency {
      case .daily: date.daysSinceEpoch - start.date.daysSinceEpoch
      case .weekly: (date.daysSinceEpoch - firstWeek.daysSinceEpoch) / 7
      case .monthly: (date.year - start.date.year) * 12 + date.month - start.date.month
      }
    return max(0, passed / rule.interval - 1)
  }

  private var firstWeek: CivilDate {
    start.date.advanced(byDays: -start.date.weekday.daysAfter(rule.weekStart))
  }

  /// The days that the rule names in one period, ascending; `nil` after year 9999.
  private func dates(inPeriod period: Int) -> [CivilDate]? {
    switch rule.frequency {
    case .daily:
      let date = start.date.advanced(byDays: period * rule.interval)
      guard date.daysSinceEpoch == start.date.daysSinceEpoch + period * rule.interval else { return nil }
      return isAllowed(date) ? [date] : []
    case .weekly:
      let monday = firstWeek.advanced(byDays: period * rule.interval * 7)
      guard monday.daysSinceEpoch == firstWeek.daysSinceEpoch + period * rule.interval * 7 else { return nil }
      let weekdays = rule.days.isEmpty ? [start.date.weekday] : rule.days.map(\.weekday)
      return Set(weekdays.map { $0.daysAfter(rule.weekStart) }).sorted().map { monday.advanced(byDays: $0) }
    case .monthly: return monthlyDates(inPeriod: period)
    }
  }

  private func monthlyDates(inPeriod period: Int) -> [CivilDate]? {
    let months = start.date.year * 12 + start.date.month - 1 + period * rule.interval
    guard CivilDate.years.contains(months / 12) else { return nil }
    let dates = (1...31).compactMap { CivilDate(year: months / 12, month: months % 12 + 1, day: $0) }
    if rule.days.isEmpty, rule.monthDays.isEmpty { return dates.filter { $0.day == start.date.day } }
    return dates.filter(isAllowed)
  }

  private func isAllowed(_ date: CivilDate) -> Bool {
    let length = CivilDate.days(inMonth: date.month, of: date.year)
    let monthDayFits =
      rule.monthDays.isEmpty || rule.monthDays.contains(date.day) || rule.monthDays.contains(date.day - length - 1)
    guard monthDayFits else { return false }
    guard !rule.days.isEmpty else { return true }
    return rule.days.contains { day in
      guard day.weekday == date.weekday else { return false }
      guard let ordinal = day.ordinal else { return true }
      return ordinal == (date.day - 1) / 7 + 1 || ordinal == -((length - date.day) / 7 + 1)
    }
  }
}
