internal import Telemetry

extension Evaluator {
  /// The answer in the shape that the kind of query demands.
  mutating func result() throws(Complaint) -> QueryValue {
    let expression = plan.query.expression
    guard series.count == plan.selections.count else {
      throw Complaint(
        .execution("\(series.count) lists of series were given where the plan asks for \(plan.selections.count)"), at: 0
      )
    }
    guard plan.range.isInstant else { return .matrix(try matrix(expression)) }
    if expression.valueType == .rangeVector { return .matrix(try windowContents(expression)) }
    switch try evaluate(expression, on: plan.range.grid) {
    case .scalar(let values): return .scalar(values.first ?? .nan)
    case .string(let literal): return .string(literal.text)
    case .vector(let block):
      let finished = try block.finished(at: expression.span)
      return .vector(
        (0..<finished.rows).map { row in
          VectorElement(
            labels: finished.labels[row], timestamp: plan.range.start, value: finished[row, 0],
            histogram: finished.histogram(row, 0))
        })
    }
  }

  private mutating func matrix(_ expression: Expression) throws(Complaint) -> [SeriesSlice] {
    guard expression.valueType == .scalar || expression.valueType == .instantVector else {
      throw Complaint(
        .type("a range query needs a scalar or an instant vector, not \(expression.valueType.withArticle)"),
        at: expression.span.start)
    }
    let grid = plan.range.grid
    try reserve(rows: 1, steps: grid.count, at: expression.span)
    switch try evaluate(expression, on: grid) {
    case .scalar(let values):
      guard grid.count > 0 else { return [] }
      return [SeriesSlice(labels: .empty, milliseconds: values.indices.map { grid.time($0) }, values: values)]
    case .string: return []
    case .vector(let block):
      let finished = try block.finished(at: expression.span)
      let order = (0..<finished.rows).sorted { finished.labels[$0] < finished.labels[$1] }
      let times = (0..<grid.count).map(grid.time)
      return order.map { slice(finished, $0, times) }
    }
  }

  private func slice(_ block: SeriesBlock, _ row: Int, _ times: [Int64]) -> SeriesSlice {
    var slice = SeriesSlice(labels: block.labels[row])
    let cells = block.values[row * block.steps..<(row + 1) * block.steps]
    // Most series have a number at every instant: they share the times.
    if block.histograms.isEmpty, !cells.contains(where: \.isAbsent) {
      slice.milliseconds = times
      slice.values = Array(cells)
      return slice
    }
    for step in times.indices {
      if let histogram = block.histogram(row, step) {
        slice.histograms.append(times[step], histogram)
      } else if !block[row, step].isAbsent {
        slice.milliseconds.append(times[step])
        slice.values.append(block[row, step])
      }
    }
    return slice
  }

  /// The samples of a range vector that was asked for as such.
  private mutating func windowContents(_ expression: Expression) throws(Complaint) -> [SeriesSlice] {
    let source = try windows(expression, on: plan.range.grid)
    var slices: [SeriesSlice] = []
    for var window in source.windows {
      window.slide(to: source.reference.time(at: plan.range.grid.start), length: source.length)
      guard window.count > 0 || window.histogramCount > 0 else { continue }
      slices.append(
        SeriesSlice(
          labels: window.nameFate == .goes ? window.labels.removingMetricIdentity() : window.labels,
          milliseconds: Array(window.times[window.lower..<window.upper]),
          values: Array(window.samples),
          histograms: window.histograms.within(after: window.start, through: window.end)))
    }
    return slices.sorted { $0.labels < $1.labels }
  }
}
