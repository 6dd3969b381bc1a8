/// A reply of SMTP or FTP: three digits and text, on several lines when the first has a hyphen behind the digits.
struct CodedReply: Hashable, Sendable {
  let code: Int
  /// Without the digits.
  let lines: [[UInt8]]

  /// For the operator: the code and the last line.
  var quoted: String { "\(code) \(ForeignText.quoted(lines.last ?? []))" }

  /// Whether a line behind the first is this word, or begins with it and a blank: an extension of SMTP.
  func offers(_ word: String) -> Bool { !parameters(of: word, in: 1...).isEmpty }

  /// The lines that begin with a word, as text without it.
  func parameters(of word: String, in range: PartialRangeFrom<Int>) -> [String] {
    guard lines.count > range.lowerBound else { return [] }
    return lines[range].compactMap { line in
      let text = String(decoding: line, as: UTF8.self)
      let upper = text.uppercased()
      guard upper == word || upper.hasPrefix(word + " ") || upper.hasPrefix(word + "=") else { return nil }
      return String(text.dropFirst(word.count + 1))
    }
  }
}

/// Puts the lines of one reply together.
struct CodedReplyReader: Hashable, Sendable {
  private var code: Int?
  private var lines: [[UInt8]] = []

  /// Lines of one reply; the default is 128.
  static let linesMax = 128

  /// - Returns: `nil` while the reply is not complete.
  mutating func next(_ input: inout StreamBuffer) throws(ExchangeFailure) -> CodedReply? {
    while let line = input.line() {
      let digits = line.prefix(3)
      let number = digits.count == 3 ? Int(String(decoding: digits, as: UTF8.self)) : nil
      let ends = line.count == 3 || line.dropFirst(3).first == UInt8(ascii: " ")
      if code == nil {
        guard let number, number >= 100, ends || line[3] == UInt8(ascii: "-") else {
          throw .broken("\(ForeignText.quoted(line)) is no reply: it does not begin with three digits")
        }
        code = number
      }
      lines.append(Array(line.dropFirst(number == code ? 4 : 0)))
      guard lines.count <= Self.linesMax else { throw .broken("a reply has more than \(Self.linesMax) lines") }
      if let code, number == code, ends {
        let reply = CodedReply(code: code, lines: lines)
        self = CodedReplyReader()
        return reply
      }
    }
    return nil
  }
}
