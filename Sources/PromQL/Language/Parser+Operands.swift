internal import Telemetry

extension Parser {
  /// An operand with its brackets and modifiers.
  mutating func parsePostfix() throws(Complaint) -> Expression {
    var expression = try parseOperand()
    while true {
      if isAt("[") {
        expression = try parseBrackets(after: expression)
      } else if isAt("@") {
        expression = try parseAnchor(after: expression)
      } else if currentKeyword == "offset" {
        expression = try parseOffset(after: expression)
      } else if let keyword = currentKeyword, let edges = EdgeTreatment(rawValue: keyword) {
        expression = try parseEdges(edges, after: expression)
      } else {
        return expression
      }
    }
  }

  private mutating func parseOperand() throws(Complaint) -> Expression {
    switch current.kind {
    case .number, .duration:
      guard let number = numberLiteral() else { throw unexpected("a number") }
      advance()
      return .number(number)
    case .string: return .string(try stringLiteral())
    case .symbol("("): return try parseParentheses()
    case .symbol("{"): return .vector(try parseSelector(name: nil))
    case .identifier: return try parseNamed()
    default: throw unexpected("an expression")
    }
  }

  private mutating func parseParentheses() throws(Complaint) -> Expression {
    let start = current.span.start
    advance()
    let inner = try parseExpression(above: 0)
    try close("(", openedAt: start)
    return .parentheses(inner, SourceSpan(start, lastEnd))
  }

  /// Names the opening bracket, not the end of the text, as the place of the mistake.
  private mutating func close(_ opening: String, openedAt start: Int) throws(Complaint) {
    let closing = ["(": ")", "[": "]", "{": "}"][opening] ?? ")"
    if take(closing) { return }
    guard current.kind == .end else { throw unexpected("'\(closing)' or an operator") }
    let name = opening == "(" ? "parenthesis" : opening == "[" ? "bracket" : "brace"
    throw Complaint(.syntax("unclosed left \(name)"), at: start, hint: "add '\(closing)'")
  }

  private mutating func parseNamed() throws(Complaint) -> Expression {
    let token = current
    let keyword = token.text.lowercased()
    if let number = numberLiteral() {
      advance()
      return .number(number)
    }
    if let operation = AggregationOperator(rawValue: keyword), startsAggregation {
      return try parseAggregation(operation)
    }
    advance()
    if isAt("(") { return try parseCall(token) }
    return .vector(try parseSelector(name: token))
  }

  private var startsAggregation: Bool {
    if followingIsParenthesis { return true }
    let next = following.kind == .identifier ? following.text.lowercased() : ""
    return next == "by" || next == "without"
  }

  // MARK: Calls and aggregations

  private mutating func parseArguments(of function: String = "") throws(Complaint) -> [Expression] {
    let start = current.span.start
    try expect("(", "before the arguments")
    var arguments: [Expression] = []
    if !isAt(")") {
      repeat {
        if isAt(")"), !arguments.isEmpty { throw unexpected("an argument", hint: "remove the trailing comma") }
        acceptsEmptySelector = function == "info" && arguments.count == 1 && isAt("{")
        arguments.append(try parseExpression(above: 0))
        acceptsEmptySelector = false
      } while take(",")
    }
    try close("(", openedAt: start)
    return arguments
  }

  private mutating func parseCall(_ token: Token) throws(Complaint) -> Expression {
    guard let function = FunctionCatalog.function(named: token.text) else {
      throw Complaint(
        .syntax("unknown function '\(token.text)'"), at: token.span.start,
        hint: FunctionCatalog.suggestion(for: token.text).map { "did you mean \($0)?" })
    }
    if function.maturity == .experimental {
      try require(.experimentalFunctions, "the function \(function.name)", at: token.span.start)
    }
    let arguments = try parseArguments(of: function.name)
    return .call(
      FunctionCall(
        name: function.name, arguments: arguments, returns: function.signature.returns,
        span: SourceSpan(token.span.start, lastEnd)))
  }

  private mutating func parseAggregation(_ operation: AggregationOperator) throws(Complaint) -> Expression {
    let token = current
    if operation.isExperimental {
      try require(.experimentalFunctions, "the aggregation \(operation.rawValue)", at: token.span.start)
    }
    advance()
    var grouping = try parseGrouping()
    let argumentsStart = current.span.start
    var arguments = try parseArguments()
    if grouping == nil { grouping = try parseGrouping() }
    let wanted = operation.parameterType == nil ? 1 : 2
    guard arguments.count == wanted else {
      throw Complaint(
        .syntax("\(operation.rawValue) takes \(wanted) argument\(wanted == 1 ? "" : "s"), not \(arguments.count)"),
        at: argumentsStart,
        hint: wanted == 1 ? "\(operation.rawValue)(vector)" : "\(operation.rawValue)(parameter, vector)")
    }
    let operand = arguments.removeLast()
    return .aggregation(
      Aggregation(
        operation: operation, grouping: grouping ?? .all, parameter: arguments.first, operand: operand,
        span: SourceSpan(token.span.start, lastEnd)))
  }

  private mutating func parseGrouping() throws(Complaint) -> Aggregation.Grouping? {
    guard let keyword = currentKeyword, keyword == "by" || keyword == "without" else { return nil }
    advance()
    let labels = try parseLabelList()
    return keyword == "by" ? .by(labels) : .without(labels)
  }
}
