extension Parser {
  enum DurationBound { case positive, any }

  /// A length of time between brackets: a duration, bare seconds, or (experimental) arithmetic.
  mutating func parseDuration(_ bound: DurationBound) throws(Complaint) -> DurationExpression {
    let start = current.span.start
    let expression = try parseDurationOperation(above: 0)
    if !expression.isLiteral {
      try require(.durationExpressions, "arithmetic in durations", at: start)
    }
    if bound == .positive, expression.isLiteral, expression.seconds(step: 0, range: 0) <= 0 {
      throw Complaint(.syntax("the duration must be greater than 0"), at: start)
    }
    return expression
  }

  /// What fits 64 bits of nanoseconds, as in Prometheus: about 292 years.
  static let durationSecondsMax = 9.2e9

  /// After `offset` only a signed operand is taken: `x offset 5m + 1` adds 1 to the shifted x.
  mutating func parseOffsetDuration() throws(Complaint) -> DurationExpression {
    let start = current.span.start
    let expression = try parseDurationOperand()
    if !expression.isLiteral { try require(.durationExpressions, "arithmetic in durations", at: start) }
    return expression
  }

  private mutating func parseDurationOperation(above minimum: Int) throws(Complaint) -> DurationExpression {
    var left = try parseDurationOperand()
    while case .symbol(let symbol) = current.kind, let operation = BinaryOperator(rawValue: symbol),
      operation.precedence > max(minimum, 3)
    {
      try require(.durationExpressions, "arithmetic in durations", at: current.span.start)
      try countOperator()
      advance()
      let next = operation.isRightAssociative ? operation.precedence - 1 : operation.precedence
      left = .operation(operation, left, try parseDurationOperation(above: next))
    }
    return left
  }

  private mutating func parseDurationOperand() throws(Complaint) -> DurationExpression {
    if isAt("-") || isAt("+") {
      try countOperator()
      let isNegative = isAt("-")
      advance()
      let operand = try parseDurationOperand()
      return isNegative ? .negated(operand) : .unaryPlus(operand)
    }
    if isAt("(") {
      try require(.durationExpressions, "arithmetic in durations", at: current.span.start)
      try countOperator()
      advance()
      let inner = try parseDurationOperation(above: 0)
      try expect(")", "in the duration")
      return .parentheses(inner)
    }
    if let keyword = currentKeyword, followingIsParenthesis { return try parseDurationFunction(keyword) }
    if current.kind == .number || current.kind == .duration, let literal = numberLiteral() {
      guard literal.value.magnitude < Self.durationSecondsMax else {
        throw Complaint(.syntax("the duration is out of range"), at: current.span.start, hint: "292 years at most")
      }
      advance()
      return .literal(literal)
    }
    throw unexpected("a duration", hint: "write a number and a unit: 5m, 1h30m")
  }

  private mutating func parseDurationFunction(_ keyword: String) throws(Complaint) -> DurationExpression {
    guard ["step", "range", "min_of", "max_of"].contains(keyword) else {
      throw unexpected("a duration", hint: "write a number and a unit: 5m, 1h30m")
    }
    try require(.durationExpressions, "\(keyword)() in durations", at: current.span.start)
    try countOperator()
    advance()
    advance()
    let result: DurationExpression
    if keyword == "step" || keyword == "range" {
      result = keyword == "step" ? .step : .range
    } else {
      let left = try parseDurationOperation(above: 0)
      try expect(",", "between the two durations")
      let right = try parseDurationOperation(above: 0)
      result = keyword == "min_of" ? .minimum(left, right) : .maximum(left, right)
    }
    try expect(")", "in the duration")
    return result
  }
}
