/// Why the rules of a time zone cannot be read.
public enum TimeZoneError: Error, Sendable, Equatable, CustomStringConvertible {
  case notTZif(zone: String)
  case damaged(zone: String, problem: String)
  case leapSeconds(zone: String)
  case badRule(zone: String, rule: String, problem: String)

  public var description: String {
    switch self {
    case .notTZif(let zone): "zone '\(zone)': not a TZif file – install the package tzdata"
    case .damaged(let zone, let problem): "zone '\(zone)': \(problem) – reinstall the package tzdata"
    case .leapSeconds(let zone):
      "zone '\(zone)': counts leap seconds – use the zone without 'right/' in its name"
    case .badRule(let zone, let rule, let problem):
      "zone '\(zone)': rule '\(rule)': \(problem) – write it like CET-1CEST,M3.5.0,M10.5.0/3"
    }
  }
}
