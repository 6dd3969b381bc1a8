import Foundation
import ServiceTime
import Telemetry

/// Zones of this machine's tzdata; the program reads them the same way.
enum SystemZones {
  static let folder = "/usr/share/zoneinfo"
  static let areInstalled = FileManager.default.fileExists(atPath: folder + "/Europe/Berlin")

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")))
  }

  static func zone(_ name: String) throws -> TimeZoneRules { try TimeZoneRules(name: name, tzif: bytes(name)) }
}

/// A zone by its POSIX rule, for tests that must run without tzdata.
enum RuleZones {
  static let berlin = rule("Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3")
  static let newYork = rule("America/New_York", "EST5EDT,M3.2.0,M11.1.0")
  static let lordHowe = rule("Australia/Lord_Howe", "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0")

  private static func rule(_ name: String, _ text: String) -> TimeZoneRules {
    do { return try TimeZoneRules(name: name, rule: text) } catch { preconditionFailure("\(error)") }
  }
}

func local(_ text: String) throws -> CivilDateTime {
  guard let value = CivilDateTime(text) else { throw BadLiteral(text: text) }
  return value
}

/// `2026-03-29T01:00` read as UTC.
func utc(_ text: String) throws -> Timestamp { TimeZoneRules.utc.instant(of: try local(text)) }

func interval(_ from: String, _ to: String) throws -> Interval {
  guard let value = Interval(from: try utc(from), to: try utc(to)) else { throw BadLiteral(text: "\(from)/\(to)") }
  return value
}

struct BadLiteral: Error { let text: String }
