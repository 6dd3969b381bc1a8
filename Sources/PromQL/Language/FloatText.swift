/// Floating-point numbers as text, the way Go writes them: other Prometheus tools compare such texts.
package enum FloatText {
  /// The shortest digits that read back as `value`, and where the decimal point stands among them.
  private static func digits(of value: Double) -> (digits: [UInt8], point: Int) {
    var digits: [UInt8] = []
    var point: Int?
    var exponent = 0
    let text = Array(value.magnitude.description.utf8)
    for (index, byte) in text.enumerated() {
      switch byte {
      case UInt8(ascii: "."): point = digits.count
      case UInt8(ascii: "e"):
        exponent = Int(String(decoding: text[(index + 1)...], as: UTF8.self)) ?? 0
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        if !text[..<index].contains(UInt8(ascii: "e")) { digits.append(byte) }
      default: break
      }
    }
    var position = (point ?? digits.count) + exponent
    while digits.count > 1, digits.first == UInt8(ascii: "0") {
      digits.removeFirst()
      position -= 1
    }
    while digits.count > 1, digits.last == UInt8(ascii: "0") { digits.removeLast() }
    if digits == [UInt8(ascii: "0")] { position = 1 }
    return (digits, position)
  }

  private static func special(_ value: Double) -> String? {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    return nil
  }

  /// Without exponent: Go's `%f` with the shortest precision.
  package static func plain(_ value: Double) -> String {
    if let text = special(value) { return text }
    let (digits, point) = digits(of: value)
    var result = value.sign == .minus ? "-" : ""
    if point <= 0 {
      result += "0." + String(repeating: "0", count: -point) + String(decoding: digits, as: UTF8.self)
    } else if point >= digits.count {
      result += String(decoding: digits, as: UTF8.self) + String(repeating: "0", count: point - digits.count)
    } else {
      result += String(decoding: digits[..<point], as: UTF8.self) + "."
      result += String(decoding: digits[point...], as: UTF8.self)
    }
    return result
  }

  /// With an exponent when it is below −4 or above 5: Go's `%g` with the shortest precision.
  package static func general(_ value: Double) -> String {
    if let text = special(value) { return text }
    let (digits, point) = digits(of: value)
    let exponent = point - 1
    guard exponent < -4 || exponent >= 6 else { return plain(value) }
    var result = value.sign == .minus ? "-" : ""
    result += String(decoding: digits[..<1], as: UTF8.self)
    if digits.count > 1 { result += "." + String(decoding: digits[1...], as: UTF8.self) }
    let magnitude = String(exponent.magnitude)
    return result + "e" + (exponent < 0 ? "-" : "+") + (magnitude.count < 2 ? "0" : "") + magnitude
  }
}
