internal import Telemetry

/// What an instant selector reads: the values, or when they were measured.
enum SelectorReading { case values, times }

extension Evaluator {
  private func slices(for selection: SeriesSelection, at span: SourceSpan) throws(Complaint) -> [SeriesSlice] {
    guard let position = plan.positions[selection] else {
      throw Complaint(.execution("the plan does not hold this selector"), at: span.start)
    }
    return series[position]
  }

  /// The last sample in (t − look-back, t] of every series, unless it is a stale marker.
  mutating func instantVector(
    _ node: VectorSelector, on grid: StepGrid, reading: SelectorReading
  ) throws(Complaint) -> SeriesBlock {
    let slices = try slices(for: timing.selection(node, on: grid), at: node.span)
    let reference = timing.reference(node.modifiers)
    let lookback = timing.lookback.wholeMilliseconds
    try reserve(rows: slices.count, steps: grid.count, at: node.span)
    var block = SeriesBlock(steps: grid.count)
    block.values.reserveCapacity(slices.count * grid.count)
    var cells = [Double](repeating: .absent, count: grid.count)
    for slice in slices {
      let cursor = LookbackCursor(slice: slice, lookback: lookback)
      guard
        node.edges == .smoothed
          ? Smoothing.fill(&cells, from: slice, reference, grid, lookback)
          : cursor.fill(&cells, reference, grid, reading)
      else { continue }
      block.append(slice.labels, nameFate: .stays, row: cells)
    }
    return block
  }

  /// The windows of a range selector or a subquery, one a series.
  mutating func windows(_ expression: Expression, on grid: StepGrid) throws(Complaint) -> WindowSource {
    switch expression.withoutParentheses {
    case .range(let node):
      let slices = try slices(for: timing.selection(node, on: grid), at: node.span)
      return WindowSource(
        windows: slices.map { Window($0, nameFate: .stays) }, reference: timing.reference(node.vector.modifiers),
        length: timing.milliseconds(node.range), edges: node.vector.edges)
    case .subquery(let node): return try windows(node, on: grid)
    default: throw Complaint(.type("a range vector was expected"), at: expression.span.start)
    }
  }

  private mutating func windows(_ node: Subquery, on grid: StepGrid) throws(Complaint) -> WindowSource {
    let inner = timing.inner(node, on: grid)
    try reserve(rows: 1, steps: inner.count, at: node.span)
    let block: SeriesBlock
    switch try evaluate(node.expression, on: inner) {
    case .vector(let vector): block = vector
    case .scalar(let values):
      var single = SeriesBlock(steps: inner.count)
      single.append(.empty, nameFate: .stays, row: values)
      block = single
    case .string: throw Complaint(.type("a subquery needs an instant vector"), at: node.span.start)
    }
    let times = (0..<inner.count).map { inner.time($0) }
    let windows = (0..<block.rows).map { row in
      Window(
        labels: block.labels[row], nameFate: block.nameFates[row], times: times,
        cells: block.values[(row * inner.count)..<((row + 1) * inner.count)])
    }
    return WindowSource(
      windows: windows, reference: timing.reference(node.modifiers), length: timing.milliseconds(node.range),
      edges: nil)
  }
}

/// Walks one series along a grid.
private struct LookbackCursor {
  let slice: SeriesSlice
  let lookback: Int64

  /// - Returns: whether any cell got a value.
  func fill(
    _ cells: inout [Double], _ reference: Timing.Reference, _ grid: StepGrid, _ reading: SelectorReading
  ) -> Bool {
    let times = slice.milliseconds
    let values = slice.values
    var next = 0
    var found = false
    for step in 0..<grid.count {
      let instant = reference.time(at: grid.time(step))
      while next < times.count, times[next] <= instant { next += 1 }
      guard next > 0, times[next - 1] > instant &- lookback, !values[next - 1].isStaleMarker else {
        cells[step] = .absent
        continue
      }
      cells[step] = reading == .values ? values[next - 1] : Double(times[next - 1]) / 1000
      found = true
    }
    return found
  }
}
