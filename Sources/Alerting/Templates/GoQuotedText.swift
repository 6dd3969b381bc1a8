/// Go's quoted strings: read in templates and series descriptions, written by `%q`.
enum GoQuotedText {
  /// The text that the inside of a quoted string stands for, or `nil` when an escape is invalid.
  static func unescaped(_ inner: some Collection<UInt8>) -> String? {
    var result: [UInt8] = []
    var bytes = Array(inner)[...]
    while let byte = bytes.popFirst() {
      guard byte == UInt8(ascii: "\\") else {
        result.append(byte)
        continue
      }
      guard let escape = bytes.popFirst() else { return nil }
      switch escape {
      case UInt8(ascii: "n"): result.append(10)
      case UInt8(ascii: "t"): result.append(9)
      case UInt8(ascii: "r"): result.append(13)
      case UInt8(ascii: "a"): result.append(7)
      case UInt8(ascii: "b"): result.append(8)
      case UInt8(ascii: "f"): result.append(12)
      case UInt8(ascii: "v"): result.append(11)
      case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "'"): result.append(escape)
      case UInt8(ascii: "x"):
        guard let value = hexadecimal(&bytes, 2) else { return nil }
        result.append(UInt8(truncatingIfNeeded: value))
      case UInt8(ascii: "u"), UInt8(ascii: "U"):
        guard let value = hexadecimal(&bytes, escape == UInt8(ascii: "u") ? 4 : 8),
          let scalar = UnicodeScalar(value)
        else { return nil }
        result += Array(String(Character(scalar)).utf8)
      default: return nil
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static func hexadecimal(_ bytes: inout ArraySlice<UInt8>, _ count: Int) -> UInt32? {
    guard bytes.count >= count else { return nil }
    let digits = String(decoding: bytes.prefix(count), as: UTF8.self)
    bytes = bytes.dropFirst(count)
    return UInt32(digits, radix: 16)
  }

  /// `text` between double quotes, with escapes for what does not print.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\\\"
      case "\"": result += "\\\""
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      default:
        if scalar.value < 0x20 || scalar.value == 0x7f {
          result += "\\x" + padded(String(scalar.value, radix: 16), to: 2)
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result + "\""
  }

  static func padded(_ text: String, to width: Int) -> String {
    String(repeating: "0", count: max(0, width - text.count)) + text
  }
}
