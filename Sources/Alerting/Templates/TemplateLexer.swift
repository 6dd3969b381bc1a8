/// A token of a template, with what the parser must know about its place.
struct TemplateToken: Equatable {
  enum Kind: Equatable {
    case text(String)
    case actionStart, actionEnd
    case word(String)
    case field(String)
    case variable(String)
    case number(String)
    case string(String)
    case dot, pipe, comma, declare, assign, leftParenthesis, rightParenthesis
  }
  let kind: Kind
  let line: Int
  /// `$x .y` are two operands, `$x.y` is one.
  let followsSpace: Bool
}

/// Cuts a template into tokens.
struct TemplateLexer {
  private let bytes: [UInt8]
  private var cursor = 0
  private var line = 1
  private var tokens: [TemplateToken] = []
  private var trimsNextText = false

  static func tokens(of text: String) throws(TemplateError) -> [TemplateToken] {
    var lexer = TemplateLexer(bytes: Array(text.utf8))
    try lexer.run()
    return lexer.tokens
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private mutating func run() throws(TemplateError) {
    while cursor < bytes.count {
      let start = cursor
      while cursor < bytes.count, !sees("{{") { cursor += 1 }
      var piece = bytes[start..<cursor]
      let opens = cursor < bytes.count
      if trimsNextText { piece = piece.drop(while: Self.isSpace) }
      trimsNextText = false
      let trimsBefore = opens && sees("{{-") && Self.isSpace(byte(at: cursor + 3))
      let newlines = bytes[start..<cursor].count { $0 == UInt8(ascii: "\n") }
      if trimsBefore { while let last = piece.last, Self.isSpace(last) { piece.removeLast() } }
      if !piece.isEmpty { push(.text(String(decoding: piece, as: UTF8.self))) }
      line += newlines
      guard opens else { return }
      cursor += trimsBefore ? 3 : 2
      try readAction()
    }
  }

  private mutating func readAction() throws(TemplateError) {
    if skipComment() { return }
    push(.actionStart)
    var followsSpace = true
    while true {
      let before = cursor
      skipSpaces()
      followsSpace = followsSpace || cursor > before
      if endsAction() {
        push(.actionEnd)
        return
      }
      guard cursor < bytes.count else { throw fail("unclosed action – end it with }}") }
      try readToken(followsSpace)
      followsSpace = false
    }
  }

  /// A comment is a whole action: `{{/* … */}}`.
  private mutating func skipComment() -> Bool {
    var probe = cursor
    while Self.isSpace(byte(at: probe)) { probe += 1 }
    guard byte(at: probe) == UInt8(ascii: "/"), byte(at: probe + 1) == UInt8(ascii: "*") else { return false }
    var end = probe + 2
    while end + 1 < bytes.count, !(bytes[end] == UInt8(ascii: "*") && bytes[end + 1] == UInt8(ascii: "/")) { end += 1 }
    let saved = (cursor, line)
    line += bytes[cursor..<min(end, bytes.count)].count { $0 == UInt8(ascii: "\n") }
    cursor = min(end + 2, bytes.count)
    skipSpaces()
    if endsAction() { return true }
    (cursor, line) = saved
    return false
  }

  /// Consumes `}}` or ` -}}`.
  private mutating func endsAction() -> Bool {
    if sees("}}") {
      cursor += 2
      return true
    }
    guard sees("-}}"), cursor > 0, Self.isSpace(bytes[cursor - 1]) else { return false }
    cursor += 3
    trimsNextText = true
    return true
  }

  private mutating func readToken(_ followsSpace: Bool) throws(TemplateError) {
    let start = cursor
    let first = bytes[cursor]
    switch first {
    case UInt8(ascii: "|"): take(1, .pipe, followsSpace)
    case UInt8(ascii: ","): take(1, .comma, followsSpace)
    case UInt8(ascii: "("): take(1, .leftParenthesis, followsSpace)
    case UInt8(ascii: ")"): take(1, .rightParenthesis, followsSpace)
    case UInt8(ascii: "="): take(1, .assign, followsSpace)
    case UInt8(ascii: ":"):
      guard sees(":=") else { throw fail("expected := after a variable") }
      take(2, .declare, followsSpace)
    case UInt8(ascii: "\""), UInt8(ascii: "`"), UInt8(ascii: "'"): try readQuoted(first, followsSpace)
    case UInt8(ascii: "."):
      if Self.isDigit(byte(at: cursor + 1)) { return readNumber(followsSpace) }
      cursor += 1
      let name = readWord()
      push(name.isEmpty ? .dot : .field(name), followsSpace)
    case UInt8(ascii: "$"):
      cursor += 1
      push(.variable("$" + readWord()), followsSpace)
    case UInt8(ascii: "+"), UInt8(ascii: "-"):
      guard Self.isDigit(byte(at: cursor + 1)) || byte(at: cursor + 1) == UInt8(ascii: ".") else {
        throw fail("unexpected '\(Character(UnicodeScalar(first)))' in an action – templates have no arithmetic")
      }
      readNumber(followsSpace)
    default:
      if Self.isDigit(first) { return readNumber(followsSpace) }
      let word = readWord()
      guard !word.isEmpty else {
        let shown = String(decoding: bytes[start..<min(start + 1, bytes.count)], as: UTF8.self)
        throw fail("unexpected '\(shown)' in an action")
      }
      push(.word(word), followsSpace)
    }
  }

  private mutating func readQuoted(_ quote: UInt8, _ followsSpace: Bool) throws(TemplateError) {
    let start = cursor
    cursor += 1
    while cursor < bytes.count, bytes[cursor] != quote {
      if bytes[cursor] == UInt8(ascii: "\n") {
        guard quote == UInt8(ascii: "`") else { throw fail("unterminated quoted string") }
        line += 1
      }
      if bytes[cursor] == UInt8(ascii: "\\"), quote != UInt8(ascii: "`") { cursor += 1 }
      cursor += 1
    }
    guard cursor < bytes.count else { throw fail("unterminated quoted string") }
    let inner = bytes[(start + 1)..<cursor]
    cursor += 1
    if quote == UInt8(ascii: "`") {
      push(.string(String(decoding: inner, as: UTF8.self)), followsSpace)
      return
    }
    guard let text = GoQuotedText.unescaped(inner, between: quote) else {
      throw fail("invalid escape in a quoted string")
    }
    if quote == UInt8(ascii: "'") {
      guard let scalar = text.unicodeScalars.first, text.unicodeScalars.count == 1 else {
        throw fail("a character constant holds one character – put texts between double quotes")
      }
      push(.number(String(scalar.value)), followsSpace)
    } else {
      push(.string(text), followsSpace)
    }
  }

  private mutating func readNumber(_ followsSpace: Bool) {
    let start = cursor
    cursor += 1
    while cursor < bytes.count {
      let current = bytes[cursor]
      let afterExponent = [UInt8(ascii: "e"), UInt8(ascii: "E"), UInt8(ascii: "p")].contains(bytes[cursor - 1])
      let isSign = current == UInt8(ascii: "+") || current == UInt8(ascii: "-")
      let belongs = Self.isWord(current) || current == UInt8(ascii: ".") || (isSign && afterExponent)
      guard belongs else { break }
      cursor += 1
    }
    push(.number(String(decoding: bytes[start..<cursor], as: UTF8.self)), followsSpace)
  }

  private mutating func readWord() -> String {
    let start = cursor
    while cursor < bytes.count, Self.isWord(bytes[cursor]) { cursor += 1 }
    return String(decoding: bytes[start..<cursor], as: UTF8.self)
  }

  private mutating func skipSpaces() {
    while cursor < bytes.count, Self.isSpace(bytes[cursor]) {
      if bytes[cursor] == UInt8(ascii: "\n") { line += 1 }
      cursor += 1
    }
  }

  private mutating func take(_ count: Int, _ kind: TemplateToken.Kind, _ followsSpace: Bool) {
    cursor += count
    push(kind, followsSpace)
  }

  private mutating func push(_ kind: TemplateToken.Kind, _ followsSpace: Bool = true) {
    tokens.append(TemplateToken(kind: kind, line: line, followsSpace: followsSpace))
  }

  private func sees(_ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard cursor + count <= bytes.count else { return false }
    return text.withUTF8Buffer { bytes[cursor..<(cursor + count)].elementsEqual($0) }
  }

  private func byte(at index: Int) -> UInt8 { index < bytes.count ? bytes[index] : 0 }

  private func fail(_ problem: String) -> TemplateError { TemplateError(line: line, problem: problem) }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...10).contains(byte) || byte == 13 }
  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
  private static func isWord(_ byte: UInt8) -> Bool {
    isDigit(byte) || byte == UInt8(ascii: "_") || byte >= 0x80 || (byte | 0x20 >= 97 && byte | 0x20 <= 122)
  }
}
