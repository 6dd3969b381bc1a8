/// What a zone does after its last listed transition: standard time, and daylight saving by a rule of the year.
/// - Source: POSIX.1-2024, 8.3 "TZ"; RFC 9636 section 3.3.1 allows hours from -167 to 167.
struct YearlyZoneRule: Hashable, Sendable {
  struct Daylight: Hashable, Sendable {
    let offset: LocalOffset
    let start: Switch
    let end: Switch
  }

  /// When clocks change, as the clock before the change shows it.
  struct Switch: Hashable, Sendable {
    enum Day: Hashable, Sendable {
      /// 1 to 365; 29 February does not count.
      case julian(Int)
      /// 0 to 365; 29 February counts.
      case zeroBased(Int)
      /// `week` 5 is the last.
      case monthly(month: Int, week: Int, weekday: Weekday)
    }

    let day: Day
    /// Seconds after local midnight; may be negative or beyond a day.
    let seconds: Int

    /// Local seconds since 1970 in `year`.
    func localSecond(in year: Int) -> Int {
      let newYear = CivilDate.daysFromEpoch(toStartOf: year)
      let days: Int
      switch day {
      case .julian(let number): days = newYear + number - 1 + (CivilDate.isLeap(year) && number >= 60 ? 1 : 0)
      case .zeroBased(let number): days = newYear + number
      case .monthly(let month, let week, let weekday):
        guard let first = CivilDate(year: min(max(year, 1), 9999), month: month, day: 1) else { return newYear }
        var day = 1 + weekday.daysAfter(first.weekday) + (week - 1) * 7
        if day > CivilDate.days(inMonth: month, of: first.year) { day -= 7 }
        days = first.daysSinceEpoch + day - 1
      }
      return days * 86_400 + seconds
    }
  }

  let standard: LocalOffset
  let daylight: Daylight?

  func offset(at second: Int) -> LocalOffset {
    transitions(around: second).last { $0.second <= second }?.offset ?? standard
  }

  func nextTransition(after second: Int) -> TimeZoneRules.Transition? {
    transitions(around: second).first { $0.second > second }
  }

  /// Those of the year of `second` and its neighbours, ascending. Where the end of one daylight period is the start of
  /// the next (daylight time all year), the start comes last and wins.
  private func transitions(around second: Int) -> [TimeZoneRules.Transition] {
    guard let daylight else { return [] }
    let year = CivilDateTime(secondsSinceEpoch: second.addingClamped(standard.seconds)).date.year
    var found: [TimeZoneRules.Transition] = []
    for year in year - 1...year + 1 {
      found.append(
        .init(second: daylight.end.localSecond(in: year) - daylight.offset.seconds, offset: standard))
      found.append(
        .init(second: daylight.start.localSecond(in: year) - standard.seconds, offset: daylight.offset))
    }
    return found.sorted {
      ($0.second, $0.offset == standard ? 0 : 1) < ($1.second, $1.offset == standard ? 0 : 1)
    }
  }
}

extension CivilDate {
  fileprivate static func daysFromEpoch(toStartOf year: Int) -> Int {
    CivilDate(year: min(max(year, 1), 9999), month: 1, day: 1)?.daysSinceEpoch ?? 0
  }
}
