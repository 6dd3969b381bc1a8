extension Timestamp {
  /// `2026-11-20T14:06:31.5Z`, or with an offset such as `+08:00`; the fraction is rounded to milliseconds.
  ///
  /// - Returns: `nil` when `text` is none. A leap second is the first of the next minute.
  /// - Source: RFC 3339, section 5.6.
  public init?(rfc3339 text: String) {
    var reader = InstantReader(text)
    guard let year = reader.number(digits: 4), reader.take("-"), let month = reader.number(digits: 2, in: 1...12),
      reader.take("-"), let day = reader.number(digits: 2, in: 1...31), reader.take("T", "t"),
      let hour = reader.number(digits: 2, in: 0...23), reader.take(":"),
      let minute = reader.number(digits: 2, in: 0...59), reader.take(":"),
      let second = reader.number(digits: 2, in: 0...60), let fraction = reader.fractionMilliseconds(),
      let offsetMinutes = reader.offsetMinutes(), reader.isAtEnd
    else { return nil }
    let date = GregorianDate(year: year, month: month, day: day)
    guard GregorianDate(daysSinceEpoch: date.daysSinceEpoch) == date else { return nil }
    let minutes = (Int64(date.daysSinceEpoch) * 24 + Int64(hour)) * 60 + Int64(minute - offsetMinutes)
    self.init(milliseconds: (minutes * 60 + Int64(second)) * 1000 + fraction)
  }
}

private struct InstantReader {
  private var rest: Substring.UTF8View

  init(_ text: String) { rest = Substring(text).utf8 }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func take(_ choices: Unicode.Scalar...) -> Bool {
    guard let byte = rest.first, choices.contains(Unicode.Scalar(byte)) else { return false }
    rest.removeFirst()
    return true
  }

  private mutating func digit() -> Int? {
    guard let byte = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
    rest.removeFirst()
    return Int(byte - UInt8(ascii: "0"))
  }

  mutating func number(digits: Int, in range: ClosedRange<Int> = 0...9999) -> Int? {
    var number = 0
    for _ in 0..<digits {
      guard let digit = digit() else { return nil }
      number = number * 10 + digit
    }
    return range.contains(number) ? number : nil
  }

  /// 0 without a fraction; `nil` for a point without digits.
  mutating func fractionMilliseconds() -> Int64? {
    guard take(".") else { return 0 }
    guard var fraction = digit().map({ Double($0) / 10 }) else { return nil }
    var scale = 0.01
    while let digit = digit() {
      fraction += Double(digit) * scale
      scale /= 10
    }
    return Int64((fraction * 1000).rounded())
  }

  mutating func offsetMinutes() -> Int? {
    if take("Z", "z") { return 0 }
    let isWest = rest.first == UInt8(ascii: "-")
    guard take("+", "-"), let hours = number(digits: 2, in: 0...23), take(":"),
      let minutes = number(digits: 2, in: 0...59)
    else { return nil }
    return (isWest ? -1 : 1) * (hours * 60 + minutes)
  }
}
