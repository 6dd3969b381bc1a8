internal import Telemetry

/// What an instant selector reads: the values, when they were measured, or when the counters behind them began.
enum SelectorReading { case values, times, starts }

extension Evaluator {
  private func slices(for selection: SeriesSelection, at span: SourceSpan) throws(Complaint) -> [SeriesSlice] {
    guard let position = plan.positions[selection] else {
      throw Complaint(.execution("the plan does not hold this selector"), at: span.start)
    }
    guard readsStatistics else { return series[position] }
    return series[position].map { slice in
      guard !slice.histograms.isEmpty else { return slice }
      var detected = slice
      detected.histograms = slice.histograms.withDetectedResets
      return detected
    }
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
      try pace.spend(slice.count + grid.count, at: node.span)
      if node.edges == .smoothed {
        Smoothing.append(slice, to: &block, reference, grid, lookback, &remarks, at: node.span)
        continue
      }
      let cursor = LookbackCursor(slice: slice, lookback: lookback)
      if !slice.histograms.isEmpty {
        cursor.append(to: &block, reference, grid, reading)
      } else if cursor.fill(&cells, reference, grid, reading) {
        block.append(slice.labels, nameFate: .stays, row: cells)
      }
    }
    return block
  }

  /// The windows of a range selector or a subquery, one a series.
  mutating func windows(_ expression: Expression, on grid: StepGrid) throws(Complaint) -> WindowSource {
    let began = uptime?()
    let source = try found(expression, on: grid)
    note(
      expression.withoutParentheses, since: began, source.windows.count,
      samples: source.windows.reduce(0) { $0 + $1.times.count + $1.histograms.count })
    return source
  }

  private mutating func found(_ expression: Expression, on grid: StepGrid) throws(Complaint) -> WindowSource {
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
    let outer = statistics
    defer { statistics = outer }
    statistics = .never
    switch try evaluate(node.expression, on: inner) {
    case .vector(let vector): block = vector
    case .scalar(let values):
      var single = SeriesBlock(steps: inner.count)
      single.append(.empty, nameFate: .stays, row: values)
      block = single
    case .string: throw Complaint(.type("a subquery needs an instant vector"), at: node.span.start)
    }
    let times = (0..<inner.count).map { inner.time($0) }
    let windows = (0..<block.rows).map { Window(block, $0, times: times) }
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
      cells[step] = reading == .values ? values[next - 1] : instantRead(reading, next - 1)
      found = true
    }
    return found
  }

  private func instantRead(_ reading: SelectorReading, _ index: Int) -> Double {
    let instant =
      reading == .times ? slice.milliseconds[index] : slice.starts.isEmpty ? 0 : slice.starts[index]
    return Double(instant) / 1000
  }

  /// For a series that has histograms too: the newer of both kinds counts.
  func append(
    to block: inout SeriesBlock, _ reference: Timing.Reference, _ grid: StepGrid, _ reading: SelectorReading
  ) {
    let row = block.addRow(slice.labels, nameFate: .stays)
    let columns = slice.histograms
    for step in 0..<grid.count {
      let instant = reference.time(at: grid.time(step))
      let number = slice.milliseconds.partitionIndex { $0 > instant } - 1
      let histogram = columns.milliseconds.partitionIndex { $0 > instant } - 1
      let isHistogram =
        histogram >= 0 && (number < 0 || columns.milliseconds[histogram] > slice.milliseconds[number])
      let newest = isHistogram ? columns.milliseconds[histogram] : number < 0 ? .min : slice.milliseconds[number]
      guard newest > instant &- lookback, newest != .min else { continue }
      if !isHistogram {
        guard !slice.values[number].isStaleMarker else { continue }
        block[row, step] = reading == .values ? slice.values[number] : instantRead(reading, number)
      } else if !columns.values[histogram].sum.isStaleMarker {
        switch reading {
        case .values: block.set(row, step, .histogram(columns.values[histogram]))
        case .times: block[row, step] = Double(newest) / 1000
        case .starts: block[row, step] = Double(columns.starts[histogram]) / 1000
        }
      }
    }
  }
}
