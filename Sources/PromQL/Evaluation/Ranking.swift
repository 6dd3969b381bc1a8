internal import Telemetry

/// `topk`, `bottomk`, `limitk` and `limit_ratio`: some elements of each group, with their own labels.
struct Ranking {
  private let node: Aggregation
  private let parameters: [Double]
  private let pace: EvaluationPace

  init(_ node: Aggregation, _ parameters: [Double], _ pace: EvaluationPace) {
    self.node = node
    self.parameters = parameters
    self.pace = pace
  }

  /// There is no order among histograms.
  private var acceptsHistograms: Bool { node.operation == .limitk || node.operation == .limitRatio }

  func select(from block: SeriesBlock, _ remarks: inout Remarks) throws(Complaint) -> SeriesBlock {
    let counts = node.operation == .limitRatio ? [] : try counts()
    if node.operation == .limitRatio { try checkRatios(&remarks) }
    let grouping = Grouping(block, node.grouping)
    var result = SeriesBlock(steps: block.steps)
    result.labels = block.labels
    result.nameFates = block.nameFates
    result.values = Array(repeating: .absent, count: block.values.count)
    var order: [Int] = []
    for members in grouping.members {
      for step in 0..<block.steps {
        try pace.spend(members.count * 8, at: node.span)
        let present = members.filter { acceptsHistograms ? block.isPresent($0, step) : !block[$0, step].isAbsent }
        let chosen =
          node.operation == .limitRatio
          ? present.filter { Self.isWithin(parameters[step], block.labels[$0]) }
          : Array(ranked(present, block, step).prefix(counts[step]))
        for row in chosen { result.set(row, step, block.sample(row, step)) }
        if block.steps == 1 { order += chosen }
      }
    }
    guard block.steps == 1 else { return result.withoutEmptyRows() }
    // An instant answer is in order of rank.
    var ordered = SeriesBlock(steps: 1)
    for row in order {
      ordered.append(row, of: block)
    }
    return ordered
  }

  private func counts() throws(Complaint) -> [Int] {
    var counts: [Int] = []
    for value in parameters {
      if value.isNaN { throw complaint("Parameter value is NaN") }
      guard value < 9.2e18, value > -9.2e18 else {
        throw complaint("Scalar value \(FloatText.general(value)) overflows int64")
      }
      counts.append(max(0, Int(value)))
    }
    return counts
  }

  private func checkRatios(_ remarks: inout Remarks) throws(Complaint) {
    for value in parameters {
      if value.isNaN { throw complaint("Ratio value is NaN") }
      guard value.magnitude > 1, let parameter = node.parameter else { continue }
      remarks.warn(
        "ratio value should be between -1 and 1, got \(FloatText.general(value)), capping to \(value < 0 ? -1 : 1)",
        at: parameter.span)
    }
  }

  private func complaint(_ text: String) -> Complaint {
    Complaint(.execution(text), at: (node.parameter?.span ?? node.span).start)
  }

  /// NaN is worst in both directions; equal values keep their order.
  private func ranked(_ rows: [Int], _ block: SeriesBlock, _ step: Int) -> [Int] {
    switch node.operation {
    case .topk: rows.sorted { Self.precedes(block[$0, step], block[$1, step]) { $0 > $1 } }
    case .bottomk: rows.sorted { Self.precedes(block[$0, step], block[$1, step]) { $0 < $1 } }
    default: rows
    }
  }

  private static func precedes(_ one: Double, _ other: Double, _ isBetter: (Double, Double) -> Bool) -> Bool {
    one.isNaN || other.isNaN ? !one.isNaN && other.isNaN : isBetter(one, other)
  }

  /// Whether a series belongs to the sample: by a hash of its labels, so always the same ones, and the complement for
  /// the ratio minus one. The hash is Prometheus', so both choose the same series.
  private static func isWithin(_ ratio: Double, _ labels: LabelSet) -> Bool {
    var bytes: [UInt8] = []
    for label in labels {
      for text in [label.name, label.value] {
        appendLength(text.utf8.count, to: &bytes)
        bytes += text.utf8
      }
    }
    let share = Double(XXHash64.hash(bytes)) / Double(UInt64.max)
    return ratio >= 0 ? share < ratio : share >= 1 + ratio
  }

  /// One byte, or 255 and three bytes.
  private static func appendLength(_ length: Int, to bytes: inout [UInt8]) {
    if length < 255 {
      bytes.append(UInt8(length))
    } else {
      bytes += [255, UInt8(truncatingIfNeeded: length), UInt8(truncatingIfNeeded: length >> 8)]
      bytes.append(UInt8(truncatingIfNeeded: length >> 16))
    }
  }
}
