internal import Telemetry

/// Quantiles and fractions of classic histograms: cumulative counts in series that differ in their label `le`.
enum ClassicHistogram {
  static let bucketLabel = "le"

  static let functions: [Function] = [
    Function(
      name: "histogram_quantile", signature: FunctionSignature([.scalar, .instantVector]),
      summary: "φ-quantile of the observations, interpolated within the bucket that holds it",
      body: .whole { node, evaluator, grid throws(Complaint) in
        let quantiles = try evaluator.scalar(node.arguments[0], on: grid)
        let block = try evaluator.vector(node.arguments[1], on: grid)
        for quantile in quantiles {
          Statistics.remarkQuantile(quantile, at: node.arguments[0].span, &evaluator.remarks)
        }
        return .vector(quantiled(block, quantiles, at: node.arguments[1].span, &evaluator.remarks))
      }),
    Function(
      name: "histogram_quantiles",
      signature: FunctionSignature([.instantVector, .string, .scalar], repeatsLast: true),
      summary: "several φ-quantiles at once, each with its φ in the given label", maturity: .experimental,
      body: .whole { node, evaluator, grid throws(Complaint) in
        .vector(try severalQuantiles(node, &evaluator, grid))
      }),
    Function(
      name: "histogram_fraction", signature: FunctionSignature([.scalar, .scalar, .instantVector]),
      summary: "share of the observations between the lower and the upper bound",
      body: .whole { node, evaluator, grid throws(Complaint) in
        let lower = try evaluator.scalar(node.arguments[0], on: grid)
        let upper = try evaluator.scalar(node.arguments[1], on: grid)
        let block = try evaluator.vector(node.arguments[2], on: grid)
        return .vector(
          fold(block, at: node.arguments[2].span, &evaluator.remarks) { distribution, step, name, remarks in
            switch distribution {
            case .classic(let buckets): return buckets.fraction(from: lower[step], to: upper[step])
            case .native(let histogram):
              if histogram.sum.isNaN, histogram.count != 0 {
                remarks.inform(
                  "input to histogram_fraction has NaN observations, which are excluded from all fractions"
                    + Remarks.forMetric(name), at: node.arguments[2].span)
              }
              return histogram.fraction(from: lower[step], to: upper[step])
            }
          })
      }),
  ]

  private static func quantiled(
    _ block: SeriesBlock, _ quantiles: [Double], at span: SourceSpan, _ remarks: inout Remarks
  ) -> SeriesBlock {
    fold(block, at: span, &remarks) { distribution, step, name, remarks in
      switch distribution {
      case .classic(let buckets):
        let answer = buckets.quantile(quantiles[step])
        if answer.wasForcedMonotonic { remarkMonotonicity(name, span, &remarks) }
        return answer.value
      case .native(let histogram):
        let answer = histogram.quantile(quantiles[step])
        if let doubt = answer.doubt {
          remarks.inform(
            "input to histogram_quantile has NaN observations, result is "
              + (doubt == .resultIsNaN ? "NaN" : "skewed higher") + Remarks.forMetric(name), at: span)
        }
        return answer.value
      }
    }
  }

  private static func severalQuantiles(
    _ node: FunctionCall, _ evaluator: inout Evaluator, _ grid: StepGrid
  ) throws(Complaint) -> SeriesBlock {
    let block = try evaluator.vector(node.arguments[0], on: grid)
    let label = try LabelRewriting.labelName(node.arguments[1], node.name)
    var result = SeriesBlock(steps: grid.count)
    for argument in node.arguments.dropFirst(2) {
      let quantiles = try evaluator.scalar(argument, on: grid)
      for quantile in quantiles { Statistics.remarkQuantile(quantile, at: argument.span, &evaluator.remarks) }
      let one = quantiled(block, quantiles, at: node.arguments[0].span, &evaluator.remarks)
      let texts = quantiles.map(FloatText.general)
      for row in 0..<one.rows {
        guard one.labels[row][label] == nil else {
          throw Complaint(
            .execution("label '\(label)' already exists in the input of \(node.name)"), at: node.arguments[1].span.start
          )
        }
        for text in Set(texts).sorted() {
          let cells = (0..<grid.count).map { texts[$0] == text ? one[row, $0] : .absent }
          result.append(one.labels[row].setting(label, to: text), nameFate: one.nameFates[row], row: cells)
        }
      }
      try evaluator.reserve(rows: one.rows, steps: grid.count, at: node.span)
    }
    return try result.withoutEmptyRows().mergingDuplicates(at: node.span)
  }

  private static func remarkMonotonicity(_ name: String, _ span: SourceSpan, _ remarks: inout Remarks) {
    remarks.inform(
      "input to histogram_quantile needed to be fixed for monotonicity (see "
        + "https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)"
        + Remarks.forMetric(name), at: span)
  }

  /// One histogram: the rows that agree in all labels but `le`, and the row that holds native histograms.
  private struct Family {
    let labels: LabelSet
    var rows: [(bound: Double, row: Int)] = []
    var natives: [Int] = []
  }

  private enum Distribution { case classic(Buckets), native(NativeHistogram) }

  /// Groups once, then calls `body` for every histogram that has buckets at a step.
  private static func fold(
    _ block: SeriesBlock, at span: SourceSpan, _ remarks: inout Remarks,
    _ body: (Distribution, Int, String, inout Remarks) -> Double
  ) -> SeriesBlock {
    let families = families(block, at: span, &remarks)
    var result = SeriesBlock(steps: block.steps)
    for family in families {
      let row = result.addRow(family.labels, nameFate: .goes)
      let name = family.labels.metric ?? ""
      for step in 0..<block.steps {
        var buckets = Buckets()
        for (bound, source) in family.rows where !block[source, step].isAbsent {
          buckets.append(bound, block[source, step])
        }
        for native in family.natives {
          guard let histogram = block.histogram(native, step) else { continue }
          guard buckets.isEmpty else {
            remarks.warn(
              "vector contains a mix of classic and native histograms" + Remarks.forMetric(name), at: span)
            buckets = Buckets()
            break
          }
          result[row, step] = body(.native(histogram), step, name, &remarks)
        }
        if !buckets.isEmpty { result[row, step] = body(.classic(buckets), step, name, &remarks) }
      }
    }
    return result
  }

  private static func families(
    _ block: SeriesBlock, at span: SourceSpan, _ remarks: inout Remarks
  ) -> [Family] {
    var families: [Family] = []
    var positions: [LabelSet: Int] = [:]
    func family(_ key: LabelSet) -> Int {
      if let position = positions[key] { return position }
      positions[key] = families.count
      families.append(Family(labels: key))
      return families.count - 1
    }
    for row in 0..<block.rows {
      let labels = block.labels[row]
      let cells = row * block.steps..<(row + 1) * block.steps
      if !block.histograms.isEmpty, cells.contains(where: { block.histograms[$0] != nil }) {
        // A label `le` of a native histogram is a label like any other.
        families[family(labels)].natives.append(row)
        if !block.values[cells].contains(where: { !$0.isAbsent }) { continue }
      }
      let text = labels[bucketLabel] ?? ""
      guard let bound = NumberText.decimal(text), !bound.isNaN else {
        remarks.warn(
          "bucket label \"le\" is missing or has a malformed value of \(LabelSet.quoted(text))"
            + Remarks.forMetric(labels.metric ?? ""), at: span)
        continue
      }
      families[family(labels.removing([bucketLabel]))].rows.append((bound, row))
    }
    for index in families.indices { families[index].rows.sort { $0.bound < $1.bound } }
    return families
  }
}
