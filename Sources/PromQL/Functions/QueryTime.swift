internal import Telemetry

/// The query's own instants and the smaller and larger of two scalars; all experimental.
enum QueryTime {
  private static func function(
    _ name: String, _ summary: String, _ value: @escaping @Sendable (QueryPlan) -> Double
  ) -> Function {
    Function(
      name: name, signature: FunctionSignature([], returns: .scalar), summary: summary, maturity: .experimental,
      body: .whole { _, evaluator, grid throws(Complaint) in
        .scalar(Array(repeating: value(evaluator.plan), count: grid.count))
      })
  }

  private static func choice(
    _ name: String, _ summary: String, _ choose: @escaping @Sendable (Double, Double) -> Double
  ) -> Function {
    Function(
      name: name, signature: FunctionSignature([.scalar, .scalar], returns: .scalar), summary: summary,
      maturity: .experimental,
      body: .whole { node, evaluator, grid throws(Complaint) in
        let left = try evaluator.scalar(node.arguments[0], on: grid)
        let right = try evaluator.scalar(node.arguments[1], on: grid)
        return .scalar(zip(left, right).map(choose))
      })
  }

  static let functions: [Function] = [
    function("start", "the query's first instant in seconds since 1970") { $0.range.start.seconds },
    function("end", "the query's last instant in seconds since 1970") { $0.range.end.seconds },
    function("step", "the query's step in seconds; 0 for an instant query") { $0.range.step.inSeconds },
    function("range", "from the query's first to its last instant in seconds") {
      $0.range.end.seconds - $0.range.start.seconds
    },
    choice("min_of", "the smaller of two scalars", goMinimum),
    choice("max_of", "the larger of two scalars", goMaximum),
  ]
}
