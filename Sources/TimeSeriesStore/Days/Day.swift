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
  ///
  /// Eras of 400 years from March make the leap day the last of its year.
  var text: String {
    let shifted = Int64(number) + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let ofEra = shifted - era * 146_097
    let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * ofYear + 2) / 153
    let day = ofYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))"
  }

  /// - Returns: `nil` unless `text` is a day as `text` writes it.
  init?(_ text: Substring) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, let year = Int64(parts[0]), let month = Int64(parts[1]), let day = Int64(parts[2]),
      (1970...9999).contains(year), (1...12).contains(month), (1...31).contains(day)
    else { return nil }
    let shiftedYear = month <= 2 ? year - 1 : year
    let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let yearOfEra = shiftedYear % 400
    let ofEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + ofYear
    number = Int32(clamping: shiftedYear / 400 * 146_097 + ofEra - 719_468)
    if self.text != text { return nil }
  }

  private static func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
