internal import Telemetry

/// A function or aggregation that the plain evaluator carries out over values from here: rare, or small because an
/// aggregation stands below it.
final class BridgeNode: VectorNode {
  enum Operand {
    case vector(VectorNode)
    case scalar(ScalarNode)
  }

  private let expression: Expression
  private let operands: [(Expression, Operand)]
  private var labels: [LabelSet] = []
  private var frame = Frame([], [])

  init(_ expression: Expression, _ operands: [(Expression, Operand)]) {
    self.expression = expression
    self.operands = operands
  }

  override func column(_ round: IncrementalRound) throws(Complaint) -> Column {
    var given: [Expression: Evaluated] = [:]
    for (expression, operand) in operands {
      switch operand {
      case .vector(let node): given[expression] = .vector(try node.column(round).block)
      case .scalar(let node): given[expression] = .scalar([try node.value(round)])
      }
    }
    let query = Query(text: "", expression: expression, features: .stable)
    let plan = QueryPlan(
      query: query, range: .instant(Timestamp(milliseconds: round.time)), lookback: .zero, subqueryStep: .zero,
      selections: [], positions: [:])
    var evaluator = Evaluator(plan: plan, series: [])
    evaluator.given = given
    let block = try evaluator.vector(expression, on: plan.range.grid)
    if block.labels != labels {
      labels = block.labels
      frame = Frame(block.labels, block.nameFates)
    }
    return Column(frame: frame, values: block.values)
  }
}
