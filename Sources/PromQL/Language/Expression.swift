public import Telemetry

/// A parsed query. Equality ignores positions and blanks, keeps parentheses.
public indirect enum Expression: Hashable, Sendable {
  case number(NumberLiteral)
  case string(StringLiteral)
  case vector(VectorSelector)
  case range(RangeSelector)
  case subquery(Subquery)
  case sign(SignOperation)
  case binary(BinaryOperation)
  case aggregation(Aggregation)
  case call(FunctionCall)
  case parentheses(Expression, SourceSpan)

  public var span: SourceSpan {
    switch self {
    case .number(let node): node.span
    case .string(let node): node.span
    case .vector(let node): node.span
    case .range(let node): node.span
    case .subquery(let node): node.span
    case .sign(let node): node.span
    case .binary(let node): SourceSpan(node.left.span.start, node.right.span.end)
    case .aggregation(let node): node.span
    case .call(let node): node.span
    case .parentheses(_, let span): span
    }
  }

  /// The expression without the parentheses around it.
  public var withoutParentheses: Expression {
    var inner = self
    while case .parentheses(let next, _) = inner { inner = next }
    return inner
  }

  public var valueType: ValueType {
    switch self {
    case .number: .scalar
    case .string: .string
    case .vector, .aggregation: .instantVector
    case .range, .subquery: .rangeVector
    case .sign(let node): node.operand.valueType
    case .binary(let node):
      node.left.valueType == .scalar && node.right.valueType == .scalar ? .scalar : .instantVector
    case .call(let node): node.returns
    case .parentheses(let inner, _): inner.valueType
    }
  }
}

/// A number or, since Prometheus 3, a duration in its place: `5m` is 300.
public struct NumberLiteral: Hashable, Sendable {
  public enum Notation: Hashable, Sendable { case number, duration }

  public let value: Double
  public let notation: Notation
  public let span: SourceSpan

  public init(_ value: Double, _ notation: Notation = .number, at span: SourceSpan = SourceSpan(0, 0)) {
    self.value = value
    self.notation = notation
    self.span = span
  }

  /// By bits, so that NaN equals NaN.
  public static func == (left: NumberLiteral, right: NumberLiteral) -> Bool {
    left.value.bitPattern == right.value.bitPattern && left.notation == right.notation
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(value.bitPattern) }
}

/// A string, kept as bytes because `"\xff"` is one too.
public struct StringLiteral: Hashable, Sendable {
  public let bytes: [UInt8]
  public let span: SourceSpan

  public init(bytes: [UInt8], at span: SourceSpan) {
    self.bytes = bytes
    self.span = span
  }

  public var text: String { String(decoding: bytes, as: UTF8.self) }
  public var isUTF8: Bool { String(validating: bytes, as: UTF8.self) != nil }
}

/// `offset` and `@`.
public struct TimeModifiers: Hashable, Sendable {
  public enum Anchor: Hashable, Sendable { case time(Timestamp), start, end }

  public var offset: DurationExpression?
  public var anchor: Anchor?

  public init() {}
}

/// How a range selector treats its edges; experimental.
public enum EdgeTreatment: String, Hashable, Sendable { case anchored, smoothed }

public struct VectorSelector: Hashable, Sendable {
  /// The metric's name as written before the braces or in quotes between them; also among `matchers`.
  public let name: String?
  public let matchers: [LabelMatcher]
  public var modifiers = TimeModifiers()
  public var edges: EdgeTreatment?
  public var span: SourceSpan
}

public struct RangeSelector: Hashable, Sendable {
  /// Carries the modifiers that were written after the brackets.
  public var vector: VectorSelector
  public let range: DurationExpression
  public var span: SourceSpan
}

public struct Subquery: Hashable, Sendable {
  public let expression: Expression
  public let range: DurationExpression
  /// `nil` stands for the default step of the plan.
  public let step: DurationExpression?
  public var modifiers = TimeModifiers()
  public var span: SourceSpan
}

public struct SignOperation: Hashable, Sendable {
  public enum Sign: String, Hashable, Sendable {
    case plus = "+"
    case minus = "-"
  }

  public let sign: Sign
  public let operand: Expression
  public let span: SourceSpan
}

public struct BinaryOperation: Hashable, Sendable {
  /// What a comparison answers: the samples that pass, or 1 and 0 for all.
  public enum ComparisonResult: Hashable, Sendable { case filters, zeroOrOne }

  public let operation: BinaryOperator
  public let left: Expression
  public let right: Expression
  public let comparison: ComparisonResult
  /// `nil` when nothing about matching was written.
  public let matching: VectorMatching?
  public let operatorSpan: SourceSpan
}

public struct Aggregation: Hashable, Sendable {
  public enum Grouping: Hashable, Sendable { case by([String]), without([String]), all }

  public let operation: AggregationOperator
  public let grouping: Grouping
  public let parameter: Expression?
  public let operand: Expression
  public let span: SourceSpan
}

public struct FunctionCall: Hashable, Sendable {
  public let name: String
  public let arguments: [Expression]
  public let returns: ValueType
  public let span: SourceSpan
}
