internal import Telemetry

/// A UTC day, counted from 1970-01-01.
struct Day: Hashable, Comparable, Sendable {
  let number: Int32

  static let milliseconds: Int64 = 86_400_000

  init(number: Int32) { self.number = number }

  init(containing milliseconds: Int64) {
    var quotient = milliseconds / Self.milliseconds
    if milliseconds % Self.milliseconds < 0 { quotient -= 1 }
    number = Int32(clamping: quotient)
  }

  var start: Int64 { Int64(number) * Self.milliseconds }
  /// The first millisecond of the next day.
  var end: Int64 { start + Self.milliseconds }
  var next: Day { Day(number: number &+ 1) }

  static func < (left: Day, right: Day) -> Bool { left.number < right.number }

  /// `2026-11-20`.
  var text: String { GregorianDate(daysSinceEpoch: Int(number)).text }

  /// - Returns: `nil` unless `text` is a day as `text` writes it.
  init?(_ text: Substring) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]),
      (1970...9999).contains(year), (1...12).contains(month), (1...31).contains(day)
    else { return nil }
    number = Int32(clamping: GregorianDate(year: year, month: month, day: day).daysSinceEpoch)
    if self.text != text { return nil }
  }
}
