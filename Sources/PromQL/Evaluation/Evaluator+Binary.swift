extension Evaluator {
  mutating func binary(_ node: BinaryOperation, on grid: StepGrid) throws(Complaint) -> Evaluated {
    let left = try evaluate(node.left, on: grid)
    let right = try evaluate(node.right, on: grid)
    if node.operation.isTrim { return .vector(trimmed(node, left, right, steps: grid.count)) }
    switch (left, right) {
    case (.scalar(let one), .scalar(let other)):
      return .scalar(zip(one, other).map { scalarResult(node.operation, $0, $1) })
    case (.vector(let block), .scalar(let values)):
      return .vector(try withScalar(node, block, values, vectorIs: .left))
    case (.scalar(let values), .vector(let block)):
      return .vector(try withScalar(node, block, values, vectorIs: .right))
    case (.vector(let one), .vector(let other)):
      if node.operation.isSetOperation {
        return .vector(try SetOperation(node, one, other).result(at: node.operatorSpan))
      }
      try reserve(rows: max(one.rows, other.rows), steps: grid.count, at: node.operatorSpan)
      var matcher = VectorMatcher(node, one, other)
      return .vector(try matcher.result())
    default: throw Complaint(.type("strings have no operators"), at: node.operatorSpan.start)
    }
  }

  private func scalarResult(_ operation: BinaryOperator, _ left: Double, _ right: Double) -> Double {
    operation.isComparison ? (operation.compares(left, right) ? 1 : 0) : operation.arithmetic(left, right)
  }

  /// Samples are floats, so nothing is left of them; whoever asks is told.
  private mutating func trimmed(
    _ node: BinaryOperation, _ left: Evaluated, _ right: Evaluated, steps: Int
  ) -> SeriesBlock {
    let hasSamples = [left, right].contains { if case .vector(let block) = $0 { block.rows > 0 } else { false } }
    let symbol = node.operation.rawValue
    if hasSamples {
      remarks.inform(
        "incompatible sample types encountered for binary operator \"\(symbol)\": float \(symbol) float",
        at: node.operatorSpan)
    }
    return SeriesBlock(steps: steps)
  }

  private enum Side { case left, right }

  private func withScalar(
    _ node: BinaryOperation, _ block: SeriesBlock, _ scalars: [Double], vectorIs side: Side
  ) throws(Complaint) -> SeriesBlock {
    let operation = node.operation
    let keepsName = operation.isComparison && node.comparison == .filters
    let source = keepsName ? block : block.losingNames()
    return try source.mapping { (value, step) throws(Complaint) -> Double? in
      let left = side == .left ? value : scalars[step]
      let right = side == .left ? scalars[step] : value
      guard operation.isComparison else { return operation.arithmetic(left, right) }
      let holds = operation.compares(left, right)
      return keepsName ? (holds ? value : nil) : (holds ? 1 : 0)
    }
  }
}
