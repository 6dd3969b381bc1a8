internal import Telemetry

/// Instants and durations as Go prints them.
enum GoTimeText {
  /// For example `2026-11-21 03:24:08.5 +0000 UTC`.
  static func text(_ timestamp: Timestamp) -> String {
    let milliseconds = Int(timestamp.milliseconds)
    let day = milliseconds.flooredQuotient(by: 86_400_000)
    let inDay = milliseconds - day * 86_400_000
    var clock = [inDay / 3_600_000, inDay / 60_000 % 60, inDay / 1000 % 60].map { $0.padded(to: 2) }
      .joined(separator: ":")
    let fraction = inDay % 1000
    if fraction > 0 {
      var digits = fraction.padded(to: 3)
      while digits.hasSuffix("0") { digits.removeLast() }
      clock += "." + digits
    }
    return "\(GregorianDate(daysSinceEpoch: day).text) \(clock) +0000 UTC"
  }

  /// For example `1h15m30.5s`, `250ms`.
  static func text(nanoseconds: Int64) -> String {
    guard nanoseconds != 0 else { return "0s" }
    let sign = nanoseconds < 0 ? "-" : ""
    let magnitude = nanoseconds.magnitude
    if magnitude < 1_000 { return "\(sign)\(magnitude)ns" }
    if magnitude < 1_000_000 { return sign + decimal(magnitude, per: 1_000) + "µs" }
    if magnitude < 1_000_000_000 { return sign + decimal(magnitude, per: 1_000_000) + "ms" }
    let hours = magnitude / 3_600_000_000_000
    let minutes = magnitude / 60_000_000_000 % 60
    let seconds = decimal(magnitude % 60_000_000_000, per: 1_000_000_000) + "s"
    if hours > 0 { return "\(sign)\(hours)h\(minutes)m\(seconds)" }
    return minutes > 0 ? "\(sign)\(minutes)m\(seconds)" : sign + seconds
  }

  private static func decimal(_ amount: UInt64, per unit: UInt64) -> String {
    let whole = String(amount / unit)
    guard amount % unit != 0 else { return whole }
    var digits = (amount % unit).padded(to: String(unit).utf8.count - 1)
    while digits.hasSuffix("0") { digits.removeLast() }
    return whole + "." + digits
  }
}
