internal import FoundationEssentials

/// Header text in any script.
///
/// - Source: RFC 2047.
enum EncodedWord {
  /// Bytes of text in one encoded word, so that it stays within 75 characters.
  private static let chunkBytes = 45
  /// Bytes of plain text in one line, so that it stays within 78 characters behind the name of the header. A longer word
  /// is encoded, because encoded words fold and a long word does not.
  private static let plainMax = 60

  /// For an unstructured header such as Subject. Plain text stays readable to every filter, folded at its spaces.
  static func text(_ text: String) -> String {
    let line = PlainText.oneLine(text).trimmed
    let words = line.isEmpty ? [] : line.split(separator: " ", omittingEmptySubsequences: false)
    guard !line.contains("=?"), words.allSatisfy({ !$0.isEmpty && isPlain($0) }) else { return encoded(line) }
    var lines: [String] = []
    for word in words {
      if let last = lines.last, last.utf8.count + 1 + word.utf8.count <= plainMax {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines.joined(separator: "\r\n ")
  }

  /// For the name before an address.
  static func phrase(_ text: String) -> String {
    let line = PlainText.oneLine(text).trimmed
    let isAtoms = line.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: " "), UInt8(ascii: "-"):
        true
      default: false
      }
    }
    return isAtoms && isPlain(line) ? line : encoded(line)
  }

  private static func isPlain(_ line: some StringProtocol) -> Bool {
    line.utf8.count <= plainMax && line.utf8.allSatisfy { (0x20...0x7E).contains($0) }
  }

  private static func encoded(_ line: String) -> String {
    var words: [String] = []
    var chunk: [UInt8] = []
    for scalar in line.unicodeScalars {
      let bytes = Array(String(scalar).utf8)
      if chunk.count + bytes.count > chunkBytes {
        words.append(word(chunk))
        chunk = []
      }
      chunk += bytes
    }
    words.append(word(chunk))
    return words.joined(separator: "\r\n ")
  }

  private static func word(_ bytes: [UInt8]) -> String { "=?UTF-8?B?\(Data(bytes).base64EncodedString())?=" }
}

/// Body text in 7-bit lines.
///
/// - Source: RFC 2045, section 6.7.
enum QuotedPrintable {
  private static let lineMax = 76

  /// - Parameter lines: without line ends; the result ends each with CRLF.
  static func encode(_ lines: [String]) -> String {
    lines.map { encodeLine(Array($0.utf8)) + "\r\n" }.joined()
  }

  private static func encodeLine(_ bytes: [UInt8]) -> String {
    var result = ""
    var column = 0
    for (index, byte) in bytes.enumerated() {
      var token = Self.token(byte, isFirst: column == 0, isLast: index == bytes.count - 1)
      if column + token.utf8.count > lineMax - 1 {
        result += "=\r\n"
        column = 0
        token = Self.token(byte, isFirst: true, isLast: index == bytes.count - 1)
      }
      result += token
      column += token.utf8.count
    }
    return result
  }

  private static func token(_ byte: UInt8, isFirst: Bool, isLast: Bool) -> String {
    isLiteral(byte, isFirst: isFirst, isLast: isLast) ? String(UnicodeScalar(byte)) : hexadecimal(byte)
  }

  /// A dot at the start of a line is encoded, so that no server on the way can take it for the end of the mail.
  private static func isLiteral(_ byte: UInt8, isFirst: Bool, isLast: Bool) -> Bool {
    switch byte {
    case UInt8(ascii: "="): false
    case UInt8(ascii: "."): !isFirst
    case UInt8(ascii: " "): !isLast
    case 0x21...0x7E: true
    default: false
    }
  }

  private static func hexadecimal(_ byte: UInt8) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    return String(decoding: [UInt8(ascii: "="), digits[Int(byte >> 4)], digits[Int(byte & 15)]], as: UTF8.self)
  }
}
