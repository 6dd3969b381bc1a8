internal import Telemetry

/// When work is allowed, by a name that plans refer to: "Saturday and Sunday 22:00 to 04:00 in Berlin".
public struct WindowDefinition: Hashable, Sendable {
  public enum Schedule: Hashable, Sendable {
    /// On each of `days` from `from` to `to`. A `to` that is not later than `from` lies on the next day; midnight to
    /// midnight is the whole day.
    case weekly(days: Set<Weekday>, from: CivilTime, to: CivilTime)
    /// From each occurrence for an exact time, whatever the clocks do meanwhile.
    case recurring(start: CivilDateTime, rule: RecurrenceRule, lasting: Duration)
  }

  public let name: String
  public let schedule: Schedule
  public let zone: TimeZoneRules

  /// Windows of one definition within a horizon; no more are made.
  public static let intervalsMax = 10_000

  public init(name: String, schedule: Schedule, zone: TimeZoneRules) {
    self.name = name
    self.schedule = schedule
    self.zone = zone
  }

  /// The windows that overlap `horizon`, whole: none is cut at its edges.
  ///
  /// A start or end in a gap of the clock is read as `TimeZoneRules.resolve` says. A window of which the gap leaves
  /// nothing does not take place.
  public func intervals(over horizon: Interval) -> IntervalList {
    switch schedule {
    case .weekly(let days, let from, let to): weekly(days, from: from, to: to, over: horizon)
    case .recurring(let start, let rule, let length): recurring(start, rule, lasting: length, over: horizon)
    }
  }

  private func weekly(_ days: Set<Weekday>, from: CivilTime, to: CivilTime, over horizon: Interval) -> IntervalList {
    var date = zone.local(at: horizon.from).date.advanced(byDays: -2)
    let last = zone.local(at: horizon.to).date.advanced(byDays: 1)
    var found: [Interval] = []
    while date <= last, found.count < Self.intervalsMax {
      let next = date.advanced(byDays: 1)
      guard next > date else { break }
      if days.contains(date.weekday) {
        let window = Interval(
          from: zone.instant(of: CivilDateTime(date, from)),
          to: zone.instant(of: CivilDateTime(to <= from ? next : date, to)))
        if let window, window.overlaps(horizon) { found.append(window) }
      }
      date = next
    }
    return IntervalList(found)
  }

  private func recurring(
    _ start: CivilDateTime, _ rule: RecurrenceRule, lasting length: Duration, over horizon: Interval
  ) -> IntervalList {
    let backwards = Duration.milliseconds(0 - max(0, length.wholeMilliseconds))
    let list = Recurrence(start: start, rule: rule, zone: zone).occurrences(
      from: horizon.from.advanced(by: backwards), before: horizon.to, limit: Self.intervalsMax)
    return IntervalList(
      list.occurrences.compactMap { Interval(from: $0.instant, lasting: length) }.filter { $0.overlaps(horizon) })
  }
}
