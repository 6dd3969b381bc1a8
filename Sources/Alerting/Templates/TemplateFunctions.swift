internal import Telemetry

/// A function that templates may call.
struct TemplateFunction: Sendable {
  typealias Body = @Sendable (TemplateArguments, TemplateContext) throws(TemplateStop) -> TemplateValue
  let arity: ClosedRange<Int>
  let body: Body

  init(_ arity: ClosedRange<Int>, _ body: @escaping Body) {
    self.arity = arity
    self.body = body
  }

  /// No function takes more arguments than this.
  static let argumentsMax = 1000

  var arityText: String {
    arity.upperBound >= Self.argumentsMax ? "at least \(arity.lowerBound)" : "\(arity.upperBound)"
  }
}

/// The arguments of a call, read with the type that the function wants.
struct TemplateArguments {
  let values: [TemplateValue]

  func string(_ index: Int) throws(TemplateStop) -> String {
    guard case .string(let text) = values[index] else { throw wrongType(index, "string") }
    return text
  }

  /// A number, or a text that reads as one; a duration in seconds.
  func number(_ index: Int) throws(TemplateStop) -> Double {
    switch values[index] {
    case .number(let number): return number
    case .integer(let number): return Double(number)
    case .duration(let nanoseconds): return Double(nanoseconds) / 1e9
    case .string(let text):
      guard let number = GoNumberText.number(text) else { throw .problem("'\(text)' is not a number") }
      return number
    default: throw .problem("can't convert \(values[index].typeName) to float")
    }
  }

  func list(_ index: Int) throws(TemplateStop) -> [TemplateValue] {
    guard case .list(let items) = values[index] else { throw wrongType(index, "query result") }
    return items
  }

  func wrongType(_ index: Int, _ wanted: String) -> TemplateStop {
    .problem("wrong type for value; expected \(wanted); got \(values[index].typeName)")
  }
}

/// The list of functions, by name.
enum TemplateFunctions {
  /// These two see their operands unevaluated.
  static let shortCircuiting: Set<String> = ["and", "or"]

  static func named(_ name: String) -> TemplateFunction? { all[name] }

  private static let all: [String: TemplateFunction] =
    general.merging(texts) { first, _ in first }.merging(numbers) { first, _ in first }
    .merging(queries) { first, _ in first }

  private static let many = TemplateFunction.argumentsMax

  // MARK: Go's own

  private static let general: [String: TemplateFunction] = [
    "eq": TemplateFunction(2...many) { arguments, _ throws(TemplateStop) in
      for other in arguments.values.dropFirst()
      where try TemplateComparison.equal(arguments.values[0], other) { return .boolean(true) }
      return .boolean(false)
    },
    "ne": TemplateFunction(2...2) { arguments, _ throws(TemplateStop) in
      .boolean(!(try TemplateComparison.equal(arguments.values[0], arguments.values[1])))
    },
    "lt": comparison { less, _ in less },
    "le": comparison { less, equal in less || equal },
    "gt": comparison { less, equal in !less && !equal },
    "ge": comparison { less, _ in !less },
    "not": TemplateFunction(1...1) { arguments, _ in .boolean(!arguments.values[0].isTrue) },
    "len": TemplateFunction(1...1) { arguments, _ throws(TemplateStop) in
      try TemplateComparison.length(arguments.values[0])
    },
    "index": TemplateFunction(1...many) { arguments, _ throws(TemplateStop) in
      var value = arguments.values[0]
      for key in arguments.values.dropFirst() { value = try TemplateComparison.element(of: value, key) }
      return value
    },
    "slice": TemplateFunction(1...3) { arguments, _ throws(TemplateStop) in
      try TemplateComparison.slice(arguments.values[0], Array(arguments.values.dropFirst()))
    },
    "print": TemplateFunction(0...many) { arguments, _ in .string(PrintFormat.joined(arguments.values)) },
    "println": TemplateFunction(0...many) { arguments, _ in
      .string(arguments.values.map(\.text).joined(separator: " ") + "\n")
    },
    "printf": TemplateFunction(1...many) { arguments, _ throws(TemplateStop) in
      .string(try PrintFormat.text(arguments.string(0), Array(arguments.values.dropFirst())))
    },
    "html": TemplateFunction(0...many) { arguments, _ in
      .string(TextNotation.templateHTML.escaped(PrintFormat.joined(arguments.values)))
    },
    "js": TemplateFunction(0...many) { arguments, _ in
      .string(TextNotation.script.escaped(PrintFormat.joined(arguments.values)))
    },
    "urlquery": TemplateFunction(0...many) { arguments, _ in
      .string(TextNotation.query.escaped(PrintFormat.joined(arguments.values)))
    },
  ]

  /// - Parameter verdict: from "is less" and "is equal". A NaN is neither; as in Go, `gt` and `ge` then say true.
  private static func comparison(
    _ verdict: @escaping @Sendable (_ less: Bool, _ equal: Bool) -> Bool
  ) -> TemplateFunction {
    TemplateFunction(2...2) { arguments, _ throws(TemplateStop) in
      let (one, other) = (arguments.values[0], arguments.values[1])
      let less = try TemplateComparison.less(one, other)
      return .boolean(verdict(less, try TemplateComparison.equal(one, other)))
    }
  }
}
