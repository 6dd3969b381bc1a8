internal import Telemetry

/// Native histograms as test files write them: `{{schema:1 sum:4 count:3 buckets:[1 2] offset:1}}`.
///
/// - Source: Prometheus, unit testing for rules, "native histograms".
enum HistogramNotation {
  struct Written {
    var histogram: NativeHistogram
    /// Whether the reset hint was written; only then is it compared.
    var statesHint = false
  }

  /// - Parameter text: with its braces.
  static func histogram(_ text: String) throws(TestScriptError) -> Written {
    guard text.hasPrefix("{{"), text.hasSuffix("}}"), text.utf8.count >= 4 else { throw unreadable(text) }
    var reader = Reader(rest: text.dropFirst(2).dropLast(2))
    var written = Written(histogram: NativeHistogram())
    var offsets: (positive: Int32, negative: Int32) = (0, 0)
    var seen: Set<String> = []
    while let key = reader.key() {
      guard seen.insert(key).inserted else { throw TestScriptError("'\(key)' stands twice in '\(text)'") }
      switch key {
      case "schema": written.histogram.schema = try reader.integer(text)
      case "offset": offsets.positive = Int32(clamping: try reader.integer(text))
      case "n_offset": offsets.negative = Int32(clamping: try reader.integer(text))
      case "sum": written.histogram.sum = try reader.number(text)
      case "count": written.histogram.count = try reader.number(text)
      case "z_bucket": written.histogram.zeroCount = try reader.number(text)
      case "z_bucket_w": written.histogram.zeroThreshold = try reader.number(text)
      case "buckets": written.histogram.positive.counts = try reader.numbers(text)
      case "n_buckets": written.histogram.negative.counts = try reader.numbers(text)
      case "custom_values": written.histogram.customBounds = try reader.numbers(text)
      case "counter_reset_hint":
        guard let hint = hints[reader.word()] else { throw unreadable(text) }
        written.histogram.resetHint = hint
        written.statesHint = true
      default: throw TestScriptError("'\(key)' is no part of a histogram in '\(text)'")
      }
    }
    guard reader.rest.isEmpty else { throw unreadable(text) }
    let histogram = written.histogram
    guard histogram.hasCustomBounds || NativeHistogram.exponentialSchemas.contains(histogram.schema) else {
      throw TestScriptError("\(HistogramFault.unknownSchema(histogram.schema))")
    }
    written.histogram.positive.spans = spans(offsets.positive, histogram.positive.counts)
    written.histogram.negative.spans = spans(offsets.negative, histogram.negative.counts)
    return written
  }

  private static let hints: [String: NativeHistogram.ResetHint] = [
    "unknown": .unknown, "reset": .reset, "not_reset": .notReset, "gauge": .gauge,
  ]

  private static func spans(_ offset: Int32, _ counts: [Double]) -> [NativeHistogram.Buckets.Span] {
    counts.isEmpty ? [] : [.init(offset: offset, length: UInt32(clamping: counts.count))]
  }

  private static func unreadable(_ text: String) -> TestScriptError {
    TestScriptError("'\(text)' is not a histogram – write {{schema:1 sum:4 count:3 buckets:[1 2]}}")
  }

  private struct Reader {
    var rest: Substring

    private mutating func skipBlanks() { rest = rest.drop { $0 == " " || $0 == "\t" } }

    mutating func key() -> String? {
      skipBlanks()
      guard let colon = rest.firstIndex(of: ":") else { return nil }
      defer { rest = rest[rest.index(after: colon)...] }
      return String(rest[..<colon])
    }

    mutating func word() -> String {
      skipBlanks()
      let word = rest.prefix { $0 != " " && $0 != "\t" }
      rest = rest.dropFirst(word.count)
      return String(word)
    }

    mutating func number(_ whole: String) throws(TestScriptError) -> Double {
      guard let value = NumberText.signedValue(word()) else { throw unreadable(whole) }
      return value
    }

    mutating func integer(_ whole: String) throws(TestScriptError) -> Int {
      guard let value = Int(word()) else { throw unreadable(whole) }
      return value
    }

    mutating func numbers(_ whole: String) throws(TestScriptError) -> [Double] {
      skipBlanks()
      guard rest.first == "[", let end = rest.firstIndex(of: "]") else { throw unreadable(whole) }
      var values: [Double] = []
      for word in rest[..<end].dropFirst().split(whereSeparator: { $0 == " " || $0 == "\t" }) {
        guard let value = NumberText.signedValue(String(word)) else { throw unreadable(whole) }
        values.append(value)
      }
      rest = rest[rest.index(after: end)...]
      return values
    }
  }
}
