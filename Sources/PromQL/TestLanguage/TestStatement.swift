internal import Telemetry

/// One command of a test script.
enum TestStatement: Sendable {
  case clear
  case load(TestLoad)
  case evaluate(TestEvaluation)
}

struct TestLoad: Sendable {
  var step: Int64
  var series: [(labels: LabelSet, samples: [TestSample])] = []
  /// By series, as offsets from the samples.
  var starts: [LabelSet: [Int64?]] = [:]
  /// `load_with_nhcb`: classic histograms are to be stored as native ones too.
  var convertsHistograms = false

  var hasStartTimestamps: Bool { !starts.isEmpty }

  var hasHistograms: Bool {
    convertsHistograms
      || series.contains { $0.samples.contains { if case .histogram = $0 { true } else { false } } }
  }
}

struct TestEvaluation: Sendable {
  let line: Int
  let text: String
  /// A query that cannot be read is a failed statement, not an unreadable script.
  let query: Result<Query, PromQLError>
  let range: EvaluationRange
  var expectation = TestExpectation()
}

/// What a statement is about, so that a score can be told by class.
public enum TestClass: String, Sendable, Hashable, CaseIterable {
  case plain = "plain float"
  case besideHistograms = "float, in a block that also loads native histograms"
  case histogramFunction = "native-histogram function"
  case histogramExpected = "native histogram expected"
  case experimentalFunction = "experimental function"
  case extendedRange = "anchored and smoothed"
  case fill
  case durationExpression = "duration expression"
  case typeAndUnit = "type and unit labels"
  case startTimestamps = "start timestamps"

  /// The three classes that a score is summed up in.
  public enum Group: String, Sendable, Hashable, CaseIterable {
    case plainFloat = "plain float"
    case nativeHistogram = "native histogram"
    case experimental
  }

  public var group: Group {
    switch self {
    case .plain: .plainFloat
    case .besideHistograms, .histogramFunction, .histogramExpected: .nativeHistogram
    case .experimentalFunction, .extendedRange, .fill, .durationExpression, .typeAndUnit, .startTimestamps:
      .experimental
    }
  }
}

struct TestExpectation: Sendable {
  enum TextTest: Sendable {
    case anything
    case message(String)
    case pattern(Pattern)

    func accepts(_ text: String) -> Bool {
      switch self {
      case .anything: true
      case .message(let wanted): text == wanted
      case .pattern(let pattern): pattern.firstMatch(in: Array(text.utf8)) != nil
      }
    }
  }

  var fails: TextTest?
  var isOrdered = false
  var warnings: [TextTest] = []
  var infos: [TextTest] = []
  var forbidsWarnings = false
  var forbidsInfos = false
  var string: String?
  var scalar: Double?
  /// Set when an instant query answers a range vector.
  var rangeVector: StepGrid?
  var series: [(labels: LabelSet, samples: [TestSample])] = []

  var hasHistograms: Bool {
    series.contains { $0.samples.contains { if case .histogram = $0 { true } else { false } } }
  }
}
