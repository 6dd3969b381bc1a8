public import Telemetry

/// One position of a test series.
public enum TestSample: Sendable, Hashable {
  case missing
  /// A number or a staleness marker.
  case value(Double)
  /// - Parameter statesHint: whether the reset hint was written; only then is it compared.
  case histogram(NativeHistogram, statesHint: Bool)
}

extension TestSample {
  /// Whether `found` is the histogram that is written, as far as a test tells.
  public func accepts(_ found: NativeHistogram) -> Bool {
    guard case .histogram(let wanted, let statesHint) = self else { return false }
    return TestCheck.areEqual(found, wanted) && (!statesHint || found.resetHint == wanted.resetHint)
  }
}

/// The short notation of test samples: `1 2 _ 5x3 0+10x100 stale {{count:1}}`.
///
/// - Source: Prometheus, unit testing for rules, "series".
public enum SampleNotation {
  /// Positions that one item may expand to; the default is one million.
  public static let expansionMax = 1_000_000

  /// Expands the notation to one entry a position.
  public static func samples(_ text: String) throws(TestScriptError) -> [TestSample] {
    var samples: [TestSample] = []
    for item in try items(text) { samples += try expand(item) }
    return samples
  }

  /// Splits at blanks, but not within `{{…}}`.
  private static func items(_ text: String) throws(TestScriptError) -> [String] {
    var items: [String] = []
    var item = ""
    var depth = 0
    for character in text {
      if character == "{" { depth += 1 }
      if character == "}" { depth -= 1 }
      if depth == 0, character == " " || character == "\t" {
        if !item.isEmpty { items.append(item) }
        item = ""
      } else {
        item.append(character)
      }
    }
    if depth != 0 { throw TestScriptError("unclosed '{{' in '\(text)'") }
    if !item.isEmpty { items.append(item) }
    return items
  }

  private static func expand(_ item: String) throws(TestScriptError) -> [TestSample] {
    if item.hasPrefix("{{") { return try expandHistogram(item) }
    if item.hasPrefix("_") {
      let rest = item.dropFirst()
      if rest.isEmpty { return [.missing] }
      guard rest.hasPrefix("x"), let count = repetitions(rest.dropFirst()) else { throw unreadable(item) }
      return Array(repeating: .missing, count: count)
    }
    if item.hasPrefix("stale") {
      let rest = item.dropFirst(5)
      if rest.isEmpty { return [.value(.staleMarker)] }
      guard rest.hasPrefix("x"), let count = repetitions(rest.dropFirst()) else { throw unreadable(item) }
      return Array(repeating: .value(.staleMarker), count: count + 1)
    }
    return try expandNumbers(item)
  }

  private static func expandNumbers(_ item: String) throws(TestScriptError) -> [TestSample] {
    // There are no hexadecimal numbers here: 0x3 is zero, three times repeated.
    if !item.contains("x"), let value = NumberText.signedValue(item) { return [.value(value)] }
    guard let cross = item.lastIndex(of: "x"), let count = repetitions(item[item.index(after: cross)...]) else {
      throw unreadable(item)
    }
    let series = String(item[..<cross])
    if let value = NumberText.signedValue(series) {
      return Array(repeating: .value(value), count: count + 1)
    }
    guard let (start, increment) = startAndIncrement(series) else { throw unreadable(item) }
    var samples: [TestSample] = []
    samples.reserveCapacity(count + 1)
    var value = start
    for _ in 0...count {
      samples.append(.value(value))
      value += increment
    }
    return samples
  }

  /// `a+b` or `a-b`; a sign after `e` belongs to an exponent, so every sign is tried.
  private static func startAndIncrement(_ text: String) -> (Double, Double)? {
    for index in text.indices.dropFirst() where text[index] == "+" || text[index] == "-" {
      let increment = text[text.index(after: index)...]
      if let start = NumberText.signedValue(String(text[..<index])), let size = NumberText.value(String(increment)) {
        return (start, text[index] == "-" ? -size : size)
      }
    }
    return nil
  }

  /// `{{…}}`, `{{…}}xN`, `{{…}}+{{…}}xN`, `{{…}}-{{…}}xN`.
  private static func expandHistogram(_ item: String) throws(TestScriptError) -> [TestSample] {
    guard let firstEnd = item.firstRange(of: "}}")?.upperBound else { throw unreadable(item) }
    let first = try HistogramNotation.histogram(String(item[..<firstEnd]))
    var rest = item[firstEnd...]
    if rest.isEmpty { return [.histogram(first.histogram, statesHint: first.statesHint)] }
    var increment: HistogramNotation.Written?
    let isNegative = rest.first == "-"
    if isNegative || rest.first == "+" {
      rest = rest.dropFirst()
      guard let end = rest.firstRange(of: "}}")?.upperBound else { throw unreadable(item) }
      increment = try HistogramNotation.histogram(String(rest[..<end]))
      rest = rest[end...]
    }
    guard rest.first == "x", let count = repetitions(rest.dropFirst()) else { throw unreadable(item) }
    guard let increment else {
      return Array(repeating: .histogram(first.histogram, statesHint: first.statesHint), count: count + 1)
    }
    if first.histogram.schema > increment.histogram.schema {
      throw TestScriptError("'\(item)' adds a coarser schema to a finer one")
    }
    var sum = HistogramSum(first.histogram)
    var samples = [TestSample.histogram(first.histogram, statesHint: first.statesHint)]
    for _ in 0..<count {
      do throws(HistogramSum.Incompatible) {
        _ = isNegative ? try sum.subtract(increment.histogram) : try sum.add(increment.histogram)
      } catch {
        throw TestScriptError("'\(item)' mixes exponential and custom buckets")
      }
      samples.append(.histogram(sum.value, statesHint: first.statesHint || increment.statesHint))
    }
    return samples
  }

  /// The start timestamps of a series, as offsets from its samples: `_`, `-1m`, `-30sx3`, `-30s-1mx3`.
  static func startOffsets(_ text: String) throws(TestScriptError) -> [Int64?] {
    var offsets: [Int64?] = []
    for item in try items(text) {
      if item.hasPrefix("_") {
        offsets += try expand(item).map { _ in nil }
        continue
      }
      let parts = item.split(separator: "x", maxSplits: 1)
      guard let count = parts.count == 1 ? 0 : repetitions(parts[1]),
        let (start, increment) = signedDurations(parts[0])
      else { throw TestScriptError("'\(item)' is no start timestamp – write _, -1m, -30sx3 or -30s-1mx3") }
      for index in 0...count { offsets.append(start &+ Int64(index) &* increment) }
    }
    return offsets
  }

  private static func signedDurations(_ text: Substring) -> (Int64, Int64)? {
    func value(_ text: Substring) -> Int64? {
      let isNegative = text.first == "-"
      let digits = isNegative || text.first == "+" ? text.dropFirst() : text
      return Duration(notation: String(digits)).map { isNegative ? -$0.wholeMilliseconds : $0.wholeMilliseconds }
    }
    if let only = value(text) { return (only, 0) }
    guard let sign = text.dropFirst().firstIndex(where: { $0 == "+" || $0 == "-" }),
      let start = value(text[..<sign]), let increment = value(text[sign...])
    else { return nil }
    return (start, increment)
  }

  private static func repetitions(_ text: Substring) -> Int? {
    guard let count = Int(text), count >= 0, count <= expansionMax else { return nil }
    return count
  }

  private static func unreadable(_ item: String) -> TestScriptError {
    TestScriptError("'\(item)' is not a sample – write 1, _, stale, 5x3, 0+10x100 or {{…}}")
  }
}
