import ServiceTime
import Telemetry
import Testing

@Suite("Time zones", .enabled(if: SystemZones.areInstalled, "tzdata is not installed"))
struct ZoneTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let zone: String
    let local: String
    /// The instant in UTC; two where the time occurs twice, `gap` where it never occurs.
    let expected: [String]
    var isGap = false
    var testDescription: String { "\(local) in \(zone)" }
  }

  @Test(
    "local times become instants",
    arguments: [
      Case(zone: "Europe/Berlin", local: "2026-03-29T01:59", expected: ["2026-03-29T00:59"]),
      Case(zone: "Europe/Berlin", local: "2026-03-29T02:00", expected: ["2026-03-29T01:00"], isGap: true),
      Case(zone: "Europe/Berlin", local: "2026-03-29T02:30", expected: ["2026-03-29T01:30"], isGap: true),
      Case(zone: "Europe/Berlin", local: "2026-03-29T03:00", expected: ["2026-03-29T01:00"]),
      Case(zone: "Europe/Berlin", local: "2026-10-25T02:30", expected: ["2026-10-25T00:30", "2026-10-25T01:30"]),
      Case(zone: "Europe/Berlin", local: "2026-10-25T03:00", expected: ["2026-10-25T02:00"]),
      Case(zone: "America/New_York", local: "2026-03-08T02:30", expected: ["2026-03-08T07:30"], isGap: true),
      Case(zone: "America/New_York", local: "2026-11-01T01:30", expected: ["2026-11-01T05:30", "2026-11-01T06:30"]),
      Case(zone: "America/New_York", local: "2026-11-01T02:00", expected: ["2026-11-01T07:00"]),
      Case(zone: "Australia/Lord_Howe", local: "2026-10-04T02:15", expected: ["2026-10-03T15:45"], isGap: true),
      Case(zone: "Australia/Lord_Howe", local: "2026-04-05T01:45", expected: ["2026-04-04T14:45", "2026-04-04T15:15"]),
      Case(zone: "Pacific/Apia", local: "2011-12-30T12:00", expected: ["2011-12-30T22:00"], isGap: true),
      Case(zone: "Pacific/Apia", local: "2011-12-29T23:59", expected: ["2011-12-30T09:59"]),
      Case(zone: "Pacific/Apia", local: "2011-12-31T00:00", expected: ["2011-12-30T10:00"]),
      Case(zone: "Asia/Shanghai", local: "2026-11-20T22:00", expected: ["2026-11-20T14:00"]),
      Case(zone: "Asia/Shanghai", local: "1989-07-01T12:00", expected: ["1989-07-01T03:00"]),
      Case(zone: "Europe/Berlin", local: "2426-07-01T12:00", expected: ["2426-07-01T10:00"]),
      Case(zone: "Europe/Berlin", local: "2426-12-01T12:00", expected: ["2426-12-01T11:00"]),
      Case(zone: "Europe/Dublin", local: "2045-01-15T12:00", expected: ["2045-01-15T12:00"]),
      Case(zone: "Europe/Dublin", local: "2045-07-15T12:00", expected: ["2045-07-15T11:00"]),
      Case(zone: "America/Nuuk", local: "2040-07-15T12:00", expected: ["2040-07-15T13:00"]),
    ])
  func resolves(_ example: Case) throws {
    let instants = try example.expected.map(utc)
    let expected: LocalResolution =
      if instants.count == 2 { .overlap(first: instants[0], second: instants[1]) } else {
        example.isGap ? .gap(instants[0]) : .unique(instants[0])
      }
    #expect(try SystemZones.zone(example.zone).resolve(local(example.local)) == expected)
  }

  @Test("a gap is crossed forward: 02:30 becomes 03:30")
  func gapShift() throws {
    let berlin = try SystemZones.zone("Europe/Berlin")
    #expect(berlin.local(at: berlin.instant(of: try local("2026-03-29T02:30"))) == (try local("2026-03-29T03:30")))
  }

  @Test("offsets and abbreviations")
  func offsets() throws {
    let berlin = try SystemZones.zone("Europe/Berlin")
    let winter = berlin.offset(at: try utc("2026-01-01T00:00"))
    let summer = berlin.offset(at: try utc("2526-07-01T00:00"))
    #expect(winter == LocalOffset(seconds: 3600, abbreviation: "CET", season: .standard))
    #expect(summer == LocalOffset(seconds: 7200, abbreviation: "CEST", season: .daylight))
    #expect(berlin.offset(at: try utc("1800-01-01T00:00")).abbreviation == "LMT")
    #expect(berlin.offset(at: Timestamp(milliseconds: .min)).abbreviation == "LMT")
    #expect([3600, 7200].contains(berlin.offset(at: Timestamp(milliseconds: .max)).seconds))
  }

  @Test(
    "every hour of two years in each zone comes back",
    arguments: [
      "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Shanghai", "Africa/Casablanca",
      "America/St_Johns", "Asia/Kathmandu", "Antarctica/Troll", "UTC",
    ])
  func roundTrip(_ name: String) throws {
    let zone = try SystemZones.zone(name)
    for start in ["2011-06-01T00:00", "2050-01-01T00:00"] {
      let origin = try utc(start)
      for step in 0..<(2 * 365 * 24) {
        let instant = origin.advanced(by: .seconds(step * 1800))
        switch zone.resolve(zone.local(at: instant)) {
        case .unique(let found): #expect(found == instant)
        case .overlap(let first, let second): #expect(first == instant || second == instant)
        case .gap: Issue.record("\(name) never showed \(zone.local(at: instant))")
        }
      }
    }
  }

  @Test(
    "the rule of the footer agrees with the listed transitions",
    arguments: [
      ("Europe/Berlin", RuleZones.berlin), ("America/New_York", RuleZones.newYork),
      ("Australia/Lord_Howe", RuleZones.lordHowe),
    ])
  func footerAgrees(_ name: String, _ rule: TimeZoneRules) throws {
    let zone = try SystemZones.zone(name)
    let origin = try utc("2010-01-01T00:00")
    for hour in 0..<(25 * 366 * 24 / 3) {
      let instant = origin.advanced(by: .seconds(hour * 3 * 3600 + 1800))
      #expect(zone.offset(at: instant).seconds == rule.offset(at: instant).seconds)
    }
  }

  @Test("a damaged file is refused, never trapped on")
  func damaged() throws {
    let bytes = try SystemZones.bytes("Europe/Berlin")
    #expect(throws: TimeZoneError.notTZif(zone: "X")) { try TimeZoneRules(name: "X", tzif: []) }
    for length in stride(from: 0, to: bytes.count, by: 7) {
      #expect(throws: TimeZoneError.self) { try TimeZoneRules(name: "X", tzif: Array(bytes[..<length])) }
    }
    for index in bytes.indices {
      var wrong = bytes
      wrong[index] = 0xFF
      _ = try? TimeZoneRules(name: "X", tzif: wrong)
    }
    #expect(throws: TimeZoneError.self) {
      try TimeZoneRules(name: "X", tzif: [UInt8](repeating: 0, count: 300_000))
    }
  }
}

@Suite("Yearly zone rules and texts")
struct ZoneRuleTests {
  @Test(
    "unusual but legal rules",
    arguments: [
      ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2040-07-01T12:00", -3600),
      ("IST-2IDT,M3.4.4/26,M10.5.0", "2040-07-01T12:00", 10_800),
      ("XXX3EDT4,0/0,J365/23", "2040-01-01T00:00", -14_400),
      ("XXX3EDT4,0/0,J365/23", "2040-07-01T12:00", -14_400),
      ("AAA3BBB,J60,J300", "2040-03-01T12:00", -7200),
      ("AAA3BBB,J60,J300", "2040-02-29T12:00", -10_800),
      ("UTC0", "2040-02-29T12:00", 0),
    ])
  func legal(_ rule: String, _ instant: String, _ seconds: Int) throws {
    let zone = try TimeZoneRules(name: "test", rule: rule)
    #expect(zone.offset(at: try utc(instant)).seconds == seconds)
  }

  @Test(
    "rules out of the grammar",
    arguments: [
      "", "CE-1", "CET", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.6.0,M10.5.0",
      "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,M3.5.0,M10.5.0/3x", "<CET-1", "CET-25", "CET-1CEST,J0,J1", "CET-1:60",
    ])
  func illegal(_ rule: String) {
    #expect(throws: TimeZoneError.self) { try TimeZoneRules(name: "test", rule: rule) }
  }

  @Test("a local time as text names one instant")
  func texts() throws {
    #expect(RuleZones.berlin.text(of: try utc("2026-07-01T20:00")) == "2026-07-01T22:00+02:00")
    #expect(RuleZones.newYork.text(of: try utc("2026-01-01T03:00:05")) == "2025-12-31T22:00:05-05:00")
    #expect(TimeZoneRules.utc.text(of: try utc("2026-01-01T03:00")) == "2026-01-01T03:00Z")
    #expect(
      TimeZoneRules.utc.text(of: try interval("2026-01-01T03:00", "2026-01-01T04:00"))
        == "2026-01-01T03:00Z/2026-01-01T04:00Z")
  }
}
