internal import Telemetry

/// Cuts a query into tokens. Never traps: every read is bounds-checked by `peek`.
struct Lexer {
  private let source: SourceText
  private var position = 0
  /// Inside `[…]` a colon separates range and step; outside it is a letter of metric names.
  private var openBrackets = 0

  init(_ source: SourceText) { self.source = source }

  static func tokens(of source: SourceText) throws(Complaint) -> [Token] {
    var lexer = Lexer(source)
    var tokens: [Token] = []
    while true {
      let token = try lexer.next()
      tokens.append(token)
      if token.kind == .end { return tokens }
    }
  }

  private func peek(_ ahead: Int = 0) -> UInt8? {
    let index = position + ahead
    return index < source.bytes.count ? source.bytes[index] : nil
  }

  private mutating func next() throws(Complaint) -> Token {
    skipBlanksAndComments()
    let start = position
    guard let byte = peek() else { return Token(kind: .end, span: SourceSpan(start, start), text: "") }
    if byte.isDigit || (byte == UInt8(ascii: ".") && (peek(1)?.isDigit ?? false)) {
      return try numberOrDuration()
    }
    if byte.leadsIdentifier || (byte == UInt8(ascii: ":") && openBrackets == 0) { return identifier() }
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"):
      try skipString(closing: byte)
      return token(.string, from: start)
    default: return try symbol(byte)
    }
  }

  private mutating func skipBlanksAndComments() {
    while let byte = peek() {
      switch byte {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"): position += 1
      case UInt8(ascii: "#"):
        while let inner = peek(), inner != UInt8(ascii: "\n") { position += 1 }
      default: return
      }
    }
  }

  private func token(_ kind: TokenKind, from start: Int) -> Token {
    let span = SourceSpan(start, position)
    return Token(kind: kind, span: span, text: source.text(span))
  }

  private mutating func identifier() -> Token {
    let start = position
    while let byte = peek(), byte.followsIdentifier || (byte == UInt8(ascii: ":") && openBrackets == 0) {
      position += 1
    }
    return token(.identifier, from: start)
  }

  /// Takes the longest run that can belong to a number and judges it: `5m`, `0x1F`, `1_000`, `1.5e-3`.
  private mutating func numberOrDuration() throws(Complaint) -> Token {
    let start = position
    let isHexadecimal = peek() == UInt8(ascii: "0") && (peek(1).map { $0 | 0x20 } == UInt8(ascii: "x"))
    while let byte = peek() {
      if byte.followsIdentifier || byte == UInt8(ascii: ".") {
        position += 1
        let isExponent = byte | 0x20 == UInt8(ascii: "e") && !isHexadecimal
        if isExponent, let sign = peek(), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"),
          peek(1)?.isDigit ?? false
        {
          position += 1
        }
      } else {
        break
      }
    }
    let text = source.text(SourceSpan(start, position))
    if NumberText.value(text) != nil { return token(.number, from: start) }
    if Duration(notation: text) != nil { return token(.duration, from: start) }
    throw Complaint(
      .syntax("bad number or duration '\(text)'"), at: start,
      hint: "write a number (1.5, 1e6, 0x1f, 1_000) or a duration with units from large to small (1h30m)")
  }

  private mutating func skipString(closing quote: UInt8) throws(Complaint) {
    let start = position
    position += 1
    while let byte = peek() {
      position += 1
      if byte == quote { return }
      if quote == UInt8(ascii: "`") { continue }
      if byte == UInt8(ascii: "\\") {
        position += 1
      } else if byte == UInt8(ascii: "\n") {
        break
      }
    }
    position = min(position, source.bytes.count)
    throw Complaint(
      .syntax("unterminated string"), at: start,
      hint: "close it with \(Character(Unicode.Scalar(quote))); only `…` may span lines")
  }

  private mutating func symbol(_ byte: UInt8) throws(Complaint) -> Token {
    let start = position
    let pairs = ["==", "!=", "=~", "!~", "<=", ">=", "</", ">/"]
    let two = source.text(SourceSpan(start, start + 2))
    if pairs.contains(two) {
      position += 2
      return token(.symbol(two), from: start)
    }
    let one = source.text(SourceSpan(start, start + 1))
    guard "+-*/%^=<>(){}[],@:".contains(one), !one.isEmpty else {
      let character = String(decoding: source.bytes[start...].prefix(4), as: UTF8.self).first ?? "?"
      throw Complaint(
        .syntax("unexpected character '\(character)'"), at: start,
        hint: one == "!" ? "write != or !~" : "names with such characters are written in quotes: {\"…\"}")
    }
    if byte == UInt8(ascii: "[") { openBrackets += 1 }
    if byte == UInt8(ascii: "]") { openBrackets = max(0, openBrackets - 1) }
    position += 1
    return token(.symbol(one), from: start)
  }
}

extension UInt8 {
  var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

  var leadsIdentifier: Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) && self < 0x80 || self == UInt8(ascii: "_")
  }

  var followsIdentifier: Bool { leadsIdentifier || isDigit }
}
