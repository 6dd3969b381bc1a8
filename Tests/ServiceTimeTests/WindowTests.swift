import ServiceTime
import Testing

@Suite("Window definitions")
struct WindowTests {
  private func weekly(
    _ days: Set<Weekday>, _ from: String, _ to: String, _ zone: TimeZoneRules
  ) throws -> WindowDefinition {
    WindowDefinition(
      name: "night",
      schedule: .weekly(days: days, from: try #require(CivilTime(from)), to: try #require(CivilTime(to))), zone: zone)
  }

  @Test("a window that crosses midnight belongs to the day on which it starts")
  func crossesMidnight() throws {
    let window = try weekly([.saturday], "22:00", "04:00", .utc)
    let found = window.intervals(over: try interval("2026-11-20T00:00", "2026-12-01T00:00"))
    #expect(
      found.intervals == [
        try interval("2026-11-21T22:00", "2026-11-22T04:00"), try interval("2026-11-28T22:00", "2026-11-29T04:00"),
      ])
  }

  @Test("a window that began before the horizon is whole")
  func begunBefore() throws {
    let window = try weekly([.saturday], "22:00", "04:00", .utc)
    let found = window.intervals(over: try interval("2026-11-22T03:00", "2026-11-22T03:30"))
    #expect(found.intervals == [try interval("2026-11-21T22:00", "2026-11-22T04:00")])
  }

  @Test("whole days that touch become one window")
  func wholeDays() throws {
    let window = try weekly([.saturday, .sunday], "00:00", "00:00", .utc)
    let found = window.intervals(over: try interval("2026-11-20T00:00", "2026-11-25T00:00"))
    #expect(found.intervals == [try interval("2026-11-21T00:00", "2026-11-23T00:00")])
  }

  @Test(
    "the night of a change is shorter or longer",
    arguments: [
      ("2026-03-28T12:00", "2026-03-28T21:00", "2026-03-29T02:00"),
      ("2026-10-24T12:00", "2026-10-24T20:00", "2026-10-25T03:00"),
    ])
  func changes(_ day: String, _ from: String, _ to: String) throws {
    let window = try weekly([.saturday], "22:00", "04:00", RuleZones.berlin)
    let horizon = try #require(Interval(from: try utc(day), lasting: .seconds(86_400)))
    #expect(window.intervals(over: horizon).intervals == [try interval(from, to)])
  }

  @Test("a window that lies in the gap shifts or vanishes")
  func insideGap() throws {
    let horizon = try interval("2026-03-29T00:00", "2026-03-29T12:00")
    let shifted = try weekly([.sunday], "02:15", "02:45", RuleZones.berlin).intervals(over: horizon)
    #expect(shifted.intervals == [try interval("2026-03-29T01:15", "2026-03-29T01:45")])
    #expect(try weekly([.sunday], "02:00", "03:00", RuleZones.berlin).intervals(over: horizon).isEmpty)
  }

  @Test("a recurring window lasts its exact time across the change")
  func recurring() throws {
    let window = WindowDefinition(
      name: "patch",
      schedule: .recurring(
        start: try local("2026-01-03T22:00"), rule: try RecurrenceRule("FREQ=MONTHLY;BYDAY=-1SA"),
        lasting: .seconds(6 * 3600)), zone: RuleZones.berlin)
    let found = window.intervals(over: try interval("2026-03-02T00:00", "2026-04-26T03:30"))
    #expect(
      found.intervals == [
        try interval("2026-03-28T21:00", "2026-03-29T03:00"), try interval("2026-04-25T20:00", "2026-04-26T02:00"),
      ])
  }

  @Test("a window of today is found when it started yesterday")
  func recurringBegunBefore() throws {
    let window = WindowDefinition(
      name: "patch",
      schedule: .recurring(
        start: try local("2026-01-01T22:00"), rule: try RecurrenceRule("FREQ=DAILY"), lasting: .seconds(3 * 3600)),
      zone: .utc)
    let found = window.intervals(over: try interval("2026-03-02T00:30", "2026-03-02T00:40"))
    #expect(found.intervals == [try interval("2026-03-01T22:00", "2026-03-02T01:00")])
  }
}
