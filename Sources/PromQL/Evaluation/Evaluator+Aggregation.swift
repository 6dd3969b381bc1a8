internal import Telemetry

/// The labels of the group that a series belongs to.
enum GroupLabels {
  case none
  case keeping(NameList)
  case removing(NameList)

  init(_ grouping: Aggregation.Grouping) {
    switch grouping {
    case .all: self = .none
    case .by(let names): self = .keeping(NameList(names))
    case .without(let names): self = .removing(NameList(names + LabelSet.metricIdentity))
    }
  }

  func of(_ labels: LabelSet) -> LabelSet {
    switch self {
    case .none: .empty
    case .keeping(let names): labels.keeping(names)
    case .removing(let names): labels.removing(names)
    }
  }
}

/// Which group each series belongs to; worked out once a query.
struct Grouping {
  private(set) var numbers: [Int] = []
  private(set) var members: [[Int]] = []
  private(set) var labels: [LabelSet] = []
  private(set) var nameFates: [NameFate] = []

  init(_ block: SeriesBlock, _ grouping: Aggregation.Grouping) {
    let groupLabels = GroupLabels(grouping)
    var known: [LabelSet: Int] = [:]
    for row in 0..<block.rows {
      let key = groupLabels.of(block.labels[row])
      let number = known[key] ?? labels.count
      if number == labels.count {
        known[key] = number
        labels.append(key)
        members.append([])
        nameFates.append(.stays)
      }
      numbers.append(number)
      members[number].append(row)
      if block.nameFates[row] == .goes { nameFates[number] = .goes }
    }
  }
}

extension Evaluator {
  mutating func aggregate(_ node: Aggregation, on grid: StepGrid) throws(Complaint) -> SeriesBlock {
    if node.operation == .countValues { return try countValues(node, on: grid) }
    let parameters: [Double] =
      if let parameter = node.parameter { try scalar(parameter, on: grid) } else { [] }
    let block = try vector(node.operand, on: grid)
    switch node.operation {
    case .topk, .bottomk, .limitk, .limitRatio:
      if !block.histograms.isEmpty, node.operation == .topk || node.operation == .bottomk {
        remarkIgnoredHistogram(node)
      }
      return try Ranking(node, parameters, pace).select(from: block, &remarks)
    default: break
    }
    if node.operation == .quantile, block.rows > 0, let parameter = node.parameter {
      for value in parameters { Statistics.remarkQuantile(value, at: parameter.span, &remarks) }
    }
    let grouping = Grouping(block, node.grouping)
    try reserve(rows: grouping.labels.count, steps: grid.count, at: node.span)
    var result = try reduced(block, grouping, node, parameters)
    if !block.histograms.isEmpty { try aggregateHistograms(of: block, into: &result, grouping, node) }
    return result
  }

  /// Corrects the groups in which there are native histograms.
  private mutating func aggregateHistograms(
    of block: SeriesBlock, into result: inout SeriesBlock, _ grouping: Grouping, _ node: Aggregation
  ) throws(Complaint) {
    let span = node.operand.span
    var found: [Int: [Int]] = [:]
    for position in block.histograms.keys.sorted() {
      let group = grouping.numbers[position / block.steps]
      found[group * block.steps + position % block.steps, default: []].append(position)
    }
    for (cell, positions) in found.sorted(by: { $0.key < $1.key }) {
      try pace.spend(positions.count * 16, at: span)
      let (group, step) = cell.quotientAndRemainder(dividingBy: block.steps)
      switch node.operation {
      case .count:
        let numbers = result[group, step].isAbsent ? 0 : result[group, step]
        result[group, step] = numbers + Double(positions.count)
      case .group: result[group, step] = 1
      case .sum, .avg:
        if !result[group, step].isAbsent {
          remarks.warn("encountered a mix of histograms and floats for aggregation", at: span)
          result[group, step] = .absent
          continue
        }
        let samples = positions.compactMap { block.histograms[$0] }
        let outcome = node.operation == .sum ? HistogramAverage.sum(samples) : HistogramAverage.average(samples)
        if outcome.hasMixedSchemas {
          remarks.warnOfMixedSchemas(block.labels[positions[0] / block.steps].metric ?? "", at: span)
        }
        remarks.remark(outcome.reconciliation, in: .aggregation, at: span)
        result.set(group, step, outcome.histogram.map { .histogram($0) })
      default: remarkIgnoredHistogram(node)
      }
    }
  }

  private mutating func remarkIgnoredHistogram(_ node: Aggregation) {
    remarks.inform("ignored histogram in \(node.operation.rawValue) aggregation", at: node.operand.span)
  }

  /// One value a group and instant, of the values present there. The buffer is reused, nothing is allocated a step.
  private func reduced(
    _ block: SeriesBlock, _ grouping: Grouping, _ node: Aggregation, _ parameters: [Double]
  ) throws(Complaint) -> SeriesBlock {
    var result = SeriesBlock(steps: block.steps)
    var present: [Double] = []
    present.reserveCapacity(block.rows)
    for group in grouping.labels.indices {
      let row = result.addRow(grouping.labels[group], nameFate: grouping.nameFates[group])
      for step in 0..<block.steps {
        present.removeAll(keepingCapacity: true)
        try pace.spend(grouping.members[group].count, at: node.span)
        for member in grouping.members[group] {
          let value = block[member, step]
          if !value.isAbsent { present.append(value) }
        }
        guard !present.isEmpty else { continue }
        let parameter = parameters.isEmpty ? 0 : parameters[step]
        result[row, step] = Self.summary(node.operation, present, parameter)
      }
    }
    return result
  }

  static func summary(_ operation: AggregationOperator, _ values: [Double], _ parameter: Double) -> Double {
    switch operation {
    case .sum: Statistics.sum(values)
    case .avg: Statistics.average(values)
    case .count: Double(values.count)
    case .min: Statistics.minimum(values)
    case .max: Statistics.maximum(values)
    case .group: 1
    case .stdvar: Statistics.variance(values)
    case .stddev: Statistics.variance(values).squareRoot()
    case .quantile: Statistics.quantile(parameter, values)
    case .topk, .bottomk, .countValues, .limitk, .limitRatio: .nan
    }
  }

  /// Counts equal values; each value becomes a label.
  private mutating func countValues(_ node: Aggregation, on grid: StepGrid) throws(Complaint) -> SeriesBlock {
    guard let parameter = node.parameter else { return SeriesBlock(steps: grid.count) }
    let literal = try LabelRewriting.literal(parameter)
    guard literal.isUTF8, !literal.bytes.isEmpty else {
      throw Complaint(.execution("invalid label name \(literal)"), at: parameter.span.start)
    }
    let block = try vector(node.operand, on: grid)
    let grouping = Grouping(block, node.grouping)
    var result = SeriesBlock(steps: grid.count)
    var rows: [LabelSet: Int] = [:]
    for source in 0..<block.rows {
      for step in 0..<grid.count {
        try pace.spend(8, at: node.span)
        let text: String
        switch block.sample(source, step) {
        case .float(let value): text = FloatText.plain(value)
        case .histogram(let histogram): text = histogram.promQLText
        case nil: continue
        }
        let group = grouping.numbers[source]
        let labels = grouping.labels[group].setting(literal.text, to: text)
        let row: Int
        if let known = rows[labels] {
          row = known
        } else {
          try reserve(rows: 1, steps: grid.count, at: node.span)
          row = result.addRow(
            labels, nameFate: literal.text == LabelSet.metricName ? .stays : grouping.nameFates[group])
          rows[labels] = row
        }
        result[row, step] = result[row, step].isAbsent ? 1 : result[row, step] + 1
      }
    }
    return result
  }
}
