extension YearlyZoneRule {
  init(_ text: String, zone: String) throws(TimeZoneError) {
    var parser = Parser(zone: zone, text: text)
    self = try parser.rule()
  }

  private struct Parser {
    private let zone: String
    private let text: String
    private let bytes: [UInt8]
    private var cursor = 0

    init(zone: String, text: String) {
      self.zone = zone
      self.text = text
      bytes = Array(text.utf8)
    }

    mutating func rule() throws(TimeZoneError) -> YearlyZoneRule {
      let standardName = try name()
      let standardSeconds = -(try hoursMinutesSeconds(hourMax: 24))
      let standard = LocalOffset(seconds: standardSeconds, abbreviation: standardName, season: .standard)
      guard peek != nil else { return YearlyZoneRule(standard: standard, daylight: nil) }
      let daylightName = try name()
      var daylightSeconds = standardSeconds + 3600
      if let next = peek, next != UInt8(ascii: ",") { daylightSeconds = -(try hoursMinutesSeconds(hourMax: 24)) }
      try expect(",", "daylight saving without the rule of its days")
      let start = try change()
      try expect(",", "the end of daylight saving is missing")
      let end = try change()
      guard peek == nil else { throw bad("something follows its end") }
      return YearlyZoneRule(
        standard: standard,
        daylight: Daylight(
          offset: LocalOffset(seconds: daylightSeconds, abbreviation: daylightName, season: .daylight), start: start,
          end: end))
    }

    private var peek: UInt8? { cursor < bytes.count ? bytes[cursor] : nil }

    private func bad(_ problem: String) -> TimeZoneError { .badRule(zone: zone, rule: text, problem: problem) }

    private mutating func name() throws(TimeZoneError) -> String {
      let quoted = skip("<")
      let start = cursor
      while let byte = peek, isName(byte, quoted: quoted) { cursor += 1 }
      let found = String(decoding: bytes[start..<cursor], as: UTF8.self)
      guard found.utf8.count >= 3 else { throw bad("a name has three letters at least") }
      if quoted { try expect(">", "a name in '<' needs its '>'") }
      return found
    }

    private func isName(_ byte: UInt8, quoted: Bool) -> Bool {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"): quoted
      default: false
      }
    }

    private mutating func hoursMinutesSeconds(hourMax: Int) throws(TimeZoneError) -> Int {
      let isNegative = skip("-")
      if !isNegative { _ = skip("+") }
      var seconds = try number(0...hourMax) * 3600
      if skip(":") {
        seconds += try number(0...59) * 60
        if skip(":") { seconds += try number(0...59) }
      }
      return isNegative ? -seconds : seconds
    }

    private mutating func change() throws(TimeZoneError) -> Switch {
      let day: Switch.Day
      if skip("J") {
        day = .julian(try number(1...365))
      } else if skip("M") {
        let month = try number(1...12)
        try expect(".", "a monthly rule reads Mmonth.week.day")
        let week = try number(1...5)
        try expect(".", "a monthly rule reads Mmonth.week.day")
        let weekday = try number(0...6)
        day = .monthly(month: month, week: week, weekday: Weekday(rawValue: weekday == 0 ? 7 : weekday) ?? .sunday)
      } else {
        day = .zeroBased(try number(0...365))
      }
      return Switch(day: day, seconds: skip("/") ? try hoursMinutesSeconds(hourMax: 167) : 7200)
    }

    private mutating func number(_ range: ClosedRange<Int>) throws(TimeZoneError) -> Int {
      let digits = bytes[cursor...].prefix(4).prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      guard let value = Int(digits: digits), range.contains(value) else {
        throw bad("a number from \(range.lowerBound) to \(range.upperBound) is missing at byte \(cursor + 1)")
      }
      cursor += digits.count
      return value
    }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
      guard peek == UInt8(ascii: character) else { return false }
      cursor += 1
      return true
    }

    private mutating func expect(_ character: Unicode.Scalar, _ problem: String) throws(TimeZoneError) {
      guard skip(character) else { throw bad(problem) }
    }
  }
}
