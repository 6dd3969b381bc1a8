internal import Telemetry

/// Durations as Prometheus writes them: `1h30m`, `15s`, `0`.
///
/// Units are y (365 d), w, d, h, m, s and ms, each at most once, from large to small.
public enum PrometheusDuration {
  private static let units: [(name: String, milliseconds: Int64)] = [
    ("y", 31_536_000_000), ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000),
    ("ms", 1),
  ]

  /// - Returns: `nil` when `text` is not a duration, or one beyond 292 years.
  public static func parse(_ text: String) -> Duration? {
    if text == "0" { return .zero }
    var rest = Array(text.utf8)[...]
    guard !rest.isEmpty else { return nil }
    var total: Int64 = 0
    var nextUnit = 0
    while !rest.isEmpty {
      let digits = rest.prefix { ($0 >= 48 && $0 <= 57) }
      rest = rest.dropFirst(digits.count)
      let letters = String(decoding: rest.prefix { !($0 >= 48 && $0 <= 57) }, as: UTF8.self)
      rest = rest.dropFirst(letters.utf8.count)
      guard let amount = Int64(String(decoding: digits, as: UTF8.self)),
        let unit = units.indices.first(where: { units[$0].name == letters }), unit >= nextUnit
      else { return nil }
      nextUnit = unit + 1
      let (product, overflow) = amount.multipliedReportingOverflow(by: units[unit].milliseconds)
      let (sum, carried) = total.addingReportingOverflow(product)
      guard !overflow, !carried, sum <= 9_223_372_036_854 else { return nil }
      total = sum
    }
    return .milliseconds(total)
  }

  /// The shortest spelling, for example `1h30m`.
  public static func text(_ duration: Duration) -> String {
    var rest = duration.wholeMilliseconds
    guard rest != 0 else { return "0s" }
    var result = rest < 0 ? "-" : ""
    rest = Int64(clamping: rest.magnitude)
    for (name, size) in units where rest >= size {
      // Years and weeks only when nothing is left over: 370d reads better than 1y5d.
      if name == "y" || name == "w", rest % size != 0 { continue }
      result += "\(rest / size)\(name)"
      rest %= size
    }
    return result
  }
}
