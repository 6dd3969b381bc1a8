public import Telemetry

extension TimeZoneRules {
  /// `2026-11-20T22:00+08:00`: the local time with its offset, so that it names one instant.
  public func text(of instant: Timestamp) -> String {
    let offset = offset(at: instant)
    return "\(local(at: instant))\(Self.text(ofOffset: offset.seconds))"
  }

  /// `2026-11-20T22:00+08:00/2026-11-21T02:00+08:00`, ISO 8601's form of a period.
  public func text(of interval: Interval) -> String {
    "\(text(of: interval.from))/\(text(of: interval.to))"
  }

  private static func text(ofOffset seconds: Int) -> String {
    guard seconds != 0 else { return "Z" }
    let size = abs(seconds)
    let minutes = "\((size / 3600).padded(to: 2)):\((size / 60 % 60).padded(to: 2))"
    let rest = size % 60 == 0 ? "" : ":\((size % 60).padded(to: 2))"
    return "\(seconds < 0 ? "-" : "+")\(minutes)\(rest)"
  }
}
