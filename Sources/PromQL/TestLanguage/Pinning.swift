internal import Telemetry

/// Ties a query to one instant: whenever it is evaluated then, the answer must be the same.
enum Pinning {
  /// Functions that look at the instant of evaluation.
  private static let timeDependent: Set<String> = [
    "days_in_month", "day_of_month", "day_of_week", "day_of_year", "hour", "minute", "month", "year", "predict_linear",
    "time", "timestamp", "start", "end", "range", "step",
  ]

  /// - Returns: `nil` when the query looks at the instant itself.
  static func pinned(_ query: Query, at time: Timestamp) -> Query? {
    let names = ["(", " ("].flatMap { bracket in timeDependent.map { $0 + bracket } }
    guard !names.contains(where: query.text.lowercased().contains) else { return nil }
    return Query(text: query.text, expression: pinned(query.expression, time), features: query.features)
  }

  private static func pinned(_ expression: Expression, _ time: Timestamp) -> Expression {
    switch expression {
    case .number, .string: return expression
    case .parentheses(let inner, let span): return .parentheses(pinned(inner, time), span)
    case .vector(var node):
      pin(&node.modifiers, time)
      return .vector(node)
    case .range(var node):
      pin(&node.vector.modifiers, time)
      return .range(node)
    case .subquery(var node):
      pin(&node.modifiers, time)
      return .subquery(node)
    case .sign(let node):
      return .sign(SignOperation(sign: node.sign, operand: pinned(node.operand, time), span: node.span))
    case .binary(let node):
      return .binary(
        BinaryOperation(
          operation: node.operation, left: pinned(node.left, time), right: pinned(node.right, time),
          comparison: node.comparison, matching: node.matching, operatorSpan: node.operatorSpan))
    case .aggregation(let node):
      return .aggregation(
        Aggregation(
          operation: node.operation, grouping: node.grouping, parameter: node.parameter.map { pinned($0, time) },
          operand: pinned(node.operand, time), span: node.span))
    case .call(let node):
      return .call(
        FunctionCall(
          name: node.name, arguments: node.arguments.map { pinned($0, time) }, returns: node.returns, span: node.span))
    }
  }

  private static func pin(_ modifiers: inout TimeModifiers, _ time: Timestamp) {
    if modifiers.anchor == nil { modifiers.anchor = .time(time) }
  }
}
