internal import Telemetry

/// Noticing that something is missing.
enum Absence {
  static let functions: [Function] = [
    Function(
      name: "absent", signature: FunctionSignature([.instantVector]),
      summary: "1 when the vector is empty, with the labels its matchers ask for by equality",
      body: .whole { node, evaluator, grid throws(Complaint) in
        let block = try evaluator.vector(node.arguments[0], on: grid)
        return .vector(absent(block, labels(of: node.arguments[0])))
      }),
    Function(
      name: "absent_over_time", signature: FunctionSignature([.rangeVector]),
      summary: "1 when no series has a sample in the window, with the labels its matchers ask for by equality",
      body: .whole { node, evaluator, grid throws(Complaint) in
        let source = try evaluator.windows(node.arguments[0], on: grid)
        var block = SeriesBlock(steps: grid.count)
        for var window in source.windows {
          let row = block.addRow(window.labels, nameFate: .goes)
          for step in 0..<grid.count {
            window.slide(to: source.reference.time(at: grid.time(step)), length: source.length)
            if window.count > 0 || window.histogramCount > 0 { block[row, step] = 1 }
          }
        }
        return .vector(absent(block, labels(of: node.arguments[0])))
      }),
  ]

  private static func absent(_ block: SeriesBlock, _ labels: LabelSet) -> SeriesBlock {
    var result = SeriesBlock(steps: block.steps)
    let row = result.addRow(labels, nameFate: .stays)
    for step in 0..<block.steps where !block.hasValues(step) {
      result[row, step] = 1
    }
    return result
  }

  /// A label asked for twice is left out: it could have either value.
  static func labels(of expression: Expression) -> LabelSet {
    let selector: VectorSelector
    switch expression.withoutParentheses {
    case .vector(let node): selector = node
    case .range(let node): selector = node.vector
    default: return .empty
    }
    var labels: [String: String] = [:]
    var seen: Set<String> = []
    for matcher in selector.matchers where matcher.name != LabelSet.metricName {
      if case .equals(let value) = matcher.test, seen.insert(matcher.name).inserted {
        labels[matcher.name] = value
      } else {
        labels[matcher.name] = nil
      }
    }
    return LabelSet(labels)
  }
}
