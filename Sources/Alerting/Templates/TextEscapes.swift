/// Escapes for the places where a template's text may end up.
enum TextEscapes {
  static func html(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&#34;"
      case "'": result += "&#39;"
      case "\0": result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// For the inside of a JavaScript string.
  static func script(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\\\"
      case "'": result += "\\'"
      case "\"": result += "\\\""
      case "<", ">", "&", "=": result += unicodeEscape(scalar)
      default:
        if scalar.value < 0x20 || scalar.value == 0x7f {
          result += unicodeEscape(scalar)
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result
  }

  private static func unicodeEscape(_ scalar: UnicodeScalar) -> String {
    "\\u" + GoQuotedText.padded(String(scalar.value, radix: 16, uppercase: true), to: 4)
  }

  /// For a value in a URL's query: blanks become `+`.
  static func query(_ text: String) -> String {
    var result = ""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
        UInt8(ascii: "~"):
        result.append(Character(UnicodeScalar(byte)))
      case UInt8(ascii: " "): result += "+"
      default: result += "%" + GoQuotedText.padded(String(byte, radix: 16, uppercase: true), to: 2)
      }
    }
    return result
  }
}
