internal import Telemetry

/// Checks that the parts of a parsed query fit together.
enum TypeCheck {
  static func check(_ expression: Expression) throws(Complaint) {
    switch expression {
    case .number, .string, .vector, .range: return
    case .parentheses(let inner, _): try check(inner)
    case .subquery(let node): try check(node.expression)
    case .sign(let node):
      try check(node.operand)
      guard node.operand.valueType == .scalar || node.operand.valueType == .instantVector else {
        throw Complaint(
          .type("the sign '\(node.sign.rawValue)' needs a scalar or an instant vector, not \(name(node.operand))"),
          at: node.span.start)
      }
    case .binary(let node): try check(node)
    case .aggregation(let node): try check(node)
    case .call(let node): try check(node)
    }
  }

  private static func name(_ expression: Expression) -> String { expression.valueType.withArticle }

  private static func check(_ node: BinaryOperation) throws(Complaint) {
    try check(node.left)
    try check(node.right)
    for side in [node.left, node.right] where side.valueType == .string || side.valueType == .rangeVector {
      throw Complaint(
        .type("the operator '\(node.operation.rawValue)' needs scalars or instant vectors, not \(name(side))"),
        at: side.span.start,
        hint: side.valueType == .rangeVector ? "apply a function such as rate(…) or avg_over_time(…) first" : nil)
    }
    let areScalars = node.left.valueType == .scalar && node.right.valueType == .scalar
    let areVectors = node.left.valueType == .instantVector && node.right.valueType == .instantVector
    if areScalars, node.operation.isComparison, node.comparison == .filters {
      throw Complaint(
        .type("comparisons between scalars must use bool"), at: node.operatorSpan.start,
        hint: "write \(node.operation.rawValue) bool")
    }
    if areScalars, node.operation.isTrim {
      throw Complaint(
        .type("the operator '\(node.operation.rawValue)' needs native histograms on its left"),
        at: node.operatorSpan.start)
    }
    if !areVectors, node.operation.isSetOperation {
      throw Complaint(
        .type("the set operation '\(node.operation.rawValue)' needs two instant vectors"),
        at: node.operatorSpan.start, hint: "vector(…) makes one from a scalar")
    }
    if !areVectors, node.matching != nil {
      throw Complaint(
        .type("vector matching is only allowed between instant vectors"), at: node.operatorSpan.start)
    }
  }

  private static func check(_ node: Aggregation) throws(Complaint) {
    try check(node.operand)
    guard node.operand.valueType == .instantVector else {
      throw Complaint(
        .type("\(node.operation.rawValue) needs an instant vector, not \(name(node.operand))"),
        at: node.operand.span.start,
        hint: node.operand.valueType == .rangeVector ? "apply rate(…) or an …_over_time function first" : nil)
    }
    guard let parameter = node.parameter, let wanted = node.operation.parameterType else { return }
    try check(parameter)
    guard parameter.valueType == wanted else {
      throw Complaint(
        .type("the parameter of \(node.operation.rawValue) is \(wanted.withArticle), not \(name(parameter))"),
        at: parameter.span.start)
    }
  }

  private static func check(_ node: FunctionCall) throws(Complaint) {
    guard let function = FunctionCatalog.function(named: node.name) else { return }
    let signature = function.signature
    let count = node.arguments.count
    guard count >= signature.minimumCount, signature.maximumCount.map({ count <= $0 }) ?? true else {
      throw Complaint(
        .type("\(node.name) takes \(signature.countText), not \(count)"), at: node.span.start,
        hint: "\(function.usage)")
    }
    for (index, argument) in node.arguments.enumerated() {
      try check(argument)
      let wanted = signature.type(ofArgument: index)
      guard argument.valueType == wanted else {
        throw Complaint(
          .type("argument \(index + 1) of \(node.name) is \(wanted.withArticle), not \(name(argument))"),
          at: argument.span.start, hint: hint(wanted, argument, node.name))
      }
    }
    if let vector = selector(node.arguments), let edges = vector.edges { try check(edges, in: node) }
  }

  private static func selector(_ arguments: [Expression]) -> VectorSelector? {
    for argument in arguments {
      if case .range(let node) = argument.withoutParentheses { return node.vector }
    }
    return nil
  }

  /// Which functions know what to do with edges.
  private static func check(_ edges: EdgeTreatment, in node: FunctionCall) throws(Complaint) {
    let allowed =
      edges == .anchored ? ["changes", "delta", "increase", "rate", "resets"] : ["delta", "increase", "rate"]
    guard allowed.contains(node.name) else {
      throw Complaint(
        .execution(
          "\(edges.rawValue) modifier can only be used with: \(allowed.joined(separator: ", ")) - not with \(node.name)"
        ), at: node.span.start)
    }
  }

  private static func hint(_ wanted: ValueType, _ argument: Expression, _ function: String) -> String? {
    switch (wanted, argument.valueType) {
    case (.rangeVector, .instantVector): "add a range: \(function)(…[5m])"
    case (.instantVector, .rangeVector): "remove the range, or apply rate(…) or an …_over_time function first"
    case (.instantVector, .scalar): "vector(…) makes an instant vector from a scalar"
    case (.scalar, .instantVector): "scalar(…) makes a scalar from a vector of one element"
    case (.string, _): "write it in quotes"
    default: nil
    }
  }
}
