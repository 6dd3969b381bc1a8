internal import Telemetry

/// The comparison with a number that decides what a query lets through: `free < 10` in `free < 10 and on() up == 1`.
///
/// Found at the top, inside parentheses and to the left of `and` and `unless`, which only take elements away: there each
/// value can be judged apart from the query, at any number.
public struct Threshold: Sendable {
  /// As if the number stood on the right.
  public let operation: BinaryOperator
  public let number: Double
  /// The query without the comparison; its values are those that are compared.
  public let subject: Query

  /// Whether `value` would be let through if the query's number were `number`.
  public func passes(_ value: Double, at number: Double) -> Bool { operation.compares(value, number) }
}

extension Query {
  /// `nil` when nothing is compared with a number, or only for equality.
  public var threshold: Threshold? {
    guard let found = expression.threshold,
      let subject = try? Query(parsing: found.subject.description, features: features)
    else { return nil }
    return Threshold(operation: found.operation, number: found.number, subject: subject)
  }

  /// Whether its answer at an instant depends on the range that it is evaluated over: `@ start()` and its like.
  public var dependsOnRange: Bool {
    !features.intersection(.durationExpressions).isEmpty || expression.hasRangeAnchor
  }

  /// How long before an instant its answer there may have begun; `nil` when a fixed time is named.
  public func reach(lookback: Duration) -> Duration? {
    guard !expression.hasFixedAnchor else { return nil }
    let instant = Timestamp.epoch
    let selections = plan(over: .instant(instant), lookback: lookback).selections
    return selections.map { instant.elapsed(since: $0.after) }.max() ?? .zero
  }
}

extension Expression {
  fileprivate var threshold: (operation: BinaryOperator, number: Double, subject: Expression)? {
    switch self {
    case .parentheses(let inner, _): return inner.threshold
    case .binary(let node) where node.operation == .and || node.operation == .unless:
      guard let found = node.left.threshold else { return nil }
      let subject = BinaryOperation(
        operation: node.operation, left: found.subject, right: node.right, comparison: node.comparison,
        matching: node.matching, operatorSpan: node.operatorSpan)
      return (found.operation, found.number, .binary(subject))
    case .binary(let node) where node.comparison == .filters:
      if let number = node.right.constant, node.left.valueType == .instantVector, node.operation.isOrder {
        return (node.operation, number, .parentheses(node.left, node.left.span))
      }
      guard let number = node.left.constant, node.right.valueType == .instantVector, node.operation.isOrder else {
        return nil
      }
      return (node.operation.mirrored, number, .parentheses(node.right, node.right.span))
    default: return nil
    }
  }

  /// The value of an expression of numbers alone.
  private var constant: Double? {
    switch self {
    case .number(let literal): literal.value
    case .parentheses(let inner, _): inner.constant
    case .sign(let node): node.operand.constant.map { node.sign == .minus ? -$0 : $0 }
    case .binary(let node) where !node.operation.isComparison && !node.operation.isSetOperation:
      if let left = node.left.constant, let right = node.right.constant {
        node.operation.arithmetic(left, right)
      } else {
        nil
      }
    default: nil
    }
  }

  fileprivate var hasRangeAnchor: Bool {
    anchors.contains { $0 == .start || $0 == .end }
  }

  fileprivate var hasFixedAnchor: Bool {
    anchors.contains { if case .time = $0 { true } else { false } }
  }

  private var anchors: [TimeModifiers.Anchor] {
    switch self {
    case .number, .string: []
    case .vector(let node): [node.modifiers.anchor].compactMap { $0 }
    case .range(let node): [node.vector.modifiers.anchor].compactMap { $0 }
    case .subquery(let node): node.expression.anchors + [node.modifiers.anchor].compactMap { $0 }
    case .sign(let node): node.operand.anchors
    case .binary(let node): node.left.anchors + node.right.anchors
    case .aggregation(let node): (node.parameter?.anchors ?? []) + node.operand.anchors
    case .call(let node): node.arguments.flatMap(\.anchors)
    case .parentheses(let inner, _): inner.anchors
    }
  }
}

extension BinaryOperator {
  fileprivate var isOrder: Bool {
    switch self {
    case .less, .lessOrEqual, .greater, .greaterOrEqual: true
    default: false
    }
  }

  /// The operator with its sides exchanged.
  fileprivate var mirrored: BinaryOperator {
    switch self {
    case .less: .greater
    case .lessOrEqual: .greaterOrEqual
    case .greater: .less
    case .greaterOrEqual: .lessOrEqual
    default: self
    }
  }
}
