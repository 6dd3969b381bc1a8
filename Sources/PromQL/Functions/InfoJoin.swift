internal import Telemetry

/// `info(v, {…})`: adds the labels of info metrics such as `target_info` to the series of the same target.
///
/// - Source: Prometheus, `info()` (experimental).
enum InfoJoin {
  /// What a target is recognised by.
  static let identifyingLabels: Set<String> = ["instance", "job"]
  static let defaultMetric = "target_info"

  static let functions: [Function] = [
    Function(
      name: "info", signature: FunctionSignature([.instantVector, .instantVector], optional: 1),
      summary: "the vector with the data labels of the info metrics of the same instance and job",
      maturity: .experimental,
      body: .whole { node, evaluator, grid throws(Complaint) in
        let base = try evaluator.vector(node.arguments[0], on: grid)
        let selector = selector(for: node, evaluator.timing)
        let information = try evaluator.instantVector(selector, on: grid, reading: .values)
        if let histogram = information.histograms.keys.min() {
          throw Complaint(
            .execution(
              "this should be an info metric, with float samples: \(information.labels[histogram / grid.count])"),
            at: node.span.start)
        }
        let times = try evaluator.instantVector(selector, on: grid, reading: .times)
        var join = Join(node: node, selector: selector, base: base, information: information, times: times)
        return .vector(try join.result())
      })
  ]

  /// The selector of the info metrics, read at the same instants as the first selector of the vector.
  static func selector(for node: FunctionCall, _ timing: Timing) -> VectorSelector {
    var matchers: [LabelMatcher] = []
    if node.arguments.count > 1, case .vector(let written) = node.arguments[1].withoutParentheses {
      matchers = written.matchers
    }
    let names = matchers.filter { $0.name == LabelSet.metricName }
    if names.isEmpty {
      matchers.append(.equal(LabelSet.metricName, defaultMetric))
    } else if !names.contains(where: isPositive), let pattern = try? Pattern(".+_info") {
      // Excluding names alone does not turn every metric into an info metric.
      matchers.append(LabelMatcher(LabelSet.metricName, .matches(pattern)))
    }
    var selector = VectorSelector(name: nil, matchers: matchers, span: node.span)
    var reference = Timing.Reference(fixed: nil, offset: 0)
    follow(node.arguments[0], timing, &reference)
    selector.modifiers.anchor = reference.fixed.map { .time(Timestamp(milliseconds: $0)) }
    selector.modifiers.offset = .literal(NumberLiteral(Double(reference.offset) / 1000, .duration))
    return selector
  }

  static func isPositive(_ matcher: LabelMatcher) -> Bool {
    switch matcher.test {
    case .equals, .matches: true
    case .differs, .misses: false
    }
  }

  /// Composes the modifiers on the way to the first selector.
  private static func follow(_ expression: Expression, _ timing: Timing, _ reference: inout Timing.Reference) {
    func apply(_ modifiers: TimeModifiers) {
      let own = timing.reference(modifiers)
      reference =
        own.fixed == nil ? Timing.Reference(fixed: reference.fixed, offset: reference.offset &+ own.offset) : own
    }
    switch expression {
    case .number, .string: return
    case .vector(let node): apply(node.modifiers)
    case .range(let node): apply(node.vector.modifiers)
    case .subquery(let node):
      apply(node.modifiers)
      follow(node.expression, timing, &reference)
    case .sign(let node): follow(node.operand, timing, &reference)
    case .binary(let node): follow(node.left.selectors.isEmpty ? node.right : node.left, timing, &reference)
    case .aggregation(let node): follow(node.operand, timing, &reference)
    case .call(let node):
      guard let argument = node.arguments.first(where: { !$0.selectors.isEmpty }) else { return }
      follow(argument, timing, &reference)
    case .parentheses(let inner, _): follow(inner, timing, &reference)
    }
  }
}

private struct Join {
  let node: FunctionCall
  let base: SeriesBlock
  let information: SeriesBlock
  let times: SeriesBlock
  private let nameTests: [LabelMatcher]
  /// Labels that may be added; empty for all.
  private let wanted: Set<String>
  private let dropsUnmatched: Bool
  private var candidates: [LabelSet: [Int]] = [:]
  private var output: SeriesBlock
  private var rows: [LabelSet: Int] = [:]

  init(
    node: FunctionCall, selector: VectorSelector, base: SeriesBlock, information: SeriesBlock, times: SeriesBlock
  ) {
    self.node = node
    self.base = base
    self.information = information
    self.times = times
    nameTests = selector.matchers.filter { $0.name == LabelSet.metricName && InfoJoin.isPositive($0) }
    let dataTests = selector.matchers.filter { $0.name != LabelSet.metricName }
    wanted = Set(dataTests.map(\.name))
    dropsUnmatched = dataTests.contains { !$0.acceptsAbsence }
    output = SeriesBlock(steps: base.steps)
    for row in 0..<information.rows {
      candidates[information.labels[row].keeping(InfoJoin.identifyingLabels), default: []].append(row)
    }
  }

  mutating func result() throws(Complaint) -> SeriesBlock {
    for row in 0..<base.rows {
      let labels = base.labels[row]
      let isInfoMetric = nameTests.allSatisfy { $0.accepts(labels) }
      let found = isInfoMetric ? [] : candidates[labels.keeping(InfoJoin.identifyingLabels)] ?? []
      // The partners rarely change from step to step, so neither do the labels.
      var lastPartners: [Int]?
      var lastOutput = 0
      for step in 0..<base.steps where base.isPresent(row, step) {
        let partners = try latest(found, step)
        if partners.isEmpty, dropsUnmatched, !isInfoMetric { continue }
        if partners != lastPartners {
          lastPartners = partners
          lastOutput = outputRow(try enriched(labels, partners), nameFate: base.nameFates[row])
        }
        guard !output.isPresent(lastOutput, step) else {
          throw Complaint(.execution("vector cannot contain metrics with the same labelset"), at: node.span.start)
        }
        output.set(lastOutput, step, base.sample(row, step))
      }
    }
    return output
  }

  private mutating func outputRow(_ labels: LabelSet, nameFate: NameFate) -> Int {
    if let row = rows[labels] { return row }
    let row = output.addRow(labels, nameFate: nameFate)
    rows[labels] = row
    return row
  }

  /// Of several series of one info metric the one with the newest sample counts: the others describe the past.
  private func latest(_ found: [Int], _ step: Int) throws(Complaint) -> [Int] {
    var byMetric: [(name: String, row: Int)] = []
    for row in found where !times[row, step].isAbsent {
      let name = information.labels[row].metric ?? ""
      guard let index = byMetric.firstIndex(where: { $0.name == name }) else {
        byMetric.append((name, row))
        continue
      }
      let known = byMetric[index].row
      if times[known, step] == times[row, step] {
        throw Complaint(
          .execution("found duplicate series for info metric: \(information.labels[row])"), at: node.span.start)
      }
      if times[known, step] < times[row, step] { byMetric[index].row = row }
    }
    return byMetric.map(\.row)
  }

  private func enriched(_ labels: LabelSet, _ partners: [Int]) throws(Complaint) -> LabelSet {
    var added: [String: String] = [:]
    for partner in partners {
      for label in information.labels[partner] {
        let isIdentity =
          InfoJoin.identifyingLabels.contains(label.name) || LabelSet.metricIdentity.contains(label.name)
        guard !isIdentity, labels[label.name] == nil, wanted.isEmpty || wanted.contains(label.name) else { continue }
        if let other = added[label.name], other != label.value {
          throw Complaint(
            .execution("conflicting label '\(label.name)' in info metrics: '\(other)' and '\(label.value)'"),
            at: node.span.start)
        }
        added[label.name] = label.value
      }
    }
    return added.isEmpty ? labels : LabelSet(labels.labels + added.map { Label($0.key, $0.value) })
  }
}
