internal import Telemetry

/// Reads tokens into an expression by precedence climbing.
///
/// Depth and size are bounded (`Query.nestingMax`, `Query.operatorsMax`), so neither this recursion nor the evaluator's
/// can exhaust the stack.
struct Parser {
  let source: SourceText
  let features: LanguageFeatures
  private let tokens: [Token]
  private var index = 0
  private var nesting = 0
  private var operators = 0
  private var patterns = 0
  private var patternSize = 0
  /// The second argument of `info` may be `{}`: it only names labels.
  var acceptsEmptySelector = false

  init(_ source: SourceText, features: LanguageFeatures) throws(Complaint) {
    self.source = source
    self.features = features
    tokens = try Lexer.tokens(of: source)
  }

  mutating func parseQuery() throws(Complaint) -> Expression {
    if tokens.count == 1 {
      throw Complaint(.syntax("no expression found"), at: 0, hint: "write a query, for example up == 0")
    }
    let expression = try parseExpression(above: 0)
    if current.kind != .end { throw unexpected("an operator or the end of the query") }
    return expression
  }

  // MARK: Tokens

  var current: Token { tokens[index] }
  var following: Token { tokens[min(index + 1, tokens.count - 1)] }
  /// Where the last taken token ends.
  var lastEnd: Int { index > 0 ? tokens[index - 1].span.end : 0 }

  mutating func advance() { index = min(index + 1, tokens.count - 1) }

  func isAt(_ symbol: String) -> Bool { current.kind == .symbol(symbol) }

  /// Keywords are read in any case.
  var currentKeyword: String? { current.kind == .identifier ? current.text.lowercased() : nil }
  var followingIsParenthesis: Bool { following.kind == .symbol("(") }

  mutating func take(_ symbol: String) -> Bool {
    guard isAt(symbol) else { return false }
    advance()
    return true
  }

  mutating func expect(_ symbol: String, _ purpose: String) throws(Complaint) {
    guard take(symbol) else { throw unexpected("'\(symbol)' \(purpose)") }
  }

  func unexpected(_ wanted: String, hint: String? = nil) -> Complaint {
    let found = current.kind == .end ? "the query ends" : "'\(current.text)' stands"
    return Complaint(.syntax("\(found) where \(wanted) was expected"), at: current.span.start, hint: hint)
  }

  mutating func require(
    _ feature: LanguageFeatures, _ what: String, at offset: Int
  ) throws(Complaint) {
    guard features.contains(feature) else {
      throw Complaint(
        .syntax("\(what) is experimental in Prometheus and not enabled"), at: offset,
        hint: "write experimental: true under rules: or query: in watchkeeper.yaml, or rewrite without it")
    }
  }

  // MARK: Operators

  mutating func parseExpression(above minimum: Int) throws(Complaint) -> Expression {
    nesting += 1
    defer { nesting -= 1 }
    guard nesting <= Query.nestingMax else {
      throw Complaint(
        .limit(.nesting, max: Query.nestingMax), at: current.span.start,
        hint: "split the query with recording rules")
    }
    var left = try parseSigned()
    while let operation = currentOperator, operation.precedence > minimum {
      try countOperator()
      left = try parseOperation(operation, left: left)
    }
    return left
  }

  /// Operators of durations count too: together with `nestingMax` this bounds the depth of every tree.
  mutating func countOperator() throws(Complaint) {
    operators += 1
    guard operators <= Query.operatorsMax else {
      throw Complaint(
        .limit(.operators, max: Query.operatorsMax), at: current.span.start,
        hint: "split the query with recording rules")
    }
  }

  /// A regular expression of a selector.
  mutating func compile(_ text: String, at offset: Int) throws(Complaint) -> Pattern {
    patterns += 1
    guard patterns <= Query.patternsMax else {
      throw Complaint(
        .limit(.patterns, max: Query.patternsMax), at: offset, hint: "split the query with recording rules")
    }
    let pattern: Pattern
    do throws(PatternError) { pattern = try Pattern(text) } catch { throw Complaint(.syntax("\(error)"), at: offset) }
    patternSize += pattern.programSize
    guard patternSize <= Query.patternSizeMax else {
      throw Complaint(
        .limit(.instructions, max: Query.patternSizeMax), at: offset, hint: "repeat and list less in them")
    }
    return pattern
  }

  private var currentOperator: BinaryOperator? {
    switch current.kind {
    case .symbol(let text): BinaryOperator(rawValue: text)
    case .identifier: BinaryOperator(rawValue: current.text.lowercased())
    default: nil
    }
  }

  private mutating func parseOperation(_ operation: BinaryOperator, left: Expression) throws(Complaint) -> Expression {
    let operatorSpan = current.span
    advance()
    let comparison = try parseBoolModifier(operation)
    let matching = try parseMatching(operation)
    let minimum = operation.isRightAssociative ? operation.precedence - 1 : operation.precedence
    let right = try parseExpression(above: minimum)
    return .binary(
      BinaryOperation(
        operation: operation, left: left, right: right, comparison: comparison, matching: matching,
        operatorSpan: operatorSpan))
  }

  private mutating func parseBoolModifier(
    _ operation: BinaryOperator
  ) throws(Complaint) -> BinaryOperation.ComparisonResult {
    guard currentKeyword == "bool" else { return .filters }
    guard operation.isComparison else {
      throw Complaint(
        .syntax("'bool' stands after '\(operation.rawValue)', which is no comparison"), at: current.span.start,
        hint: "bool belongs to == != < <= > >=")
    }
    advance()
    return .zeroOrOne
  }

  private mutating func parseSigned() throws(Complaint) -> Expression {
    guard isAt("+") || isAt("-") else { return try parsePostfix() }
    let start = current.span.start
    let sign: SignOperation.Sign = isAt("-") ? .minus : .plus
    advance()
    let operand = try parseExpression(above: BinaryOperator.signPrecedence)
    return .sign(SignOperation(sign: sign, operand: operand, span: SourceSpan(start, operand.span.end)))
  }
}
