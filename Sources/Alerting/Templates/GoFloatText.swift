/// Numbers as Go prints them; rule packs are written and reviewed against that.
/// - Source: Go `strconv.FormatFloat` and `fmt`.
enum GoFloatText {
  enum Style { case fixed, exponent, general }

  /// - Parameter precision: `nil` means as few digits as identify the number.
  static func text(_ number: Double, _ style: Style, precision: Int? = nil) -> String {
    if number.isNaN { return "NaN" }
    if number.isInfinite { return number < 0 ? "-Inf" : "+Inf" }
    let sign = number.sign == .minus ? "-" : ""
    let magnitude = number.magnitude
    switch style {
    case .fixed:
      let digits = precision.map { precision in
        let exact = DecimalDigits(exact: magnitude)
        return exact.rounded(to: exact.point + precision)
      }
      let shown = digits ?? DecimalDigits(shortest: magnitude)
      return sign + fixed(shown, decimals: precision ?? max(shown.digits.count - shown.point, 0))
    case .exponent:
      let digits = precision.map { DecimalDigits(exact: magnitude).rounded(to: $0 + 1) }
      let shown = digits ?? DecimalDigits(shortest: magnitude)
      return sign + exponential(shown, decimals: precision ?? max(shown.digits.count - 1, 0))
    case .general: return sign + general(magnitude, precision: precision)
    }
  }

  private static func general(_ magnitude: Double, precision: Int?) -> String {
    let wanted = precision.map { max($0, 1) }
    let digits = wanted.map { DecimalDigits(exact: magnitude).rounded(to: $0) } ?? DecimalDigits(shortest: magnitude)
    let count = digits.digits.count
    var threshold = wanted ?? 6
    if wanted != nil, threshold > count, count >= digits.point { threshold = count }
    let exponent = digits.digits.isEmpty ? 0 : digits.point - 1
    if exponent < -4 || exponent >= threshold, !digits.digits.isEmpty {
      return exponential(digits, decimals: max(count - 1, 0))
    }
    return fixed(digits, decimals: max(count - digits.point, 0))
  }

  private static func fixed(_ digits: DecimalDigits, decimals: Int) -> String {
    var bytes: [UInt8] = []
    if digits.point > 0 {
      for index in 0..<digits.point { bytes.append(UInt8(ascii: "0") + digits[index]) }
    } else {
      bytes.append(UInt8(ascii: "0"))
    }
    if decimals > 0 {
      bytes.append(UInt8(ascii: "."))
      for index in 0..<decimals { bytes.append(UInt8(ascii: "0") + digits[digits.point + index]) }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func exponential(_ digits: DecimalDigits, decimals: Int) -> String {
    var text = String(digits[0])
    if decimals > 0 {
      text += "."
      for index in 1...decimals { text += String(digits[index]) }
    }
    let exponent = digits.digits.isEmpty ? 0 : digits.point - 1
    let magnitude = String(exponent.magnitude)
    return text + (exponent < 0 ? "e-" : "e+") + (magnitude.count < 2 ? "0" + magnitude : magnitude)
  }
}
