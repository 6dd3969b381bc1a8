internal import Telemetry

/// What a function body knows about its call besides the samples.
struct CallContext {
  let call: FunctionCall
  /// The scalar arguments, in order, at every step.
  let scalars: [[Double]]
  var step = 0
  /// The instant of evaluation in milliseconds.
  var instant: Int64 = 0
  var remarks: Remarks
  /// Of the range vector that is read.
  var rangeSpan = SourceSpan(0, 0)
  /// Of the series at hand; empty without one.
  var metricName = ""

  func scalar(_ index: Int) -> Double { scalars[index][step] }

  func argumentSpan(_ index: Int) -> SourceSpan {
    index < call.arguments.count ? call.arguments[index].span : call.span
  }
}

extension Evaluator {
  mutating func call(_ node: FunctionCall, on grid: StepGrid) throws(Complaint) -> Evaluated {
    guard let function = FunctionCatalog.function(named: node.name) else {
      throw Complaint(.execution("unknown function '\(node.name)'"), at: node.span.start)
    }
    try reserve(rows: 1, steps: grid.count, at: node.span)
    let outer = statistics
    defer { statistics = outer }
    if HistogramFunctions.statisticsNames.contains(node.name) {
      if statistics == .unasked { statistics = .asked }
    } else if HistogramFunctions.bucketNames.contains(node.name) {
      statistics = .never
    }
    switch function.body {
    case .eachSample(let change): return .vector(try eachSample(node, on: grid, change))
    case .overTime(let names, let body, let histograms):
      return .vector(try overTime(node, on: grid, names, body, histograms, function.inspect))
    case .whole(let body): return try body(node, &self, grid)
    }
  }

  private mutating func scalarArguments(_ node: FunctionCall, on grid: StepGrid) throws(Complaint) -> [[Double]] {
    var columns: [[Double]] = []
    for argument in node.arguments where argument.valueType == .scalar {
      columns.append(try scalar(argument, on: grid))
    }
    return columns
  }

  private mutating func eachSample(
    _ node: FunctionCall, on grid: StepGrid, _ change: Function.SampleBody
  ) throws(Complaint) -> SeriesBlock {
    guard let operand = node.arguments.first(where: { $0.valueType == .instantVector }) else {
      return SeriesBlock(steps: grid.count)
    }
    var context = CallContext(call: node, scalars: try scalarArguments(node, on: grid), remarks: remarks)
    let block = try vector(operand, on: grid)
    // Histograms go: none of these functions has a meaning for them.
    return try block.losingNames().mapping { (value, step) throws(Complaint) -> Double? in
      context.step = step
      return change(value, context)
    }
  }

  private mutating func overTime(
    _ node: FunctionCall, on grid: StepGrid, _ names: Function.NamePolicy, _ body: Function.WindowBody,
    _ histogramBody: Function.HistogramBody?, _ inspect: ((LabelSet, inout CallContext) -> Void)?
  ) throws(Complaint) -> SeriesBlock {
    guard let operand = node.arguments.first(where: { $0.valueType == .rangeVector }) else {
      return SeriesBlock(steps: grid.count)
    }
    let scalars = try scalarArguments(node, on: grid)
    let source = try windows(operand, on: grid)
    try reserve(rows: source.windows.count, steps: grid.count, at: node.span)
    var context = CallContext(call: node, scalars: scalars, remarks: remarks)
    context.rangeSpan = operand.span
    var block = SeriesBlock(steps: grid.count)
    var cells = [Double](repeating: .absent, count: grid.count)
    var histograms: [Int: NativeHistogram] = [:]
    for var window in source.windows {
      var found = false
      histograms.removeAll(keepingCapacity: true)
      context.metricName = window.labels.metric ?? ""
      for step in 0..<grid.count {
        context.step = step
        context.instant = grid.time(step)
        let end = source.reference.time(at: context.instant)
        var value: Double?
        if window.histograms.isEmpty {
          if let edges = source.edges {
            value = EdgeWindow.value(
              &window, edges, end: end, length: source.length, lookback: timing.lookback.wholeMilliseconds,
              function: node.name)
          } else {
            window.slide(to: end, length: source.length)
            value = window.count > 0 ? try body(window, &context) : nil
          }
        } else {
          let sample: SampleValue?
          if let edges = source.edges {
            sample = EdgeWindow.sample(
              &window, edges, end: end, length: source.length, lookback: timing.lookback.wholeMilliseconds, &context)
          } else {
            window.slide(to: end, length: source.length)
            sample = try mixedSample(window, &context, body, histogramBody)
          }
          if case .histogram(let histogram) = sample { histograms[step] = histogram }
          if case .float(let number) = sample { value = number }
        }
        // The body may have looked at all of its samples.
        try pace.spend(1 + window.count + window.histogramCount * 16, at: node.span)
        cells[step] = value ?? .absent
        found = found || value != nil
      }
      guard found || !histograms.isEmpty else { continue }
      if found { inspect?(window.labels, &context) }
      let nameFate = names == .drops ? .goes : window.nameFate
      block.append(window.labels, nameFate: nameFate, row: cells)
      for (step, histogram) in histograms { block.set(block.rows - 1, step, .histogram(histogram)) }
    }
    remarks = context.remarks
    return block
  }

  /// The result for a window of a series that has histograms somewhere.
  private func mixedSample(
    _ window: Window, _ context: inout CallContext, _ body: Function.WindowBody,
    _ histogramBody: Function.HistogramBody?
  ) throws(Complaint) -> SampleValue? {
    if window.histogramCount > 0 {
      if let histogramBody { return try histogramBody(window, &context) }
      if window.count > 0 {
        context.remarks.inform(
          "ignored histograms in a range containing both floats and histograms for metric name "
            + LabelSet.quoted(context.metricName), at: context.rangeSpan)
      }
    }
    return window.count > 0 ? try body(window, &context).map { .float($0) } : nil
  }
}
