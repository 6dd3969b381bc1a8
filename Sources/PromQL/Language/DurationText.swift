/// Durations as PromQL writes them: `1h30m`, `15s`, `1y2w3d4h5m6s7ms`.
///
/// Units in this order, each at most once. A year has 365 days, a week 7.
/// - Source: Prometheus, time durations.
package enum DurationText {
  static let units: [(name: String, milliseconds: Int64)] = [
    ("y", 365 * 86_400_000), ("w", 7 * 86_400_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000),
    ("ms", 1),
  ]

  /// - Returns: milliseconds, or `nil` when `text` is no duration or leaves the range of 64 bits.
  package static func milliseconds(_ text: String) -> Int64? {
    if text == "0" { return 0 }
    var bytes = Array(text.utf8)[...]
    var total: Int64 = 0
    var nextUnit = 0
    guard !bytes.isEmpty else { return nil }
    while !bytes.isEmpty {
      let digits = bytes.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      bytes = bytes.dropFirst(digits.count)
      let letters = bytes.prefix { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
      bytes = bytes.dropFirst(letters.count)
      let name = String(decoding: letters, as: UTF8.self)
      guard let amount = Int64(String(decoding: digits, as: UTF8.self)),
        let unit = units[nextUnit...].firstIndex(where: { $0.name == name })
      else { return nil }
      nextUnit = unit + 1
      let (product, overflowed) = amount.multipliedReportingOverflow(by: units[unit].milliseconds)
      let (sum, passed) = total.addingReportingOverflow(product)
      guard !overflowed, !passed else { return nil }
      total = sum
    }
    return total
  }

  /// The shortest spelling that reads back as the same length; years and weeks only when they fit exactly.
  package static func text(milliseconds: Int64) -> String {
    guard milliseconds != 0 else { return "0s" }
    var rest = milliseconds.magnitude
    var result = milliseconds < 0 ? "-" : ""
    for (name, length) in units {
      let size = UInt64(length)
      if (name == "y" || name == "w"), rest % size != 0 { continue }
      if rest >= size {
        result += "\(rest / size)\(name)"
        rest %= size
      }
    }
    return result
  }
}
