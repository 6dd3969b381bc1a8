internal import Telemetry

/// The times in headers, their parts in this order: `Nov 21 03:01:00 2025 GMT`.
enum HTTPDate {
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  /// - Returns: `nil` when the text has another form.
  static func timestamp(_ text: String) -> Timestamp? {
    let words = text.split(separator: " ")
    guard words.count == 5, words[4] == "GMT", let month = months.firstIndex(of: String(words[0])),
      let day = Int(words[1]), (1...31).contains(day), let year = Int(words[3]), (0...9999).contains(year)
    else { return nil }
    let clock = words[2].split(separator: ":").compactMap { Int($0) }
    guard clock.count == 3, (0...23).contains(clock[0]), (0...59).contains(clock[1]), (0...60).contains(clock[2]) else {
      return nil
    }
    let days = GregorianDate(year: year, month: month + 1, day: day).daysSinceEpoch
    return Timestamp(milliseconds: Int64(days * 86400 + clock[0] * 3600 + clock[1] * 60 + clock[2]) * 1000)
  }
}
