/// A Swift file whose comments and string literals are blanked out, so that checks see code only.
struct SwiftSource {
  let path: String
  let text: String
  let code: [String]

  init(path: String, text: String) {
    self.path = path
    self.text = text
    code = Self.blanked(text).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  var lineCount: Int {
    text.split(separator: "\n", omittingEmptySubsequences: false).count - (text.hasSuffix("\n") ? 1 : 0)
  }
  var fileName: String { String(path[path.index(after: path.lastIndex(of: "/") ?? path.startIndex)...]) }

  /// The modules that the file imports, with the line of each.
  var imports: [(module: String, line: Int)] {
    code.enumerated().compactMap { index, line in
      let words = line.split(separator: " ").drop {
        ["public", "package", "internal", "private", "fileprivate", "@testable", "@preconcurrency", "@_exported"]
          .contains($0)
      }
      guard words.first == "import", let name = words.dropFirst().last else { return nil }
      return (String(name.split(separator: ".")[0]), index + 1)
    }
  }

  /// Functions, initialisers and accessors with a body: name, first line, number of lines.
  var functions: [(name: String, line: Int, length: Int)] {
    var found: [(String, Int, Int)] = []
    for (index, line) in code.enumerated() {
      guard let name = Self.declaredFunction(in: line), let length = bodyLength(from: index) else { continue }
      found.append((name, index + 1, length))
    }
    return found
  }

  private static func declaredFunction(in line: String) -> String? {
    let words = line.split(whereSeparator: { " (<{".contains($0) }).map(String.init)
    if let position = words.firstIndex(of: "func"), position + 1 < words.count { return words[position + 1] }
    let trimmed = line.drop { $0 == " " }
    let head =
      trimmed.split(separator: " ").drop {
        ["public", "package", "private", "internal", "convenience", "required", "mutating", "@discardableResult"]
          .contains($0)
      }.first ?? ""
    return head.hasPrefix("init(") || head.hasPrefix("init?(") || head.hasPrefix("init<") || head == "deinit"
      ? String(head.prefix { $0 != "(" }) : nil
  }

  /// Lines from the declaration to the brace that closes its body; `nil` for a requirement without a body.
  private func bodyLength(from start: Int) -> Int? {
    var depth = 0
    var parentheses = 0
    var opened = false
    for index in start..<code.count {
      for character in code[index] {
        switch character {
        case "(": parentheses += 1
        case ")": parentheses -= 1
        case "{" where parentheses == 0 || opened:
          depth += 1
          opened = true
        case "}" where opened: depth -= 1
        case "}" where parentheses == 0: return nil
        default: break
        }
        if opened, depth == 0 { return index - start + 1 }
      }
      if !opened, parentheses == 0, index > start + 12 { return nil }
      if !opened, parentheses == 0, index + 1 < code.count, Self.startsDeclaration(code[index + 1]) { return nil }
    }
    return nil
  }

  private static func startsDeclaration(_ line: String) -> Bool {
    let trimmed = line.drop { $0 == " " }
    return trimmed.isEmpty || trimmed.hasPrefix("}") || trimmed.contains("func ") || trimmed.hasPrefix("init")
      || trimmed.hasPrefix("var ") || trimmed.hasPrefix("let ")
  }

  private enum Mode { case code, lineComment, blockComment(Int), text(multiline: Bool, hashes: Int) }

  static func blanked(_ text: String) -> String {
    let bytes = Array(text.utf8)
    var output = bytes
    var index = 0
    func blank(_ at: Int) { if output[at] != 10 { output[at] = 32 } }
    func starts(_ word: String, _ at: Int) -> Bool { bytes[at...].starts(with: word.utf8) }
    var mode = Mode.code
    while index < bytes.count {
      switch mode {
      case .code:
        if starts("//", index) {
          mode = .lineComment
          continue
        }
        if starts("/*", index) {
          mode = .blockComment(1)
          blank(index)
          index += 1
        } else if bytes[index] == 34 {
          var hashes = 0
          while index > hashes, bytes[index - hashes - 1] == 35 { hashes += 1 }
          let multiline = starts("\"\"\"", index)
          index += multiline ? 3 : 1
          mode = .text(multiline: multiline, hashes: hashes)
          continue
        }
      case .lineComment:
        if bytes[index] == 10 { mode = .code } else { blank(index) }
      case .blockComment(let depth):
        if starts("*/", index) {
          blank(index)
          index += 1
          mode = depth == 1 ? .code : .blockComment(depth - 1)
        } else if starts("/*", index) {
          mode = .blockComment(depth + 1)
        }
        blank(index)
      case .text(let multiline, let hashes):
        let end = (multiline ? "\"\"\"" : "\"") + String(repeating: "#", count: hashes)
        if hashes == 0, bytes[index] == 92, index + 1 < bytes.count {
          if bytes[index + 1] == 40 {
            var depth = 0
            repeat {
              if bytes[index] == 40 { depth += 1 }
              if bytes[index] == 41 { depth -= 1 }
              blank(index)
              index += 1
            } while index < bytes.count && (depth > 0 || bytes[index - 1] == 92)
            continue
          }
          blank(index)
          blank(index + 1)
          index += 2
          continue
        }
        if starts(end, index) {
          index += end.utf8.count
          mode = .code
          continue
        }
        blank(index)
      }
      index += 1
    }
    return String(decoding: output, as: UTF8.self)
  }
}
