internal import Telemetry

/// Arithmetic and comparison of every element with a number.
final class ScalarOperationNode: VectorNode {
  private let node: BinaryOperation
  private let vector: VectorNode
  private let scalar: ScalarNode
  private let side: BinaryOperation.Side

  /// - Parameter side: where the vector stands.
  init(_ node: BinaryOperation, _ vector: VectorNode, on side: BinaryOperation.Side, _ scalar: ScalarNode) {
    self.node = node
    self.vector = vector
    self.side = side
    self.scalar = scalar
  }

  override func column(_ round: IncrementalRound) throws(Complaint) -> Column {
    let column: Column
    let number: Double
    // In the order of the text: the first fault is the one that is told.
    if side == .left {
      column = try vector.column(round)
      number = try scalar.value(round)
    } else {
      number = try scalar.value(round)
      column = try vector.column(round)
    }
    let keepsName = node.operation.isComparison && node.comparison == .filters
    let source = keepsName ? column : column.losingNames()
    return side == .left
      ? source.mapping { node.result($0, number, keeping: .left) }
      : source.mapping { node.result(number, $0, keeping: .right) }
  }
}

/// A function of one element at a time, the sign among them.
final class ElementNode: VectorNode {
  private let operand: VectorNode
  private let call: FunctionCall
  private let scalars: [ScalarNode]
  private let change: Function.SampleBody

  init(_ call: FunctionCall, _ scalars: [ScalarNode], of operand: VectorNode, _ change: @escaping Function.SampleBody) {
    self.call = call
    self.scalars = scalars
    self.operand = operand
    self.change = change
  }

  override func column(_ round: IncrementalRound) throws(Complaint) -> Column {
    var arguments: [[Double]] = []
    for scalar in scalars { arguments.append([try scalar.value(round)]) }
    let context = CallContext(call: call, scalars: arguments, remarks: Remarks())
    return try operand.column(round).losingNames().mapping { change($0, context) }
  }
}

/// `-v`, and `timestamp(v)` where `v` is no selector.
final class SimpleElementNode: VectorNode {
  enum Change { case negative, time }

  private let operand: VectorNode
  private let change: Change

  init(_ change: Change, of operand: VectorNode) {
    self.change = change
    self.operand = operand
  }

  override func column(_ round: IncrementalRound) throws(Complaint) -> Column {
    let source = try operand.column(round).losingNames()
    switch change {
    case .negative: return source.mapping { -$0 }
    case .time:
      let time = Double(round.time) / 1000
      return source.mapping { _ in time }
    }
  }
}

/// `vector(s)`.
final class ScalarVectorNode: VectorNode {
  private let scalar: ScalarNode
  private let frame = Frame([.empty], [.stays])

  init(_ scalar: ScalarNode) { self.scalar = scalar }

  override func column(_ round: IncrementalRound) throws(Complaint) -> Column {
    Column(frame: frame, values: [try scalar.value(round)])
  }
}

/// `absent(v)` and `absent_over_time(v[…])`.
final class AbsenceNode: VectorNode {
  private let operand: VectorNode
  private let frame: Frame

  init(of operand: VectorNode, _ labels: LabelSet) {
    self.operand = operand
    frame = Frame([labels], [.stays])
  }

  override func column(_ round: IncrementalRound) throws(Complaint) -> Column {
    Column(frame: frame, values: [try operand.column(round).hasValues ? .absent : 1])
  }
}
