internal import Alerting
internal import Incidents
internal import PromQL
internal import Telemetry
internal import WebInterface

/// What to draw for a rule: the quantity that it compares, and where it speaks.
struct Evidence: Equatable {
  enum Side: Equatable { case above, below, at, otherThan }

  struct Threshold: Equatable {
    let value: Double
    let side: Side
  }

  /// PromQL, in one line.
  let expression: String
  /// `nil` when the rule does not compare one quantity with a number; then the expression is the rule's own.
  let threshold: Threshold?
  let unit: ChartUnit

  /// A rule of the shape `quantity op number`, also behind `and` and `unless`; any other is drawn whole.
  init(_ query: Query) {
    var conditions: [(quantity: Expression, threshold: Threshold)] = []
    Self.collect(query.expression, into: &conditions)
    // Of several conditions on one quantity the last is the narrow one: `left > 0 and left < 7`.
    guard let first = conditions.first,
      let chosen = conditions.last(where: { $0.quantity == first.quantity })
    else {
      expression = query.expression.description
      threshold = nil
      unit = .plain
      return
    }
    expression = chosen.quantity.description
    threshold = chosen.threshold
    unit = Self.unit(of: chosen.quantity)
  }

  /// The parser bounds the depth of a query, and with it this walk.
  private static func collect(
    _ expression: Expression, into found: inout [(quantity: Expression, threshold: Threshold)]
  ) {
    guard case .binary(let node) = expression.withoutParentheses else { return }
    switch node.operation {
    case .and:
      collect(node.left, into: &found)
      if !found.isEmpty { collect(node.right, into: &found) }
    case .unless: collect(node.left, into: &found)
    default:
      guard let side = side(of: node.operation) else { return }
      if let value = constant(node.right), constant(node.left) == nil {
        found.append((node.left.withoutParentheses, Threshold(value: value, side: side)))
      } else if let value = constant(node.left), constant(node.right) == nil {
        found.append((node.right.withoutParentheses, Threshold(value: value, side: side.mirrored)))
      }
    }
  }

  private static func side(of operation: BinaryOperator) -> Side? {
    switch operation {
    case .greater, .greaterOrEqual: .above
    case .less, .lessOrEqual: .below
    case .equal: .at
    case .notEqual: .otherThan
    default: nil
    }
  }

  /// The value of an expression of numbers alone, such as `7 * 86400`.
  private static func constant(_ expression: Expression) -> Double? {
    switch expression.withoutParentheses {
    case .number(let literal): return literal.value
    case .sign(let node): return constant(node.operand).map { node.sign == .minus ? -$0 : $0 }
    case .binary(let node):
      guard let left = constant(node.left), let right = constant(node.right) else { return nil }
      switch node.operation {
      case .add: return left + right
      case .subtract: return left - right
      case .multiply: return left * right
      case .divide: return left / right
      default: return nil
      }
    default: return nil
    }
  }

  // MARK: - Unit

  /// Functions whose result counts in the unit of their argument.
  private static let unitKeeping: Set<String> = [
    "abs", "avg_over_time", "min_over_time", "max_over_time", "last_over_time", "quantile_over_time", "delta", "ceil",
    "floor", "round", "clamp_min", "clamp_max",
  ]

  private static func unit(of expression: Expression) -> ChartUnit {
    switch expression.withoutParentheses {
    case .vector(let node): return unit(ofMetric: node.name ?? "")
    case .range(let node): return unit(ofMetric: node.vector.name ?? "")
    case .aggregation(let node): return node.operation == .count ? .plain : unit(of: node.operand)
    case .binary(let node) where node.operation == .add || node.operation == .subtract: return unit(of: node.left)
    case .call(let node):
      guard let argument = node.arguments.last else { return .plain }
      if unitKeeping.contains(node.name) { return unit(of: argument) }
      if node.name == "rate" || node.name == "irate" { return unit(of: argument) == .bytes ? .bytesPerSecond : .plain }
      return .plain
    default: return .plain
    }
  }

  private static func unit(ofMetric name: String) -> ChartUnit {
    if name.hasSuffix("_bytes") || name.hasSuffix("_bytes_total") { return .bytes }
    return name.hasSuffix("_seconds") || name.hasSuffix("_cert_expiry") ? .seconds : .plain
  }
}

extension Evidence.Side {
  /// As seen from the other side of the comparison.
  var mirrored: Evidence.Side {
    switch self {
    case .above: .below
    case .below: .above
    case .at, .otherThan: self
    }
  }

  var messageID: String {
    switch self {
    case .above: "console.threshold.above"
    case .below: "console.threshold.below"
    case .at: "console.threshold.at"
    case .otherThan: "console.threshold.other"
    }
  }
}

extension RuleEvaluator.View {
  /// The alerting rule behind an incident; of two with one name the one with the incident's severity.
  func rule(of incident: Incident) -> (rule: AlertingRule, group: RuleGroup)? {
    guard let origin = incident.origin.rule else { return nil }
    return rule(origin, severity: incident.labels["severity"])
  }

  /// The active alert behind an incident.
  func alert(of incident: Incident) -> Alert? {
    guard let origin = incident.origin.rule, let state = states[RuleGroupKey(file: origin.file, group: origin.group)]
    else { return nil }
    return state.rules.lazy.flatMap(\.activeAlerts).first { $0.labels == incident.labels }
  }

  func rule(_ reference: RuleReference, severity: String?) -> (rule: AlertingRule, group: RuleGroup)? {
    for group in groups where group.file == reference.file && group.name == reference.group {
      let rules = group.rules.compactMap { rule -> AlertingRule? in
        if case .alerting(let alerting) = rule, alerting.name == reference.alertName { alerting } else { nil }
      }
      let exact = rules.first { rule in
        rule.labels.contains { $0.name == "severity" && $0.template.text == severity }
      }
      if let rule = exact ?? rules.first { return (rule, group) }
    }
    return nil
  }
}

extension AlertingRule {
  /// Whether a series of the rule's quantity is the one that an alert is about: every label of it that the rule does not
  /// set is the alert's.
  func isEvidence(_ series: LabelSet, for alert: LabelSet) -> Bool {
    let own = Set(labels.map(\.name))
    return series.removingMetricName().allSatisfy { own.contains($0.name) || alert[$0.name] == $0.value }
  }
}
