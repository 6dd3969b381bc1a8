internal import Telemetry

/// The series part of a sample's line, `name{label="value"}` or `{"name", label="value"}`, read into labels.
///
/// - Source: Prometheus exposition formats; quoted names as in Prometheus 3.
struct SeriesText {
  enum Owner { case sample, exemplar }

  private let bytes: UnsafePointer<UInt8>
  private let end: Int
  private var at: Int
  private let line: Int
  private let owner: Owner

  /// - Parameter range: as `ExpositionScanner.skipSeries` found it: quotes are closed, no line feed is inside.
  init(_ bytes: UnsafePointer<UInt8>, _ range: Range<Int>, line: Int, of owner: Owner) {
    self.bytes = bytes
    at = range.lowerBound
    end = range.upperBound
    self.line = line
    self.owner = owner
  }

  /// In the order written, values that are empty among them.
  consuming func labels() throws(ExpositionError) -> [Label] {
    var labels: [Label] = []
    if let name = try bareMetricName() { labels.append(Label(LabelSet.metricName, name)) }
    skipBlanks()
    if at < end { try readLabels(into: &labels) }
    if owner == .sample, !labels.contains(where: { $0.name == LabelSet.metricName && !$0.value.isEmpty }) {
      throw error("expected a metric's name")
    }
    // A line can have thousands of labels before anyone counts them.
    var names: Set<String> = []
    for label in labels where !names.insert(label.name).inserted {
      throw error("the label '\(label.name)' is there twice")
    }
    return labels
  }

  private mutating func bareMetricName() throws(ExpositionError) -> String? {
    let start = at
    while at < end, Self.followsMetricName(bytes[at]) { at += 1 }
    guard at > start else {
      guard at < end, bytes[at] == UInt8(ascii: "{") else { throw unexpected("a metric's name") }
      return nil
    }
    guard at == end || Self.isBlank(bytes[at]) || bytes[at] == UInt8(ascii: "{"), !Self.isDigit(bytes[start]) else {
      throw unexpected("a metric's name, of letters, digits, _ and :")
    }
    return text(start..<at)
  }

  /// From the brace that opens to the one that closes.
  private mutating func readLabels(into labels: inout [Label]) throws(ExpositionError) {
    at += 1
    while true {
      skipBlanks()
      if bytes[at] == UInt8(ascii: "}") { return }
      try readLabel(into: &labels)
      skipBlanks()
      if bytes[at] == UInt8(ascii: ",") {
        at += 1
      } else if bytes[at] != UInt8(ascii: "}") {
        throw unexpected("',' or '}'")
      }
    }
  }

  private mutating func readLabel(into labels: inout [Label]) throws(ExpositionError) {
    let isQuoted = bytes[at] == UInt8(ascii: "\"")
    let name = isQuoted ? try quoted() : try labelName()
    skipBlanks()
    if isQuoted, bytes[at] != UInt8(ascii: "=") {
      guard owner == .sample, labels.isEmpty else { throw unexpected("'=' after the label's name") }
      return labels.append(Label(LabelSet.metricName, name))
    }
    guard bytes[at] == UInt8(ascii: "=") else { throw unexpected("'=' after the label's name") }
    at += 1
    skipBlanks()
    guard bytes[at] == UInt8(ascii: "\"") else { throw unexpected("the label's value in double quotes") }
    guard !name.isEmpty else { throw error("expected a label's name before '='") }
    labels.append(Label(name, try quoted()))
  }

  private mutating func labelName() throws(ExpositionError) -> String {
    let start = at
    while Self.followsMetricName(bytes[at]), bytes[at] != UInt8(ascii: ":") { at += 1 }
    guard at > start, !Self.isDigit(bytes[start]) else { throw unexpected("a label's name") }
    return text(start..<at)
  }

  /// `\\`, `\"` and `\n` stand for something else; a backslash before any other byte stands for itself.
  private mutating func quoted() throws(ExpositionError) -> String {
    at += 1
    let start = at
    var isPlain = true
    while bytes[at] != UInt8(ascii: "\"") {
      if bytes[at] == UInt8(ascii: "\\") {
        isPlain = false
        at += 1
      }
      at += 1
    }
    defer { at += 1 }
    let raw = UnsafeBufferPointer(start: bytes + start, count: at - start)
    let read = isPlain ? String(validating: raw, as: UTF8.self) : String(validating: Self.unescaped(raw), as: UTF8.self)
    guard let read else { throw error("'\(String(decoding: raw, as: UTF8.self))' is not valid UTF-8") }
    return read
  }

  static func unescaped(_ text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: "\\")) else { return text }
    let bytes = Array(text.utf8)
    return String(decoding: bytes.withUnsafeBufferPointer { unescaped($0) }, as: UTF8.self)
  }

  private static func unescaped(_ raw: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    var index = 0
    while index < raw.count {
      let next = index + 1 < raw.count ? raw[index + 1] : 0
      switch (raw[index], next) {
      case (UInt8(ascii: "\\"), UInt8(ascii: "\\")), (UInt8(ascii: "\\"), UInt8(ascii: "\"")):
        result.append(next)
        index += 2
      case (UInt8(ascii: "\\"), UInt8(ascii: "n")):
        result.append(UInt8(ascii: "\n"))
        index += 2
      default:
        result.append(raw[index])
        index += 1
      }
    }
    return result
  }

  private mutating func skipBlanks() { while at < end, Self.isBlank(bytes[at]) { at += 1 } }

  private func text(_ range: Range<Int>) -> String {
    String(decoding: UnsafeBufferPointer(start: bytes + range.lowerBound, count: range.count), as: UTF8.self)
  }

  private func error(_ problem: String) -> ExpositionError { ExpositionError(line: line, problem: problem) }

  private func unexpected(_ expectation: String) -> ExpositionError {
    let found = at < end ? "'\(text(at..<min(end, at + 40)))'" : "the end of the series"
    return error("expected \(expectation), found \(found)")
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
  private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") <= 9 }

  static func followsMetricName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: ":"):
      true
    default: false
    }
  }
}
