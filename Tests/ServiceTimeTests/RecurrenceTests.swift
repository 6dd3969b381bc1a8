import ServiceTime
import Telemetry
import Testing
import Wording

@Suite("Recurrence rules")
struct RecurrenceTests {
  private func texts(
    _ start: String, _ rule: String, _ zone: TimeZoneRules = .utc, from: String? = nil, limit: Int = 4
  ) throws -> [String] {
    let recurrence = Recurrence(start: try local(start), rule: try RecurrenceRule(rule), zone: zone)
    return recurrence.occurrences(from: try from.map(utc), limit: limit).occurrences.map { zone.text(of: $0.instant) }
  }

  @Test("02:30 every day across the change forward and back")
  func dailyAcrossChanges() throws {
    #expect(
      try texts("2026-03-28T02:30", "FREQ=DAILY", RuleZones.berlin, limit: 3) == [
        "2026-03-28T02:30+01:00", "2026-03-29T03:30+02:00", "2026-03-30T02:30+02:00",
      ])
    #expect(
      try texts("2026-10-24T02:30", "FREQ=DAILY", RuleZones.berlin, limit: 3) == [
        "2026-10-24T02:30+02:00", "2026-10-25T02:30+02:00", "2026-10-26T02:30+01:00",
      ])
  }

  @Test("half an hour on Lord Howe")
  func lordHowe() throws {
    #expect(
      try texts("2026-10-03T02:15", "FREQ=DAILY", RuleZones.lordHowe, limit: 3) == [
        "2026-10-03T02:15+10:30", "2026-10-04T02:45+11:00", "2026-10-05T02:15+11:00",
      ])
  }

  @Test("the 31st is skipped in short months, -1 is not")
  func monthEnds() throws {
    #expect(
      try texts("2026-01-31T00:00", "FREQ=MONTHLY") == [
        "2026-01-31T00:00Z", "2026-03-31T00:00Z", "2026-05-31T00:00Z", "2026-07-31T00:00Z",
      ])
    #expect(
      try texts("2026-01-31T00:00", "FREQ=MONTHLY;BYMONTHDAY=-1", limit: 2) == [
        "2026-01-31T00:00Z", "2026-02-28T00:00Z",
      ])
  }

  @Test("a start that the rule does not name is no occurrence")
  func startOutsideRule() throws {
    #expect(
      try texts("2026-11-20T10:00", "FREQ=MONTHLY;BYDAY=1MO;COUNT=2") == ["2026-12-07T10:00Z", "2027-01-04T10:00Z"])
  }

  @Test(
    "the end is inclusive, in each of its spellings",
    arguments: [
      "20260103T090000Z", "20260103T090000", "20260103",
    ])
  func until(_ limit: String) throws {
    #expect(
      try texts("2026-01-02T09:00", "FREQ=DAILY;UNTIL=\(limit)") == ["2026-01-02T09:00Z", "2026-01-03T09:00Z"])
  }

  @Test(
    "asking from a later instant gives the tail of the whole list",
    arguments: [
      "FREQ=DAILY;INTERVAL=3", "FREQ=DAILY;BYDAY=SA,SU", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU",
      "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=MO", "FREQ=MONTHLY;INTERVAL=5;BYDAY=-1FR",
      "FREQ=MONTHLY;BYMONTHDAY=29,-1", "FREQ=DAILY;COUNT=400", "FREQ=WEEKLY;UNTIL=20270101T000000Z",
    ])
  func tail(_ rule: String) throws {
    let recurrence = Recurrence(
      start: try local("2026-01-07T02:30"), rule: try RecurrenceRule(rule), zone: RuleZones.berlin)
    let all = recurrence.occurrences(before: try utc("2028-01-01T00:00"), limit: 1000).occurrences
    #expect(all.count > 3)
    for day in stride(from: 0, to: 720, by: 11) {
      let from = try utc("2026-01-01T01:30").advanced(by: .seconds(day * 86_400))
      let tail = recurrence.occurrences(from: from, before: try utc("2028-01-01T00:00"), limit: 1000).occurrences
      #expect(tail == all.filter { $0.instant >= from })
    }
  }

  @Test("a rule that names nothing costs its budget and says so")
  func budget() throws {
    let never = Recurrence(
      start: try local("2026-01-01T00:00"), rule: try RecurrenceRule("FREQ=MONTHLY;BYDAY=1MO;BYMONTHDAY=20"), zone: .utc
    )
    let list = never.occurrences(limit: 1, steps: 500)
    #expect(list.occurrences.isEmpty)
    #expect(list.stop == .budgetSpent)
    let yearly = Recurrence(start: try local("9999-12-30T00:00"), rule: try RecurrenceRule("FREQ=DAILY"), zone: .utc)
    #expect(yearly.occurrences(limit: 10).stop == .complete)
    #expect(yearly.occurrences(limit: 1).stop == .limitReached)
  }

  @Test(
    "what is refused, and how it is said",
    arguments: [
      ("FREQ=YEARLY", "FREQ=YEARLY is not supported yet"), ("FREQ=HOURLY", "FREQ=HOURLY is not supported yet"),
      ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1", "BYSETPOS is not supported yet"),
      ("FREQ=DAILY;BYHOUR=3", "BYHOUR is not supported yet"),
      ("FREQ=MONTHLY;BYMONTH=1", "BYMONTH is not supported yet"),
      ("RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=FORWARD", "RSCALE is not supported yet"),
      ("FREQ=SOMETIMES", "FREQ: 'SOMETIMES' is not allowed"), ("INTERVAL=2", "FREQ is missing"),
      ("FREQ=DAILY;FREQ=WEEKLY", "FREQ is given twice"), ("FREQ=DAILY;COUNT=2;UNTIL=20260101", "COUNT and UNTIL"),
      ("FREQ=DAILY;COUNT=0", "COUNT: '0'"), ("FREQ=DAILY;INTERVAL=-1", "INTERVAL: '-1'"),
      ("FREQ=DAILY;INTERVAL=", "INTERVAL: ''"), ("FREQ=DAILY;INTERVAL=99999999999999999999", "INTERVAL:"),
      ("FREQ=WEEKLY;BYDAY=1MO", "BYDAY=1MO cannot stand with FREQ=WEEKLY"),
      ("FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY cannot stand with FREQ=WEEKLY"),
      ("FREQ=MONTHLY;BYDAY=6MO", "BYDAY: '6MO'"), ("FREQ=MONTHLY;BYDAY=MO,,TU", "BYDAY: ''"),
      ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY: '0'"), ("FREQ=MONTHLY;BYMONTHDAY=-32", "BYMONTHDAY: '-32'"),
      ("FREQ=DAILY;UNTIL=tomorrow", "UNTIL: 'TOMORROW'"), ("FREQ=DAILY;WKST=XX", "WKST: 'XX'"),
      ("FREQ=DAILY;;", "'' is no part"), ("FREQ=DAILY;COLOUR=RED", "'COLOUR=RED' is no part"), ("", "'' is no part"),
      ("FREQ", "'FREQ' is no part"), (String(repeating: "A", count: 2000), "a recurrence rule of 2000 bytes"),
    ])
  func refused(_ rule: String, _ message: String) {
    let error = #expect(throws: RecurrenceError.self) { try RecurrenceRule(rule) }
    let text = error.map { Reader(language: .english).text($0.fault.id, $0.fault.arguments) } ?? "accepted"
    #expect(text.hasPrefix(message), "\(text)")
  }
}
