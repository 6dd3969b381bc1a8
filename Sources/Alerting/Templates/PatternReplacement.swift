internal import Telemetry

/// Replaces every match; `$1`, `${1}`, `$name` and `${name}` stand for groups, `$$` for a dollar.
/// - Source: Go `regexp.ReplaceAllString`.
struct PatternReplacement {
  private enum Piece {
    case bytes([UInt8])
    case group(Int)
  }

  private let pattern: Pattern
  private let pieces: [Piece]

  init(_ pattern: Pattern, _ replacement: String) {
    self.pattern = pattern
    pieces = Self.pieces(of: replacement, groupNames: pattern.groupNames)
  }

  func applied(to subject: String) throws(TemplateStop) -> String {
    let bytes = Array(subject.utf8)
    var result: [UInt8] = []
    var copied = 0
    var cursor = 0
    var lastEnd = -1
    while cursor <= bytes.count, let match = pattern.firstMatch(in: bytes, from: cursor) {
      let whole = match.whole
      result += bytes[copied..<whole.lowerBound]
      copied = whole.upperBound
      // An empty match right after a match would replace the same place twice.
      if !(whole.isEmpty && whole.lowerBound == lastEnd) { append(match, bytes, to: &result) }
      lastEnd = whole.upperBound
      cursor = whole.isEmpty ? Self.nextCharacter(bytes, whole.upperBound) : whole.upperBound
      guard result.count <= TemplateLimits.outputBytesMax else {
        throw .problem("text is longer than \(TemplateLimits.outputBytesMax) bytes")
      }
    }
    result += bytes[min(copied, bytes.count)...]
    return String(decoding: result, as: UTF8.self)
  }

  private func append(_ match: Pattern.Match, _ subject: [UInt8], to result: inout [UInt8]) {
    for piece in pieces {
      switch piece {
      case .bytes(let bytes): result += bytes
      case .group(let index):
        if match.groups.indices.contains(index), let range = match.groups[index] { result += subject[range] }
      }
    }
  }

  private static func nextCharacter(_ bytes: [UInt8], _ index: Int) -> Int {
    var next = index + 1
    while next < bytes.count, bytes[next] & 0xc0 == 0x80 { next += 1 }
    return next
  }

  private static func pieces(of replacement: String, groupNames: [String?]) -> [Piece] {
    var pieces: [Piece] = []
    var rest = Array(replacement.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "$") else {
        pieces.append(.bytes([byte]))
        continue
      }
      if rest.first == UInt8(ascii: "$") {
        rest.removeFirst()
        pieces.append(.bytes([byte]))
      } else if let name = groupName(&rest) {
        if let number = Int(name) {
          pieces.append(.group(number))
        } else if let index = groupNames.firstIndex(of: name) {
          pieces.append(.group(index + 1))
        }
      } else {
        pieces.append(.bytes([byte]))
      }
    }
    return pieces
  }

  private static func groupName(_ rest: inout ArraySlice<UInt8>) -> String? {
    let braced = rest.first == UInt8(ascii: "{")
    let body = braced ? rest.dropFirst() : rest
    let name = body.prefix { ($0 >= 48 && $0 <= 57) || ($0 | 0x20 >= 97 && $0 | 0x20 <= 122) || $0 == 95 }
    guard !name.isEmpty else { return nil }
    let after = body.dropFirst(name.count)
    if braced {
      guard after.first == UInt8(ascii: "}") else { return nil }
      rest = after.dropFirst()
    } else {
      rest = after
    }
    return String(decoding: name, as: UTF8.self)
  }
}
