internal import Records

/// Takes a finished sentence apart for the template `phrase`: record numbers become links, text between backticks code.
enum TextParts {
  static func view(_ text: String) -> View { ["parts": parts(text)] }

  static func parts(_ text: String) -> [View] {
    var result: [View] = []
    for (offset, piece) in text.split(separator: "`", omittingEmptySubsequences: false).enumerated() {
      if offset % 2 == 1 {
        result.append(["code": String(piece)])
      } else {
        result += linked(piece)
      }
    }
    return result
  }

  private static func linked(_ text: Substring) -> [View] {
    var result: [View] = []
    var plain = ""
    var rest = text
    while !rest.isEmpty {
      let word = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
      if word.isEmpty {
        plain.append(rest.removeFirst())
        continue
      }
      rest = rest[word.endIndex...]
      if let number = RecordNumber(String(word)), String(word) == number.description {
        if !plain.isEmpty { result.append(["text": plain]) }
        plain = ""
        result.append(["text": String(word), "href": path(number)])
      } else {
        plain += word
      }
    }
    if !plain.isEmpty { result.append(["text": plain]) }
    return result
  }

  static func path(_ number: RecordNumber) -> String {
    switch number.kind {
    case .incident: PageTarget.incident(number).path
    case .maintenanceTask: PageTarget.task(number).path
    case .maintenanceWindow: PageTarget.window(number).path
    }
  }
}
