extension Query {
  /// The query whose elements tell for which labels there are data, whether or not the conditions hold.
  ///
  /// Every comparison that filters becomes one that answers 0 or 1, and what `unless` takes away stays; labels do not
  /// change, but for the metric's name. `nil` when the query has no condition to take out, or asks for absence itself:
  /// then a false condition cannot be told from missing data.
  public var presence: Query? {
    let open = expression.withoutConditions
    guard open != expression, !expression.asksForAbsence else { return nil }
    return Query(text: open.description, expression: open, features: features)
  }
}

extension Expression {
  fileprivate var withoutConditions: Expression {
    switch self {
    case .parentheses(let inner, let span): .parentheses(inner.withoutConditions, span)
    case .sign(let node):
      .sign(SignOperation(sign: node.sign, operand: node.operand.withoutConditions, span: node.span))
    case .aggregation(let node):
      .aggregation(
        Aggregation(
          operation: node.operation, grouping: node.grouping, parameter: node.parameter,
          operand: node.operand.withoutConditions, span: node.span))
    case .binary(let node) where node.operation == .unless: node.left.withoutConditions
    case .binary(let node):
      .binary(
        BinaryOperation(
          operation: node.operation, left: node.left.withoutConditions, right: node.right.withoutConditions,
          comparison: node.operation.isComparison ? .zeroOrOne : node.comparison, matching: node.matching,
          operatorSpan: node.operatorSpan))
    case .number, .string, .vector, .range, .subquery, .call: self
    }
  }

  fileprivate var asksForAbsence: Bool {
    switch self {
    case .number, .string, .vector, .range: false
    case .subquery(let node): node.expression.asksForAbsence
    case .sign(let node): node.operand.asksForAbsence
    case .binary(let node): node.left.asksForAbsence || node.right.asksForAbsence
    case .aggregation(let node): node.operand.asksForAbsence
    case .call(let node): node.name.hasPrefix("absent") || node.arguments.contains(where: \.asksForAbsence)
    case .parentheses(let inner, _): inner.asksForAbsence
    }
  }
}
