internal import Telemetry

/// A script in Prometheus' test language: `load`, `eval`, `clear`.
///
/// All times count from 1970-01-01T00:00:00Z. A comment or empty line ends the block before it.
/// - Source: Prometheus, package promqltest.
public struct TestScript: Sendable {
  let statements: [TestStatement]

  public init(parsing text: String) throws(TestScriptError) {
    var reader = ScriptReader(text)
    statements = try reader.statements()
  }

  /// How many `eval` statements there are.
  public var evaluationCount: Int {
    statements.count { if case .evaluate = $0 { true } else { false } }
  }
}

/// Reads a script line by line.
struct ScriptReader {
  private let lines: [String]
  private var index = 0

  init(_ text: String) {
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      let trimmed = ScriptReader.trimmed(line)
      return trimmed.hasPrefix("#") ? "" : trimmed
    }
  }

  static func trimmed(_ text: some StringProtocol) -> String {
    let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" }
    let start = text.drop(while: isBlank)
    let end = start.lastIndex { !isBlank($0) }
    return end.map { String(start[...$0]) } ?? ""
  }

  mutating func statements() throws(TestScriptError) -> [TestStatement] {
    var statements: [TestStatement] = []
    while index < lines.count {
      let line = lines[index]
      index += 1
      guard !line.isEmpty else { continue }
      let command = line.prefix { $0 != " " && $0 != "\t" }.lowercased()
      if command == "clear" {
        statements.append(.clear)
      } else if command.hasPrefix("load") {
        statements.append(.load(try load(line, command)))
      } else if command.hasPrefix("eval") {
        statements.append(.evaluate(try evaluation(line, command)))
      } else {
        throw TestScriptError(line: index, "'\(command)' is no command – write load, eval or clear")
      }
    }
    return statements
  }

  /// The lines up to the next empty one, with their numbers.
  private mutating func block() -> [(number: Int, text: String)] {
    var block: [(Int, String)] = []
    while index < lines.count, !lines[index].isEmpty {
      block.append((index + 1, lines[index]))
      index += 1
    }
    return block
  }

  private static func words(_ line: String) -> [Substring] {
    line.split { $0 == " " || $0 == "\t" }
  }

  private static func milliseconds(_ text: Substring, line: Int) throws(TestScriptError) -> Int64 {
    let isNegative = text.hasPrefix("-")
    guard let value = Duration(notation: String(isNegative ? text.dropFirst() : text))?.wholeMilliseconds else {
      throw TestScriptError(line: line, "'\(text)' is not a duration – write 50m, 1h30m or 0")
    }
    return isNegative ? -value : value
  }

  /// Carries the line number into an error of a notation.
  private static func at<Result>(
    _ line: Int, _ body: () throws(TestScriptError) -> Result
  ) throws(TestScriptError) -> Result {
    do { return try body() } catch { throw TestScriptError(line: line, error.message) }
  }

  // MARK: load

  private mutating func load(_ line: String, _ command: String) throws(TestScriptError) -> TestLoad {
    let words = Self.words(line)
    guard words.count == 2 else { throw TestScriptError(line: index, "write: load <step>") }
    var load = TestLoad(step: try Self.milliseconds(words[1], line: index))
    load.convertsHistograms = command == "load_with_nhcb"
    for (number, text) in block() {
      let (labels, rest) = try Self.at(number) { () throws(TestScriptError) in
        try SeriesNotation.labels(leading: text)
      }
      if rest.hasPrefix("@st") {
        load.starts[labels] = try Self.at(number) { () throws(TestScriptError) in
          try SampleNotation.startOffsets(String(rest.dropFirst(3)))
        }
        continue
      }
      let samples = try Self.at(number) { () throws(TestScriptError) in try SampleNotation.samples(rest) }
      load.series.append((labels, samples))
    }
    return load
  }

  // MARK: eval

  private mutating func evaluation(_ line: String, _ command: String) throws(TestScriptError) -> TestEvaluation {
    let number = index
    var rest = line.dropFirst(command.count)
    func word() -> Substring {
      rest = rest.drop { $0 == " " || $0 == "\t" }
      let word = rest.prefix { $0 != " " && $0 != "\t" }
      rest = rest.dropFirst(word.count)
      return word
    }
    let range: EvaluationRange
    switch word() {
    case "instant":
      guard word() == "at" else { throw TestScriptError(line: number, "write: eval instant at <time> <query>") }
      range = .instant(Timestamp(milliseconds: try Self.milliseconds(word(), line: number)))
    case "range":
      var times: [Int64] = []
      for keyword in ["from", "to", "step"] {
        guard word() == keyword else {
          throw TestScriptError(line: number, "write: eval range from <start> to <end> step <step> <query>")
        }
        times.append(try Self.milliseconds(word(), line: number))
      }
      range = EvaluationRange(
        from: Timestamp(milliseconds: times[0]), through: Timestamp(milliseconds: times[1]),
        step: .milliseconds(times[2]))
    default: throw TestScriptError(line: number, "write: eval instant … or eval range …")
    }
    let text = Self.trimmed(rest)
    let query = Result { () throws(PromQLError) in try Query(parsing: text, features: .all) }
    var evaluation = TestEvaluation(line: number, text: text, query: query, range: range)
    Self.applyOldForm(command, to: &evaluation.expectation)
    for (number, text) in block() { try ExpectationReader.read(text, number, into: &evaluation.expectation) }
    return evaluation
  }

  private static func applyOldForm(_ command: String, to expectation: inout TestExpectation) {
    switch command {
    case "eval_fail": expectation.fails = .anything
    case "eval_warn": expectation.warnings = [.anything]
    case "eval_info": expectation.infos = [.anything]
    case "eval_ordered": expectation.isOrdered = true
    default: break
    }
  }

  // MARK: expectations

  enum ExpectationReader {
    static func read(_ text: String, _ line: Int, into expectation: inout TestExpectation) throws(TestScriptError) {
      if text.hasPrefix("expect ") || text.hasPrefix("expect\t") {
        return try readExpect(ScriptReader.trimmed(text.dropFirst(6)), line, into: &expectation)
      }
      if text.hasPrefix("expected_fail_message") {
        expectation.fails = .message(ScriptReader.trimmed(text.dropFirst("expected_fail_message".count)))
        return
      }
      if text.hasPrefix("expected_fail_regexp") {
        expectation.fails = try pattern(ScriptReader.trimmed(text.dropFirst("expected_fail_regexp".count)), line)
        return
      }
      if let value = NumberText.signedValue(text) {
        expectation.scalar = value
        return
      }
      let (labels, rest) = try ScriptReader.at(line) { () throws(TestScriptError) in
        try SeriesNotation.labels(leading: text)
      }
      let samples = try ScriptReader.at(line) { () throws(TestScriptError) in try SampleNotation.samples(rest) }
      expectation.series.append((labels, samples))
    }

    private static func pattern(_ text: String, _ line: Int) throws(TestScriptError) -> TestExpectation.TextTest {
      do { return .pattern(try Pattern(text)) } catch { throw TestScriptError(line: line, "\(error)") }
    }

    private static func readExpect(
      _ text: String, _ line: Int, into expectation: inout TestExpectation
    ) throws(TestScriptError) {
      let kind = text.prefix { $0 != " " && $0 != "\t" }
      let rest = ScriptReader.trimmed(text.dropFirst(kind.count))
      var test = TestExpectation.TextTest.anything
      if rest.hasPrefix("msg:") {
        test = .message(ScriptReader.trimmed(rest.dropFirst(4)))
      } else if rest.hasPrefix("regex:") {
        test = try pattern(ScriptReader.trimmed(rest.dropFirst(6)), line)
      }
      switch kind {
      case "ordered": expectation.isOrdered = true
      case "fail": expectation.fails = test
      case "warn": expectation.warnings.append(test)
      case "info": expectation.infos.append(test)
      case "no_warn": expectation.forbidsWarnings = true
      case "no_info": expectation.forbidsInfos = true
      case "string":
        guard case .success(let bytes) = StringText.unquoted(Array(rest.utf8)) else {
          throw TestScriptError(line: line, "\(rest) is not a quoted string")
        }
        expectation.string = String(decoding: bytes, as: UTF8.self)
      case "range": expectation.rangeVector = try rangeVector(rest, line)
      default: throw TestScriptError(line: line, "'expect \(kind)' is unknown")
      }
    }

    /// `vector from <t> to <t> step <d>`.
    private static func rangeVector(_ text: String, _ line: Int) throws(TestScriptError) -> StepGrid {
      let words = ScriptReader.words(text)
      guard words.count == 7, words[0] == "vector", words[1] == "from", words[3] == "to", words[5] == "step" else {
        throw TestScriptError(line: line, "write: expect range vector from <t> to <t> step <d>")
      }
      return StepGrid(
        from: try ScriptReader.milliseconds(words[2], line: line),
        through: try ScriptReader.milliseconds(words[4], line: line),
        step: try ScriptReader.milliseconds(words[6], line: line))
    }
  }
}
