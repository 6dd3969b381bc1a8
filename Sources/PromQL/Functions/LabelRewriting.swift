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
        return .vector(try replace(block, node))
      }),
    Function(
      name: "label_join",
      signature: FunctionSignature([.instantVector, .string, .string, .string], optional: 1, repeatsLast: true),
      summary: "label_join(v, target, separator, source, …): sets the target to the joined sources",
      body: .whole { node, evaluator, grid throws(Complaint) in
        let block = try evaluator.vector(node.arguments[0], on: grid)
        return .vector(try join(block, node))
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

  private static func replace(_ block: SeriesBlock, _ node: FunctionCall) throws(Complaint) -> SeriesBlock {
    let target = try labelName(node.arguments[1], node.name)
    let template = Template(try literal(node.arguments[2]).text)
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
    var result = block
    for row in 0..<block.rows {
      let value = Array((block.labels[row][source] ?? "").utf8)
      guard let match = pattern.firstMatch(in: value, from: 0, .whole) else { continue }
      result.labels[row] = block.labels[row].setting(
        target, to: template.expanded(match, in: value, names: pattern.groupNames))
      if target == LabelSet.metricName { result.nameFates[row] = .stays }
    }
    return try result.mergingDuplicates(at: node.span)
  }

  private static func join(_ block: SeriesBlock, _ node: FunctionCall) throws(Complaint) -> SeriesBlock {
    let target = try labelName(node.arguments[1], node.name)
    let separator = try literal(node.arguments[2]).text
    var sources: [String] = []
    for argument in node.arguments.dropFirst(3) { sources.append(try labelName(argument, node.name)) }
    var result = block
    for row in 0..<block.rows {
      let labels = block.labels[row]
      let value = sources.map { labels[$0] ?? "" }.joined(separator: separator)
      result.labels[row] = labels.setting(target, to: value)
      if target == LabelSet.metricName { result.nameFates[row] = .stays }
    }
    return try result.mergingDuplicates(at: node.span)
  }

  /// A replacement with `$1`, `${1}`, `$name`, `${name}` and `$$`.
  struct Template {
    private enum Piece { case text([UInt8]), group(Int), named(String) }

    private var pieces: [Piece] = []

    init(_ text: String) {
      var bytes = Array(text.utf8)[...]
      while let dollar = bytes.firstIndex(of: UInt8(ascii: "$")) {
        pieces.append(.text(Array(bytes[..<dollar])))
        bytes = bytes[(dollar + 1)...]
        if bytes.first == UInt8(ascii: "$") {
          pieces.append(.text([UInt8(ascii: "$")]))
          bytes = bytes.dropFirst()
          continue
        }
        let isBraced = bytes.first == UInt8(ascii: "{")
        let name = bytes.dropFirst(isBraced ? 1 : 0).prefix(while: \.followsIdentifier)
        let after = bytes[name.endIndex...]
        guard !name.isEmpty, !isBraced || after.first == UInt8(ascii: "}") else {
          pieces.append(.text([UInt8(ascii: "$")]))
          continue
        }
        let key = String(decoding: name, as: UTF8.self)
        pieces.append(Int(key).map { .group($0) } ?? .named(key))
        bytes = isBraced ? after.dropFirst() : after
      }
      pieces.append(.text(Array(bytes)))
    }

    func expanded(_ match: Pattern.Match, in bytes: [UInt8], names: [String?]) -> String {
      var result: [UInt8] = []
      for piece in pieces {
        let group: Int
        switch piece {
        case .text(let text):
          result += text
          continue
        case .group(let number): group = number
        case .named(let name): group = (names.firstIndex(of: name) ?? -2) + 1
        }
        if match.groups.indices.contains(group), let range = match.groups[group] { result += bytes[range] }
      }
      return String(decoding: result, as: UTF8.self)
    }
  }
}
