extension Evaluator {
  mutating func binary(_ node: BinaryOperation, on grid: StepGrid) throws(Complaint) -> Evaluated {
    let outer = statistics
    defer { statistics = outer }
    statistics = .unasked
    let left = try evaluate(node.left, on: grid)
    let right = try evaluate(node.right, on: grid)
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
      var matcher = VectorMatcher(node, one, other, remarks, pace)
      defer { remarks = matcher.remarks }
      return .vector(try matcher.result())
    default: throw Complaint(.type("strings have no operators"), at: node.operatorSpan.start)
    }
  }

  private func scalarResult(_ operation: BinaryOperator, _ left: Double, _ right: Double) -> Double {
    operation.isComparison ? (operation.compares(left, right) ? 1 : 0) : operation.arithmetic(left, right)
  }

  private mutating func withScalar(
    _ node: BinaryOperation, _ block: SeriesBlock, _ scalars: [Double], vectorIs side: BinaryOperation.Side
  ) throws(Complaint) -> SeriesBlock {
    let operation = node.operation
    let keepsName = operation.isTrim || (operation.isComparison && node.comparison == .filters)
    let source = keepsName ? block : block.losingNames()
    if operation.isTrim || !block.histograms.isEmpty {
      return mixed(node, source, scalars, vectorIs: side)
    }
    return try source.mapping { (value, step) throws(Complaint) -> Double? in
      side == .left
        ? node.result(value, scalars[step], keeping: side) : node.result(scalars[step], value, keeping: side)
    }
  }

  /// The same for samples of either kind.
  private mutating func mixed(
    _ node: BinaryOperation, _ block: SeriesBlock, _ scalars: [Double], vectorIs side: BinaryOperation.Side
  ) -> SeriesBlock {
    var result = block
    for row in 0..<block.rows {
      for step in 0..<block.steps {
        guard let sample = block.sample(row, step) else { continue }
        let scalar = SampleValue.float(scalars[step])
        let (left, right) = side == .left ? (sample, scalar) : (scalar, sample)
        switch SampleOperation(node).outcome(left, right, keeping: side, &remarks) {
        case .sample(let value): result.set(row, step, value)
        case .nothing: result.set(row, step, nil)
        }
      }
    }
    return result
  }
}
