internal import Glibc
public import PromQL
public import Telemetry

/// What a rule that compares with a number would have done with other numbers.
///
/// It keeps the values that are compared, so that each number is judged by the same rounds without reading anew.
public struct ThresholdLadder: Sendable {
  /// One number and what it would have led to.
  public struct Rung: Sendable, Equatable {
    public let number: Double
    public let fires: Int
    public let firingTime: Duration
  }

  public let operation: BinaryOperator
  /// As the rule has it.
  public let number: Double
  /// Gives the values that are compared.
  public let subject: Query
  /// Why there is no ladder after all.
  public private(set) var problem: Problem?

  public enum Problem: Error, Sendable, Equatable {
    case tooManyValues(limit: Int)
    case query(String)
  }

  private let threshold: Threshold
  private let group: RuleGroup
  private var columns: [LabelSet: SeriesSlice] = [:]
  private var valueCount = 0

  /// Values kept for one rule; the default is 1 million (16 MB).
  public static let valuesMax = 1_000_000
  /// Numbers tried, the rule's own among them.
  public static let rungsMax = 12

  /// - Returns: `nil` when the rule compares nothing with a number, or its labels ask for other queries.
  init?(_ rule: AlertingRule, of group: RuleGroup) {
    guard let threshold = rule.query.threshold, !rule.labels.contains(where: \.template.asks) else { return nil }
    var silent = rule
    silent.annotations = []
    self.threshold = threshold
    self.group = group.replacing(rules: [.alerting(silent)])
    operation = threshold.operation
    number = threshold.number
    subject = threshold.subject
  }

  /// The subject's values at a stretch of slots; later stretches come later.
  public mutating func take(_ matrix: [SeriesSlice]) {
    guard problem == nil else { return }
    valueCount += matrix.reduce(0) { $0 + $1.milliseconds.count }
    guard valueCount <= Self.valuesMax else { return fail(.tooManyValues(limit: Self.valuesMax)) }
    for slice in matrix {
      columns[slice.labels, default: SeriesSlice(labels: slice.labels)].milliseconds += slice.milliseconds
      columns[slice.labels, default: SeriesSlice(labels: slice.labels)].values += slice.values
    }
  }

  public mutating func fail(_ problem: Problem) {
    self.problem = problem
    columns = [:]
  }

  /// Numbers worth a look: the rule's own, and where the values lie toward the side that fires.
  public var suggestions: [Double] {
    let values = columns.values.flatMap(\.values).filter(\.isFinite).sorted()
    guard let least = values.first, let most = values.last else { return [number] }
    let isUpper = operation == .greater || operation == .greaterOrEqual
    let shares = [0.5, 0.9, 0.99, 0.999].map { isUpper ? $0 : 1 - $0 }
    let found = shares.map { values[min(values.count - 1, Int(Double(values.count) * $0))] } + [isUpper ? most : least]
    return Set(found.map(Self.rounded) + [number]).sorted()
  }

  /// To three digits: a number that a person would write.
  static func rounded(_ value: Double) -> Double {
    guard value != 0, value.isFinite else { return value }
    let scale = pow(10, 2 - log10(abs(value)).rounded(.down))
    let rounded = (value * scale).rounded() / scale
    return rounded.isFinite ? rounded : value
  }

  /// What the rule would have done with this number.
  public func rung(at number: Double, over plan: BacktestPlan) -> Rung {
    var state = GroupState(for: group)
    var history = FiringHistory(from: plan.start)
    let columns = columns.values.sorted { $0.labels < $1.labels }
    var next = Array(repeating: 0, count: columns.count)
    for slot in plan.slots(of: group, after: plan.begin, through: plan.end) {
      var elements: [VectorElement] = []
      let time = slot.advanced(by: .zero - group.queryOffset)
      for (index, column) in columns.enumerated()
      where next[index] < column.milliseconds.count && column.milliseconds[next[index]] == time.milliseconds {
        let value = column.values[next[index]]
        next[index] += 1
        if threshold.passes(value, at: number) {
          elements.append(VectorElement(labels: column.labels, timestamp: time, value: value))
        }
      }
      if elements.isEmpty, state.rules[0].alerts.isEmpty, state.rules[0].written.isEmpty { continue }
      if case .done(let outcome) = state.evaluate(ruleAt: 0, of: group, given: .elements(elements), at: slot) {
        history.note(outcome, at: slot)
      }
    }
    history.finish(at: plan.end)
    return Rung(number: number, fires: history.count, firingTime: history.firingTime)
  }
}
