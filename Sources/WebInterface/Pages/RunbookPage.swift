internal import Wording

/// A runbook that is shipped with the program, taken apart for the page.
///
/// The files are Markdown of the plainest kind: a title, sections under `##`, paragraphs, numbered steps, code between
/// backticks. What else stands in them is shown as it is written.
struct RunbookPage {
  struct Section {
    let heading: String
    /// The heading in small letters, as links name it.
    let anchor: String
    var blocks: [Block] = []
  }

  enum Block: Equatable {
    case paragraph(String)
    case steps([String])
  }

  let title: String
  let sections: [Section]
  /// What the text is written in.
  let language: Language

  static func path(_ name: String) -> String { "/runbooks/" + PercentCoding.encode(name) }

  /// A packaged runbook in the reader's language; the headings, names of rules, are the same in all. Where an operator's
  /// own has no translation, it is shown: a translation of ours would say something else.
  ///
  /// - Returns: `nil` when there is none of this name.
  init?(packaged name: String, in language: Language, _ assets: AssetStore) {
    guard RunbookLink.packagedNames.contains(name) else { return nil }
    let english = Self.file(name, .english)
    let isOwnUntranslated = assets.isReplaced(english) && !assets.isReplaced(Self.file(name, language))
    let written = isOwnUntranslated ? .english : language
    guard let text = assets.text(Self.file(name, written)) else { return nil }
    self.init(text, in: written)
  }

  /// Among what is built in.
  static func file(_ name: String, _ language: Language) -> String {
    switch language {
    case .english: "runbooks/\(name).md"
    case .simplifiedChinese: "runbooks/zh-CN/\(name).md"
    }
  }

  init(_ markdown: String, in language: Language = .english) {
    self.language = language
    var title = ""
    var sections: [Section] = []
    var isParagraphOpen = false
    for line in markdown.split(separator: "\n", omittingEmptySubsequences: false) {
      let line = line.drop { $0 == " " }
      if line.hasPrefix("## ") {
        let heading = String(line.dropFirst(3))
        sections.append(Section(heading: heading, anchor: heading.lowercased()))
      } else if line.hasPrefix("# ") {
        title = String(line.dropFirst(2))
      } else if !line.isEmpty, !sections.isEmpty {
        Self.add(line, to: &sections[sections.count - 1].blocks, continuing: isParagraphOpen)
        isParagraphOpen = true
        continue
      }
      isParagraphOpen = false
    }
    self.title = title
    self.sections = sections
  }

  private static func add(_ line: Substring, to blocks: inout [Block], continuing: Bool) {
    if let step = step(line) {
      if case .steps(let steps)? = blocks.last {
        blocks[blocks.count - 1] = .steps(steps + [step])
      } else {
        blocks.append(.steps([step]))
      }
      return
    }
    guard continuing, let last = blocks.last else { return blocks.append(.paragraph(String(line))) }
    switch last {
    case .paragraph(let text): blocks[blocks.count - 1] = .paragraph("\(text) \(line)")
    case .steps(let steps):
      blocks[blocks.count - 1] = .steps(steps.dropLast() + ["\(steps.last ?? "") \(line)"])
    }
  }

  /// The text behind `1. ` or `- `.
  private static func step(_ line: Substring) -> String? {
    if line.hasPrefix("- ") { return String(line.dropFirst(2)) }
    let digits = line.prefix(while: \.isNumber)
    let rest = line[digits.endIndex...]
    return !digits.isEmpty && rest.hasPrefix(". ") ? String(rest.dropFirst(2)) : nil
  }

  var view: View {
    [
      "title": title, "language": language.rawValue,
      "sections": sections.map { section -> View in
        [
          "heading": section.heading, "anchor": section.anchor,
          "blocks": section.blocks.map { block -> View in
            switch block {
            case .paragraph(let text): ["paragraph": TextParts.view(text)]
            case .steps(let steps): ["steps": ["entries": steps.map { TextParts.view($0) }] as View]
            }
          },
        ]
      },
    ]
  }
}
