import ServiceTime
import Testing

@Suite("Civil dates and times")
struct CivilTests {
  @Test(
    "day numbers are those of the calendar",
    arguments: [
      ("1970-01-01", 0), ("1969-12-31", -1), ("2000-02-29", 11_016), ("2026-11-20", 20_777), ("0001-01-01", -719_162),
      ("9999-12-31", 2_932_896), ("1900-03-01", -25_508),
    ])
  func dayNumbers(_ text: String, _ days: Int) throws {
    let date = try #require(CivilDate(text))
    #expect(date.daysSinceEpoch == days)
    #expect(CivilDate(daysSinceEpoch: days) == date)
  }

  @Test("every day of four centuries follows the day before")
  func consecutive() throws {
    var date = try #require(CivilDate("1900-01-01"))
    var weekday = date.weekday
    #expect(weekday == .monday)
    for _ in 0..<146_097 {
      let next = date.advanced(byDays: 1)
      #expect(next > date)
      #expect(next.weekday.daysAfter(weekday) == 1)
      guard
        next.day == date.day + 1 || (next.day == 1 && date.day == CivilDate.days(inMonth: date.month, of: date.year))
      else { Issue.record("\(date) → \(next)"); return }
      date = next
      weekday = next.weekday
    }
    #expect(date == CivilDate("2300-01-01"))
  }

  @Test(
    "days that do not exist are refused",
    arguments: [
      "2026-02-29", "2100-02-29", "2026-13-01", "2026-00-01", "2026-04-31", "0000-01-01", "26-1-1", "2026/01/01", "",
      "2026-11-2x", "+026-01-01",
    ])
  func noSuchDay(_ text: String) { #expect(CivilDate(text) == nil) }

  @Test("arithmetic beyond the calendar stays at its edge")
  func clamps() {
    #expect(CivilDate(daysSinceEpoch: .max) == CivilDate("9999-12-31"))
    #expect(CivilDate(daysSinceEpoch: .min) == CivilDate("0001-01-01"))
    #expect(CivilDate("2026-01-01")?.advanced(byDays: .max) == CivilDate("9999-12-31"))
    #expect(CivilDateTime(secondsSinceEpoch: .min).date == CivilDate("0001-01-01"))
    #expect(CivilDateTime(secondsSinceEpoch: .max).date == CivilDate("9999-12-31"))
  }

  @Test(
    "times are read and written",
    arguments: [
      ("22:00", "22:00"), ("6:30", "06:30"), ("23:59:59", "23:59:59"), ("00:00:00", "00:00"),
    ])
  func times(_ text: String, _ written: String) { #expect(CivilTime(text)?.description == written) }

  @Test(
    "times that no clock shows are refused", arguments: ["24:00", "12:60", "1:2", "12", "12:00:60", ":00", "-1:00"])
  func noSuchTime(_ text: String) { #expect(CivilTime(text) == nil) }

  @Test(
    "local times are read in three spellings",
    arguments: [
      ("2026-11-20T22:00", "2026-11-20T22:00"), ("2026-11-20 22:00:05", "2026-11-20T22:00:05"),
      ("20261120T220000", "2026-11-20T22:00"), ("20261120", "2026-11-20T00:00"),
    ])
  func dateTimes(_ text: String, _ written: String) { #expect(CivilDateTime(text)?.description == written) }

  @Test("weekdays by code and name")
  func weekdays() {
    #expect(Weekday("MO") == .monday)
    #expect(Weekday("sun") == .sunday)
    #expect(Weekday("Thursday") == .thursday)
    #expect(Weekday("t") == nil)
    #expect(Weekday("moon") == nil)
    #expect(Weekday.monday.daysAfter(.sunday) == 1)
  }
}
