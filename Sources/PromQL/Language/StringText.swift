/// The three ways of quoting: `"…"` and `'…'` with escapes, and between backquotes without.
package enum StringText {
  /// - Parameter quoted: the string with its quotes.
  /// - Returns: the bytes between the quotes, or the offset of the escape that cannot be read.
  package static func unquoted(_ quoted: [UInt8]) -> Result<[UInt8], BadEscape> {
    guard quoted.count >= 2, let quote = quoted.first, quoted.last == quote else {
      return .failure(BadEscape(offset: 0))
    }
    let inner = quoted[1..<(quoted.count - 1)]
    if quote == UInt8(ascii: "`") { return .success(inner.filter { $0 != UInt8(ascii: "\r") }) }
    var reader = EscapeReader(bytes: inner, quote: quote)
    return reader.readAll()
  }

  package struct BadEscape: Error { package let offset: Int }
}

private struct EscapeReader {
  let bytes: ArraySlice<UInt8>
  let quote: UInt8
  private var index: Int
  private var result: [UInt8] = []

  init(bytes: ArraySlice<UInt8>, quote: UInt8) {
    self.bytes = bytes
    self.quote = quote
    index = bytes.startIndex
  }

  mutating func readAll() -> Result<[UInt8], StringText.BadEscape> {
    while index < bytes.endIndex {
      let byte = bytes[index]
      index += 1
      if byte == quote { return .failure(.init(offset: index - 1)) }
      if byte == UInt8(ascii: "\\") {
        let start = index - 1
        guard readEscape() else { return .failure(.init(offset: start)) }
      } else {
        result.append(byte)
      }
    }
    return .success(result)
  }

  private mutating func readEscape() -> Bool {
    guard index < bytes.endIndex else { return false }
    let kind = bytes[index]
    index += 1
    switch kind {
    case UInt8(ascii: "a"): result.append(7)
    case UInt8(ascii: "b"): result.append(8)
    case UInt8(ascii: "f"): result.append(12)
    case UInt8(ascii: "n"): result.append(10)
    case UInt8(ascii: "r"): result.append(13)
    case UInt8(ascii: "t"): result.append(9)
    case UInt8(ascii: "v"): result.append(11)
    case UInt8(ascii: "\\"), quote: result.append(kind)
    case UInt8(ascii: "x"): return appendByte(number(digits: 2, radix: 16))
    case UInt8(ascii: "u"): return appendScalar(number(digits: 4, radix: 16))
    case UInt8(ascii: "U"): return appendScalar(number(digits: 8, radix: 16))
    case UInt8(ascii: "0")...UInt8(ascii: "7"):
      index -= 1
      return appendByte(number(digits: 3, radix: 8))
    default: return false
    }
    return true
  }

  private mutating func number(digits: Int, radix: UInt32) -> UInt32? {
    var value: UInt32 = 0
    for _ in 0..<digits {
      guard index < bytes.endIndex, let digit = bytes[index].hexadecimalValue, digit < radix else { return nil }
      value = value &* radix &+ digit
      index += 1
    }
    return value
  }

  private mutating func appendByte(_ value: UInt32?) -> Bool {
    guard let value, value < 256 else { return false }
    result.append(UInt8(value))
    return true
  }

  private mutating func appendScalar(_ value: UInt32?) -> Bool {
    guard let value, let scalar = Unicode.Scalar(value) else { return false }
    result += Array(String(Character(scalar)).utf8)
    return true
  }
}
