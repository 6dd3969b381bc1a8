/// Walks the parsed template and writes its text.
struct TemplateExpander {
  private let definitions: [String: [TemplateNode]]
  private let context: TemplateContext
  private(set) var output: [UInt8] = []
  private(set) var line = 1
  private var variables: [(name: String, value: TemplateValue)]
  private var dot: TemplateValue
  private var steps = 0
  private var depth = 0

  private enum Flow { case onward, breakLoop, continueLoop }

  init(definitions: [String: [TemplateNode]], context: TemplateContext) {
    self.definitions = definitions
    self.context = context
    let root = context.root
    dot = root
    variables = [
      ("$", root), ("$labels", .labels(context.labels.asDictionary)),
      ("$externalLabels", .labels(context.external.labels.asDictionary)),
      ("$externalURL", .string(context.external.url)), ("$value", context.shownValue),
    ]
  }

  mutating func run(_ nodes: [TemplateNode]) throws(TemplateStop) { _ = try walk(nodes) }

  // MARK: Nodes

  private mutating func walk(_ nodes: [TemplateNode]) throws(TemplateStop) -> Flow {
    try enter()
    defer { depth -= 1 }
    for node in nodes {
      try step()
      let flow = try visit(node)
      if flow != .onward { return flow }
    }
    return .onward
  }

  private mutating func visit(_ node: TemplateNode) throws(TemplateStop) -> Flow {
    switch node {
    case .text(let text): try write(text)
    case .action(let pipeline, let line):
      self.line = line
      let value = try evaluate(pipeline)
      if case .none = pipeline.binding { try write(value.text) }
    case .choice(let arms, let otherwise): return try choose(arms, otherwise)
    case .range(let pipeline, let body, let otherwise, let line):
      self.line = line
      return try loop(over: pipeline, body, otherwise)
    case .invoke(let name, let argument, let line):
      self.line = line
      try invoke(name, argument)
    case .breakLoop: return .breakLoop
    case .continueLoop: return .continueLoop
    }
    return .onward
  }

  private mutating func choose(_ arms: [TemplateArm], _ otherwise: [TemplateNode]) throws(TemplateStop) -> Flow {
    let scope = variables.count
    defer { variables.removeLast(variables.count - scope) }
    for arm in arms {
      line = arm.line
      let value = try evaluate(arm.pipeline)
      guard value.isTrue else { continue }
      let outer = dot
      defer { dot = outer }
      if arm.kind == .with { dot = value }
      return try walk(arm.body)
    }
    return try walk(otherwise)
  }

  private mutating func loop(
    over pipeline: TemplatePipeline, _ body: [TemplateNode], _ otherwise: [TemplateNode]
  ) throws(TemplateStop) -> Flow {
    let scope = variables.count
    let outer = dot
    defer {
      variables.removeLast(variables.count - scope)
      dot = outer
    }
    let subject = try value(of: pipeline.commands)
    let items = try Self.items(of: subject)
    if items.isEmpty { return try walk(otherwise) }
    try charge(items.count)
    let mark = variables.count
    for (key, item) in items {
      variables.removeLast(variables.count - mark)
      try bindLoopVariables(pipeline.binding, key, item)
      dot = item
      let flow = try walk(body)
      if flow == .breakLoop { break }
    }
    return .onward
  }

  private mutating func bindLoopVariables(
    _ binding: TemplatePipeline.Binding, _ key: TemplateValue, _ item: TemplateValue
  ) throws(TemplateStop) {
    switch binding {
    case .none: break
    case .declares(let names):
      if names.count == 2 { variables.append((names[0], key)) }
      if let last = names.last { variables.append((last, item)) }
    case .assigns(let names):
      if names.count == 2 { try assign(names[0], key) }
      if let last = names.last { try assign(last, item) }
    }
  }

  /// What `range` walks, with the index or key of each.
  private static func items(of value: TemplateValue) throws(TemplateStop) -> [(TemplateValue, TemplateValue)] {
    switch value {
    case .nothing: return []
    case .list(let items): return items.enumerated().map { (.integer(Int64($0.offset)), $0.element) }
    case .labels(let pairs): return pairs.sorted { $0.key < $1.key }.map { (.string($0.key), .string($0.value)) }
    case .map(let pairs): return pairs.sorted { $0.key < $1.key }.map { (.string($0.key), $0.value) }
    case .integer(let count):
      guard count <= Int64(TemplateLimits.stepsMax) else { throw .problem("range over \(count) is too long") }
      return (0..<max(count, 0)).map { (.integer($0), .integer($0)) }
    default: throw .problem("range can't iterate over \(value.text)")
    }
  }

  private mutating func invoke(_ name: String, _ argument: TemplatePipeline?) throws(TemplateStop) {
    guard let body = definitions[name] else { throw .problem("template '\(name)' is not defined") }
    var value = TemplateValue.nothing
    if let argument { value = try evaluate(argument) }
    let outer = (variables, dot, line)
    defer { (variables, dot, line) = outer }
    variables = [("$", value)]
    dot = value
    _ = try walk(body)
  }

  // MARK: Pipelines

  private mutating func evaluate(_ pipeline: TemplatePipeline) throws(TemplateStop) -> TemplateValue {
    let result = try value(of: pipeline.commands)
    switch pipeline.binding {
    case .none: break
    case .declares(let names): for name in names { variables.append((name, result)) }
    case .assigns(let names): for name in names { try assign(name, result) }
    }
    return result
  }

  private mutating func assign(_ name: String, _ value: TemplateValue) throws(TemplateStop) {
    guard let index = variables.lastIndex(where: { $0.name == name }) else {
      throw .problem("undefined variable '\(name)'")
    }
    variables[index].value = value
  }

  private mutating func value(of commands: [TemplateCommand]) throws(TemplateStop) -> TemplateValue {
    try enter()
    defer { depth -= 1 }
    var piped: TemplateValue?
    for command in commands { piped = try run(command, piped) }
    return piped ?? .nothing
  }

  private mutating func run(
    _ command: TemplateCommand, _ piped: TemplateValue?
  ) throws(TemplateStop) -> TemplateValue {
    try step()
    guard let first = command.operands.first else { return .nothing }
    guard case .function(let name) = first else {
      guard command.operands.count == 1, piped == nil else {
        throw .problem("can't give an argument to a value that is no function")
      }
      return try operand(first)
    }
    let rest = command.operands.dropFirst()
    if TemplateFunctions.shortCircuiting.contains(name) { return try junction(name, rest, piped) }
    var arguments: [TemplateValue] = []
    for operand in rest { arguments.append(try self.operand(operand)) }
    if let piped { arguments.append(piped) }
    return try call(name, arguments)
  }

  private mutating func call(_ name: String, _ arguments: [TemplateValue]) throws(TemplateStop) -> TemplateValue {
    guard let function = TemplateFunctions.named(name) else { throw .problem("function '\(name)' is not defined") }
    guard function.arity.contains(arguments.count) else {
      throw .problem("wrong number of arguments for \(name): want \(function.arityText) got \(arguments.count)")
    }
    for argument in arguments { try charge(argument.weight) }
    do throws(TemplateStop) {
      let result = try function.body(TemplateArguments(values: arguments), context)
      if case .string(let text) = result, text.utf8.count > TemplateLimits.outputBytesMax {
        throw TemplateStop.problem("text is longer than \(TemplateLimits.outputBytesMax) bytes")
      }
      return result
    } catch {
      if case .problem(let problem) = error { throw .problem("error calling \(name): \(problem)") }
      throw error
    }
  }

  /// `and` and `or` stop at the first operand that decides.
  private mutating func junction(
    _ name: String, _ operands: ArraySlice<TemplateOperand>, _ piped: TemplateValue?
  ) throws(TemplateStop) -> TemplateValue {
    var result: TemplateValue?
    for operand in operands {
      let value = try self.operand(operand)
      if value.isTrue == (name == "or") { return value }
      result = value
    }
    guard let last = piped ?? result else {
      throw .problem("wrong number of arguments for \(name): want at least 1 got 0")
    }
    return last
  }

  private mutating func operand(_ operand: TemplateOperand) throws(TemplateStop) -> TemplateValue {
    try step()
    switch operand {
    case .dot: return dot
    case .nothing: return .nothing
    case .boolean(let flag): return .boolean(flag)
    case .integer(let number): return .integer(number)
    case .number(let number): return .number(number)
    case .string(let text): return .string(text)
    case .field(let names): return try descend(dot, names)
    case .variable(let name, let fields):
      guard let value = variables.last(where: { $0.name == name })?.value else {
        throw .problem("undefined variable '\(name)'")
      }
      return try descend(value, fields)
    case .function(let name): return try call(name, [])
    case .grouped(let pipeline, let fields): return try descend(evaluate(pipeline), fields)
    }
  }

  private func descend(_ value: TemplateValue, _ names: [String]) throws(TemplateStop) -> TemplateValue {
    var value = value
    for name in names { value = try value.member(name) }
    return value
  }

  // MARK: Bounds

  private mutating func write(_ text: String) throws(TemplateStop) {
    guard output.count + text.utf8.count <= TemplateLimits.outputBytesMax else {
      throw .problem("text is longer than \(TemplateLimits.outputBytesMax) bytes")
    }
    output += text.utf8
  }

  private mutating func step() throws(TemplateStop) { try charge(1) }

  /// Long lists and texts cost more than one step, so that the bound holds for the work and not only for the nodes.
  private mutating func charge(_ amount: Int) throws(TemplateStop) {
    steps += amount
    guard steps <= TemplateLimits.stepsMax else { throw .problem("takes more than \(TemplateLimits.stepsMax) steps") }
  }

  private mutating func enter() throws(TemplateStop) {
    depth += 1
    guard depth <= TemplateLimits.depthMax else {
      throw .problem("templates call each other more than \(TemplateLimits.depthMax) deep")
    }
  }
}
