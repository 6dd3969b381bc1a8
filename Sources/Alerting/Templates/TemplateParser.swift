internal import Telemetry

/// Builds the parsed form; unknown functions and undefined variables are errors here, not at the time of the page.
struct TemplateParser {
  /// Blocks and parentheses inside each other; the limit is 50.
  static let nestingMax = 50

  private let tokens: [TemplateToken]
  private var position = 0
  private var variables: [String]
  private var depth = 0
  private var loops = 0
  private(set) var definitions: [String: [TemplateNode]] = [:]

  /// What ended a list of nodes.
  private enum Ending: Equatable {
    case end, endOfText
    /// `else`, with what follows it: `if`, `with` or nothing.
    case otherwise(String?)
  }

  static func parse(
    _ text: String, variables: [String]
  ) throws(TemplateError) -> (body: [TemplateNode], definitions: [String: [TemplateNode]]) {
    var parser = TemplateParser(tokens: try TemplateLexer.tokens(of: text), variables: variables)
    let (body, ending) = try parser.list()
    switch ending {
    case .endOfText: return (body, parser.definitions)
    case .end: throw parser.fail("unexpected {{end}}")
    case .otherwise: throw parser.fail("unexpected {{else}}")
    }
  }

  private init(tokens: [TemplateToken], variables: [String]) {
    self.tokens = tokens
    self.variables = variables
  }

  // MARK: Blocks

  private mutating func list() throws(TemplateError) -> ([TemplateNode], Ending) {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.nestingMax else { throw fail("blocks are nested more than \(Self.nestingMax) deep") }
    var nodes: [TemplateNode] = []
    while position < tokens.count {
      let token = tokens[position]
      position += 1
      if case .text(let text) = token.kind {
        nodes.append(.text(text))
        continue
      }
      guard case .word(let word)? = current?.kind, Self.keywords.contains(word) else {
        nodes.append(.action(try pipeline(ending: .actionEnd), line: token.line))
        continue
      }
      position += 1
      switch word {
      case "end":
        try expect(.actionEnd, "end takes no argument")
        return (nodes, .end)
      case "else": return (nodes, .otherwise(try elseContinuation()))
      default: if let node = try block(word, line: token.line) { nodes.append(node) }
      }
    }
    return (nodes, .endOfText)
  }

  private static let keywords: Set<String> = [
    "if", "else", "end", "range", "with", "define", "block", "template", "break", "continue",
  ]

  private mutating func elseContinuation() throws(TemplateError) -> String? {
    if case .word(let word)? = current?.kind, word == "if" || word == "with" {
      position += 1
      return word
    }
    try expect(.actionEnd, "else takes only if or with")
    return nil
  }

  private mutating func block(_ word: String, line: Int) throws(TemplateError) -> TemplateNode? {
    switch word {
    case "if": return try choice(.condition, line: line)
    case "with": return try choice(.with, line: line)
    case "range": return try range(line: line)
    case "define":
      try define()
      return nil
    case "block": return try blockDefinition(line: line)
    case "template": return try invocation(line: line)
    default:
      try expect(.actionEnd, "\(word) takes no argument")
      guard loops > 0 else { throw fail("{{\(word)}} outside {{range}}") }
      return word == "break" ? .breakLoop : .continueLoop
    }
  }

  private mutating func choice(_ first: TemplateArm.Kind, line: Int) throws(TemplateError) -> TemplateNode {
    let scope = variables.count
    defer { variables.removeLast(variables.count - scope) }
    var arms: [TemplateArm] = []
    var kind = first
    var line = line
    while true {
      let condition = try pipeline(ending: .actionEnd)
      let inner = variables.count
      let (body, ending) = try list()
      variables.removeLast(variables.count - inner)
      arms.append(TemplateArm(kind: kind, pipeline: condition, body: body, line: line))
      switch ending {
      case .end: return .choice(arms, otherwise: [])
      case .endOfText: throw unclosed(kind == .with ? "with" : "if")
      case .otherwise(nil): return .choice(arms, otherwise: try closingList("else"))
      case .otherwise(let word?):
        kind = word == "with" ? .with : .condition
        line = self.line
      }
    }
  }

  private mutating func range(line: Int) throws(TemplateError) -> TemplateNode {
    let scope = variables.count
    defer { variables.removeLast(variables.count - scope) }
    let subject = try pipeline(ending: .actionEnd, variablesMax: 2)
    loops += 1
    let (body, ending) = try list()
    loops -= 1
    switch ending {
    case .end: return .range(subject, body: body, otherwise: [], line: line)
    case .endOfText: throw unclosed("range")
    case .otherwise(nil): return .range(subject, body: body, otherwise: try closingList("else"), line: line)
    case .otherwise: throw fail("range allows only a plain {{else}}")
    }
  }

  /// A list that only `end` may close.
  private mutating func closingList(_ word: String) throws(TemplateError) -> [TemplateNode] {
    let inner = variables.count
    let (body, ending) = try list()
    variables.removeLast(variables.count - inner)
    guard ending == .end else { throw ending == .endOfText ? unclosed(word) : fail("unexpected {{else}}") }
    return body
  }

  private mutating func define() throws(TemplateError) {
    guard depth == 1 else { throw fail("{{define}} must stand at the top level") }
    let name = try quotedName("define")
    try expect(.actionEnd, "define takes one name")
    definitions[name] = try separateBody("define")
  }

  private mutating func blockDefinition(line: Int) throws(TemplateError) -> TemplateNode {
    let name = try quotedName("block")
    let argument = try pipeline(ending: .actionEnd)
    definitions[name] = try separateBody("block")
    return .invoke(name: name, argument: argument, line: line)
  }

  /// A definition sees none of the variables around it.
  private mutating func separateBody(_ word: String) throws(TemplateError) -> [TemplateNode] {
    let outer = (variables, loops)
    defer { (variables, loops) = outer }
    variables = ["$"]
    loops = 0
    return try closingList(word)
  }

  private mutating func invocation(line: Int) throws(TemplateError) -> TemplateNode {
    let name = try quotedName("template")
    if current?.kind == .actionEnd {
      position += 1
      return .invoke(name: name, argument: nil, line: line)
    }
    return .invoke(name: name, argument: try pipeline(ending: .actionEnd), line: line)
  }

  private mutating func quotedName(_ word: String) throws(TemplateError) -> String {
    guard case .string(let name)? = current?.kind else { throw fail("{{\(word)}} needs a name between quotes") }
    position += 1
    return name
  }

  // MARK: Pipelines

  private mutating func pipeline(
    ending: TemplateToken.Kind, variablesMax: Int = 1
  ) throws(TemplateError) -> TemplatePipeline {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.nestingMax else { throw fail("parentheses are nested more than \(Self.nestingMax) deep") }
    let binding = try binding(variablesMax)
    var commands: [TemplateCommand] = []
    while true {
      commands.append(try command(isFirst: commands.isEmpty, ending: ending))
      guard let token = current else { throw fail("unclosed action – end it with }}") }
      position += 1
      if token.kind == ending { break }
      guard token.kind == .pipe else { throw fail("unexpected \(Self.name(of: token)) in a command") }
    }
    if case .declares(let names) = binding { variables += names }
    return TemplatePipeline(binding: binding, commands: commands)
  }

  private mutating func binding(_ variablesMax: Int) throws(TemplateError) -> TemplatePipeline.Binding {
    guard case .variable(let first)? = current?.kind, position + 1 < tokens.count else { return .none }
    var names = [first]
    var next = position + 1
    if tokens[next].kind == .comma, variablesMax == 2, next + 2 < tokens.count,
      case .variable(let second) = tokens[next + 1].kind
    {
      names.append(second)
      next += 2
    }
    switch tokens[next].kind {
    case .declare:
      position = next + 1
      return .declares(names)
    case .assign:
      position = next + 1
      for name in names where !variables.contains(name) { throw fail("undefined variable '\(name)'") }
      return .assigns(names)
    default: return .none
    }
  }

  private mutating func command(
    isFirst: Bool, ending: TemplateToken.Kind
  ) throws(TemplateError) -> TemplateCommand {
    var operands: [TemplateOperand] = []
    while let token = current, token.kind != ending, token.kind != .pipe {
      operands.append(try operand())
    }
    guard let first = operands.first else {
      throw fail(isFirst ? "missing value for command" : "missing command after |")
    }
    if !isFirst, !Self.isCallable(first) { throw fail("a value cannot follow | – only a function can") }
    return TemplateCommand(operands: operands)
  }

  private static func isCallable(_ operand: TemplateOperand) -> Bool {
    switch operand {
    case .function, .field, .variable, .grouped: true
    default: false
    }
  }

  private mutating func operand() throws(TemplateError) -> TemplateOperand {
    guard let token = current else { throw fail("unclosed action – end it with }}") }
    position += 1
    switch token.kind {
    case .dot: return .dot
    case .string(let text): return .string(text)
    case .number(let text): return try number(text)
    case .field(let name): return .field([name] + trailingFields())
    case .variable(let name):
      guard variables.contains(name) else { throw fail("undefined variable '\(name)'") }
      return .variable(name, fields: trailingFields())
    case .leftParenthesis:
      let inner = try pipeline(ending: .rightParenthesis)
      return .grouped(inner, fields: trailingFields())
    case .word(let word): return try self.word(word)
    default: throw fail("unexpected \(Self.name(of: token)) in a command")
    }
  }

  private func word(_ word: String) throws(TemplateError) -> TemplateOperand {
    switch word {
    case "true": return .boolean(true)
    case "false": return .boolean(false)
    case "nil": return .nothing
    default:
      guard TemplateFunctions.named(word) != nil || TemplateFunctions.shortCircuiting.contains(word) else {
        throw fail("function '\(word)' is not defined")
      }
      return .function(word)
    }
  }

  /// A number written with a point or an exponent is a float, any other an integer, as in Go.
  private func number(_ text: String) throws(TemplateError) -> TemplateOperand {
    let plain = text.filter { $0 != "_" }
    if let integer = GoNumberText.integer(plain) { return .integer(integer) }
    guard let value = GoNumberText.number(plain) else { throw fail("'\(text)' is not a number") }
    return .number(value)
  }

  private mutating func trailingFields() -> [String] {
    var names: [String] = []
    while let token = current, !token.followsSpace, case .field(let name) = token.kind {
      names.append(name)
      position += 1
    }
    return names
  }

  // MARK: Tokens

  private var current: TemplateToken? { position < tokens.count ? tokens[position] : nil }
  private var line: Int { tokens.isEmpty ? 1 : tokens[min(max(position - 1, 0), tokens.count - 1)].line }

  private mutating func expect(_ kind: TemplateToken.Kind, _ problem: String) throws(TemplateError) {
    guard current?.kind == kind else { throw fail(problem) }
    position += 1
  }

  private func unclosed(_ word: String) -> TemplateError { fail("{{\(word)}} has no {{end}}") }
  private func fail(_ problem: String) -> TemplateError { TemplateError(line: line, problem: problem) }

  private static func name(of token: TemplateToken) -> String {
    switch token.kind {
    case .text: "text"
    case .actionStart: "{{"
    case .actionEnd: "}}"
    case .word(let word): "'\(word)'"
    case .field(let name): "'.\(name)'"
    case .variable(let name): "'\(name)'"
    case .number(let text): "'\(text)'"
    case .string(let text): TextNotation.go.quoted(text)
    case .dot: "'.'"
    case .pipe: "'|'"
    case .comma: "','"
    case .declare: "':='"
    case .assign: "'='"
    case .leftParenthesis: "'('"
    case .rightParenthesis: "')'"
    }
  }
}
