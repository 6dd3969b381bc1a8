internal import Glibc

/// One walk over a body that is in the text format or OpenMetrics.
///
/// The body ends with a line feed that the caller added, and nothing here steps over a line feed but `nextLine`, so that
/// no loop has to ask for the body's end.
struct ExpositionScanner {
  enum Line {
    /// `position` is at the first byte of the series.
    case series
    /// `metadata` says what.
    case metadata
    case end
  }

  /// A `# TYPE`, `# HELP` or `# UNIT` line, as offsets into the body.
  struct Metadata {
    enum Field { case type, help, unit }
    var field: Field
    var family: Range<Int>
    var text: Range<Int>
  }

  let bytes: UnsafePointer<UInt8>
  let end: Int
  let format: ExpositionFormat
  private(set) var position = 0
  private(set) var line = 0
  private(set) var metadata = Metadata(field: .type, family: 0..<0, text: 0..<0)
  private var sawEnd = false

  init(_ bytes: UnsafePointer<UInt8>, count: Int, _ format: ExpositionFormat) {
    self.bytes = bytes
    end = count
    self.format = format
  }

  func error(_ problem: String) -> ExpositionError { ExpositionError(line: line, problem: problem) }

  /// Steps to the next line that says something. The last one must have been read to its end.
  @inline(__always)
  mutating func nextLine() throws(ExpositionError) -> Line {
    while position < end {
      line &+= 1
      let byte = bytes[position]
      if byte > UInt8(ascii: "#"), !sawEnd { return .series }
      if try opensSample(byte) { return .series }
      if try readOther() { return .metadata }
    }
    if format == .openMetrics, !sawEnd { throw error("expected '# EOF' at the end, the body is cut off") }
    return .end
  }

  /// Whether a line that does not begin with a letter or a brace is a sample all the same: blanks may stand before it.
  private mutating func opensSample(_ byte: UInt8) throws(ExpositionError) -> Bool {
    guard !sawEnd else {
      // The line feed that the caller added.
      if position + 1 == end { return false }
      throw error("expected nothing after '# EOF'")
    }
    if format == .text { skipBlanks() }
    switch bytes[position] {
    case UInt8(ascii: "#"), UInt8(ascii: "\n"): return false
    default: return true
    }
  }

  /// A comment, an empty line or metadata, to its end. - Returns: whether it was metadata.
  @inline(never)
  private mutating func readOther() throws(ExpositionError) -> Bool {
    if bytes[position] == UInt8(ascii: "\n") {
      if format == .openMetrics, position + 1 < end {
        throw error("expected a sample or a comment, found an empty line")
      }
      position += 1
      return false
    }
    let stop = lineEnd
    position += 1
    let blanks = skipBlanks()
    let word = token(until: stop)
    position = word.upperBound
    defer { position = stop + 1 }
    if format == .openMetrics, equals(word, "EOF"), blanks == 1 {
      sawEnd = true
      return false
    }
    let field: Metadata.Field
    if equals(word, "TYPE") {
      field = .type
    } else if equals(word, "HELP") {
      field = .help
    } else if equals(word, "UNIT"), format == .openMetrics {
      field = .unit
    } else {
      if format == .openMetrics { throw error("expected # HELP, # TYPE, # UNIT or # EOF") }
      return false
    }
    skipBlanks()
    let family = try familyName(until: stop)
    skipBlanks()
    metadata = Metadata(field: field, family: family, text: position..<stop)
    if field == .type { try checkType() }
    return true
  }

  private mutating func familyName(until stop: Int) throws(ExpositionError) -> Range<Int> {
    let start = position
    if bytes[position] == UInt8(ascii: "\"") {
      try skipQuoted()
    } else {
      while position < stop, SeriesText.followsMetricName(bytes[position]) { position += 1 }
    }
    guard position > start, NumberScan.endsToken(bytes[position]) else { throw error("expected a metric's name") }
    return start..<position
  }

  private func checkType() throws(ExpositionError) {
    let known = MetricType.allCases.contains { equals(trimmed(metadata.text), $0.rawValue) }
    guard known || equals(trimmed(metadata.text), "untyped") else {
      let types = MetricType.allCases.map(\.rawValue).joined(separator: ", ")
      throw error("expected one of the types \(types), found '\(text(metadata.text))'")
    }
  }

  func trimmed(_ range: Range<Int>) -> Range<Int> {
    var upper = range.upperBound
    while upper > range.lowerBound, bytes[upper - 1] == UInt8(ascii: " ") || bytes[upper - 1] == UInt8(ascii: "\t") {
      upper -= 1
    }
    return range.lowerBound..<upper
  }

  private func token(until stop: Int) -> Range<Int> {
    var at = position
    while at < stop, !NumberScan.endsToken(bytes[at]) { at += 1 }
    return position..<at
  }

  private func equals(_ range: Range<Int>, _ word: String) -> Bool {
    range.count == word.utf8.count && zip(range, word.utf8).allSatisfy { bytes[$0] == $1 }
  }

  /// A family's name, quoted or not.
  func name(_ range: Range<Int>) -> String {
    guard bytes[range.lowerBound] == UInt8(ascii: "\"") else { return whole(range) }
    return SeriesText.unescaped(whole(range.lowerBound + 1..<range.upperBound - 1))
  }

  func help(_ range: Range<Int>) -> String { SeriesText.unescaped(whole(range)) }

  private func whole(_ range: Range<Int>) -> String {
    String(decoding: UnsafeBufferPointer(start: bytes + range.lowerBound, count: range.count), as: UTF8.self)
  }

  /// To the next line.
  mutating func skipLine() { position = lineEnd + 1 }

  /// The beginning of a text, for messages and for words.
  func text(_ range: Range<Int>) -> String {
    String(decoding: UnsafeBufferPointer(start: bytes + range.lowerBound, count: min(range.count, 120)), as: UTF8.self)
  }

  private var lineEnd: Int {
    guard let found = memchr(bytes + position, 10, end - position) else { return end - 1 }
    return UnsafeRawPointer(bytes).distance(to: UnsafeRawPointer(found))
  }

  // MARK: The parts of a sample

  /// Whether the series at `position` is written as `text`; then `position` is behind it.
  @inline(__always)
  mutating func skip(_ text: UnsafePointer<UInt8>, count: Int) -> Bool {
    guard count <= end &- position &- 1, memcmp(bytes + position, text, count) == 0 else { return false }
    // A text without labels may be the beginning of a longer name, or its labels may follow behind a blank.
    if text[count &- 1] != UInt8(ascii: "}") {
      var at = position &+ count
      guard bytes[at] == UInt8(ascii: " ") || bytes[at] == UInt8(ascii: "\t") else { return false }
      while bytes[at] == UInt8(ascii: " ") || bytes[at] == UInt8(ascii: "\t") { at &+= 1 }
      if bytes[at] == UInt8(ascii: "{") { return false }
    }
    position &+= count
    return true
  }

  /// Finds the end of the series at `position` and steps there. Quotes are minded, nothing else is checked.
  mutating func skipSeries() throws(ExpositionError) -> Range<Int> {
    let start = position
    while !NumberScan.endsToken(bytes[position]), bytes[position] != UInt8(ascii: "{") { position += 1 }
    let nameEnd = position
    skipBlanks()
    guard bytes[position] == UInt8(ascii: "{") else {
      position = nameEnd
      return start..<nameEnd
    }
    while bytes[position] != UInt8(ascii: "}") {
      switch bytes[position] {
      case UInt8(ascii: "\n"): throw error("expected '}' after the labels")
      case UInt8(ascii: "\""): try skipQuoted()
      default: position += 1
      }
    }
    position += 1
    return start..<position
  }

  private mutating func skipQuoted() throws(ExpositionError) {
    position += 1
    while bytes[position] != UInt8(ascii: "\"") {
      if bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] != UInt8(ascii: "\n") { position += 1 }
      guard bytes[position] != UInt8(ascii: "\n") else { throw error("expected '\"' before the end of the line") }
      position += 1
    }
    position += 1
  }

  /// The value, and the time if one is stated, to the end of the line.
  @inline(__always)
  mutating func value() throws(ExpositionError) -> (value: Double, milliseconds: Int64?) {
    skipBlanks()
    var at = position
    guard let value = NumberScan.number(bytes, &at) else { throw noNumber("a value") }
    position = at
    if bytes[at] == UInt8(ascii: "\n") {
      position = at &+ 1
      return (value, nil)
    }
    return (value, try readTail())
  }

  private func noNumber(_ what: String) -> ExpositionError {
    let found = text(token(until: lineEnd))
    return error("expected \(what), found \(found.isEmpty ? "the end of the line" : "'\(found)'")")
  }

  /// Behind the value: a time, then in OpenMetrics an exemplar. Exemplars are checked and left out.
  @inline(never)
  private mutating func readTail() throws(ExpositionError) -> Int64? {
    skipBlanks()
    var milliseconds: Int64?
    if bytes[position] != UInt8(ascii: "\n"), bytes[position] != UInt8(ascii: "#") {
      milliseconds = try readTime()
      skipBlanks()
    }
    if format == .openMetrics, bytes[position] == UInt8(ascii: "#") { try skipExemplar() }
    guard bytes[position] == UInt8(ascii: "\n") else { throw noNumber("the end of the line") }
    position += 1
    return milliseconds
  }

  private mutating func readTime() throws(ExpositionError) -> Int64 {
    switch format {
    case .text:
      guard let milliseconds = NumberScan.integer(bytes, &position) else { throw noNumber("a time in milliseconds") }
      return milliseconds
    case .openMetrics:
      guard let seconds = NumberScan.number(bytes, &position), let exact = Int64(exactly: (seconds * 1000).rounded())
      else { throw noNumber("a time in seconds") }
      return exact
    }
  }

  private mutating func skipExemplar() throws(ExpositionError) {
    position += 1
    skipBlanks()
    guard bytes[position] == UInt8(ascii: "{") else { throw error("expected '{' after '#'") }
    let labels = try skipSeries()
    _ = try SeriesText(bytes, labels, line: line, of: .exemplar).labels()
    skipBlanks()
    guard NumberScan.number(bytes, &position) != nil else { throw noNumber("the exemplar's value") }
    skipBlanks()
    if bytes[position] != UInt8(ascii: "\n") { _ = try readTime() }
    skipBlanks()
  }

  @discardableResult
  @inline(__always)
  private mutating func skipBlanks() -> Int {
    let start = position
    while bytes[position] == UInt8(ascii: " ") || bytes[position] == UInt8(ascii: "\t") { position &+= 1 }
    return position &- start
  }
}
