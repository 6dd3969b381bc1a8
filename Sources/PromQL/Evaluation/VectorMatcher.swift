internal import Telemetry

/// Arithmetic and comparison between two vectors: finds the partner of every element and makes the result's labels.
///
/// Groups and labels are worked out once a series; at each instant only numbers are looked at.
struct VectorMatcher {
  private let node: BinaryOperation
  private let matching: VectorMatching
  /// The side that may have several elements in a group; the left one in a one-to-one matching.
  private let many: SeriesBlock
  private let one: SeriesBlock
  private let isSwapped: Bool
  /// Then every pair is looked at as two samples; otherwise as two numbers, which is cheaper.
  private let hasHistograms: Bool
  private var groups: MatchGroups
  private let manyGroups: [Int]
  private let oneGroups: [Int]
  private var output: SeriesBlock
  private var rows: [LabelSet: Int] = [:]
  /// Per row of the output: the last step at which it was written.
  private var claimed: [Int] = []
  /// Per row of `many`: its last partner and the output row that the pair made.
  private var lastPartner: [Int]
  private var lastOutput: [Int]
  private(set) var remarks: Remarks
  private let pace: EvaluationPace

  init(
    _ node: BinaryOperation, _ left: SeriesBlock, _ right: SeriesBlock, _ remarks: Remarks,
    _ pace: EvaluationPace = EvaluationPace(EvaluationWatch())
  ) {
    self.node = node
    self.pace = pace
    self.remarks = remarks
    hasHistograms = node.operation.isTrim || !left.histograms.isEmpty || !right.histograms.isEmpty
    matching = node.matching ?? .standard
    isSwapped = matching.cardinality == .oneToMany
    many = isSwapped ? right : left
    one = isSwapped ? left : right
    groups = MatchGroups(matching.basis)
    manyGroups = groups.numbers(of: many)
    oneGroups = groups.numbers(of: one)
    output = SeriesBlock(steps: left.steps)
    lastPartner = Array(repeating: -2, count: many.rows)
    lastOutput = Array(repeating: 0, count: many.rows)
  }

  private static let nobody = -1

  mutating func result() throws(Complaint) -> SeriesBlock {
    var partner = [Int](repeating: Self.nobody, count: groups.count)
    var taken = [Int](repeating: Self.nobody, count: groups.count)
    for step in 0..<output.steps {
      try pace.spend(many.rows + one.rows, at: node.operatorSpan)
      // Nothing to match with: then ambiguity does no harm and is no error.
      if matching.fillLeft == nil, matching.fillRight == nil, !many.hasValues(step) || !one.hasValues(step) { continue }
      for group in partner.indices {
        partner[group] = Self.nobody
        taken[group] = Self.nobody
      }
      for row in 0..<one.rows where one.isPresent(row, step) {
        let group = oneGroups[row]
        if partner[group] != Self.nobody { throw duplicateOnOneSide(partner[group], row, group) }
        partner[group] = row
      }
      for row in 0..<many.rows where many.isPresent(row, step) {
        let group = manyGroups[row]
        let other = partner[group]
        guard other != Self.nobody || fill(forOne: true) != nil else { continue }
        if matching.cardinality == .oneToOne, taken[group] != Self.nobody {
          throw Complaint(
            .execution(
              "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)"),
            at: node.operatorSpan.start)
        }
        taken[group] = row
        let output = combinedRow(row, other)
        let filling = other == Self.nobody ? fill(forOne: true) ?? .nan : nil
        if hasHistograms {
          let otherSample = filling.map { .float($0) } ?? one.sample(other, step)
          try write(many.sample(row, step), otherSample, output, step)
        } else {
          let value = Self.combined(node, many[row, step], filling ?? one[other, step], isSwapped: isSwapped)
          try write(value, output, step)
        }
      }
      try fillMany(partner, taken, step)
    }
    return output
  }

  /// The value that stands for a missing element of the "one" (or the "many") side.
  private func fill(forOne: Bool) -> Double? {
    (forOne != isSwapped ? matching.fillRight : matching.fillLeft)?.value
  }

  private mutating func fillMany(_ partner: [Int], _ taken: [Int], _ step: Int) throws(Complaint) {
    guard let value = fill(forOne: false) else { return }
    for group in partner.indices where taken[group] == Self.nobody && partner[group] != Self.nobody {
      let other = partner[group]
      let output = outputRow(
        filledLabels(group, other), nameFate: node.comparison == .zeroOrOne ? .goes : .stays)
      if hasHistograms {
        try write(.float(value), one.sample(other, step), output, step)
      } else {
        try write(Self.combined(node, value, one[other, step], isSwapped: isSwapped), output, step)
      }
    }
  }

  /// The labels of a result whose "many" element does not exist: what was matched on, and what is taken over.
  private func filledLabels(_ group: Int, _ other: Int) -> LabelSet {
    var labels = groups.keys[group]
    for name in matching.include { labels = labels.setting(name, to: one.labels[other][name] ?? "") }
    return labels
  }

  private mutating func combinedRow(_ row: Int, _ other: Int) -> Int {
    if lastPartner[row] != other || other == Self.nobody {
      lastPartner[row] = other
      lastOutput[row] = outputRow(resultLabels(row, other), nameFate: nameFate(row))
    }
    return lastOutput[row]
  }

  private mutating func write(
    _ manySample: SampleValue?, _ oneSample: SampleValue?, _ row: Int, _ step: Int
  ) throws(Complaint) {
    guard let manySample, let oneSample else { return }
    let (left, right) = isSwapped ? (oneSample, manySample) : (manySample, oneSample)
    guard case .sample(let sample) = SampleOperation(node).outcome(left, right, keeping: .left, &remarks) else {
      return
    }
    try write(nil, row, step)
    output.set(row, step, sample)
  }

  /// A comparison that fails claims its labels too, or the error would depend on the values.
  private mutating func write(_ value: Double?, _ row: Int, _ step: Int) throws(Complaint) {
    guard claimed[row] != step else {
      let message =
        matching.cardinality == .oneToOne
        ? "vector cannot contain metrics with the same labelset"
        : "multiple matches for labels: grouping labels must ensure unique matches"
      throw Complaint(.execution(message), at: node.operatorSpan.start)
    }
    claimed[row] = step
    output[row, step] = value ?? .absent
  }

  static func combined(
    _ node: BinaryOperation, _ manyValue: Double, _ oneValue: Double, isSwapped: Bool
  ) -> Double? {
    isSwapped
      ? node.result(oneValue, manyValue, keeping: .left) : node.result(manyValue, oneValue, keeping: .left)
  }

  // MARK: Labels

  private mutating func outputRow(_ labels: LabelSet, nameFate: NameFate) -> Int {
    if let row = rows[labels] { return row }
    let row = output.addRow(labels, nameFate: nameFate)
    rows[labels] = row
    claimed.append(-1)
    return row
  }

  private func nameFate(_ row: Int) -> NameFate {
    node.comparison == .zeroOrOne ? .goes : many.nameFates[row]
  }

  private func resultLabels(_ row: Int, _ other: Int) -> LabelSet {
    // A filled-in partner has the labels that were matched on.
    let partner = other == Self.nobody ? groups.keys[manyGroups[row]] : one.labels[other]
    return Self.resultLabels(node, matching, many.labels[row], partner: partner)
  }

  static func resultLabels(
    _ node: BinaryOperation, _ matching: VectorMatching, _ labels: LabelSet, partner: LabelSet
  ) -> LabelSet {
    var labels = labels
    if !node.operation.isComparison, !node.operation.isTrim { labels = labels.removingMetricIdentity() }
    if matching.cardinality == .oneToOne {
      switch matching.basis {
      case .on(let names): labels = labels.keeping(Set(names))
      case .ignoring(let names): labels = labels.removing(Set(names))
      }
    }
    for name in matching.include { labels = labels.setting(name, to: partner[name] ?? "") }
    return labels
  }

  private func duplicateOnOneSide(_ first: Int, _ second: Int, _ group: Int) -> Complaint {
    let side = isSwapped ? "left" : "right"
    return Complaint(
      .execution(
        "found duplicate series for the match group \(groups.keys[group]) on the \(side) hand-side of the operation: "
          + "[\(one.labels[second]), \(one.labels[first])];many-to-many matching not allowed: "
          + "matching labels must be unique on one side"), at: node.operatorSpan.start)
  }
}
