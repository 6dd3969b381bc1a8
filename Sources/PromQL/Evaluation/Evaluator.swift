internal import Telemetry

/// What an expression is worth at every instant of a grid.
enum Evaluated {
  case scalar([Double])
  case string(StringLiteral)
  case vector(SeriesBlock)

  /// Those that have a value at some instant.
  fileprivate var seriesCount: Int {
    if case .vector(let block) = self { (0..<block.rows).count { !block.isEmptyRow($0) } } else { 1 }
  }

  fileprivate var estimatedBytes: Int {
    switch self {
    case .scalar(let values): values.count * MemoryLayout<Double>.stride
    case .string: 0
    case .vector(let block):
      block.values.count * MemoryLayout<Double>.stride + block.rows * SeriesSlice.bytesForLabels
        + block.histograms.count * HistogramColumns.bytesEach
    }
  }
}

/// Evaluates a plan over the series that were fetched for it. Lives for one evaluation.
struct Evaluator {
  let plan: QueryPlan
  let timing: Timing
  let series: [[SeriesSlice]]
  let limits: EvaluationLimits
  var remarks = Remarks()
  /// Whether functions that look only at count and sum stand around what is evaluated.
  var statistics = StatisticsReading.unasked
  /// Values of parts of the expression that were worked out elsewhere.
  var given: [Expression: Evaluated] = [:]
  let pace: EvaluationPace
  private var cells = 0
  /// Estimated size of the series that were read and of what is made of them and still needed.
  private var heldBytes: Int
  let uptime: (@Sendable () -> Duration)?
  /// Of every part, once it was evaluated; empty unless asked for.
  private(set) var yields: [Expression: PartYield] = [:]

  /// Prometheus reads histograms without buckets where only their count and sum are asked for, and finds counter resets
  /// on the way that it otherwise leaves open; which warnings come depends on it.
  enum StatisticsReading { case unasked, asked, never }

  var readsStatistics: Bool { statistics == .asked }

  init(
    plan: QueryPlan, series: [[SeriesSlice]], limits: EvaluationLimits = .init(), watch: EvaluationWatch = .init()
  ) {
    self.plan = plan
    self.series = series
    self.limits = limits
    pace = EvaluationPace(watch)
    uptime = watch.uptime
    heldBytes = series.lazy.joined().reduce(0) { $0 + $1.estimatedBytes }
    timing = Timing(range: plan.range, lookback: plan.lookback, subqueryStep: plan.subqueryStep)
  }

  // MARK: Dispatch

  mutating func evaluate(_ expression: Expression, on grid: StepGrid) throws(Complaint) -> Evaluated {
    if !given.isEmpty, let value = given[expression] { return value }
    let before = heldBytes
    let began = uptime?()
    let value = try computed(expression, on: grid)
    note(expression, since: began, value.seriesCount)
    // What the operands were is gone when their result is there.
    heldBytes = before + value.estimatedBytes
    return value
  }

  /// Counts are taken only where somebody wants to know.
  mutating func note(
    _ expression: Expression, since began: Duration?, _ series: @autoclosure () -> Int,
    samples: @autoclosure () -> Int? = nil
  ) {
    guard let uptime, let began else { return }
    yields[expression] = PartYield(series: series(), samples: samples(), took: uptime() - began)
  }

  private mutating func computed(_ expression: Expression, on grid: StepGrid) throws(Complaint) -> Evaluated {
    if grid.count > 1, StepInvariance.holds(for: expression) {
      let once = try evaluate(expression, on: StepGrid(start: grid.start, step: grid.step, count: 1))
      return try repeating(once, grid.count, at: expression.span)
    }
    switch expression {
    case .number(let node):
      try reserve(rows: 1, steps: grid.count, at: node.span)
      return .scalar(Array(repeating: node.value, count: grid.count))
    case .string(let node): return .string(node)
    case .parentheses(let inner, _): return try evaluate(inner, on: grid)
    case .vector(let node): return .vector(try instantVector(node, on: grid, reading: .values))
    case .sign(let node): return try sign(node, on: grid)
    case .binary(let node): return try binary(node, on: grid)
    case .aggregation(let node): return .vector(try aggregate(node, on: grid))
    case .call(let node): return try call(node, on: grid)
    case .range(let node): throw rangeVectorMisplaced(node.span)
    case .subquery(let node): throw rangeVectorMisplaced(node.span)
    }
  }

  private func rangeVectorMisplaced(_ span: SourceSpan) -> Complaint {
    Complaint(
      .type("a range vector has no value at an instant"), at: span.start,
      hint: "apply rate(…) or an …_over_time function")
  }

  mutating func vector(_ expression: Expression, on grid: StepGrid) throws(Complaint) -> SeriesBlock {
    if case .vector(let block) = try evaluate(expression, on: grid) { return block }
    throw Complaint(.type("an instant vector was expected"), at: expression.span.start)
  }

  mutating func scalar(_ expression: Expression, on grid: StepGrid) throws(Complaint) -> [Double] {
    if case .scalar(let values) = try evaluate(expression, on: grid) { return values }
    throw Complaint(.type("a scalar was expected"), at: expression.span.start)
  }

  // MARK: Bounds

  /// Counts the values that an intermediate result will hold, before they are allocated.
  mutating func reserve(rows: Int, steps: Int, at span: SourceSpan) throws(Complaint) {
    guard rows <= limits.seriesMax else {
      throw Complaint(
        .limit(.series, max: limits.seriesMax), at: span.start, hint: "add matchers or aggregate")
    }
    let (product, overflow) = rows.multipliedReportingOverflow(by: steps)
    let (sum, passed) = cells.addingReportingOverflow(product)
    guard !overflow, !passed, sum <= limits.samplesMax else {
      throw Complaint(
        .limit(.samples, max: limits.samplesMax), at: span.start,
        hint: "shorten the range, widen the step or add matchers, or raise query.samples_max")
    }
    cells = sum
    guard product <= (limits.bytesMax - heldBytes) / MemoryLayout<Double>.stride else {
      throw Complaint(
        .limit(.bytes, max: limits.bytesMax), at: span.start,
        hint: "shorten the range, widen the step or add matchers, or raise query.memory_max")
    }
    heldBytes += product * MemoryLayout<Double>.stride
    try pace.spend(product, at: span)
  }

  private mutating func repeating(
    _ once: Evaluated, _ count: Int, at span: SourceSpan
  ) throws(Complaint) -> Evaluated {
    switch once {
    case .string: return once
    case .scalar(let values):
      return .scalar(Array(repeating: values.first ?? .nan, count: count))
    case .vector(let block):
      try reserve(rows: block.rows, steps: count, at: span)
      var result = SeriesBlock(steps: count)
      for row in 0..<block.rows {
        result.append(
          block.labels[row], nameFate: block.nameFates[row], row: repeatElement(block[row, 0], count: count))
        guard let histogram = block.histogram(row, 0) else { continue }
        for step in 0..<count { result.set(row, step, .histogram(histogram)) }
      }
      return .vector(result)
    }
  }

  private mutating func sign(_ node: SignOperation, on grid: StepGrid) throws(Complaint) -> Evaluated {
    let operand = try evaluate(node.operand, on: grid)
    guard node.sign == .minus else { return operand }
    switch operand {
    case .scalar(let values): return .scalar(values.map { -$0 })
    case .string: return operand
    case .vector(let block):
      var result = block.losingNames()
      for index in result.values.indices where !result.values[index].isAbsent { result.values[index].negate() }
      try result.changeHistograms { (histogram, _) throws(Complaint) in .histogram(histogram.scaled(by: -1)) }
      return .vector(result)
    }
  }
}

/// Whether an expression has the same value at every instant because all its selectors are anchored with `@`.
enum StepInvariance {
  /// Functions that look at the instant itself.
  private static let timeDependent: Set<String> = [
    "time", "timestamp", "predict_linear", "days_in_month", "day_of_month", "day_of_week", "day_of_year", "hour",
    "minute", "month", "year",
  ]

  static func holds(for expression: Expression) -> Bool {
    switch expression {
    case .number, .string: false
    default: isFixed(expression) && !expression.selectors.isEmpty
    }
  }

  private static func isFixed(_ expression: Expression) -> Bool {
    switch expression {
    case .number, .string: true
    case .vector(let node): node.modifiers.anchor != nil
    case .range(let node): node.vector.modifiers.anchor != nil
    case .subquery(let node): node.modifiers.anchor != nil
    case .sign(let node): isFixed(node.operand)
    case .binary(let node): isFixed(node.left) && isFixed(node.right)
    case .aggregation(let node): (node.parameter.map(isFixed) ?? true) && isFixed(node.operand)
    case .call(let node): !timeDependent.contains(node.name) && node.arguments.allSatisfy(isFixed)
    case .parentheses(let inner, _): isFixed(inner)
    }
  }
}
