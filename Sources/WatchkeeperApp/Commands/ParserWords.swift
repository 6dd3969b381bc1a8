internal import Wording

/// ArgumentParser's help and complaints in the reader's language: it speaks English alone, and has no place to say so.
///
/// The messages `parser.` hold its English word for word; a line that fits one of them is said anew with what it held.
enum ParserWords {
  /// What a line of help must fit into.
  private static let columns = 80
  /// Where ArgumentParser begins the text beside an option.
  private static let textColumn = 26

  private static let templates = parserMessages.map { ($0.id, MessageTemplate($0.english)) }

  static func isHelp(_ text: String) -> Bool { text.hasPrefix("OVERVIEW: ") }

  /// - Parameter english: for help with unbroken lines.
  static func text(_ english: String) -> String {
    guard Terminal.language != .english else { return english }
    return english.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      let said = said(line)
      return line.uppercased().hasPrefix("USAGE: ") || line.hasPrefix("Error: ") ? said : broken(said)
    }.joined(separator: "\n")
  }

  private static func said(_ line: some StringProtocol) -> String {
    for (id, template) in templates {
      guard var arguments = template.arguments(in: line) else { continue }
      // A complaint stands behind "Error: ", a choice between quotes.
      if let problem = arguments["problem"] { arguments["problem"] = said(problem) }
      if let choices = arguments["choices"] {
        arguments["choices"] = choices.replacing("' or '", with: "', '").replacing("' and '", with: "', '")
      }
      return Terminal.words(id, arguments)
    }
    return String(line)
  }

  // MARK: - Lines

  /// Breaks at spaces and between Han characters; what goes on stands under the text, not under the option.
  private static func broken(_ line: String) -> String {
    guard TextTable.width(line) > columns else { return line }
    let lead = line.prefix { $0 == " " }.count
    let indent = String(repeating: " ", count: lead == 2 ? textColumn : lead)
    var lines: [String] = []
    var current = ""
    for word in words(line) {
      if TextTable.width(current + word) > columns, !current.allSatisfy({ $0 == " " }) {
        lines.append(current)
        current = indent + word.drop { $0 == " " }
      } else {
        current += word
      }
    }
    return (lines + [current]).joined(separator: "\n")
  }

  /// What may not be torn apart, with the spaces before it.
  private static func words(_ line: String) -> [Substring] {
    var words: [Substring] = []
    var start = line.startIndex
    var last: Character = " "
    for index in line.indices.dropFirst() {
      let character = line[index]
      let isBetween = isWide(character) || isWide(last)
      if character == " "
        ? last != " " : isBetween && last != " " && !closing.contains(character) && !opening.contains(last)
      {
        words.append(line[start..<index])
        start = index
      }
      last = character
    }
    return words + [line[start...]]
  }

  private static let opening: Set<Character> = ["（", "“"]
  private static let closing: Set<Character> = ["，", "。", "；", "：", "、", "？", "）", "”", ".", ",", ")"]

  private static func isWide(_ character: Character) -> Bool { TextTable.width(String(character)) == 2 }
}
