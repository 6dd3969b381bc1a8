/// One word, number, text or sign of a MIB file.
struct MIBToken: Equatable {
  enum Kind: Equatable {
    /// A name or a keyword; vendors write underscores, too.
    case word
    case number
    /// Between double quotes.
    case text
    /// `'0F'H` or `'01'B`.
    case literal
    /// `::=`, `..` or a single character.
    case sign
    case end
  }

  let kind: Kind
  /// Of a text: without its quotes.
  let text: String
  let line: Int
  let column: Int
}

/// Splits a MIB file into tokens.
///
/// A comment goes on to the end of its line: ASN.1 would end it at the next two hyphens, but too many files have lines of
/// hyphens that only fit this way.
struct MIBLexer {
  private let bytes: [UInt8]
  private let file: String
  private var position = 0
  private var line = 1
  private var lineStart = 0

  /// - Parameter bytes: of which texts are read as UTF-8, faulty ones mended.
  init(_ bytes: [UInt8], file: String) {
    self.bytes = bytes
    self.file = file
  }

  mutating func next() throws(MIBError) -> MIBToken {
    skipBlanks()
    guard position < bytes.count else { return token(.end, "", from: position) }
    let start = position
    let first = bytes[position]
    if Self.isLetter(first) { return word(.word, from: start) }
    if Self.isDigit(first) { return word(.number, from: start) }
    switch first {
    case UInt8(ascii: "\""): return try quoted()
    case UInt8(ascii: "'"): return try literal()
    default: break
    }
    for sign in ["::=", ".."] where bytes[position...].starts(with: sign.utf8) {
      position += sign.utf8.count
      return token(.sign, sign, from: start)
    }
    guard "{}(),;|.[]-:<>".utf8.contains(first) else {
      throw error(
        "'\(Character(UnicodeScalar(first)))' has no place in a MIB – remove it, or put it in a comment", at: start)
    }
    position += 1
    return token(.sign, String(UnicodeScalar(first)), from: start)
  }

  private mutating func skipBlanks() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x0a:
        position += 1
        line += 1
        lineStart = position
      // A byte order mark, and the mark of the end that old editors left.
      case 0x20, 0x09, 0x0d, 0x0c, 0x0b, 0x00, 0x1a, 0xef, 0xbb, 0xbf: position += 1
      case UInt8(ascii: "-") where position + 1 < bytes.count && bytes[position + 1] == UInt8(ascii: "-"):
        while position < bytes.count, bytes[position] != 0x0a { position += 1 }
      default: return
      }
    }
  }

  /// A number that goes on with letters is a name, such as vendors' `3com`.
  private mutating func word(_ kind: MIBToken.Kind, from start: Int) -> MIBToken {
    var kind = kind
    while position < bytes.count {
      let byte = bytes[position]
      // Two hyphens begin a comment even behind a name.
      if byte == UInt8(ascii: "-") {
        guard position + 1 < bytes.count, Self.isLetter(bytes[position + 1]) || Self.isDigit(bytes[position + 1]) else {
          break
        }
      } else if !Self.isLetter(byte) && !Self.isDigit(byte) && byte != UInt8(ascii: "_") {
        break
      }
      if !Self.isDigit(byte) { kind = .word }
      position += 1
    }
    return token(kind, text(start..<position), from: start)
  }

  private mutating func quoted() throws(MIBError) -> MIBToken {
    let start = position
    let (startLine, startColumn) = (line, column(start))
    position += 1
    while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
      if bytes[position] == 0x0a {
        line += 1
        lineStart = position + 1
      }
      position += 1
    }
    guard position < bytes.count else {
      throw MIBError(
        file: file, line: startLine, column: startColumn, problem: "the text has no end – close it with a double quote")
    }
    position += 1
    return MIBToken(kind: .text, text: text(start + 1..<position - 1), line: startLine, column: startColumn)
  }

  private mutating func literal() throws(MIBError) -> MIBToken {
    let start = position
    position += 1
    while position < bytes.count, bytes[position] != UInt8(ascii: "'"), bytes[position] != 0x0a { position += 1 }
    guard position < bytes.count, bytes[position] == UInt8(ascii: "'") else {
      throw error("the number has no end – write it as '0F'H or '01'B", at: start)
    }
    position += 1
    if position < bytes.count, "HhBb".utf8.contains(bytes[position]) { position += 1 }
    return token(.literal, text(start..<position), from: start)
  }

  private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  private func column(_ offset: Int) -> Int { offset - lineStart + 1 }

  private func token(_ kind: MIBToken.Kind, _ text: String, from start: Int) -> MIBToken {
    MIBToken(kind: kind, text: text, line: line, column: column(start))
  }

  private func error(_ problem: String, at offset: Int) -> MIBError {
    MIBError(file: file, line: line, column: column(offset), problem: problem)
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
