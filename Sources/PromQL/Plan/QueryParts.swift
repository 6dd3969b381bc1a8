/// A query inside a query: what one operand, argument or selector is worth by itself.
public struct QueryPart: Sendable {
  /// 0 for the whole query, 1 for its operands and so on.
  public let depth: Int
  public let query: Query
  /// What this part does with its operands, without their text: `sum by (job)`, `rate`, `… > 5`.
  public let action: String
}

extension Query {
  /// The query and all queries inside it, each before its own parts: for explaining where an answer comes from.
  ///
  /// Literals are left out: they explain themselves.
  public var parts: [QueryPart] {
    var parts: [QueryPart] = []
    collect(expression, depth: 0, into: &parts)
    return parts
  }

  private func collect(_ expression: Expression, depth: Int, into parts: inout [QueryPart]) {
    switch expression {
    case .number, .string: return
    case .parentheses(let inner, _): return collect(inner, depth: depth, into: &parts)
    default: break
    }
    parts.append(
      QueryPart(
        depth: depth, query: Query(text: text, expression: expression, features: features), action: expression.action))
    for operand in expression.operands { collect(operand, depth: depth + 1, into: &parts) }
  }
}

extension Expression {
  /// The expressions that this one is made from, in the order of the text.
  var operands: [Expression] {
    switch self {
    case .number, .string, .vector, .range: []
    case .subquery(let node): [node.expression]
    case .sign(let node): [node.operand]
    case .binary(let node): [node.left, node.right]
    case .aggregation(let node): (node.parameter.map { [$0] } ?? []) + [node.operand]
    case .call(let node): node.arguments
    case .parentheses(let inner, _): [inner]
    }
  }

  /// A literal as it is; of anything else, which is a part of its own, only the place.
  private var asOperand: String {
    switch withoutParentheses {
    case .number, .string: description
    default: "…"
    }
  }

  fileprivate var action: String {
    switch self {
    case .number, .string, .vector, .range: description
    case .subquery(let node): "[\(node.range):\(node.step.map { "\($0)" } ?? "")]\(node.modifiers)"
    case .sign(let node): node.sign.rawValue + "…"
    case .binary(let node):
      node.left.asOperand + " " + node.operation.rawValue + (node.comparison == .zeroOrOne ? " bool" : "")
        + (node.matching?.description ?? "") + " " + node.right.asOperand
    case .aggregation(let node):
      switch node.grouping {
      case .all: node.operation.rawValue
      case .by(let labels): "\(node.operation.rawValue) by \(NameText.list(labels))"
      case .without(let labels): "\(node.operation.rawValue) without \(NameText.list(labels))"
      }
    case .call(let node): node.name
    case .parentheses(let inner, _): inner.action
    }
  }
}
