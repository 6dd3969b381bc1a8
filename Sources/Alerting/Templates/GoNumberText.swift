/// Numbers as Go source writes them.
enum GoNumberText {
  static func integer(_ text: String) -> Int64? {
    var body = Substring(text)
    var negative = false
    if let first = body.first, first == "-" || first == "+" {
      negative = first == "-"
      body.removeFirst()
    }
    for (prefix, radix) in [("0x", 16), ("0X", 16), ("0b", 2), ("0B", 2), ("0o", 8), ("0O", 8)]
    where body.hasPrefix(prefix) {
      return Int64((negative ? "-" : "") + body.dropFirst(2), radix: radix)
    }
    guard body.first?.isNumber == true else { return nil }
    return Int64((negative ? "-" : "") + body)
  }

  /// Decimal, exponent or hexadecimal form; `Inf` and `NaN` in any case.
  static func number(_ text: String) -> Double? {
    let body = text.hasPrefix("+") ? String(text.dropFirst()) : text
    guard let first = body.first, !first.isWhitespace else { return nil }
    switch body.lowercased() {
    case "inf", "infinity": return .infinity
    case "-inf", "-infinity": return -.infinity
    case "nan": return .nan
    default: break
    }
    if let integer = integer(body) { return Double(integer) }
    return body.lowercased().contains("n") ? nil : Double(body)
  }
}
