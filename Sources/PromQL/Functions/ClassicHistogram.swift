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
          fold(block, at: node.arguments[2].span, &evaluator.remarks) { buckets, step, _, _ in
            buckets.fraction(from: lower[step], to: upper[step])
          })
      }),
  ]

  private static func quantiled(
    _ block: SeriesBlock, _ quantiles: [Double], at span: SourceSpan, _ remarks: inout Remarks
  ) -> SeriesBlock {
    fold(block, at: span, &remarks) { buckets, step, name, remarks in
      let answer = buckets.quantile(quantiles[step])
      if answer.wasForcedMonotonic { remarkMonotonicity(name, span, &remarks) }
      return answer.value
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
        + "https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile) "
        + "for metric name \"\(name)\"", at: span)
  }

  /// One histogram: the rows that agree in all labels but `le`.
  private struct Family {
    let labels: LabelSet
    var rows: [(bound: Double, row: Int)] = []
  }

  /// Groups once, then calls `body` for every histogram that has buckets at a step.
  private static func fold(
    _ block: SeriesBlock, at span: SourceSpan, _ remarks: inout Remarks,
    _ body: (Buckets, Int, String, inout Remarks) -> Double
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
        if !buckets.isEmpty { result[row, step] = body(buckets, step, name, &remarks) }
      }
    }
    return result
  }

  private static func families(
    _ block: SeriesBlock, at span: SourceSpan, _ remarks: inout Remarks
  ) -> [Family] {
    var families: [Family] = []
    var positions: [LabelSet: Int] = [:]
    for row in 0..<block.rows {
      let labels = block.labels[row]
      let text = labels[bucketLabel] ?? ""
      guard let bound = NumberText.decimal(text), !bound.isNaN else {
        remarks.warn(
          "bucket label \"le\" is missing or has a malformed value of \(LabelSet.quoted(text)) "
            + "for metric name \"\(labels.metric ?? "")\"", at: span)
        continue
      }
      let key = labels.removing([bucketLabel])
      let position = positions[key] ?? families.count
      if position == families.count {
        positions[key] = position
        families.append(Family(labels: key))
      }
      families[position].rows.append((bound, row))
    }
    for index in families.indices { families[index].rows.sort { $0.bound < $1.bound } }
    return families
  }
}
