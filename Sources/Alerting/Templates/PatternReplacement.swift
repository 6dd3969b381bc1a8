internal import Telemetry

/// Replaces every match.
/// - Source: Go `regexp.ReplaceAllString`.
struct PatternReplacement {
  private let pattern: Pattern
  private let template: GroupTemplate

  init(_ pattern: Pattern, _ replacement: String) {
    self.pattern = pattern
    template = GroupTemplate(replacement, for: pattern)
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
      if !(whole.isEmpty && whole.lowerBound == lastEnd) { template.append(match, in: bytes, to: &result) }
      lastEnd = whole.upperBound
      cursor = whole.isEmpty ? Self.nextCharacter(bytes, whole.upperBound) : whole.upperBound
      guard result.count <= TemplateLimits.outputBytesMax else {
        throw .problem("text is longer than \(TemplateLimits.outputBytesMax) bytes")
      }
    }
    result += bytes[min(copied, bytes.count)...]
    return String(decoding: result, as: UTF8.self)
  }

  private static func nextCharacter(_ bytes: [UInt8], _ index: Int) -> Int {
    var next = index + 1
    while next < bytes.count, bytes[next] & 0xc0 == 0x80 { next += 1 }
    return next
  }
}
