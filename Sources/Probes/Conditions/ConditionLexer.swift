internal import Telemetry

/// Why a condition cannot be read: where in its text, and what to write instead.
struct ConditionFault: Error, Hashable {
  /// In characters from the begin of the text, from 0.
  let column: Int
  let id: String
  let arguments: [String: String]

  init(at column: Int, _ id: String, _ arguments: [String: String] = [:]) {
    self.column = column
    self.id = id
    self.arguments = arguments
  }

  var fault: SettingsFault { SettingsFault(id, arguments) }
}

struct ConditionToken: Equatable {
  enum Kind: Equatable {
    case word(String)
    case text(String)
    case number(Double)
    /// Seconds.
    case duration(Double)
    case bytes(Double)
    /// `==`, `(`, `.` and the like.
    case sign(String)
    case end
  }

  let kind: Kind
  let column: Int

  /// For messages.
  var shown: String {
    switch kind {
    case .word(let word): word
    case .text(let text): "'\(text)'"
    case .number(let number): "\(number)"
    case .duration, .bytes: "a number with a unit"
    case .sign(let sign): sign
    case .end: "the end"
    }
  }
}

/// Cuts the text of a condition into tokens.
struct ConditionLexer {
  private let characters: [Character]
  private var position = 0

  init(_ text: String) { characters = Array(text) }

  static func tokens(of text: String) throws(ConditionFault) -> [ConditionToken] {
    var lexer = ConditionLexer(text)
    var tokens: [ConditionToken] = []
    while true {
      let token = try lexer.next()
      tokens.append(token)
      if token.kind == .end { return tokens }
    }
  }

  private static let pairs: Set<String> = ["==", "!=", "<=", ">=", "&&", "||", "=~", "!~"]
  private static let signs: Set<Character> = ["<", ">", "(", ")", "[", "]", ".", ",", "!", "-"]

  private mutating func next() throws(ConditionFault) -> ConditionToken {
    while position < characters.count, characters[position].isWhitespace { position += 1 }
    let start = position
    guard position < characters.count else { return ConditionToken(kind: .end, column: start) }
    let first = characters[position]
    if first == "'" || first == "\"" { return ConditionToken(kind: .text(try text(until: first)), column: start) }
    if first.isASCII, first.isNumber { return ConditionToken(kind: try number(), column: start) }
    if first.isLetter || first == "_" {
      while position < characters.count, Self.continuesWord(characters[position]) { position += 1 }
      return ConditionToken(kind: .word(String(characters[start..<position])), column: start)
    }
    if position + 1 < characters.count {
      let pair = String(characters[position...(position + 1)])
      if Self.pairs.contains(pair) {
        position += 2
        return ConditionToken(kind: .sign(pair), column: start)
      }
    }
    guard Self.signs.contains(first) else {
      if first == "=" { throw ConditionFault(at: start, "fault.condition.equals") }
      throw ConditionFault(at: start, "fault.condition.character", ["text": String(first)])
    }
    position += 1
    return ConditionToken(kind: .sign(String(first)), column: start)
  }

  private static func continuesWord(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || character == "_"
  }

  private mutating func text(until quote: Character) throws(ConditionFault) -> String {
    let start = position
    position += 1
    var text = ""
    while position < characters.count {
      let character = characters[position]
      position += 1
      if character == quote { return text }
      // A backslash stays before all but a quote, another backslash and the letters of line ends: patterns need it.
      guard character == "\\", position < characters.count else {
        text.append(character)
        continue
      }
      let escaped = characters[position]
      position += 1
      switch escaped {
      case quote: text.append(quote)
      case "n": text += "\n"
      case "t": text += "\t"
      default: text += "\\" + String(escaped)
      }
    }
    throw ConditionFault(at: start, "fault.condition.quote")
  }

  private static let sizes: [String: Double] = [
    "B": 1, "KB": 1000, "MB": 1e6, "GB": 1e9, "KiB": 1024, "MiB": 1_048_576, "GiB": 1_073_741_824,
  ]

  private mutating func number() throws(ConditionFault) -> ConditionToken.Kind {
    let start = position
    while position < characters.count, characters[position].isNumber || characters[position] == "." { position += 1 }
    let digits = String(characters[start..<position])
    let unitStart = position
    while position < characters.count, Self.continuesWord(characters[position]) { position += 1 }
    let unit = String(characters[unitStart..<position])
    guard let number = Double(digits) else {
      throw ConditionFault(at: start, "fault.condition.number", ["text": digits + unit])
    }
    if unit.isEmpty { return .number(number) }
    if let bytes = Self.sizes[unit] { return .bytes(number * bytes) }
    if let duration = Duration(notation: digits + unit) { return .duration(duration.inSeconds) }
    if let one = Duration(notation: "1" + unit) { return .duration(number * one.inSeconds) }
    throw ConditionFault(at: unitStart, "fault.condition.unit", ["text": unit])
  }
}
