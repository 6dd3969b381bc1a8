/// Numbers as exporters write them, read from bytes that end with a line feed.
enum NumberScan {
  /// The value at `position`, which moves behind it; `nil` when there is none. A value ends at a blank or a line feed.
  @inline(__always)
  static func number(_ bytes: UnsafePointer<UInt8>, _ position: inout Int) -> Double? {
    var at = position
    let isNegative = bytes[at] == UInt8(ascii: "-")
    if isNegative || bytes[at] == UInt8(ascii: "+") { at &+= 1 }
    var mantissa: UInt64 = 0
    var digits = Self.digits(bytes, &at, &mantissa)
    var exponent = 0
    if bytes[at] == UInt8(ascii: ".") {
      at &+= 1
      let fraction = Self.digits(bytes, &at, &mantissa)
      digits &+= fraction
      exponent = 0 &- fraction
    }
    if bytes[at] | 0x20 == UInt8(ascii: "e") {
      at &+= 1
      let isFraction = bytes[at] == UInt8(ascii: "-")
      if isFraction || bytes[at] == UInt8(ascii: "+") { at &+= 1 }
      var power: UInt64 = 0
      let powerDigits = Self.digits(bytes, &at, &power)
      if powerDigits == 0 || powerDigits > 4 { return slowNumber(bytes, &position) }
      exponent &+= isFraction ? 0 &- Int(power) : Int(power)
    }
    // Both the digits and the power of ten are exact doubles, so one operation rounds once, and correctly.
    guard digits > 0, digits <= 19, mantissa <= 1 << 53, exponent >= -22, exponent <= 22, endsToken(bytes[at]) else {
      return slowNumber(bytes, &position)
    }
    position = at
    var value = Double(mantissa)
    if exponent < 0 { value /= powersOfTen[0 &- exponent] } else if exponent > 0 { value *= powersOfTen[exponent] }
    return isNegative ? -value : value
  }

  /// A whole number of up to 18 digits, with a sign if need be; `nil` when there is none.
  static func integer(_ bytes: UnsafePointer<UInt8>, _ position: inout Int) -> Int64? {
    var at = position
    let isNegative = bytes[at] == UInt8(ascii: "-")
    if isNegative || bytes[at] == UInt8(ascii: "+") { at += 1 }
    var magnitude: UInt64 = 0
    let count = digits(bytes, &at, &magnitude)
    guard count > 0, count <= 18, endsToken(bytes[at]) else { return nil }
    position = at
    return isNegative ? -Int64(magnitude) : Int64(magnitude)
  }

  @inline(__always)
  static func endsToken(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\n") || byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
  }

  /// - Returns: how many there were; `value` wraps when they are more than 19.
  @inline(__always)
  private static func digits(_ bytes: UnsafePointer<UInt8>, _ at: inout Int, _ value: inout UInt64) -> Int {
    let start = at
    while true {
      let digit = bytes[at] &- UInt8(ascii: "0")
      if digit > 9 { return at &- start }
      value = value &* 10 &+ UInt64(digit)
      at &+= 1
    }
  }

  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
  ]

  /// A longer number is refused; the default is 400 bytes, more than any double has digits of use.
  private static let numberBytesMax = 400

  /// All other numbers: words, long mantissas, large powers.
  @inline(never)
  private static func slowNumber(_ bytes: UnsafePointer<UInt8>, _ position: inout Int) -> Double? {
    var at = position
    while !endsToken(bytes[at]) { at += 1 }
    let token = UnsafeBufferPointer(start: bytes + position, count: at - position)
    guard !token.isEmpty, token.count <= numberBytesMax else { return nil }
    let value: Double
    if token.allSatisfy({ isNumberByte($0) }) {
      guard let read = Double(String(decoding: token, as: UTF8.self)), read.isFinite else { return nil }
      value = read
    } else {
      guard let word = self.word(token) else { return nil }
      value = word
    }
    position = at
    return value
  }

  /// Neither hexadecimal digits nor underscores: Prometheus refuses both.
  private static func isNumberByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: "e"), UInt8(ascii: "E"):
      true
    default: false
    }
  }

  private static func word(_ token: UnsafeBufferPointer<UInt8>) -> Double? {
    switch String(decoding: token, as: UTF8.self).lowercased() {
    case "nan": .nan
    case "inf", "+inf", "infinity", "+infinity": .infinity
    case "-inf", "-infinity": -.infinity
    default: nil
    }
  }
}
