public import Telemetry

/// A query bound to its instants: says which series it needs and evaluates over them. Pure.
public struct QueryPlan: Sendable {
  public let query: Query
  public let range: EvaluationRange
  /// How long a sample stays visible to an instant selector.
  public let lookback: Duration
  /// The step of a subquery that gives none.
  public let subqueryStep: Duration
  /// Deduplicated, in the order of the text. `evaluate` wants one list of series for each.
  public let selections: [SeriesSelection]

  let positions: [SeriesSelection: Int]

  /// Samples read and cells computed in one evaluation are bounded by `limits`.
  ///
  /// - Parameter series: for each of `selections` the series found, as `SeriesReader.select` answers.
  public func evaluate(
    over series: [[SeriesSlice]], limits: EvaluationLimits = .init(), watch: EvaluationWatch = .init()
  ) throws(PromQLError) -> QueryResult {
    let source = SourceText(query.text)
    do {
      var evaluator = Evaluator(plan: self, series: series, limits: limits, watch: watch)
      let value = try evaluator.result()
      return QueryResult(value: value, annotations: evaluator.remarks.annotations(in: source), yields: evaluator.yields)
    } catch {
      throw error.resolved(in: source)
    }
  }
}

extension Query {
  /// - Parameters:
  ///   - lookback: the default is 5 minutes, as in Prometheus.
  ///   - subqueryStep: step of `[1h:]`; the default is 1 minute, Prometheus' default evaluation interval.
  public func plan(
    over range: EvaluationRange, lookback: Duration = .seconds(300), subqueryStep: Duration = .seconds(60)
  ) -> QueryPlan {
    let timing = Timing(range: range, lookback: lookback, subqueryStep: subqueryStep)
    var collector = SelectionCollector(timing: timing)
    collector.visit(expression, on: range.grid)
    return QueryPlan(
      query: self, range: range, lookback: lookback, subqueryStep: subqueryStep, selections: collector.selections,
      positions: collector.positions)
  }
}

/// Walks a query and notes what its selectors need.
private struct SelectionCollector {
  let timing: Timing
  var selections: [SeriesSelection] = []
  var positions: [SeriesSelection: Int] = [:]

  mutating func visit(_ expression: Expression, on grid: StepGrid) {
    switch expression {
    case .number, .string: return
    case .vector(let node): add(timing.selection(node, on: grid))
    case .range(let node): add(timing.selection(node, on: grid))
    case .subquery(let node): visit(node.expression, on: timing.inner(node, on: grid))
    case .sign(let node): visit(node.operand, on: grid)
    case .binary(let node):
      visit(node.left, on: grid)
      visit(node.right, on: grid)
    case .aggregation(let node):
      if let parameter = node.parameter { visit(parameter, on: grid) }
      visit(node.operand, on: grid)
    case .call(let node) where node.name == "info":
      visit(node.arguments[0], on: grid)
      add(timing.selection(InfoJoin.selector(for: node, timing), on: grid))
    case .call(let node):
      for argument in node.arguments { visit(argument, on: grid) }
    case .parentheses(let inner, _): visit(inner, on: grid)
    }
  }

  private mutating func add(_ selection: SeriesSelection) {
    guard positions[selection] == nil else { return }
    positions[selection] = selections.count
    selections.append(selection)
  }
}
