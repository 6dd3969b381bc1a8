internal import Telemetry

extension Parser {
  /// `on (…)`, `ignoring (…)`, then optionally `group_left (…)` or `group_right (…)`, then fills.
  mutating func parseMatching(_ operation: BinaryOperator) throws(Complaint) -> VectorMatching? {
    let start = current.span.start
    var matching = VectorMatching(
      cardinality: operation.isSetOperation ? .manyToMany : .oneToOne, basis: .ignoring([]), include: [],
      isExplicit: false)
    if let keyword = currentKeyword, keyword == "on" || keyword == "ignoring", followingIsParenthesis {
      advance()
      let labels = try parseLabelList()
      matching.basis = keyword == "on" ? .on(labels) : .ignoring(labels)
      matching.isExplicit = true
      try parseGroup(&matching, operation)
    } else if let keyword = currentKeyword, keyword == "group_left" || keyword == "group_right" {
      throw unexpected("on (…) or ignoring (…)", hint: "say what to match on before \(keyword)")
    }
    let hasFills = try parseFills(&matching)
    if hasFills, operation.isSetOperation {
      throw Complaint(.syntax("fill does not go with the set operation '\(operation.rawValue)'"), at: start)
    }
    return matching.isExplicit || hasFills ? matching : nil
  }

  private mutating func parseGroup(
    _ matching: inout VectorMatching, _ operation: BinaryOperator
  ) throws(Complaint) {
    guard let keyword = currentKeyword, keyword == "group_left" || keyword == "group_right" else { return }
    let start = current.span.start
    if operation.isSetOperation {
      throw Complaint(.syntax("no grouping allowed for the set operation '\(operation.rawValue)'"), at: start)
    }
    advance()
    if isAt("(") { matching.include = try parseLabelList() }
    matching.cardinality = keyword == "group_left" ? .manyToOne : .oneToMany
    if case .on(let labels) = matching.basis, let twice = matching.include.first(where: Set(labels).contains) {
      throw Complaint(.syntax("label '\(twice)' must not stand in on and \(keyword) at once"), at: start)
    }
  }

  private mutating func parseFills(_ matching: inout VectorMatching) throws(Complaint) -> Bool {
    var found = false
    while let keyword = currentKeyword, ["fill", "fill_left", "fill_right"].contains(keyword), followingIsParenthesis {
      try require(.fillModifiers, "the modifier \(keyword)", at: current.span.start)
      advance()
      advance()
      let value = try parseSignedNumber()
      try expect(")", "after the fill value")
      if keyword != "fill_right" { matching.fillLeft = value }
      if keyword != "fill_left" { matching.fillRight = value }
      found = true
    }
    return found
  }

  mutating func parseSignedNumber() throws(Complaint) -> NumberLiteral {
    let start = current.span.start
    let isNegative = isAt("-")
    if isNegative || isAt("+") { advance() }
    guard let number = numberLiteral() else { throw unexpected("a number") }
    advance()
    return NumberLiteral(
      isNegative ? -number.value : number.value, number.notation, at: SourceSpan(start, number.span.end))
  }

  /// The number or duration at the current token; does not advance.
  func numberLiteral() -> NumberLiteral? {
    switch current.kind {
    case .number, .identifier:
      return NumberText.value(current.text).map { NumberLiteral($0, at: current.span) }
    case .duration:
      guard let duration = Duration(notation: current.text) else { return nil }
      return NumberLiteral(Double(duration.wholeMilliseconds) / 1000, .duration, at: current.span)
    default: return nil
    }
  }

  /// `(a, b, "c d")`, a trailing comma allowed.
  mutating func parseLabelList() throws(Complaint) -> [String] {
    try expect("(", "before the label names")
    var labels: [String] = []
    while !isAt(")") {
      labels.append(try parseLabelName())
      guard take(",") else { break }
    }
    try expect(")", "or ',' in the list of label names")
    return labels
  }

  private mutating func parseLabelName() throws(Complaint) -> String {
    let token = current
    switch token.kind {
    case .identifier where !token.text.contains(":"):
      advance()
      return token.text
    case .string:
      let literal = try stringLiteral()
      guard !literal.bytes.isEmpty, literal.isUTF8 else {
        throw Complaint(.syntax("\(token.text) is not a label name"), at: token.span.start)
      }
      return literal.text
    default: throw unexpected("a label name")
    }
  }

  mutating func stringLiteral() throws(Complaint) -> StringLiteral {
    let span = current.span
    switch StringText.unquoted(Array(source.bytes[span.start..<span.end])) {
    case .success(let bytes):
      advance()
      return StringLiteral(bytes: bytes, at: span)
    case .failure(let bad):
      throw Complaint(
        .syntax("the string holds an escape that cannot be read"), at: span.start + bad.offset,
        hint: "write \\\\ for a backslash, or put the string between backquotes")
    }
  }
}
