internal import Telemetry

/// A sentence that an answer has to make true: `status == 200 and body.status == 'UP'`.
///
/// Words: `status`, `time`, `cert`, `size`, `ip`, `redirects`, `version`, `tls.version`, `headers['Name']`, `text`, and
/// `body` with a path into its JSON. Between them: `== != < <= > >= contains matches in and or not`, and `len(…)`.
struct Condition: Hashable, Sendable {
  let text: String
  let expression: ConditionExpression
  /// Whether the body has to be kept.
  let readsBody: Bool

  /// Longer texts are refused: 1,000 characters.
  static let lengthMax = 1000

  init(_ text: String) throws(ConditionFault) {
    guard text.count <= Self.lengthMax else {
      throw ConditionFault(at: Self.lengthMax, "fault.condition.length", ["number": String(Self.lengthMax)])
    }
    var parser = ConditionParser(tokens: try ConditionLexer.tokens(of: text))
    self.text = text
    expression = try parser.condition()
    readsBody = parser.readsBody
  }

  func asks(for root: ConditionRoot) -> Bool { expression.asks(for: root) }

  /// - Returns: `nil` when the answer is as it should be, else what it is: `it is 503`.
  func shortfall(of subject: some ConditionSubject) -> String? {
    var witness = ConditionWitness()
    if expression.holds(for: subject, &witness) { return nil }
    return witness.text
  }
}

/// A list of conditions in settings.
struct ConditionText: Decodable, Hashable {
  let condition: Condition

  init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    do throws(ConditionFault) {
      condition = try Condition(text)
    } catch {
      throw DecodingError.refused(error.fault, at: decoder.codingPath, character: error.column)
    }
  }
}

/// The tree of a condition. Patterns are compiled when it is read.
indirect enum ConditionExpression: Hashable, Sendable {
  case constant(ConditionValue)
  case root(ConditionRoot)
  case header(String)
  /// A path in the body.
  case path([ConditionStep])
  case length(ConditionExpression)
  /// Whether there is such a thing.
  case has(ConditionExpression)
  case list([ConditionExpression])
  case comparison(ConditionExpression, ConditionOperator, ConditionExpression)
  case matches(ConditionExpression, Pattern)
  case both(ConditionExpression, ConditionExpression)
  case either(ConditionExpression, ConditionExpression)
  case not(ConditionExpression)
}

extension ConditionExpression {
  func asks(for wanted: ConditionRoot) -> Bool {
    switch self {
    case .root(let root): root == wanted
    case .constant, .header, .path: false
    case .length(let inner), .has(let inner), .not(let inner), .matches(let inner, _): inner.asks(for: wanted)
    case .list(let members): members.contains { $0.asks(for: wanted) }
    case .comparison(let left, _, let right), .both(let left, let right), .either(let left, let right):
      left.asks(for: wanted) || right.asks(for: wanted)
    }
  }
}

enum ConditionStep: Hashable, Sendable {
  case member(String)
  /// From the end when negative.
  case index(Int)
}

enum ConditionOperator: String, Hashable, Sendable {
  case equal = "=="
  case unequal = "!="
  case less = "<"
  case atMost = "<="
  case more = ">"
  case atLeast = ">="
  case contains
  case startsWith, endsWith
  case isIn = "in"

  var isOrder: Bool {
    switch self {
    case .less, .atMost, .more, .atLeast: true
    default: false
    }
  }
}
