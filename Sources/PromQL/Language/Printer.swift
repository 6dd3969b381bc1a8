internal import Telemetry

extension Expression: CustomStringConvertible {
  /// The query in one line, with one blank around operators; parsing it gives an equal expression.
  public var description: String {
    switch self {
    case .number(let node): node.description
    case .string(let node): node.description
    case .vector(let node): node.description
    case .range(let node): node.description
    case .subquery(let node):
      "\(node.expression)[\(node.range):\(node.step.map { "\($0)" } ?? "")]\(node.modifiers)"
    case .sign(let node): "\(node.sign.rawValue)\(node.operand)"
    case .binary(let node): node.description
    case .aggregation(let node): node.description
    case .call(let node): "\(node.name)(\(node.arguments.map(\.description).joined(separator: ", ")))"
    case .parentheses(let inner, _): "(\(inner))"
    }
  }
}

/// Names as they stand in a query: bare when the classic grammar allows it, in quotes otherwise.
enum NameText {
  static func isPlainLabel(_ name: String) -> Bool {
    guard let first = name.utf8.first, first.leadsIdentifier else { return false }
    return name.utf8.allSatisfy(\.followsIdentifier)
  }

  static func isPlainMetric(_ name: String) -> Bool {
    guard let first = name.utf8.first, first.leadsIdentifier || first == UInt8(ascii: ":") else { return false }
    return name.utf8.allSatisfy { $0.followsIdentifier || $0 == UInt8(ascii: ":") } && NumberText.value(name) == nil
  }

  static func label(_ name: String) -> String { isPlainLabel(name) ? name : LabelSet.quoted(name) }

  static func list(_ labels: [String]) -> String { "(" + labels.map(label).joined(separator: ", ") + ")" }
}

extension NumberLiteral: CustomStringConvertible {
  public var description: String {
    if notation == .duration { return Duration.milliseconds(Int64((value * 1000).rounded())).notation }
    if value.isInfinite { return value < 0 ? "-Inf" : "Inf" }
    return FloatText.general(value)
  }
}

extension StringLiteral: CustomStringConvertible {
  /// Between double quotes; bytes that are no UTF-8 as `\x` escapes.
  public var description: String {
    if let text = String(validating: bytes, as: UTF8.self) {
      return Self.notation.quoted(text)
    }
    return bytes.reduce(into: "\"") { result, byte in
      let isPlain = byte >= 0x20 && byte < 0x7f && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
      result += isPlain ? String(Unicode.Scalar(byte)) : "\\x" + byte.padded(to: 2, radix: 16)
    } + "\""
  }

  private static let notation = TextNotation(
    ["\\": "\\\\", "\"": "\\\"", "\n": "\\n", "\t": "\\t", "\r": "\\r"],
    others: { $0.value < 0x20 ? "\\x" + $0.value.padded(to: 2, radix: 16) : nil })
}

extension DurationExpression: CustomStringConvertible {
  public var description: String {
    switch self {
    case .literal(let number): number.description
    case .step: "step()"
    case .range: "range()"
    case .negated(let inner): "-\(inner)"
    case .unaryPlus(let inner): "+\(inner)"
    case .parentheses(let inner): "(\(inner))"
    case .operation(let operation, let left, let right): "\(left) \(operation.rawValue) \(right)"
    case .minimum(let left, let right): "min_of(\(left), \(right))"
    case .maximum(let left, let right): "max_of(\(left), \(right))"
    }
  }
}

extension TimeModifiers: CustomStringConvertible {
  public var description: String {
    var result = ""
    switch anchor {
    case .time(let timestamp): result += " @ \(Self.seconds(timestamp.milliseconds))"
    case .start: result += " @ start()"
    case .end: result += " @ end()"
    case nil: break
    }
    if let offset { result += " offset \(offset)" }
    return result
  }

  /// Exact for every millisecond, where a floating-point number is not.
  private static func seconds(_ milliseconds: Int64) -> String {
    let fraction = String(1000 + milliseconds.magnitude % 1000).dropFirst()
    return (milliseconds < 0 ? "-" : "") + "\(milliseconds.magnitude / 1000).\(fraction)"
  }
}

extension VectorSelector: CustomStringConvertible {
  public var description: String {
    selectorText + (edges.map { " \($0.rawValue)" } ?? "") + modifiers.description
  }

  /// Without the modifiers, which follow the brackets of a range.
  fileprivate var selectorText: String {
    var inner: [String] = []
    var outer = ""
    if let name {
      if NameText.isPlainMetric(name) { outer = name } else { inner.append(LabelSet.quoted(name)) }
    }
    let shown = name == nil ? matchers[...] : matchers.dropLast()
    for matcher in shown {
      let text = matcher.description
      inner.append(NameText.label(matcher.name) + text.dropFirst(matcher.name.count))
    }
    return outer + (inner.isEmpty && !outer.isEmpty ? "" : "{\(inner.joined(separator: ", "))}")
  }
}

extension RangeSelector: CustomStringConvertible {
  public var description: String {
    "\(vector.selectorText)[\(range)]" + (vector.edges.map { " \($0.rawValue)" } ?? "") + vector.modifiers.description
  }
}

extension Aggregation: CustomStringConvertible {
  public var description: String {
    let arguments = (parameter.map { "\($0), " } ?? "") + "\(operand)"
    switch grouping {
    case .all: return "\(operation.rawValue)(\(arguments))"
    case .by(let labels): return "\(operation.rawValue) by \(NameText.list(labels)) (\(arguments))"
    case .without(let labels): return "\(operation.rawValue) without \(NameText.list(labels)) (\(arguments))"
    }
  }
}

extension BinaryOperation: CustomStringConvertible {
  public var description: String {
    "\(left) \(operation.rawValue)\(comparison == .zeroOrOne ? " bool" : "")\(matching?.description ?? "") \(right)"
  }
}

extension VectorMatching: CustomStringConvertible {
  /// With a leading blank.
  public var description: String {
    var result = ""
    if isExplicit {
      switch basis {
      case .on(let labels): result += " on \(NameText.list(labels))"
      case .ignoring(let labels): result += " ignoring \(NameText.list(labels))"
      }
    }
    switch cardinality {
    case .manyToOne: result += " group_left \(NameText.list(include))"
    case .oneToMany: result += " group_right \(NameText.list(include))"
    case .oneToOne, .manyToMany: break
    }
    if let fillLeft { result += " fill_left (\(fillLeft))" }
    if let fillRight { result += " fill_right (\(fillRight))" }
    return result
  }
}
