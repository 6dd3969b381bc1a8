/// One text of the product in both languages.
///
/// Placeholders are named: `{host}` inserts an argument as it is, `{lag:age}` formats it (see `ArgumentFormat`),
/// `{count|host is|hosts are}` chooses by number, `{priority:priority.*}` takes the raw name of an enumeration and
/// shows the message of the family `priority.` with that name. Both languages use the same names.
public struct Message: Sendable {
  /// Stable, dotted, for example `overview.needs.title`. Not a prefix of another id.
  public let id: String
  public let english: String
  public let chinese: String

  public init(_ id: String, en english: String, zh chinese: String) {
    self.id = id
    self.english = english
    self.chinese = chinese
  }

  public func template(in language: Language) -> String {
    switch language {
    case .english: english
    case .simplifiedChinese: chinese
    }
  }
}

/// How an argument becomes text. Arguments travel as strings, so that a reason can be stored and read by others.
public enum ArgumentFormat: String, CaseIterable, Sendable {
  /// A decimal number; digits in groups of three.
  case number
  /// Seconds: `45 s`, `12 min`, `2 h 12 min`, `3 d`.
  case age
  /// Seconds within which something was done, rounded up to a tenth below ten: `0.4 s`, else as `age`.
  case lapse
  /// Bytes: `1.4 GiB`.
  case bytes
  /// Bytes per second: `1.4 MiB/s`.
  case rate
  /// 0 to 100: `93 %`.
  case percent
  /// Milliseconds since 1970: `14:06`.
  case time
  /// Milliseconds since 1970: `2026-11-20`.
  case day
  /// Milliseconds since 1970, as short as the distance from now allows: `14:06`, `Fri 14:06`, `2026-11-20 14:06`.
  case moment
  /// The same to the second, for what may be shorter than a minute: `14:06:31`, `Fri 14:06:31`.
  case second
  /// Milliseconds since 1970: the ISO 8601 week of it, `Week 47, 16–22 Nov 2026`.
  case week
  /// The id of another message, which has no arguments.
  case message
  /// Names divided by `, `, shown with the language's own comma.
  case list
  /// What to write for a word that is not known: `?` and the word that was meant, or all words divided by `, `.
  case spelling
}

/// A message's text taken apart.
package struct MessageTemplate: Sendable {
  package enum Piece: Sendable, Equatable {
    case text(String)
    case argument(name: String, format: ArgumentFormat?)
    case choice(name: String, one: String, other: String)
    /// Raw names divided by `, `, each shown as the message `family` + name; `family` ends in a dot.
    case words(name: String, family: String)
    /// A brace that is not a placeholder of ours: shown as written, found by the test of the catalogue.
    case malformed(String)
  }

  package let pieces: [Piece]

  package init(_ text: String) {
    var pieces: [Piece] = []
    var rest = text[...]
    while let open = rest.firstIndex(of: "{") {
      if open > rest.startIndex { pieces.append(.text(String(rest[..<open]))) }
      guard let close = rest[open...].firstIndex(of: "}") else {
        pieces.append(.malformed(String(rest[open...])))
        rest = ""
        break
      }
      pieces.append(Self.piece(rest[rest.index(after: open)..<close]))
      rest = rest[rest.index(after: close)...]
    }
    if !rest.isEmpty { pieces.append(.text(String(rest))) }
    self.pieces = pieces
  }

  /// The names of its arguments.
  package var names: Set<String> {
    Set(
      pieces.compactMap { piece in
        switch piece {
        case .argument(let name, _), .choice(let name, _, _), .words(let name, _): name
        case .text, .malformed: nil
        }
      })
  }

  /// The arguments with which this template says `text`, each as short as it can be; `nil` when it cannot.
  package func arguments(in text: some StringProtocol) -> [String: String]? {
    var found: [String: String] = [:]
    var rest = text[...]
    var open: String?
    for (index, piece) in pieces.enumerated() {
      switch piece {
      case .argument(let name, _): open = name
      case .text(let text):
        let isLast = index == pieces.count - 1
        let range =
          isLast && rest.hasSuffix(text)
          ? rest.index(rest.endIndex, offsetBy: -text.count)..<rest.endIndex : rest.firstRange(of: text)
        guard let range, open != nil || range.lowerBound == rest.startIndex else { return nil }
        if let name = open { found[name] = String(rest[..<range.lowerBound]) }
        rest = rest[range.upperBound...]
        open = nil
      case .choice, .words, .malformed: return nil
      }
    }
    if let name = open { found[name] = String(rest) } else if !rest.isEmpty { return nil }
    return found
  }

  private static func piece(_ inner: Substring) -> Piece {
    let choices = inner.split(separator: "|", omittingEmptySubsequences: false)
    if choices.count == 3 {
      return .choice(name: String(choices[0]), one: String(choices[1]), other: String(choices[2]))
    }
    let parts = inner.split(separator: ":", omittingEmptySubsequences: false)
    guard choices.count == 1, let name = parts.first, isName(name) else { return .malformed("{\(inner)}") }
    if parts.count == 1 { return .argument(name: String(name), format: nil) }
    if parts.count == 2, parts[1].hasSuffix(".*"), parts[1].count > 2 {
      return .words(name: String(name), family: String(parts[1].dropLast()))
    }
    guard parts.count == 2, let format = ArgumentFormat(rawValue: String(parts[1])) else {
      return .malformed("{\(inner)}")
    }
    return .argument(name: String(name), format: format)
  }

  private static func isName(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { ($0 | 0x20) >= UInt8(ascii: "a") && ($0 | 0x20) <= UInt8(ascii: "z") }
  }
}
