/// How a format writes text: what would end it, or what it cannot hold, is written as something else.
///
/// One walk for every format; a format is a table.
public struct TextNotation: Sendable {
  /// What is written for each ASCII character; `nil` for one that stands for itself.
  private let ascii: [String?]
  /// `nil` when all characters beyond ASCII stand for themselves.
  private let beyondASCII: (@Sendable (Unicode.Scalar) -> String?)?

  /// - Parameter others: what is written for an ASCII character that is not among `named`.
  package init(
    _ named: [Unicode.Scalar: String], others: (Unicode.Scalar) -> String? = { _ in nil },
    beyondASCII: (@Sendable (Unicode.Scalar) -> String?)? = nil
  ) {
    ascii = (0..<0x80).map { byte in
      let scalar = Unicode.Scalar(UInt8(byte))
      return named[scalar] ?? others(scalar)
    }
    self.beyondASCII = beyondASCII
  }

  public func escaped(_ text: String) -> String {
    guard !isPlain(text) else { return text }
    var result = ""
    write(text, to: &result)
    return result
  }

  /// `text` escaped, between double quotes.
  public func quoted(_ text: String) -> String {
    var result = "\""
    if isPlain(text) { result += text } else { write(text, to: &result) }
    result += "\""
    return result
  }

  /// Whether all of `text` stands for itself, as most text does: it is then taken whole.
  private func isPlain(_ text: String) -> Bool {
    text.utf8.allSatisfy { $0 < 0x80 ? ascii[Int($0)] == nil : beyondASCII == nil }
  }

  private func write(_ text: String, to result: inout String) {
    for scalar in text.unicodeScalars {
      if let written = scalar.isASCII ? ascii[Int(scalar.value)] : beyondASCII?(scalar) {
        result += written
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
  }
}

extension TextNotation {
  /// A JSON string, also safe where a script reads it: line and paragraph separators are escaped.
  ///
  /// - Source: RFC 8259, section 7.
  public static let json = TextNotation(
    ["\"": "\\\"", "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"],
    others: { $0.isControl ? "\\u" + $0.value.padded(to: 4, radix: 16) : nil },
    beyondASCII: { $0 == "\u{2028}" || $0 == "\u{2029}" ? "\\u" + String($0.value, radix: 16) : nil })

  /// For element content and attributes in HTML and XML; characters that neither can hold become U+FFFD.
  public static let markup = TextNotation(
    ["&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": "&quot;", "'": "&#39;"],
    others: { $0.value < 0x20 && $0 != "\n" && $0 != "\t" ? "\u{fffd}" : nil })

  /// A label's value between double quotes in PromQL.
  public static let promQL = TextNotation(
    ["\\": "\\\\", "\"": "\\\"", "\n": "\\n", "\t": "\\t", "\r": "\\r"])

  /// One path segment or query value of a URL.
  ///
  /// - Source: RFC 3986, section 2.3.
  public static let percent = TextNotation([:], others: percentEscape, beyondASCII: percentEscape)

  /// `%XX` for each byte of a scalar that RFC 3986 reserves.
  @Sendable package static func percentEscape(_ scalar: Unicode.Scalar) -> String? {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "-", ".", "_", "~": nil
    default: percentBytes(of: scalar)
    }
  }

  @Sendable package static func percentBytes(of scalar: Unicode.Scalar) -> String {
    String(scalar).utf8.map { "%" + $0.padded(to: 2, radix: 16).uppercased() }.joined()
  }
}

extension Unicode.Scalar {
  /// U+0000 to U+001F and U+007F.
  package var isControl: Bool { value < 0x20 || value == 0x7f }
}

extension BinaryInteger {
  /// The digits in lower case, with zeros in front up to `width` characters.
  package func padded(to width: Int, radix: Int = 10) -> String {
    let digits = String(self, radix: radix)
    return String(repeating: "0", count: Swift.max(0, width - digits.utf8.count)) + digits
  }
}
