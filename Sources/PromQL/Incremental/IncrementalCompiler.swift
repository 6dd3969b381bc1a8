internal import Telemetry

/// Turns a checked expression into nodes, or says why it cannot be done.
struct IncrementalCompiler {
  let engine: IncrementalEngine
  let lookback: Int64
  /// How far behind the round the rule looks, in milliseconds.
  let offset: Int64

  func vector(_ expression: Expression) throws(PlainReason) -> VectorNode {
    switch expression {
    case .parentheses(let inner, _): return try vector(inner)
    case .vector(let node): return try leaf(node, .newest, expression)
    case .sign(let node):
      let operand = try vector(node.operand)
      return node.sign == .minus ? SimpleElementNode(.negative, of: operand) : operand
    case .binary(let node): return try binary(node)
    case .aggregation(let node): return try aggregation(node, expression)
    case .call(let node): return try call(node, expression)
    case .subquery: throw .subquery
    case .number, .string, .range: throw .valueType
    }
  }

  func scalar(_ expression: Expression) throws(PlainReason) -> ScalarNode {
    switch expression {
    case .parentheses(let inner, _): return try scalar(inner)
    case .number(let node): return .constant(node.value)
    case .sign(let node):
      let operand = try scalar(node.operand)
      return node.sign == .minus ? .negative(operand) : operand
    case .binary(let node): return .operation(node.operation, try scalar(node.left), try scalar(node.right))
    case .call(let node):
      switch node.name {
      case "time": return .time
      case "pi": return .constant(.pi)
      case "scalar": return .onlyValue(try vector(node.arguments[0]))
      default: throw .function(node.name)
      }
    default: throw .valueType
    }
  }

  // MARK: Leaves

  /// - Parameter expression: the whole leaf, by which rules share it.
  private func leaf(
    _ selector: VectorSelector, _ function: WindowFunction, _ expression: Expression, window: Int64? = nil,
    nameFate: NameFate = .stays, scalars: [ScalarNode] = []
  ) throws(PlainReason) -> SelectorLeaf {
    // `start()` and `end()` are the round's own time.
    if case .time = selector.modifiers.anchor { throw .anchor }
    let back = selector.modifiers.offset.map(Self.milliseconds) ?? 0
    guard 0...engine.limits.offsetMaxMilliseconds ~= back else { throw .offset }
    let window = window ?? lookback
    let selection = engine.selection(of: selector.matchers)
    let reach = window + back + offset + engine.limits.slackMilliseconds
    guard reach < Int64(Int32.max) else { throw .windowTooLong }
    selection.lookBack(reach)
    return engine.leaf(expression) {
      SelectorLeaf(
        function, of: selection, window: window, offset: back, nameFate: nameFate, scalars: scalars, in: engine)
    }
  }

  private static func milliseconds(_ duration: DurationExpression) -> Int64 {
    Int64((duration.seconds(step: 0, range: 0) * 1000).rounded())
  }

  private func call(_ node: FunctionCall, _ expression: Expression) throws(PlainReason) -> VectorNode {
    guard let function = FunctionCatalog.function(named: node.name) else { throw .function(node.name) }
    switch (node.name, function.body) {
    case ("vector", _): return ScalarVectorNode(try scalar(node.arguments[0]))
    case ("absent", _):
      return AbsenceNode(of: try vector(node.arguments[0]), Absence.labels(of: node.arguments[0]))
    case ("absent_over_time", _):
      return AbsenceNode(of: try windows(node, .drops, expression), Absence.labels(of: node.arguments[0]))
    case ("timestamp", _):
      if case .vector(let selector) = node.arguments[0].withoutParentheses {
        return try leaf(selector, .newestTime, expression, nameFate: .goes)
      }
      return SimpleElementNode(.time, of: try vector(node.arguments[0]))
    case ("info", _): throw .function(node.name)
    case (_, .overTime(let names, _, _)): return try windows(node, names, expression)
    case (_, .eachSample(let change)):
      guard let operand = node.arguments.first(where: { $0.valueType == .instantVector }) else { throw .valueType }
      return ElementNode(node, try scalars(node), of: try vector(operand), change)
    case (_, .whole): return try bridge(expression, over: node.arguments)
    }
  }

  private func windows(
    _ node: FunctionCall, _ names: Function.NamePolicy, _ expression: Expression
  ) throws(PlainReason) -> VectorNode {
    guard let operand = node.arguments.first(where: { $0.valueType == .rangeVector }) else { throw .valueType }
    guard case .range(let range) = operand.withoutParentheses else { throw .subquery }
    guard let function = WindowFunction(node) else { throw .function(node.name) }
    return try leaf(
      range.vector, function, expression, window: Self.milliseconds(range.range),
      nameFate: names == .drops ? .goes : .stays, scalars: try scalars(node))
  }

  private func scalars(_ node: FunctionCall) throws(PlainReason) -> [ScalarNode] {
    var nodes: [ScalarNode] = []
    for argument in node.arguments where argument.valueType == .scalar { nodes.append(try scalar(argument)) }
    return nodes
  }

  // MARK: Operators

  private func binary(_ node: BinaryOperation) throws(PlainReason) -> VectorNode {
    if node.operation.isTrim { throw .histograms }
    switch (node.left.valueType, node.right.valueType) {
    case (.instantVector, .scalar):
      return ScalarOperationNode(node, try vector(node.left), on: .left, try scalar(node.right))
    case (.scalar, .instantVector):
      return ScalarOperationNode(node, try vector(node.right), on: .right, try scalar(node.left))
    case (.instantVector, .instantVector):
      let (left, right) = (try vector(node.left), try vector(node.right))
      return node.operation.isSetOperation ? SetNode(node, left, right) : MatchNode(node, left, right)
    default: throw .valueType
    }
  }

  private func aggregation(_ node: Aggregation, _ expression: Expression) throws(PlainReason) -> VectorNode {
    switch node.operation {
    case .topk, .bottomk, .limitk, .limitRatio, .countValues:
      return try bridge(expression, over: [node.parameter, node.operand].compactMap(\.self))
    default:
      var parameter: ScalarNode?
      if let written = node.parameter { parameter = try scalar(written) }
      return AggregationNode(node, parameter, of: try vector(node.operand))
    }
  }

  private func bridge(_ expression: Expression, over arguments: [Expression]) throws(PlainReason) -> VectorNode {
    var operands: [(Expression, BridgeNode.Operand)] = []
    for argument in arguments {
      switch argument.valueType {
      case .instantVector: operands.append((argument, .vector(try vector(argument))))
      case .scalar: operands.append((argument, .scalar(try scalar(argument))))
      case .string: continue
      case .rangeVector: throw .subquery
      }
    }
    return BridgeNode(expression, operands)
  }
}
