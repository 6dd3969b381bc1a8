public import Telemetry

/// The notation of test files for series and their values.
/// - Source: Prometheus `promqltest` and `promtool test rules`.
public enum SeriesNotation {
  /// How many values one line may stand for; the default is 1 million.
  public static let valuesMax = 1_000_000

  /// A value at a step, or none.
  public enum Value: Sendable, Equatable {
    case missing
    case number(Double)
    /// A native histogram: this program does not hold them, so the step stays empty and is reported.
    case histogram
  }

  /// A series description: `up{job="node"}`, `{__name__="up"}`, `{"name with blanks", job="node"}`, `{}`.
  ///
  /// - Returns: `nil` when `text` is none.
  public static func labels(_ text: String) -> LabelSet? {
    var cursor = SeriesCursor(text)
    return cursor.labels()
  }

  /// Values as written: `1`, `_`, `stale`, `1+2x3`, `5x2`, `_x4`, apart by blanks.
  ///
  /// - Throws: the item that is none, or that there are too many.
  public static func values(_ text: String) throws(UnitTestError) -> [Value] {
    var values: [Value] = []
    for item in items(of: text) {
      guard let expanded = expand(item) else {
        throw UnitTestError("'\(item)' is not a value – write e.g. 1, _, stale, 1+2x3")
      }
      guard values.count + expanded.count <= valuesMax else {
        throw UnitTestError("more than \(valuesMax) values – shorten the series")
      }
      values += expanded
    }
    return values
  }

  /// Cut at blanks outside `{{ }}`.
  private static func items(of text: String) -> [String] {
    var items: [String] = []
    var current = ""
    var depth = 0
    for character in text {
      if character == "{" { depth += 1 }
      if character == "}" { depth -= 1 }
      if character.isWhitespace, depth == 0 {
        if !current.isEmpty { items.append(current) }
        current = ""
      } else {
        current.append(character)
      }
    }
    return current.isEmpty ? items : items + [current]
  }

  private static func expand(_ item: String) -> [Value]? {
    if item.hasPrefix("{{") {
      guard let end = item.range(ofLast: "}}") else { return nil }
      let repeats = item[end...].drop { $0 != "x" }.dropFirst()
      return repeats.isEmpty ? [.histogram] : count(repeats).map { Array(repeating: .histogram, count: $0 + 1) }
    }
    if item == "_" { return [.missing] }
    if item.hasPrefix("_x") { return count(item.dropFirst(2)).map { Array(repeating: .missing, count: $0) } }
    if item == "stale" { return [.number(.staleMarker)] }
    if item.hasPrefix("stalex") {
      return count(item.dropFirst(6)).map { Array(repeating: .number(.staleMarker), count: $0 + 1) }
    }
    if let number = decimal(item) { return [.number(number)] }
    guard let cross = item.lastIndex(of: "x"), let times = count(item[item.index(after: cross)...]) else { return nil }
    return progression(item[..<cross], times)
  }

  /// `a`, `a+b` or `a-b`, by repeated addition so that rounding accumulates as it does upstream.
  private static func progression(_ text: Substring, _ times: Int) -> [Value]? {
    if let number = decimal(text) { return Array(repeating: .number(number), count: times + 1) }
    for split in text.indices.dropFirst() where text[split] == "+" || text[split] == "-" {
      guard let start = decimal(text[..<split]),
        let step = decimal(text[text.index(after: split)...])
      else { continue }
      var value = start
      var values: [Value] = []
      for _ in 0...times {
        values.append(.number(value))
        value += text[split] == "+" ? step : -step
      }
      return values
    }
    return nil
  }

  /// No hexadecimal here: `0x10` is ten more zeros.
  private static func decimal(_ text: some StringProtocol) -> Double? {
    let digits = text.drop { $0 == "+" || $0 == "-" }
    return digits.hasPrefix("0x") || digits.hasPrefix("0X") ? nil : GoNumberText.number(String(text))
  }

  private static func count(_ text: some StringProtocol) -> Int? {
    guard let number = Int(text), number >= 0, number < valuesMax else { return nil }
    return number
  }
}

extension String {
  /// The index behind the last occurrence of a two-character mark.
  fileprivate func range(ofLast mark: String) -> Index? {
    var index = endIndex
    while index > startIndex {
      index = self.index(before: index)
      if self[index...].hasPrefix(mark) { return self.index(index, offsetBy: mark.count) }
    }
    return nil
  }
}

/// Reads a series description.
private struct SeriesCursor {
  private var rest: Substring

  init(_ text: String) { rest = Substring(text) }

  mutating func labels() -> LabelSet? {
    skipBlanks()
    var labels: [Label] = []
    let name = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == ":" }
    rest = rest.dropFirst(name.count)
    if !name.isEmpty { labels.append(Label(LabelSet.metricName, String(name))) }
    skipBlanks()
    if rest.isEmpty { return name.isEmpty ? nil : LabelSet(labels) }
    guard take("{"), readPairs(&labels) else { return nil }
    skipBlanks()
    return rest.isEmpty ? LabelSet(labels) : nil
  }

  private mutating func readPairs(_ labels: inout [Label]) -> Bool {
    while true {
      skipBlanks()
      if take("}") { return true }
      guard let (name, isQuoted) = labelName() else { return false }
      skipBlanks()
      if take("=") {
        skipBlanks()
        guard let value = quoted() else { return false }
        labels.append(Label(name, value))
      } else {
        guard isQuoted else { return false }
        labels.append(Label(LabelSet.metricName, name))
      }
      skipBlanks()
      if take(",") { continue }
      return take("}")
    }
  }

  private mutating func labelName() -> (String, isQuoted: Bool)? {
    if let text = quoted() { return (text, true) }
    let name = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
    rest = rest.dropFirst(name.count)
    return name.isEmpty ? nil : (String(name), false)
  }

  private mutating func quoted() -> String? {
    guard let quote = rest.first, quote == "\"" || quote == "'" || quote == "`" else { return nil }
    var end = rest.index(after: rest.startIndex)
    while end < rest.endIndex, rest[end] != quote {
      if rest[end] == "\\", quote != "`" { end = rest.index(after: end) }
      guard end < rest.endIndex else { return nil }
      end = rest.index(after: end)
    }
    guard end < rest.endIndex else { return nil }
    let inner = rest[rest.index(after: rest.startIndex)..<end]
    rest = rest[rest.index(after: end)...]
    return quote == "`" ? String(inner) : GoQuotedText.unescaped(inner.utf8, between: quote.asciiValue ?? 0)
  }

  private mutating func take(_ character: Character) -> Bool {
    guard rest.first == character else { return false }
    rest.removeFirst()
    return true
  }

  private mutating func skipBlanks() { rest = rest.drop { $0.isWhitespace } }
}
