/// Where a piece of a query stands, in UTF-8 offsets.
///
/// All spans are equal: where something is written is no part of what it means, so two expressions that differ only in
/// blanks compare equal and a printed query equals the parsed one.
public struct SourceSpan: Hashable, Sendable {
  public let start: Int
  /// Exclusive.
  public let end: Int

  public init(_ start: Int, _ end: Int) {
    self.start = start
    self.end = end
  }

  public static func == (left: SourceSpan, right: SourceSpan) -> Bool { true }
  public func hash(into hasher: inout Hasher) {}
}

/// Turns offsets of a query into lines and columns, both counted from 1, columns in characters of Unicode.
struct SourceText: Sendable {
  let bytes: [UInt8]

  init(_ text: String) { bytes = Array(text.utf8) }

  func location(of offset: Int) -> (line: Int, column: Int) {
    var line = 1
    var column = 1
    for byte in bytes.prefix(offset) {
      if byte == UInt8(ascii: "\n") {
        line += 1
        column = 1
      } else if byte & 0xC0 != 0x80 {
        column += 1
      }
    }
    return (line, column)
  }

  func text(_ span: SourceSpan) -> String {
    let lower = min(max(span.start, 0), bytes.count)
    let upper = min(max(span.end, lower), bytes.count)
    return String(decoding: bytes[lower..<upper], as: UTF8.self)
  }
}
