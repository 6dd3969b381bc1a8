internal import Telemetry

/// A checked PromQL query, independent of when it is evaluated.
///
/// - Source: Prometheus 3, "Querying Prometheus".
public struct Query: Sendable, Hashable {
  /// As written.
  public let text: String
  public let expression: Expression
  public let features: LanguageFeatures

  /// Depth of parentheses, brackets and signs; the default is 100.
  public static let nestingMax = 100
  /// Binary operators in one query; the default is 500.
  public static let operatorsMax = 500
  /// Regular expressions in selectors of one query, which take up to 2 MiB each; the default is 200.
  public static let patternsMax = 200
  /// Their compiled size in instructions, all together; the default is 500,000. A list of a thousand hosts takes
  /// 9,000; what takes 80,000 takes a tenth of a second to make.
  public static let patternSizeMax = 500_000
  /// Length of the text; the default is 128 KiB.
  public static let textBytesMax = 128 << 10

  /// - Parameter features: experimental parts to accept; the default is none, as in Prometheus.
  public init(parsing text: String, features: LanguageFeatures = .stable) throws(PromQLError) {
    guard text.utf8.count <= Self.textBytesMax else {
      throw PromQLError(
        .limit(.length, max: Self.textBytesMax), line: 1, column: 1,
        hint: "split it with recording rules")
    }
    let source = SourceText(text)
    do {
      var parser = try Parser(source, features: features)
      let parsed = try parser.parseQuery()
      try TypeCheck.check(parsed)
      expression = parsed
    } catch {
      throw error.resolved(in: source)
    }
    self.text = text
    self.features = features
  }

  /// For expressions made from checked ones.
  init(text: String, expression: Expression, features: LanguageFeatures) {
    self.text = text
    self.expression = expression
    self.features = features
  }

  public var valueType: ValueType { expression.valueType }

  /// The metric names that selectors ask for by equality; a selector by other labels adds nothing.
  public var metricNames: Set<String> {
    var names: Set<String> = []
    for selector in expression.selectors {
      for matcher in selector.matchers where matcher.name == LabelSet.metricName {
        if case .equals(let name) = matcher.test { names.insert(name) }
      }
    }
    return names
  }
}

extension Query: CustomStringConvertible {
  public var description: String { expression.description }
}

extension Expression {
  /// All vector selectors, in the order of the text.
  public var selectors: [VectorSelector] {
    switch self {
    case .number, .string: []
    case .vector(let node): [node]
    case .range(let node): [node.vector]
    case .subquery(let node): node.expression.selectors
    case .sign(let node): node.operand.selectors
    case .binary(let node): node.left.selectors + node.right.selectors
    case .aggregation(let node): (node.parameter?.selectors ?? []) + node.operand.selectors
    case .call(let node): node.arguments.flatMap(\.selectors)
    case .parentheses(let inner, _): inner.selectors
    }
  }
}
