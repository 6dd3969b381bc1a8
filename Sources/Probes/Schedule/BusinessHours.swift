internal import Records
public import ServiceTime
public import Telemetry

/// The hours of working days: days of the week without holidays, and days that are worked to make up for one.
public struct BusinessHours: Hashable, Sendable {
  public var days: Set<Weekday>
  public var from: CivilTime
  /// Not later than `from`: on the next day. Midnight to midnight is the whole day.
  public var to: CivilTime
  public var holidays: Set<CivilDate>
  /// Worked although their day of the week is not, or although they are holidays.
  public var workingDays: Set<CivilDate>
  public var zone: TimeZoneRules

  /// Days looked at for the next working one. The default is two years.
  private static let daysMax = 2 * 366

  /// A time in which the hours hold, or do not.
  struct Stretch: Hashable {
    let isInside: Bool
    /// `nil`: no change within two years.
    let end: Timestamp?
  }

  func stretch(at instant: Timestamp) -> Stretch {
    var date = zone.local(at: instant).date.advanced(byDays: -1)
    for _ in 0..<Self.daysMax {
      let next = date.advanced(byDays: 1)
      guard next > date else { break }
      if isWorked(date) {
        let start = zone.instant(of: CivilDateTime(date, from))
        let end = zone.instant(of: CivilDateTime(to <= from ? next : date, to))
        if start > instant, start < end { return Stretch(isInside: false, end: start) }
        if instant < end, start <= instant { return Stretch(isInside: true, end: end) }
      }
      date = next
    }
    return Stretch(isInside: false, end: nil)
  }

  private func isWorked(_ date: CivilDate) -> Bool {
    workingDays.contains(date) || days.contains(date.weekday) && !holidays.contains(date)
  }
}

extension BusinessHours {
  enum CodingKeys: String, CodingKey, CaseIterable {
    case days, from, to, zone, holidays, inside, outside
    case workingDays = "working_days"
  }

  /// The keys of `calendar:` that are the hours; `inside` and `outside` are its caller's.
  init(_ fields: KeyedDecodingContainer<CodingKeys>, in decoder: any Decoder) throws {
    func time(_ key: CodingKeys, _ standard: String) throws -> CivilTime {
      let text = try fields.decodeIfPresent(String.self, forKey: key) ?? standard
      if key == .to, text == "24:00" { return .midnight }
      guard let time = CivilTime(text) else { throw fields.problem(key, "fault.window.time", ["text": text]) }
      return time
    }
    func dates(_ key: CodingKeys) throws -> Set<CivilDate> {
      Set(
        try (fields.decodeIfPresent([String].self, forKey: key) ?? []).map { text in
          guard let date = CivilDate(text) else { throw fields.problem(key, "fault.schedule.date", ["text": text]) }
          return date
        })
    }
    let names = try fields.decodeIfPresent([String].self, forKey: .days) ?? ["mon", "tue", "wed", "thu", "fri"]
    days = Set(
      try names.map { name in
        guard let day = Weekday(name) else { throw fields.problem(.days, "fault.window.day", ["text": name]) }
        return day
      })
    (from, to) = (try time(.from, "00:00"), try time(.to, "24:00"))
    (holidays, workingDays) = (try dates(.holidays), try dates(.workingDays))
    zone = try ZoneLookup.zone(try fields.decodeIfPresent(String.self, forKey: .zone), in: decoder) {
      fields.problem(.zone, $0)
    }
  }
}

/// How settings find a zone: the program reads the machine's tzdata, this module does not.
public struct ZoneLookup: Sendable {
  /// The decoder's `userInfo` key under which the lookup travels.
  public static let key = CodingUserInfoKey(rawValue: "watchkeeper.zones")!

  /// `nil` is asked for this machine's own.
  let find: @Sendable (String?) throws(SettingsFault) -> TimeZoneRules

  public init(_ find: @escaping @Sendable (String?) throws(SettingsFault) -> TimeZoneRules) { self.find = find }

  static func zone(
    _ name: String?, in decoder: any Decoder, refuse: (SettingsFault) -> DecodingError
  ) throws -> TimeZoneRules {
    guard let lookup = decoder.userInfo[key] as? ZoneLookup else {
      if name == nil || name == "UTC" { return .utc }
      throw refuse(SettingsFault("fault.zone.unknown", ["name": name ?? ""]))
    }
    do { return try lookup.find(name) } catch { throw refuse(error) }
  }
}
