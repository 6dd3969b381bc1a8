internal import Telemetry

/// Between scalars, vectors and time.
enum Conversion {
  static let functions: [Function] = [
    Function(
      name: "time", signature: FunctionSignature([], returns: .scalar),
      summary: "the evaluation's instant in seconds since 1970",
      body: .whole { _, _, grid throws(Complaint) in
        .scalar((0..<grid.count).map { Double(grid.time($0)) / 1000 })
      }),
    Function(
      name: "vector", signature: FunctionSignature([.scalar]), summary: "the scalar as a vector without labels",
      body: .whole { node, evaluator, grid throws(Complaint) in
        var block = SeriesBlock(steps: grid.count)
        block.append(.empty, nameFate: .stays, row: try evaluator.scalar(node.arguments[0], on: grid))
        return .vector(block)
      }),
    Function(
      name: "scalar", signature: FunctionSignature([.instantVector], returns: .scalar),
      summary: "the value of a vector of one element; NaN for any other vector",
      body: .whole { node, evaluator, grid throws(Complaint) in
        let block = try evaluator.vector(node.arguments[0], on: grid)
        return .scalar(
          (0..<grid.count).map { step in
            var found: Double?
            for row in 0..<block.rows where !block[row, step].isAbsent {
              if found != nil { return .nan }
              found = block[row, step]
            }
            return found ?? .nan
          })
      }),
    Function(
      name: "timestamp", signature: FunctionSignature([.instantVector]),
      summary: "when each sample was measured, in seconds since 1970",
      body: .whole { node, evaluator, grid throws(Complaint) in
        if case .vector(let selector) = node.arguments[0].withoutParentheses, selector.edges == nil {
          return .vector(try evaluator.instantVector(selector, on: grid, reading: .times).losingNames())
        }
        var block = try evaluator.vector(node.arguments[0], on: grid).losingNames()
        for row in 0..<block.rows {
          for step in 0..<grid.count where block.isPresent(row, step) {
            block[row, step] = Double(grid.time(step)) / 1000
          }
        }
        block.histograms = [:]
        return .vector(block)
      }),
    Function(
      name: "start_timestamp", signature: FunctionSignature([.instantVector]),
      summary: "when the counter behind each sample began, in seconds since 1970; 0 where nobody knows",
      maturity: .experimental,
      body: .whole { node, evaluator, grid throws(Complaint) in
        guard case .vector(let selector) = node.arguments[0].withoutParentheses, selector.edges == nil else {
          return .vector(SeriesBlock(steps: grid.count))
        }
        return .vector(try evaluator.instantVector(selector, on: grid, reading: .starts).losingNames())
      }),
  ]
}
