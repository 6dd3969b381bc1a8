internal import Telemetry

/// Making labels from labels.
enum LabelRewriting {
  static let functions: [Function] = [
    Function(
      name: "label_replace",
      signature: FunctionSignature([.instantVector, .string, .string, .string, .string]),
      summary: "label_replace(v, target, replacement, source, regex): sets the target where the regex matches",
      body: .whole { node, evaluator, grid throws(Complaint) in
        let block = try evaluator.vector(node.arguments[0], on: grid)
        return .vector(try replace(block, node, &evaluator))
      }),
    Function(
      name: "label_join",
      signature: FunctionSignature([.instantVector, .string, .string, .string], optional: 1, repeatsLast: true),
      summary: "label_join(v, target, separator, source, …): sets the target to the joined sources",
      body: .whole { node, evaluator, grid throws(Complaint) in
        let block = try evaluator.vector(node.arguments[0], on: grid)
        return .vector(try join(block, node, &evaluator))
      }),
  ]

  static func literal(_ expression: Expression) throws(Complaint) -> StringLiteral {
    if case .string(let literal) = expression.withoutParentheses { return literal }
    throw Complaint(.type("a string was expected"), at: expression.span.start)
  }

  /// - Throws: when the string cannot name a label.
  static func labelName(_ expression: Expression, _ function: String) throws(Complaint) -> String {
    let literal = try literal(expression)
    guard literal.isUTF8, !literal.bytes.isEmpty else {
      throw Complaint(
        .execution("invalid label name in \(function)(): \(literal)"), at: expression.span.start)
    }
    return literal.text
  }

  /// Bytes of a value that a query makes; the default is 64 KiB. Calls inside each other could double it each time.
  static let valueBytesMax = 64 << 10

  /// Before the value is made.
  private static func reserve(_ bytes: Int, _ node: FunctionCall, _ evaluator: inout Evaluator) throws(Complaint) {
    guard bytes <= valueBytesMax else {
      throw Complaint(
        .limit(.value, max: valueBytesMax), at: node.span.start)
    }
    // Texts count as numbers of 8 bytes.
    try evaluator.reserve(rows: 1, steps: bytes / 8, at: node.span)
  }

  private static func replace(
    _ block: SeriesBlock, _ node: FunctionCall, _ evaluator: inout Evaluator
  ) throws(Complaint) -> SeriesBlock {
    let target = try labelName(node.arguments[1], node.name)
    let replacement = try literal(node.arguments[2]).text
    let source = try literal(node.arguments[3]).text
    let regex = try literal(node.arguments[4]).text
    let pattern: Pattern
    do {
      pattern = try Pattern("(?s:\(regex))")
    } catch {
      throw Complaint(
        .execution("invalid regular expression in label_replace(): \(regex)"), at: node.arguments[4].span.start,
        hint: error.problem)
    }
    let template = GroupTemplate(replacement, for: pattern)
    var result = block
    for row in 0..<block.rows {
      let value = Array((block.labels[row][source] ?? "").utf8)
      guard let match = pattern.firstMatch(in: value, from: 0, .whole) else { continue }
      try reserve(template.byteCount(of: match), node, &evaluator)
      result.labels[row] = block.labels[row].setting(target, to: template.expanded(match, in: value))
      if target == LabelSet.metricName { result.nameFates[row] = .stays }
    }
    return try result.mergingDuplicates(at: node.span)
  }

  private static func join(
    _ block: SeriesBlock, _ node: FunctionCall, _ evaluator: inout Evaluator
  ) throws(Complaint) -> SeriesBlock {
    let target = try labelName(node.arguments[1], node.name)
    let separator = try literal(node.arguments[2]).text
    var sources: [String] = []
    for argument in node.arguments.dropFirst(3) { sources.append(try labelName(argument, node.name)) }
    var result = block
    for row in 0..<block.rows {
      let labels = block.labels[row]
      let parts = sources.map { labels[$0] ?? "" }
      try reserve(parts.reduce(0) { $0 + $1.utf8.count + separator.utf8.count }, node, &evaluator)
      let value = parts.joined(separator: separator)
      result.labels[row] = labels.setting(target, to: value)
      if target == LabelSet.metricName { result.nameFates[row] = .stays }
    }
    return try result.mergingDuplicates(at: node.span)
  }
}
