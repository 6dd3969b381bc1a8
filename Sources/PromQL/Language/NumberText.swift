/// Numbers as PromQL writes them: decimal, exponent, hexadecimal, `_` between digits, `Inf` and `NaN` in any case.
///
/// A leading zero makes an integer octal, as in Prometheus, whose lexer inherits it from Go.
package enum NumberText {
  /// - Returns: `nil` when `text` is not one unsigned number.
  package static func value(_ text: String) -> Double? {
    let lowered = text.lowercased()
    if lowered == "inf" { return .infinity }
    if lowered == "nan" { return .nan }
    guard let first = lowered.utf8.first, first.isDigit || first == UInt8(ascii: ".") else { return nil }
    guard let digits = withoutSeparators(lowered) else { return nil }
    if digits.hasPrefix("0x") {
      let mantissa = digits.dropFirst(2)
      if let integer = Int64(mantissa, radix: 16) { return Double(integer) }
      guard !mantissa.isEmpty, mantissa.utf8.allSatisfy({ $0.isHexadecimalDigit }) else { return nil }
      return Double(String(digits))
    }
    if digits.utf8.count > 1, digits.hasPrefix("0"), digits.utf8.allSatisfy(\.isDigit),
      let octal = Int64(digits, radix: 8)
    {
      return Double(octal)
    }
    return digits.utf8.allSatisfy { $0.isDigit || ".e+-".utf8.contains($0) } ? Double(digits) : nil
  }

  /// As `value`, with an optional sign in front.
  package static func signedValue(_ text: String) -> Double? {
    if text.hasPrefix("-") { return value(String(text.dropFirst())).map { -$0 } }
    return value(text.hasPrefix("+") ? String(text.dropFirst()) : text)
  }

  /// A signed number as the label `le` holds it: never octal, `Infinity` allowed.
  static func decimal(_ text: String) -> Double? {
    let unsigned = text.hasPrefix("-") || text.hasPrefix("+") ? String(text.dropFirst()) : text
    let lowered = unsigned.lowercased()
    let magnitude: Double?
    switch lowered {
    case "inf", "infinity": magnitude = .infinity
    case "nan": magnitude = .nan
    default:
      let isPlain = lowered.utf8.allSatisfy { $0.isDigit || ".e+-".utf8.contains($0) }
      magnitude =
        isPlain && (lowered.utf8.first.map { $0.isDigit || $0 == UInt8(ascii: ".") } ?? false)
        ? Double(lowered) : nil
    }
    return text.hasPrefix("-") ? magnitude.map { -$0 } : magnitude
  }

  /// A separator must stand between two digits.
  private static func withoutSeparators(_ text: String) -> String? {
    let bytes = Array(text.utf8)
    guard bytes.contains(UInt8(ascii: "_")) else { return text }
    for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "_") {
      guard index > 0, index + 1 < bytes.count, bytes[index - 1].isHexadecimalDigit || bytes[index - 1] == 0x78,
        bytes[index + 1].isHexadecimalDigit
      else { return nil }
    }
    return String(decoding: bytes.filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
  }
}

extension UInt8 {
  var isHexadecimalDigit: Bool { isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self | 0x20) }

  var hexadecimalValue: UInt32? {
    if isDigit { return UInt32(self - UInt8(ascii: "0")) }
    guard isHexadecimalDigit else { return nil }
    return UInt32((self | 0x20) - UInt8(ascii: "a")) + 10
  }
}
