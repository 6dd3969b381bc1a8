/// A length of time as written between brackets or after `offset`.
///
/// Anything but a literal is experimental in Prometheus; the parser refuses it unless enabled.
public indirect enum DurationExpression: Hashable, Sendable {
  case literal(NumberLiteral)
  case step
  case range
  case negated(DurationExpression)
  case unaryPlus(DurationExpression)
  case parentheses(DurationExpression)
  case operation(BinaryOperator, DurationExpression, DurationExpression)
  case minimum(DurationExpression, DurationExpression)
  case maximum(DurationExpression, DurationExpression)

  /// The length in seconds, given the query's step and range in seconds (both 0 for an instant query).
  func seconds(step: Double, range: Double) -> Double {
    switch self {
    case .literal(let number): return number.value
    case .step: return step
    case .range: return range
    case .negated(let inner): return -inner.seconds(step: step, range: range)
    case .unaryPlus(let inner), .parentheses(let inner): return inner.seconds(step: step, range: range)
    case .operation(let operation, let left, let right):
      return operation.arithmetic(
        left.seconds(step: step, range: range), right.seconds(step: step, range: range))
    case .minimum(let left, let right):
      return goMinimum(left.seconds(step: step, range: range), right.seconds(step: step, range: range))
    case .maximum(let left, let right):
      return goMaximum(left.seconds(step: step, range: range), right.seconds(step: step, range: range))
    }
  }

  /// Whether the length is known from the text alone.
  var isLiteral: Bool {
    switch self {
    case .literal: true
    case .negated(.literal): true
    default: false
    }
  }
}
