internal import Telemetry

/// `and`, `or` and `unless`: series of one side, decided by whether the other side has a match at the same instant.
struct SetOperation {
  private let node: BinaryOperation
  private let left: SeriesBlock
  private let right: SeriesBlock
  private let leftGroups: [Int]
  private let rightGroups: [Int]
  private let groupCount: Int

  init(_ node: BinaryOperation, _ left: SeriesBlock, _ right: SeriesBlock) {
    self.node = node
    self.left = left
    self.right = right
    var groups = MatchGroups(node.matching?.basis ?? .ignoring([]))
    leftGroups = groups.numbers(of: left)
    rightGroups = groups.numbers(of: right)
    groupCount = groups.count
  }

  func result(at span: SourceSpan) throws(Complaint) -> SeriesBlock {
    switch node.operation {
    case .and: return filtered(left, leftGroups, presence(right, rightGroups), keepingPresent: true)
    case .unless: return filtered(left, leftGroups, presence(right, rightGroups), keepingPresent: false)
    default:
      var union = left
      let rest = filtered(right, rightGroups, presence(left, leftGroups), keepingPresent: false)
      for row in 0..<rest.rows { union.append(row, of: rest) }
      return try union.mergingDuplicates(at: span)
    }
  }

  /// Which groups have a value, group by group and step by step.
  private func presence(_ block: SeriesBlock, _ groups: [Int]) -> [Bool] {
    var present = [Bool](repeating: false, count: groupCount * block.steps)
    for row in 0..<block.rows {
      let base = groups[row] * block.steps
      for step in 0..<block.steps where block.isPresent(row, step) { present[base + step] = true }
    }
    return present
  }

  private func filtered(
    _ block: SeriesBlock, _ groups: [Int], _ present: [Bool], keepingPresent: Bool
  ) -> SeriesBlock {
    var result = block
    for row in 0..<block.rows {
      let base = groups[row] * block.steps
      for step in 0..<block.steps where present[base + step] != keepingPresent { result.set(row, step, nil) }
    }
    return result
  }
}
