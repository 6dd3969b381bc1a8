internal import Records
public import ServiceTime
internal import Telemetry

/// When a probe is due, as its definition says.
public enum Rhythm: Hashable, Sendable {
  case interval(Duration)
  case cron(CronExpression, TimeZoneRules)
  /// With other intervals within the hours and without; `nil`: not at all.
  case calendar(BusinessHours, inside: Duration, outside: Duration?)

  /// From one run to the next at the most: what timeouts and quick runs are measured by.
  var interval: Duration {
    switch self {
    case .interval(let interval): interval
    case .cron(let cron, _): cron.shortest
    case .calendar(_, let inside, let outside): min(inside, outside ?? inside)
    }
  }

  /// Whether due times hang on the calendar, which can be set, and not on the clock that never steps alone.
  var isCivil: Bool { if case .interval = self { false } else { true } }

  /// What tells it from another one after a restart; `nil` for a calendar, whose days off are many.
  var keptText: String? {
    switch self {
    case .interval(let interval): interval.notation
    case .cron(let cron, let zone): "\(cron.text) \(zone.name)"
    case .calendar: nil
    }
  }

  /// Cron expressions name the same minute for many probes: each comes within so much after it, by its name. The default
  /// is 10 s.
  static let spread = Duration.seconds(10)
}

extension CronExpression {
  /// The shortest time between runs, by the first hundred of a year.
  var shortest: Duration {
    var times: [Timestamp] = []
    var last = Timestamp(milliseconds: 1_767_225_600_000)  // 2026-01-01
    for _ in 0..<100 {
      guard let next = next(after: last, in: .utc) else { break }
      times.append(next)
      last = next
    }
    return zip(times, times.dropFirst()).map { $1.elapsed(since: $0) }.min() ?? .seconds(86_400)
  }
}
