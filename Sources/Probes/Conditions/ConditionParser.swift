internal import Telemetry

/// Reads a condition by descent, checking types on the way.
struct ConditionParser {
  private let tokens: [ConditionToken]
  private var position = 0
  private var depth = 0
  private(set) var readsBody = false

  /// Deeper nesting is refused: 50.
  private static let depthMax = 50

  init(tokens: [ConditionToken]) { self.tokens = tokens }

  private typealias Typed = (expression: ConditionExpression, type: ConditionType)

  mutating func condition() throws(ConditionFault) -> ConditionExpression {
    guard token.kind != .end else { throw ConditionFault(at: 0, "fault.condition.empty") }
    let start = token.column
    let whole = try either()
    guard token.kind == .end else {
      if case .word(let word) = token.kind {
        throw ConditionFault(
          at: token.column, "fault.condition.word",
          ["word": word, "known": Spelling.argument(for: word, among: ["and", "or"])])
      }
      throw ConditionFault(at: token.column, "fault.condition.rest", ["text": token.shown])
    }
    return try truth(whole, at: start)
  }

  /// A path alone: `body.items[0].id`.
  static func path(_ text: String) throws(ConditionFault) -> [ConditionStep] {
    var parser = ConditionParser(tokens: try ConditionLexer.tokens(of: text))
    guard parser.take(.word("body")) else {
      throw ConditionFault(at: 0, "fault.condition.word", ["word": parser.token.shown, "known": "body"])
    }
    let steps = try parser.steps()
    guard parser.token.kind == .end else {
      throw ConditionFault(at: parser.token.column, "fault.condition.rest", ["text": parser.token.shown])
    }
    return steps
  }

  private var token: ConditionToken { tokens[position] }

  private mutating func take(_ kind: ConditionToken.Kind) -> Bool {
    guard token.kind == kind else { return false }
    position += 1
    return true
  }

  private mutating func takeSign(_ signs: String...) -> Bool {
    for sign in signs where token.kind == .sign(sign) || token.kind == .word(sign) {
      position += 1
      return true
    }
    return false
  }

  private mutating func expect(_ sign: String) throws(ConditionFault) {
    guard take(.sign(sign)) else {
      throw ConditionFault(at: token.column, "fault.condition.expected", ["sign": sign, "text": token.shown])
    }
  }

  /// A number is no condition; a value out of JSON may be a truth.
  private func truth(_ part: Typed, at column: Int) throws(ConditionFault) -> ConditionExpression {
    switch part.type {
    case .truth: return part.expression
    case .json: return .comparison(part.expression, .equal, .constant(.truth(true)))
    default: throw ConditionFault(at: column, "fault.condition.no-comparison")
    }
  }

  private mutating func either() throws(ConditionFault) -> Typed {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.depthMax else { throw ConditionFault(at: token.column, "fault.condition.depth") }
    let start = token.column
    var left = try both()
    while takeSign("or", "||") {
      let column = token.column
      left = (.either(try truth(left, at: start), try truth(try both(), at: column)), .truth)
    }
    return left
  }

  private mutating func both() throws(ConditionFault) -> Typed {
    let start = token.column
    var left = try negation()
    while takeSign("and", "&&") {
      let column = token.column
      left = (.both(try truth(left, at: start), try truth(try negation(), at: column)), .truth)
    }
    return left
  }

  private mutating func negation() throws(ConditionFault) -> Typed {
    guard takeSign("not", "!") else { return try comparison() }
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.depthMax else { throw ConditionFault(at: token.column, "fault.condition.depth") }
    let column = token.column
    return (.not(try truth(try negation(), at: column)), .truth)
  }

  private mutating func comparison() throws(ConditionFault) -> Typed {
    let left = try called(try operand())
    let column = token.column
    var isNegated = false
    if token.kind == .word("not") {
      position += 1
      isNegated = true
    }
    if takeSign("matches", "=~") { return negated(isNegated, try matches(left, at: column)) }
    if takeSign("!~") { return negated(true, try matches(left, at: column)) }
    guard let sign = comparisonSign else {
      if isNegated { throw ConditionFault(at: token.column, "fault.condition.operator", ["text": token.shown]) }
      if case .word(let word) = token.kind, !["and", "or"].contains(word) {
        let known = ["and", "or", "not", "contains", "matches", "in"]
        throw ConditionFault(
          at: token.column, "fault.condition.word", ["word": word, "known": Spelling.argument(for: word, among: known)])
      }
      return left
    }
    position += 1
    let right = sign == .isIn ? try list() : try called(try operand())
    try check(left, sign, right, at: column)
    return negated(isNegated, (.comparison(left.expression, sign, right.expression), .truth))
  }

  /// CEL writes some comparisons behind a point: `body.name.contains('a')`.
  private mutating func called(_ given: Typed) throws(ConditionFault) -> Typed {
    var part = given
    while token.kind == .sign("."), position + 2 < tokens.count, tokens[position + 2].kind == .sign("("),
      case .word(let name) = tokens[position + 1].kind
    {
      let column = tokens[position + 1].column
      position += 3
      switch name {
      case "size": part = (.length(part.expression), .number)
      case "matches": part = try matches(part, at: column)
      case "contains", "startsWith", "endsWith":
        let argument = try operand()
        let sign = ConditionOperator(rawValue: name) ?? .contains
        try check(part, sign, argument, at: column)
        part = (.comparison(part.expression, sign, argument.expression), .truth)
      default:
        let known = ["size", "matches", "contains", "startsWith", "endsWith"]
        throw ConditionFault(
          at: column, "fault.condition.word", ["word": name, "known": Spelling.argument(for: name, among: known)])
      }
      try expect(")")
    }
    return part
  }

  private func negated(_ isNegated: Bool, _ part: Typed) -> Typed { isNegated ? (.not(part.expression), .truth) : part }

  private var comparisonSign: ConditionOperator? {
    switch token.kind {
    case .sign(let sign): ConditionOperator(rawValue: sign)
    case .word(let word): ["contains", "in"].contains(word) ? ConditionOperator(rawValue: word) : nil
    default: nil
    }
  }

  private mutating func matches(_ left: Typed, at column: Int) throws(ConditionFault) -> Typed {
    guard left.type == .text || left.type == .json else {
      throw ConditionFault(at: column, "fault.condition.types", ["left": left.type.rawValue, "right": "text"])
    }
    guard case .text(let text) = token.kind else {
      throw ConditionFault(at: token.column, "fault.condition.pattern-text", ["text": token.shown])
    }
    let place = token.column
    position += 1
    do throws(PatternError) {
      return (.matches(left.expression, try Pattern(text)), .truth)
    } catch {
      throw ConditionFault(at: place, "fault.value.pattern", ["text": text, "problem": error.problem])
    }
  }

  private func check(
    _ left: Typed, _ sign: ConditionOperator, _ right: Typed, at column: Int
  ) throws(ConditionFault) {
    let isFine: Bool
    switch sign {
    case .isIn: isFine = true
    case .contains: isFine = [.text, .json, .list].contains(left.type)
    case .startsWith, .endsWith: isFine = [.text, .json].contains(left.type)
    default:
      let ordered = !sign.isOrder || ![left.type, right.type].contains(.truth) && left.type != .list
      isFine = ordered && (left.type == right.type || left.type == .json || right.type == .json)
    }
    guard isFine else {
      throw ConditionFault(
        at: column, "fault.condition.types", ["left": left.type.rawValue, "right": right.type.rawValue])
    }
  }

  private mutating func list() throws(ConditionFault) -> Typed {
    // `'a' in body.names` asks a list of the body.
    guard token.kind == .sign("[") else { return try operand() }
    position += 1
    var members: [ConditionExpression] = []
    while !take(.sign("]")) {
      if !members.isEmpty { try expect(",") }
      members.append(try operand().expression)
    }
    return (.list(members), .list)
  }

  private mutating func operand() throws(ConditionFault) -> Typed {
    let token = token
    position += token.kind == .end ? 0 : 1
    switch token.kind {
    case .text(let text): return (.constant(.text(text)), .text)
    case .number(let number): return (.constant(.number(number)), .number)
    case .duration(let seconds): return (.constant(.duration(seconds)), .duration)
    case .bytes(let bytes): return (.constant(.bytes(bytes)), .size)
    case .sign("("):
      let inner = try either()
      try expect(")")
      return inner
    case .sign("["):
      position -= 1
      return try list()
    case .sign("-"):
      guard case .number(let number) = self.token.kind else { break }
      position += 1
      return (.constant(.number(-number)), .number)
    case .word(let word): return try named(word, at: token.column)
    default: break
    }
    throw ConditionFault(at: token.column, "fault.condition.value", ["text": token.shown])
  }

  private mutating func named(_ word: String, at column: Int) throws(ConditionFault) -> Typed {
    switch word {
    case "true", "false": return (.constant(.truth(word == "true")), .truth)
    case "null": return (.constant(.null), .json)
    case "len",
      "size" where token.kind == .sign("("):
      try expect("(")
      let inner = try operand()
      guard [.text, .json, .list].contains(inner.type) else {
        throw ConditionFault(at: column, "fault.condition.length-of", ["type": inner.type.rawValue])
      }
      try expect(")")
      return (.length(inner.expression), .number)
    case "has" where token.kind == .sign("("):
      try expect("(")
      let inner = try operand()
      try expect(")")
      return (.has(inner.expression), .truth)
    case "headers": return (.header(try headerName()), .text)
    case "body":
      readsBody = true
      return (.path(try steps()), .json)
    default: break
    }
    var name = word
    if token.kind == .sign("."), position + 1 < tokens.count, case .word(let part) = tokens[position + 1].kind,
      ["tls", "time", "cert"].contains(word)
    {
      name += "." + part
      position += 2
    }
    guard let root = ConditionRoot(rawValue: name) else {
      let known = ConditionRoot.allCases.map(\.rawValue) + ["len"]
      throw ConditionFault(
        at: column, "fault.condition.word", ["word": name, "known": Spelling.argument(for: name, among: known)])
    }
    if root == .text { readsBody = true }
    return (.root(root), root.type)
  }

  private mutating func headerName() throws(ConditionFault) -> String {
    if take(.sign("[")) {
      guard case .text(let name) = token.kind else {
        throw ConditionFault(at: token.column, "fault.condition.header", ["text": token.shown])
      }
      position += 1
      try expect("]")
      return name
    }
    if take(.sign(".")), case .word(let name) = token.kind {
      position += 1
      return name
    }
    throw ConditionFault(at: token.column, "fault.condition.header", ["text": token.shown])
  }

  private mutating func steps() throws(ConditionFault) -> [ConditionStep] {
    var steps: [ConditionStep] = []
    while true {
      if token.kind == .sign("."), position + 2 < tokens.count, tokens[position + 2].kind == .sign("(") {
        return steps
      } else if take(.sign(".")) {
        guard case .word(let name) = token.kind else {
          throw ConditionFault(at: token.column, "fault.condition.member", ["text": token.shown])
        }
        position += 1
        steps.append(.member(name))
      } else if take(.sign("[")) {
        let isNegative = take(.sign("-"))
        switch token.kind {
        case .text(let name) where !isNegative: steps.append(.member(name))
        case .number(let number) where number == number.rounded() && number < 1e9:
          steps.append(.index(isNegative ? -Int(number) : Int(number)))
        default: throw ConditionFault(at: token.column, "fault.condition.member", ["text": token.shown])
        }
        position += 1
        try expect("]")
      } else {
        return steps
      }
    }
  }
}
