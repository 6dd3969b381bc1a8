internal import Telemetry

/// The notations that Go's template functions write.
extension TextNotation {
  /// `%q`: between double quotes, with escapes for what does not print.
  static let go = TextNotation(
    ["\\": "\\\\", "\"": "\\\"", "\n": "\\n", "\t": "\\t", "\r": "\\r"],
    others: { $0.isControl ? "\\x" + $0.value.padded(to: 2, radix: 16) : nil })

  static let templateHTML = TextNotation(
    ["&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": "&#34;", "'": "&#39;", "\0": "\u{fffd}"])

  /// For the inside of a JavaScript string.
  static let script = TextNotation(
    ["\\": "\\\\", "'": "\\'", "\"": "\\\""],
    others: { scalar in
      guard scalar.isControl || ["<", ">", "&", "="].contains(scalar) else { return nil }
      return "\\u" + scalar.value.padded(to: 4, radix: 16).uppercased()
    })

  /// For a value in a URL's query: blanks become `+`.
  static let query = TextNotation([" ": "+"], others: percentEscape, beyondASCII: percentEscape)
}
