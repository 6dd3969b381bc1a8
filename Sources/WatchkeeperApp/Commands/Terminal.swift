internal import Foundation
internal import Glibc
internal import Records
internal import Telemetry
internal import Wording

/// Standard output for results, standard error for talk.
enum Terminal {
  /// What the person at the terminal reads: bound where the command line begins, and by nothing in tests.
  @TaskLocal static var language = Language.english

  static func words(_ id: String, _ arguments: [String: String] = [:]) -> String {
    Reader(language: language).text(id, arguments)
  }

  static func words(_ reason: Reason) -> String { words(reason.id, reason.arguments) }

  /// What to say about a word that is none of `known`.
  static func advice(for word: String, among known: some Sequence<String>) -> String {
    if let near = Spelling.nearest(to: word, among: known) { return words("spelling.meant", ["word": near]) }
    return words("spelling.known", ["words": known.joined(separator: ", ")])
  }

  static func write(_ text: String) { say(text, to: STDOUT_FILENO) }
  static func writeLine(_ text: String) { say(text + "\n", to: STDOUT_FILENO) }
  static func tell(_ text: String) { say(text + "\n", to: STDERR_FILENO) }
  /// In place of what was told so before; empty: clears it.
  static func tellProgress(_ text: String) { put("\r\u{1b}[K" + text, to: STDERR_FILENO) }

  /// Colour and progress are for people: only on a terminal, and never against `NO_COLOR`.
  static var isInteractive: Bool { isatty(STDOUT_FILENO) == 1 }

  /// A pipe or a file gets every byte.
  private static func say(_ text: String, to descriptor: Int32) {
    put(isatty(descriptor) == 1 ? harmless(text) : text, to: descriptor)
  }

  /// Without control characters but line ends and tabs: a label from elsewhere must not move the cursor or set a title.
  static func harmless(_ text: String) -> String {
    func isControl(_ scalar: Unicode.Scalar) -> Bool {
      switch scalar.value {
      case 0x09, 0x0a: false
      case 0..<0x20, 0x7f...0x9f, 0x202a...0x202e, 0x2066...0x2069: true
      default: false
      }
    }
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.map { isControl($0) ? "\u{fffd}" : $0 }))
  }

  private static func put(_ text: String, to descriptor: Int32) {
    let bytes = Array(text.utf8)
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count <= 0 { return }
      sent += count
    }
  }
}

/// Rows under heads, padded to the width that each column shows on a terminal.
struct TextTable {
  let heads: [String]
  private(set) var rows: [[String]] = []

  init(_ heads: String...) { self.heads = heads }

  init(_ heads: [String]) { self.heads = heads }

  mutating func add(_ cells: String...) { rows.append(cells) }
  mutating func add(_ cells: [String]) { rows.append(cells) }

  mutating func add(row: [String]) { rows.append(row) }

  var text: String {
    let all = [heads] + rows
    let widths = heads.indices.map { column in all.map { Self.width($0[column]) }.max() ?? 0 }
    return all.map { row in
      row.indices.map { column in
        let isLast = column == row.count - 1
        return row[column] + (isLast ? "" : String(repeating: " ", count: widths[column] - Self.width(row[column])))
      }.joined(separator: "  ")
    }.joined(separator: "\n")
  }

  /// Cells on a terminal: Han characters and full-width forms take two.
  static func width(_ text: String) -> Int {
    text.unicodeScalars.reduce(0) { $0 + (isWide($1) ? 2 : ($1.properties.generalCategory == .nonspacingMark ? 0 : 1)) }
  }

  private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x1100...0x115f, 0x2e80...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f, 0xff00...0xff60,
      0xffe0...0xffe6, 0x20000...0x3fffd:
      true
    default: false
    }
  }
}
