/// A replacement for what a pattern matched: `$1`, `${1}`, `$name` and `${name}` stand for groups, `$$` for a dollar.
///
/// The longest name after a dollar counts; a group that is not there, or took no part, stands for nothing; a dollar
/// without a name is itself.
/// - Source: Go, `regexp.Expand`.
package struct GroupTemplate {
  private enum Piece { case text([UInt8]), group(Int) }

  private var pieces: [Piece] = []

  package init(_ text: String, for pattern: Pattern) {
    let dollar = UInt8(ascii: "$")
    let names = pattern.groupNames
    var rest = Array(text.utf8)[...]
    while let next = rest.firstIndex(of: dollar) {
      pieces.append(.text(Array(rest[..<next])))
      rest = rest[(next + 1)...]
      let isBraced = rest.first == UInt8(ascii: "{")
      let name = rest.dropFirst(isBraced ? 1 : 0).prefix(while: Self.isNamed)
      let after = rest[name.endIndex...]
      if rest.first == dollar {
        pieces.append(.text([dollar]))
        rest = rest.dropFirst()
      } else if name.isEmpty || (isBraced && after.first != UInt8(ascii: "}")) {
        pieces.append(.text([dollar]))
      } else {
        let key = String(decoding: name, as: UTF8.self)
        if let group = Int(key) ?? names.firstIndex(of: key).map({ $0 + 1 }) { pieces.append(.group(group)) }
        rest = isBraced ? after.dropFirst() : after
      }
    }
    pieces.append(.text(Array(rest)))
  }

  private static func isNamed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  /// - Parameter subject: the bytes in which the match was found.
  package func append(_ match: Pattern.Match, in subject: [UInt8], to result: inout [UInt8]) {
    for piece in pieces {
      switch piece {
      case .text(let text): result += text
      case .group(let group):
        if match.groups.indices.contains(group), let range = match.groups[group] { result += subject[range] }
      }
    }
  }

  /// Of what `expanded` would answer.
  package func byteCount(of match: Pattern.Match) -> Int {
    pieces.reduce(0) { sum, piece in
      switch piece {
      case .text(let text): sum + text.count
      case .group(let group): sum + (match.groups.indices.contains(group) ? match.groups[group]?.count ?? 0 : 0)
      }
    }
  }

  package func expanded(_ match: Pattern.Match, in subject: [UInt8]) -> String {
    var result: [UInt8] = []
    append(match, in: subject, to: &result)
    return String(decoding: result, as: UTF8.self)
  }
}
