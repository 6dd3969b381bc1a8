import Foundation
import ServiceTime
import Telemetry
import Testing

@testable import Probes

@Suite("Schedules by the calendar")
struct ScheduleTests {
  /// Clocks go forward on 2026-03-29 at 02:00 and back on 2026-10-25 at 03:00.
  private let berlin: TimeZoneRules
  private let shanghai: TimeZoneRules

  init() throws {
    berlin = try TimeZoneRules(name: "Europe/Berlin", rule: "CET-1CEST,M3.5.0,M10.5.0/3")
    shanghai = try TimeZoneRules(name: "Asia/Shanghai", rule: "CST-8")
  }

  private func instant(_ text: String) throws -> Timestamp { try #require(Timestamp(rfc3339: text)) }

  private func runs(_ cron: String, after start: String, count: Int, in zone: TimeZoneRules) throws -> [String] {
    let expression = try CronExpression(cron)
    var last = try instant(start)
    return try (0..<count).map { _ in
      last = try #require(expression.next(after: last, in: zone))
      return zone.local(at: last).description + (zone.offset(at: last).seconds == 7200 ? " summer" : "")
    }
  }

  @Test(
    "the five fields as cron has them",
    arguments: [
      ("*/5 8-18 * * mon-fri", "2026-11-20T16:57:00Z", ["2026-11-20T18:00", "2026-11-20T18:05"]),
      // From Friday evening to Monday.
      ("*/5 8-18 * * mon-fri", "2026-11-20T17:55:00Z", ["2026-11-23T08:00", "2026-11-23T08:05"]),
      ("0 3 1 jan,jul *", "2026-02-01T00:00:00Z", ["2026-07-01T03:00", "2027-01-01T03:00"]),
      ("30 6 29 2 *", "2026-02-01T00:00:00Z", ["2028-02-29T06:30", "2032-02-29T06:30"]),
      // Either of the two days will do.
      ("0 0 13 * fri", "2026-11-10T00:00:00Z", ["2026-11-13T00:00", "2026-11-20T00:00"]),
      ("0 12 * * 7", "2026-11-16T00:00:00Z", ["2026-11-22T12:00", "2026-11-29T12:00"]),
      ("0 12 * * sat-sun", "2026-11-16T00:00:00Z", ["2026-11-21T12:00", "2026-11-22T12:00"]),
      ("5/20 0 * * *", "2026-11-16T01:00:00Z", ["2026-11-17T00:05", "2026-11-17T00:25"]),
    ])
  func cron(_ text: String, _ start: String, _ expected: [String]) throws {
    let zone = text.contains("mon-fri") ? berlin : .utc
    #expect(try runs(text, after: start, count: 2, in: zone) == expected)
  }

  @Test("a time that clocks skip comes as much later, and the day after at its own time")
  func forward() throws {
    #expect(
      try runs("30 2 * * *", after: "2026-03-28T12:00:00Z", count: 2, in: berlin)
        == ["2026-03-29T03:30 summer", "2026-03-30T02:30 summer"])
    #expect(
      try runs("*/30 1-3 * * *", after: "2026-03-29T00:00:00Z", count: 4, in: berlin)
        == ["2026-03-29T01:30", "2026-03-29T03:00 summer", "2026-03-29T03:30 summer", "2026-03-30T01:00 summer"])
  }

  @Test("a time that comes twice counts once, but what runs all the time has no hole")
  func back() throws {
    #expect(
      try runs("30 2 * * *", after: "2026-10-24T12:00:00Z", count: 2, in: berlin)
        == ["2026-10-25T02:30 summer", "2026-10-26T02:30"])
    let all = try runs("*/30 * * * *", after: "2026-10-24T23:29:00Z", count: 7, in: berlin)
    #expect(
      all == [
        "2026-10-25T01:30 summer", "2026-10-25T02:00 summer", "2026-10-25T02:30 summer", "2026-10-25T02:00",
        "2026-10-25T02:30", "2026-10-25T03:00", "2026-10-25T03:30",
      ])
  }

  @Test(
    "what is no expression, or never comes, is refused, with the field",
    arguments: [
      ("", CronExpression.Fault.Cause.fields, 0), ("* * * *", .fields, 0), ("60 * * * *", .field, 1),
      ("* 24 * * *", .field, 2), ("* * 0 * *", .field, 3), ("* * * 13 *", .field, 4), ("* * * * eve", .field, 5),
      ("*/0 * * * *", .field, 1), ("5-1 * * * *", .field, 1), ("1,,2 * * * *", .field, 1), ("a-b * * * *", .field, 1),
      ("0 0 30 2 *", .never, 0), ("0 0 31 4,6 *", .never, 0),
    ])
  func refused(_ text: String, _ cause: CronExpression.Fault.Cause, _ field: Int) {
    let fault = #expect(throws: CronExpression.Fault.self) { _ = try CronExpression(text) }
    #expect(fault?.cause == cause && fault?.field == field)
  }

  private func hours(_ change: (inout BusinessHours) -> Void = { _ in }) throws -> BusinessHours {
    var hours = BusinessHours(
      days: [.monday, .tuesday, .wednesday, .thursday, .friday], from: try #require(CivilTime("08:00")),
      to: try #require(CivilTime("18:00")), holidays: [], workingDays: [], zone: shanghai)
    change(&hours)
    return hours
  }

  @Test("holidays are off, days worked to make up for them are on")
  func holidays() throws {
    let hours = try hours {
      // National Day 2026, with the Saturday that is worked for it.
      $0.holidays = Set((1...7).compactMap { CivilDate(year: 2026, month: 10, day: $0) })
      $0.workingDays = Set([CivilDate(year: 2026, month: 10, day: 10)].compactMap { $0 })
    }
    let last = hours.stretch(at: try instant("2026-09-30T09:59:59Z"))
    #expect(last.isInside)
    #expect(try last.end == instant("2026-09-30T10:00:00Z"))
    let pause = hours.stretch(at: try instant("2026-09-30T10:00:00Z"))
    #expect(!pause.isInside)
    #expect(try pause.end == instant("2026-10-08T00:00:00Z"))
    #expect(hours.stretch(at: try instant("2026-10-10T04:00:00Z")).isInside)
    #expect(!hours.stretch(at: try instant("2026-10-11T04:00:00Z")).isInside)
  }

  @Test("hours over midnight and over a change of the clocks end when the clock says so")
  func night() throws {
    let hours = try hours {
      ($0.from, $0.to, $0.zone) = (CivilTime("22:00")!, CivilTime("06:00")!, berlin)
      $0.days = [.saturday]
    }
    // The night of 2026-10-25 has nine hours.
    let stretch = hours.stretch(at: try instant("2026-10-24T20:00:00Z"))
    #expect(stretch.isInside)
    #expect(try stretch.end == instant("2026-10-25T05:00:00Z"))
  }

  @Test("faster in the hours, slower without, each on its own grid")
  func faster() throws {
    let rhythm = Rhythm.calendar(try hours(), inside: .seconds(10), outside: .seconds(300))
    let wall = try instant("2026-11-20T09:55:00Z")
    var timing = Timing(name: "shop", rhythm, from: .seconds(1000), wall)
    var runs = 0
    while timing.due < .seconds(1000 + 3600) {
      timing.advance(past: timing.due, wall.advanced(by: timing.due - .seconds(1000)))
      runs += 1
    }
    // Five minutes at 10 s, 55 at 5 minutes.
    #expect((40...43).contains(runs), "\(runs)")
    #expect(rhythm.interval == .seconds(10))
  }

  @Test("only in the hours: the next run after them is in the next, and that is a pause")
  func only() throws {
    let rhythm = Rhythm.calendar(try hours(), inside: .seconds(60), outside: nil)
    let friday = try instant("2026-11-20T09:59:30Z")
    var timing = Timing(name: "shop", rhythm, from: .seconds(1000), friday)
    #expect(timing.due <= .seconds(1001))
    timing.advance(past: .seconds(1040), friday.advanced(by: .seconds(40)))
    let next = friday.advanced(by: timing.due - .seconds(1000))
    let monday = try instant("2026-11-23T00:00:00Z")
    #expect(next >= monday && next < monday.advanced(by: .seconds(60)))
    #expect(timing.pause(at: .seconds(1040)) == timing.due)
    let weekend = Timing(name: "shop", rhythm, from: .seconds(1000), try instant("2026-11-21T00:00:00Z"))
    #expect(weekend.due > .seconds(1000 + 86_400))
  }

  @Test("runs of one minute are spread over some seconds, and each comes once")
  func spread() throws {
    let cron = try CronExpression("*/5 * * * *")
    let wall = try instant("2026-11-20T10:00:00Z").advanced(by: .milliseconds(-1))
    var dues: Set<Duration> = []
    for number in 0..<50 {
      var timing = Timing(name: "probe-\(number)", .cron(cron, .utc), from: .seconds(1000), wall)
      let first = timing.due - .seconds(1000)
      #expect(first <= Rhythm.spread, "the minute that has just begun is not missed")
      dues.insert(first)
      timing.advance(past: timing.due, wall.advanced(by: first))
      #expect(timing.due - .seconds(1000) == first + .seconds(300))
    }
    #expect(dues.count > 35)
  }

  @Test("a clock that is set forward brings a run nearer, one that is set back loses none")
  func clock() throws {
    let cron = try CronExpression("0 3 * * *")
    let wall = try instant("2026-11-20T01:00:00Z")
    var timing = Timing(name: "x", .cron(cron, .utc), from: .seconds(1000), wall)
    let due = timing.due
    timing.realign(at: .seconds(1060), wall.advanced(by: .seconds(60 - 3600)))
    #expect(timing.due == due)
    timing.realign(at: .seconds(1060), wall.advanced(by: .seconds(60 + 3600)))
    #expect(timing.due == due - .seconds(3600))
  }

  private func definition(_ keys: String, zones: Bool = true) throws -> ProbeDefinition {
    let decoder = JSONDecoder()
    if zones {
      decoder.userInfo[ZoneLookup.key] = ZoneLookup { [shanghai, berlin] name in
        name == "Asia/Shanghai" ? shanghai : berlin
      }
    }
    let json = #"{"probes":[{"name":"a","kind":"tcp","settings":{"target":"h:1"},\#(keys)}]}"#
    return try #require(try decoder.decode(ProbeFile.self, from: Data(json.utf8)).probes.first)
  }

  @Test("a definition says when")
  func definitions() throws {
    let cron = try definition(#""cron":"*/5 8-18 * * mon-fri","zone":"Asia/Shanghai""#)
    #expect(cron.rhythm == .cron(try CronExpression("*/5 8-18 * * mon-fri"), shanghai))
    #expect(cron.interval == .seconds(300))
    let only = try definition(
      #""calendar":{"from":"08:00","to":"18:00","zone":"Asia/Shanghai","outside":"off"},"interval":"1m""#)
    #expect(only.rhythm == .calendar(try hours(), inside: .seconds(60), outside: nil))
    let faster = try definition(#""calendar":{"from":"08:00","to":"18:00","zone":"Asia/Shanghai","inside":"10s"}"#)
    #expect(faster.rhythm == .calendar(try hours(), inside: .seconds(10), outside: .seconds(15)))
    #expect(try definition(#""interval":"7s""#).isSame(as: try definition(#""interval":"7s""#)))
    #expect(!only.isSame(as: faster))
  }

  @Test(
    "a schedule that cannot be is a fault at its key",
    arguments: [
      (#""cron":"* * *""#, "fault.cron.fields", "cron"), (#""cron":"* 25 * * *""#, "fault.cron.field", "cron"),
      (#""cron":"0 0 31 2 *""#, "fault.cron.never", "cron"),
      (#""cron":"* * * * *","interval":"5s""#, "fault.schedule.two", "cron"),
      (#""zone":"UTC""#, "fault.schedule.zone", "zone"),
      (#""calendar":{"from":"08:00"}"#, "fault.schedule.same", "inside"),
      (#""calendar":{"from":"8 o'clock","outside":"off"}"#, "fault.window.time", "from"),
      (#""calendar":{"days":["funday"],"outside":"off"}"#, "fault.window.day", "days"),
      (#""calendar":{"days":[],"outside":"off"}"#, "fault.schedule.no-day", "days"),
      (#""calendar":{"holidays":["tomorrow"],"outside":"off"}"#, "fault.schedule.date", "holidays"),
      (#""calendar":{"zone":"Mars/Olympus","outside":"off"}"#, "fault.zone.unknown", "zone"),
    ])
  func faults(_ keys: String, _ id: String, _ key: String) {
    do {
      _ = try definition(keys, zones: false)
      Issue.record("decoded")
    } catch DecodingError.dataCorrupted(let context) {
      #expect(DecodingError.dataCorrupted(context).settingsFault?.id == id)
      #expect(context.codingPath.last?.stringValue == key)
    } catch {
      Issue.record(error)
    }
  }
}
