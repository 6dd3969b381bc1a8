internal import Telemetry

/// Arithmetic and comparison between two vectors.
///
/// Match groups are numbered once for each pair of frames, and the result's labels are checked once for each set of
/// pairs. Whenever an error is due the plain matcher runs and words it.
final class MatchNode: VectorNode {
  private let node: BinaryOperation
  private let matching: VectorMatching
  private let left: VectorNode
  private let right: VectorNode
  private var sources: (left: Frame, right: Frame)?
  private var manyGroups: [Int] = []
  private var oneGroups: [Int] = []
  /// For each group the row of the "one" side, then whether the group has an element of the "many" side.
  private var partners: [Int] = []
  private var isTaken: [Bool] = []
  private var pairs: [Pair] = []
  private var output = Frame([], [])

  private struct Pair: Equatable {
    let many: UInt32
    let one: UInt32
  }

  init(_ node: BinaryOperation, _ left: VectorNode, _ right: VectorNode) {
    self.node = node
    matching = node.matching ?? .standard
    self.left = left
    self.right = right
  }

  private static let nobody = -1
  private var isSwapped: Bool { matching.cardinality == .oneToMany }

  override func column(_ round: IncrementalRound) throws(Complaint) -> Column {
    let (left, right) = (try left.column(round), try right.column(round))
    let (many, one) = isSwapped ? (right, left) : (left, right)
    if sources?.left !== left.frame || sources?.right !== right.frame { number(left.frame, right.frame) }
    guard many.hasValues, one.hasValues else { return Column(frame: Frame([], []), values: []) }
    for group in partners.indices {
      partners[group] = Self.nobody
      isTaken[group] = false
    }
    for row in one.values.indices where !one.values[row].isAbsent {
      let group = oneGroups[row]
      if partners[group] != Self.nobody { return try plain(left, right) }
      partners[group] = row
    }
    var found: [Pair] = []
    var values: [Double] = []
    found.reserveCapacity(pairs.count)
    values.reserveCapacity(pairs.count)
    for row in many.values.indices where !many.values[row].isAbsent {
      let group = manyGroups[row]
      let partner = partners[group]
      if partner == Self.nobody { continue }
      if matching.cardinality == .oneToOne, isTaken[group] { return try plain(left, right) }
      isTaken[group] = true
      found.append(Pair(many: UInt32(row), one: UInt32(partner)))
      let result = VectorMatcher.combined(node, many.values[row], one.values[partner], isSwapped: isSwapped)
      values.append(result ?? .absent)
    }
    if found != pairs {
      let frame = frame(for: found, many.frame, one.frame)
      guard Set((0..<frame.count).map(frame.labels)).count == frame.count else { return try plain(left, right) }
      pairs = found
      output = frame
    }
    return Column(frame: output, values: values)
  }

  /// The plain evaluator's answer, which is an error in all cases that lead here.
  private func plain(_ left: Column, _ right: Column) throws(Complaint) -> Column {
    var matcher = VectorMatcher(node, left.block, right.block, Remarks())
    let block = try matcher.result()
    return Column(frame: Frame(block.labels, block.nameFates), values: block.values)
  }

  private func number(_ left: Frame, _ right: Frame) {
    var groups = MatchGroups(matching.basis)
    let (many, one) = isSwapped ? (right, left) : (left, right)
    manyGroups = (0..<many.count).map { groups.number(of: many.labels($0)) }
    oneGroups = (0..<one.count).map { groups.number(of: one.labels($0)) }
    partners = Array(repeating: Self.nobody, count: groups.count)
    isTaken = Array(repeating: false, count: groups.count)
    sources = (left, right)
    pairs = []
    output = Frame([], [])
  }

  private func frame(for pairs: [Pair], _ many: Frame, _ one: Frame) -> Frame {
    let (node, matching) = (node, matching)
    return Frame(
      count: pairs.count,
      fate: { node.comparison == .zeroOrOne ? .goes : many.nameFate(Int(pairs[$0].many)) },
      label: { row in
        VectorMatcher.resultLabels(
          node, matching, many.labels(Int(pairs[row].many)), partner: one.labels(Int(pairs[row].one)))
      })
  }
}

/// `and`, `or` and `unless`, with match groups numbered once for each pair of frames.
final class SetNode: VectorNode {
  private let node: BinaryOperation
  private let left: VectorNode
  private let right: VectorNode
  private var sources: (left: Frame, right: Frame)?
  private var leftGroups: [Int] = []
  private var rightGroups: [Int] = []
  private var isPresent: [Bool] = []
  /// Of an `or`; `nil` where both sides have series with the same labels.
  private var union: Frame?

  init(_ node: BinaryOperation, _ left: VectorNode, _ right: VectorNode) {
    self.node = node
    self.left = left
    self.right = right
  }

  override func column(_ round: IncrementalRound) throws(Complaint) -> Column {
    let (left, right) = (try left.column(round), try right.column(round))
    if sources?.left !== left.frame || sources?.right !== right.frame { number(left.frame, right.frame) }
    switch node.operation {
    case .and:
      notePresence(right.values, rightGroups)
      return Column(frame: left.frame, values: filtered(left.values, leftGroups, keepingPresent: true))
    case .unless:
      notePresence(right.values, rightGroups)
      return Column(frame: left.frame, values: filtered(left.values, leftGroups, keepingPresent: false))
    default:
      guard let union else {
        let block = try SetOperation(node, left.block, right.block).result(at: node.operatorSpan)
        return Column(frame: Frame(block.labels, block.nameFates), values: block.values)
      }
      notePresence(left.values, leftGroups)
      let rest = filtered(right.values, rightGroups, keepingPresent: false)
      return Column(frame: union, values: left.values + rest)
    }
  }

  private func notePresence(_ values: [Double], _ groups: [Int]) {
    for group in isPresent.indices { isPresent[group] = false }
    for row in values.indices where !values[row].isAbsent { isPresent[groups[row]] = true }
  }

  private func filtered(_ values: [Double], _ groups: [Int], keepingPresent: Bool) -> [Double] {
    var result = values
    for row in values.indices where isPresent[groups[row]] != keepingPresent { result[row] = .absent }
    return result
  }

  private func number(_ left: Frame, _ right: Frame) {
    var groups = MatchGroups(node.matching?.basis ?? .ignoring([]))
    leftGroups = (0..<left.count).map { groups.number(of: left.labels($0)) }
    rightGroups = (0..<right.count).map { groups.number(of: right.labels($0)) }
    isPresent = Array(repeating: false, count: groups.count)
    sources = (left, right)
    union = nil
    guard node.operation == .or else { return }
    let count = left.count
    let both = Frame(
      count: count + right.count, fate: { $0 < count ? left.nameFate($0) : right.nameFate($0 - count) },
      label: { $0 < count ? left.labels($0) : right.labels($0 - count) })
    if Set((0..<both.count).map(both.labels)).count == both.count { union = both }
  }
}
