import Testing
import Wording

@Suite("The catalogue")
struct CatalogueTests {
  static let messages = Catalogue.messages

  @Test("ids are unique")
  func unique() {
    let repeated = Dictionary(grouping: Self.messages, by: \.id).filter { $0.value.count > 1 }.keys
    #expect(repeated.isEmpty, "\(repeated.sorted())")
  }

  @Test("no id continues another, or templates could not tell them apart")
  func prefixFree() {
    let ids = Set(Self.messages.map(\.id))
    let continued = ids.filter { id in
      var parts = id.split(separator: ".").dropLast()
      while !parts.isEmpty {
        if ids.contains(parts.joined(separator: ".")) { return true }
        parts = parts.dropLast()
      }
      return false
    }
    #expect(continued.isEmpty, "\(continued.sorted())")
  }

  @Test("every message is complete, with the same placeholders in both languages", arguments: messages.map(\.id))
  func complete(_ id: String) throws {
    let message = try #require(Self.messages.first { $0.id == id })
    #expect(MessageFault.faults(in: message) == [])
  }

  @Test(
    "the check finds what is wrong",
    arguments: [
      (Message("a", en: "", zh: "空"), MessageFault.empty),
      (Message("a", en: "{host} is down", zh: "{hots} 中断"), .placeholders),
      (Message("a", en: "{host is down", zh: "{host 中断"), .malformed),
      (Message("a", en: "{x:colour}", zh: "{x:colour}"), .malformed),
      (Message("a", en: "Host 主机", zh: "主机"), .hanInEnglish),
      (Message("a", en: "Choose a range", zh: "Choose a range"), .untranslated),
      (Message("a", en: "Down, now", zh: "中断,现在"), .halfWidth),
    ])
  func finds(_ message: Message, _ fault: MessageFault) {
    #expect(MessageFault.faults(in: message).contains(fault))
  }
}

/// What can be wrong with a message.
enum MessageFault: Equatable {
  case empty, placeholders, malformed, hanInEnglish, untranslated, halfWidth

  static func faults(in message: Message) -> [MessageFault] {
    var faults: [MessageFault] = []
    let templates = Language.allCases.map { MessageTemplate(message.template(in: $0)) }
    if message.english.isEmpty || message.chinese.isEmpty { faults.append(.empty) }
    if templates[0].names != templates[1].names { faults.append(.placeholders) }
    if templates.contains(where: { $0.pieces.contains { if case .malformed = $0 { true } else { false } } }) {
      faults.append(.malformed)
    }
    if message.english.unicodeScalars.contains(where: isHan) { faults.append(.hanInEnglish) }
    let plain = text(of: templates[1])
    let words = plain.split { !$0.isLetter }.filter { $0.count > 1 }
    if !words.isEmpty, !plain.unicodeScalars.contains(where: isHan), !same.contains(message.id) {
      faults.append(.untranslated)
    }
    if zip(plain.unicodeScalars, plain.unicodeScalars.dropFirst()).contains(where: {
      isHan($0) && ",;?!".unicodeScalars.contains($1)
    }) {
      faults.append(.halfWidth)
    }
    return faults
  }

  /// Names that are the same in both languages.
  private static let same: Set<String> = ["shell.product", "hosts.column.cpu"]

  private static func text(of template: MessageTemplate) -> String {
    template.pieces.map { if case .text(let text) = $0 { text } else { "" } }.joined()
  }

  private static func isHan(_ scalar: Unicode.Scalar) -> Bool { (0x4e00...0x9fff).contains(scalar.value) }
}
