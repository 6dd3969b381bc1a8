internal import Telemetry

/// Order of an instant query's answer; a range query's answer is ordered by labels whatever is asked.
enum Sorting {
  private static func function(
    _ name: String, _ summary: String, _ precedes: @escaping @Sendable (Double, Double) -> Bool
  ) -> Function {
    Function(
      name: name, signature: FunctionSignature([.instantVector]), summary: summary,
      body: .whole { node, evaluator, grid throws(Complaint) in
        var block = try evaluator.vector(node.arguments[0], on: grid)
        block.histograms = [:]
        return .vector(
          reordered(block) { left, right in
            let (one, other) = (block[left, 0], block[right, 0])
            if one.isNaN || other.isNaN { return !one.isNaN && other.isNaN }
            return precedes(one, other)
          })
      })
  }

  private static func byLabel(
    _ name: String, _ summary: String, _ descending: @escaping @Sendable (LabelSet, LabelSet, [String]) -> Bool
  ) -> Function {
    Function(
      name: name, signature: FunctionSignature([.instantVector, .string], optional: 1, repeatsLast: true),
      summary: summary, maturity: .experimental,
      body: .whole { node, evaluator, grid throws(Complaint) in
        let block = try evaluator.vector(node.arguments[0], on: grid)
        var names: [String] = []
        for argument in node.arguments.dropFirst() {
          names.append(try LabelRewriting.labelName(argument, node.name))
        }
        return .vector(reordered(block) { descending(block.labels[$0], block.labels[$1], names) })
      })
  }

  static let functions: [Function] = [
    function("sort", "the elements by value, smallest first, NaN last") { $0 < $1 },
    function("sort_desc", "the elements by value, largest first, NaN last") { $0 > $1 },
    byLabel("sort_by_label", "the elements by the given labels in natural order") {
      precedes($0, $1, by: $2)
    },
    byLabel("sort_by_label_desc", "the elements by the given labels in reverse natural order") {
      precedes($1, $0, by: $2)
    },
  ]

  static func reordered(_ block: SeriesBlock, by precedes: (Int, Int) -> Bool) -> SeriesBlock {
    guard block.steps == 1 else { return block }
    var result = SeriesBlock(steps: 1)
    for row in (0..<block.rows).filter({ block.isPresent($0, 0) }).sorted(by: precedes) {
      result.append(row, of: block)
    }
    return result
  }

  private static func precedes(_ left: LabelSet, _ right: LabelSet, by names: [String]) -> Bool {
    for name in names {
      let one = left[name] ?? ""
      let other = right[name] ?? ""
      if one != other { return naturallyPrecedes(one, other) }
    }
    return left < right
  }

  /// Runs of digits compare as numbers: `disk2` before `disk10`.
  static func naturallyPrecedes(_ left: String, _ right: String) -> Bool {
    var one = Array(left.utf8)[...]
    var other = Array(right.utf8)[...]
    while let first = one.first, let second = other.first {
      if first.isDigit, second.isDigit {
        let digits = one.prefix(while: \.isDigit)
        let otherDigits = other.prefix(while: \.isDigit)
        one = one.dropFirst(digits.count)
        other = other.dropFirst(otherDigits.count)
        let number = digits.drop { $0 == UInt8(ascii: "0") }
        let otherNumber = otherDigits.drop { $0 == UInt8(ascii: "0") }
        if number.count != otherNumber.count { return number.count < otherNumber.count }
        if !number.elementsEqual(otherNumber) { return number.lexicographicallyPrecedes(otherNumber) }
      } else {
        if first != second { return first < second }
        one = one.dropFirst()
        other = other.dropFirst()
      }
    }
    return one.count < other.count
  }
}
