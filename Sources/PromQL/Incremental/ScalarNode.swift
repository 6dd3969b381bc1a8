/// A part of an expression that has one number as its value.
indirect enum ScalarNode {
  case constant(Double)
  /// The round's time in seconds.
  case time
  case negative(ScalarNode)
  case operation(BinaryOperator, ScalarNode, ScalarNode)
  /// `scalar(…)`: the only element's value.
  case onlyValue(VectorNode)

  func value(_ round: IncrementalRound) throws(Complaint) -> Double {
    switch self {
    case .constant(let number): return number
    case .time: return Double(round.time) / 1000
    case .negative(let inner): return try -inner.value(round)
    case .operation(let operation, let left, let right):
      let (left, right) = (try left.value(round), try right.value(round))
      return operation.isComparison ? (operation.compares(left, right) ? 1 : 0) : operation.arithmetic(left, right)
    case .onlyValue(let vector):
      let present = try vector.column(round).values.filter { !$0.isAbsent }
      return present.count == 1 ? present[0] : .nan
    }
  }
}
