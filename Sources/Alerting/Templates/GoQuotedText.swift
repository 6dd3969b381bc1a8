internal import PromQL

/// Go's quoted strings: read in templates and series descriptions, written by `%q`.
enum GoQuotedText {
  /// The text that a string between double quotes or a character between single ones stands for, or `nil` when an
  /// escape is invalid: PromQL took these from Go.
  static func unescaped(_ inner: some Collection<UInt8>, between quote: UInt8) -> String? {
    guard case .success(let bytes) = StringText.unquoted([quote] + inner + [quote]) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
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
