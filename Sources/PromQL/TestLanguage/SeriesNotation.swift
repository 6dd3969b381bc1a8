public import Telemetry

/// A series as test files write it: `name{label="value"}`, `{"utf-8 name", a="b"}`, `{}`.
public enum SeriesNotation {
  /// - Returns: the labels, and what follows them on the line.
  public static func labels(leading line: String) throws(TestScriptError) -> (labels: LabelSet, rest: String) {
    let bytes = Array(line.utf8)
    let end = seriesEnd(bytes)
    let labels = try labels(String(decoding: bytes[..<end], as: UTF8.self))
    return (labels, String(decoding: bytes[end...], as: UTF8.self))
  }

  public static func labels(_ text: String) throws(TestScriptError) -> LabelSet {
    do {
      var parser = try Parser(SourceText(text), features: .stable)
      return try parser.parseSeries()
    } catch {
      throw TestScriptError("'\(text)' is not a series: \(error.resolved(in: SourceText(text)))")
    }
  }

  /// The name, optional blanks, and braces with strings in them.
  private static func seriesEnd(_ bytes: [UInt8]) -> Int {
    var index = 0
    while index < bytes.count, bytes[index].followsIdentifier || bytes[index] == UInt8(ascii: ":") { index += 1 }
    var brace = index
    while brace < bytes.count, bytes[brace] == UInt8(ascii: " ") || bytes[brace] == UInt8(ascii: "\t") { brace += 1 }
    // `{{` after a name begins a histogram, not labels.
    let opens = brace < bytes.count && bytes[brace] == UInt8(ascii: "{")
    guard opens, !(brace + 1 < bytes.count && bytes[brace + 1] == UInt8(ascii: "{")) else { return index }
    var quote: UInt8?
    index = brace
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      if let open = quote {
        if byte == UInt8(ascii: "\\"), open != UInt8(ascii: "`") { index += 1 }
        if byte == open { quote = nil }
      } else if "\"'`".utf8.contains(byte) {
        quote = byte
      } else if byte == UInt8(ascii: "}") {
        break
      }
    }
    return min(index, bytes.count)
  }
}

extension Parser {
  /// Equality matchers only; no label at all is allowed.
  mutating func parseSeries() throws(Complaint) -> LabelSet {
    var pairs: [String: String] = [:]
    if current.kind == .identifier {
      pairs[LabelSet.metricName] = current.text
      advance()
    }
    if take("{") {
      while !isAt("}") {
        guard current.kind == .identifier || current.kind == .string else { throw unexpected("a label name") }
        let name: String
        let isQuoted = current.kind == .string
        if isQuoted {
          name = try stringLiteral().text
        } else {
          name = current.text
          advance()
        }
        if take("=") {
          guard current.kind == .string else { throw unexpected("a string") }
          pairs[name] = try stringLiteral().text
        } else if isQuoted {
          pairs[LabelSet.metricName] = name
        } else {
          throw unexpected("'='")
        }
        guard take(",") else { break }
      }
      guard take("}") else { throw unexpected("'}'") }
    }
    guard current.kind == .end else { throw unexpected("the end of the series") }
    return LabelSet(pairs)
  }
}
