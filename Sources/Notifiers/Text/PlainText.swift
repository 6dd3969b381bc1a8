/// Text of unknown origin made safe for its place.
enum PlainText {
  /// On one line: control characters, line and paragraph separators become blanks; directions are not overridden.
  static func oneLine(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { result.append(breaks(scalar) ? " " : scalar) }
    return String(result)
  }

  /// Lines with any line end, without other control characters.
  static func lines(_ text: String) -> [String] {
    text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { oneLine(String($0)) }
  }

  /// At most `limit` Unicode scalars, the cut marked. A character may have any number of them.
  static func clipped(_ text: String, to limit: Int) -> String {
    let scalars = text.unicodeScalars
    guard let end = scalars.index(scalars.startIndex, offsetBy: limit, limitedBy: scalars.endIndex),
      end < scalars.endIndex
    else { return text }
    return String(scalars[..<end]) + "…"
  }

  private static func breaks(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}
