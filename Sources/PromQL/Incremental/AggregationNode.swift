internal import Telemetry

/// An aggregation that makes one value a group. Which row belongs where is worked out once for each frame.
final class AggregationNode: VectorNode {
  private let node: Aggregation
  private let operand: VectorNode
  private let parameter: ScalarNode?
  private var source: Frame?
  private var groups = Frame([], [])
  /// The rows, group by group, and where each group begins; one more than there are groups.
  private var members: [UInt32] = []
  private var starts: [UInt32] = [0]
  private var present: [Double] = []

  init(_ node: Aggregation, _ parameter: ScalarNode?, of operand: VectorNode) {
    self.node = node
    self.parameter = parameter
    self.operand = operand
  }

  override func column(_ round: IncrementalRound) throws(Complaint) -> Column {
    let number = try parameter?.value(round) ?? 0
    let column = try operand.column(round)
    if source !== column.frame { regroup(column.frame) }
    var values: [Double] = []
    values.reserveCapacity(groups.count)
    for group in 0..<groups.count {
      present.removeAll(keepingCapacity: true)
      for index in Int(starts[group])..<Int(starts[group + 1]) {
        let value = column.values[Int(members[index])]
        if !value.isAbsent { present.append(value) }
      }
      values.append(present.isEmpty ? .absent : Evaluator.summary(node.operation, present, number))
    }
    return Column(frame: groups, values: values)
  }

  private func regroup(_ frame: Frame) {
    let grouping = Grouping(frame.block(), node.grouping)
    source = frame
    members = grouping.members.flatMap { $0.map(UInt32.init) }
    starts = [0]
    for rows in grouping.members { starts.append(starts[starts.count - 1] + UInt32(rows.count)) }
    // Few groups are ever asked for their labels, and kept they take more room than all the rest here.
    let (fates, groupLabels) = (grouping.nameFates, GroupLabels(node.grouping))
    groups = Frame(count: fates.count, fate: { fates[$0] }) { [members, starts] group in
      groupLabels.of(frame.labels(Int(members[Int(starts[group])])))
    }
  }
}
