extension Expression {
  /// The experimental parts that the expression uses.
  public var features: LanguageFeatures {
    switch self {
    case .number, .string: return []
    case .parentheses(let inner, _): return inner.features
    case .sign(let node): return node.operand.features
    case .vector(let node): return node.features
    case .range(let node): return node.vector.features.union(node.range.features)
    case .subquery(let node):
      return node.expression.features.union(node.range.features).union(node.step?.features ?? [])
        .union(node.modifiers.offset?.features ?? [])
    case .binary(let node):
      let hasFill = node.matching?.fillLeft != nil || node.matching?.fillRight != nil
      return node.left.features.union(node.right.features).union(hasFill ? .fillModifiers : [])
    case .aggregation(let node):
      return node.operand.features.union(node.parameter?.features ?? [])
        .union(node.operation.isExperimental ? .experimentalFunctions : [])
    case .call(let node):
      let isExperimental = FunctionCatalog.function(named: node.name)?.maturity == .experimental
      return node.arguments.reduce(isExperimental ? .experimentalFunctions : []) { $0.union($1.features) }
    }
  }

  /// Whether a function of histograms, classic or native, is called.
  var callsHistogramFunction: Bool {
    switch self {
    case .number, .string, .vector, .range: false
    case .parentheses(let inner, _): inner.callsHistogramFunction
    case .sign(let node): node.operand.callsHistogramFunction
    case .subquery(let node): node.expression.callsHistogramFunction
    case .binary(let node): node.left.callsHistogramFunction || node.right.callsHistogramFunction
    case .aggregation(let node): node.operand.callsHistogramFunction
    case .call(let node):
      node.name.hasPrefix("histogram_") || node.arguments.contains(where: \.callsHistogramFunction)
    }
  }
}

extension DurationExpression {
  var features: LanguageFeatures { isLiteral ? [] : .durationExpressions }
}

extension VectorSelector {
  var features: LanguageFeatures {
    (modifiers.offset?.features ?? []).union(edges == nil ? [] : .extendedRangeSelectors)
  }
}
