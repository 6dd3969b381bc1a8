internal import Telemetry

extension Parser {
  /// `name`, `name{…}` or `{…}`; `name` has been taken already.
  mutating func parseSelector(name token: Token?) throws(Complaint) -> VectorSelector {
    let start = token?.span.start ?? current.span.start
    let mayBeEmpty = acceptsEmptySelector
    acceptsEmptySelector = false
    var name = token?.text
    var matchers: [LabelMatcher] = []
    if isAt("{") {
      let brace = current.span.start
      advance()
      while !isAt("}") {
        guard current.kind != .end else {
          throw Complaint(.syntax("unclosed left brace"), at: brace, hint: "add '}'")
        }
        try parseMatcher(name: &name, into: &matchers)
        if take(",") || isAt("}") || current.kind == .end { continue }
        throw unexpected("',' or '}'")
      }
      advance()
    }
    if token != nil, let twice = matchers.first(where: { $0.name == LabelSet.metricName }) {
      throw Complaint(
        .syntax("the metric name is given twice: '\(name ?? "")' and \(twice)"), at: start,
        hint: "write it before the braces or between them")
    }
    if let name { matchers.append(.equal(LabelSet.metricName, name)) }
    guard mayBeEmpty || matchers.contains(where: { !$0.acceptsAbsence }) else {
      throw Complaint(
        .syntax("the selector accepts every series"), at: start,
        hint: "a vector selector must contain at least one matcher that does not match the empty string")
    }
    return VectorSelector(name: name, matchers: matchers, span: SourceSpan(start, lastEnd))
  }

  private mutating func parseMatcher(
    name metric: inout String?, into matchers: inout [LabelMatcher]
  ) throws(Complaint) {
    let token = current
    let name: String
    switch token.kind {
    case .identifier where !token.text.contains(":"):
      name = token.text
      advance()
    case .string:
      let literal = try stringLiteral()
      guard literal.isUTF8, !literal.bytes.isEmpty else {
        throw Complaint(.syntax("\(token.text) is not a name"), at: token.span.start)
      }
      name = literal.text
      if isAt(",") || isAt("}") {
        if let metric {
          throw Complaint(
            .syntax("the metric name is given twice: '\(metric)' and '\(name)'"), at: token.span.start)
        }
        metric = name
        return
      }
    default: throw unexpected("a label name or '}'")
    }
    matchers.append(try parseMatcherTest(name))
  }

  private mutating func parseMatcherTest(_ name: String) throws(Complaint) -> LabelMatcher {
    guard case .symbol(let symbol) = current.kind, ["=", "!=", "=~", "!~"].contains(symbol) else {
      throw unexpected("one of = != =~ !~")
    }
    advance()
    guard current.kind == .string else {
      throw unexpected("a string", hint: "label values are quoted: \(name)\(symbol)\"…\"")
    }
    let place = current.span.start
    let value = try stringLiteral().text
    switch symbol {
    case "=": return LabelMatcher(name, .equals(value))
    case "!=": return LabelMatcher(name, .differs(value))
    default:
      let pattern = try compile(value, at: place)
      return LabelMatcher(name, symbol == "=~" ? .matches(pattern) : .misses(pattern))
    }
  }

  // MARK: Brackets

  /// `[5m]` or `[30m:1m]`.
  mutating func parseBrackets(after expression: Expression) throws(Complaint) -> Expression {
    let bracket = current.span.start
    advance()
    let range = try parseDuration(.positive)
    var step: DurationExpression?
    let isSubquery = take(":")
    if isSubquery, !isAt("]") { step = try parseDuration(.positive) }
    guard take("]") else {
      if current.kind == .end { throw Complaint(.syntax("unclosed left bracket"), at: bracket, hint: "add ']'") }
      throw unexpected(isSubquery ? "']'" : "':' or ']'")
    }
    let span = SourceSpan(expression.span.start, lastEnd)
    if isSubquery {
      guard expression.valueType == .instantVector || expression.valueType == .scalar else {
        throw Complaint(
          .type("subqueries need an instant vector or a scalar, this is \(expression.valueType.withArticle)"),
          at: expression.span.start)
      }
      return .subquery(Subquery(expression: expression, range: range, step: step, span: span))
    }
    guard case .vector(let vector) = expression else {
      throw Complaint(
        .type("ranges are only allowed for vector selectors"), at: bracket,
        hint: "for other expressions write a subquery: [5m:] with a colon")
    }
    guard vector.modifiers == TimeModifiers(), vector.edges == nil else {
      throw Complaint(
        .syntax("the range stands after a modifier"), at: bracket,
        hint: "write \(vector.name ?? "selector")[range] first, then offset or @")
    }
    return .range(RangeSelector(vector: vector, range: range, span: span))
  }

  // MARK: Modifiers

  mutating func parseOffset(after expression: Expression) throws(Complaint) -> Expression {
    let start = current.span.start
    advance()
    let offset = try parseOffsetDuration()
    return try modifying(expression, "offset", at: start) {
      $0.offset == nil
    } change: {
      $0.offset = offset
    }
  }

  mutating func parseAnchor(after expression: Expression) throws(Complaint) -> Expression {
    let start = current.span.start
    advance()
    let anchor: TimeModifiers.Anchor
    if let keyword = currentKeyword, keyword == "start" || keyword == "end", followingIsParenthesis {
      advance()
      advance()
      try expect(")", "after \(keyword)(")
      anchor = keyword == "start" ? .start : .end
    } else {
      let place = current.span.start
      let seconds = try parseSignedNumber().value
      guard seconds.isFinite, seconds.magnitude < Double(Int64.max) / 1000 else {
        throw Complaint(.syntax("the timestamp after @ is out of bounds"), at: place)
      }
      anchor = .time(Timestamp(seconds: seconds))
    }
    return try modifying(expression, "@", at: start) {
      $0.anchor == nil
    } change: {
      $0.anchor = anchor
    }
  }

  private func modifying(
    _ expression: Expression, _ name: String, at start: Int, unless isFree: (TimeModifiers) -> Bool,
    change: (inout TimeModifiers) -> Void
  ) throws(Complaint) -> Expression {
    var modifiers: TimeModifiers
    switch expression {
    case .vector(let node): modifiers = node.modifiers
    case .range(let node): modifiers = node.vector.modifiers
    case .subquery(let node): modifiers = node.modifiers
    default:
      throw Complaint(
        .syntax("'\(name)' stands after something that is no selector and no subquery"), at: start,
        hint: "put it right after the selector, before the function or operator applies")
    }
    guard isFree(modifiers) else { throw Complaint(.syntax("'\(name)' is given twice"), at: start) }
    change(&modifiers)
    switch expression {
    case .vector(var node):
      node.modifiers = modifiers
      node.span = SourceSpan(node.span.start, lastEnd)
      return .vector(node)
    case .range(var node):
      node.vector.modifiers = modifiers
      node.span = SourceSpan(node.span.start, lastEnd)
      return .range(node)
    case .subquery(var node):
      node.modifiers = modifiers
      node.span = SourceSpan(node.span.start, lastEnd)
      return .subquery(node)
    default: return expression
    }
  }

  mutating func parseEdges(_ edges: EdgeTreatment, after expression: Expression) throws(Complaint) -> Expression {
    let start = current.span.start
    try require(.extendedRangeSelectors, "the modifier \(edges.rawValue)", at: start)
    advance()
    switch expression {
    case .range(var node) where node.vector.edges == nil:
      node.vector.edges = edges
      node.span = SourceSpan(node.span.start, lastEnd)
      return .range(node)
    case .vector(var node) where node.edges == nil && edges == .smoothed:
      node.edges = edges
      node.span = SourceSpan(node.span.start, lastEnd)
      return .vector(node)
    default:
      throw Complaint(.syntax("'\(edges.rawValue)' stands after something it cannot modify"), at: start)
    }
  }
}
