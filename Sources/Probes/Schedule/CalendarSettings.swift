internal import Records
internal import ServiceTime
internal import Telemetry

/// `calendar:` of a definition: hours, and how often a probe runs within and without.
struct CalendarSettings: Decodable {
  let hours: BusinessHours
  let inside: Duration?
  /// `off` is no run at all.
  let outside: Switchable<DurationSetting>?

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: BusinessHours.CodingKeys.self)
    hours = try BusinessHours(fields, in: decoder)
    inside = try fields.decodeIfPresent(DurationSetting.self, forKey: .inside)?.duration
    outside = try fields.decodeIfPresent(Switchable<DurationSetting>.self, forKey: .outside)
    for (key, interval) in [(BusinessHours.CodingKeys.inside, inside), (.outside, outside?.settings?.duration)] {
      if let interval, interval < ProbeDefinition.intervalMin {
        throw fields.problem(key, "fault.probe.interval", ["interval": interval.notation])
      }
    }
    guard inside != nil || outside != nil else { throw fields.problem(.inside, "fault.schedule.same") }
    guard !hours.days.isEmpty || !hours.workingDays.isEmpty else {
      throw fields.problem(.days, "fault.schedule.no-day")
    }
  }

  /// - Parameter interval: the probe's own, for whichever side says nothing else.
  func rhythm(_ interval: Duration) -> Rhythm {
    let without = outside.map { $0.settings?.duration } ?? interval
    return .calendar(hours, inside: inside ?? interval, outside: without)
  }
}

extension CronExpression.Fault {
  var fault: SettingsFault {
    switch cause {
    case .fields: SettingsFault("fault.cron.fields", ["text": text])
    case .field: SettingsFault("fault.cron.field", ["text": text, "field": String(field)])
    case .never: SettingsFault("fault.cron.never", ["text": text])
    }
  }
}
