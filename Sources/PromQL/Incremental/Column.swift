internal import Telemetry

/// Which series the rows of a column are. The same object comes back round after round while no series comes or goes,
/// so whoever works something out from labels keeps it as long as the frame is the same.
final class Frame {
  let count: Int
  private let label: (Int) -> LabelSet
  private let fate: (Int) -> NameFate
  private lazy var nameless = Frame(count: count, fate: { _ in .goes }, label: label)

  init(count: Int, fate: @escaping (Int) -> NameFate, label: @escaping (Int) -> LabelSet) {
    self.count = count
    self.fate = fate
    self.label = label
  }

  convenience init(_ labels: [LabelSet], _ fates: [NameFate]) {
    self.init(count: labels.count, fate: { fates[$0] }, label: { labels[$0] })
  }

  func labels(_ row: Int) -> LabelSet { label(row) }
  func nameFate(_ row: Int) -> NameFate { fate(row) }

  /// The same rows, whose metric names go.
  func losingNames() -> Frame { nameless }

  /// Made for the moment: as a block, labels take twenty times the room.
  func block(_ values: [Double]) -> SeriesBlock {
    var block = SeriesBlock(steps: 1)
    block.labels = (0..<count).map(label)
    block.nameFates = (0..<count).map(fate)
    block.values = values
    return block
  }

  func block() -> SeriesBlock { block(Array(repeating: .absent, count: count)) }
}

/// The value of an instant vector at one instant, row by row; `.absent` where a series has none.
struct Column {
  let frame: Frame
  var values: [Double]

  var hasValues: Bool { values.contains { !$0.isAbsent } }
  var block: SeriesBlock { frame.block(values) }

  func losingNames() -> Column { Column(frame: frame.losingNames(), values: values) }

  /// The same series with every present value changed; `nil` takes the value away.
  @inline(__always)
  func mapping(_ change: (Double) -> Double?) -> Column {
    var result = self
    for row in values.indices {
      let value = values[row]
      if value.isAbsent { continue }
      result.values[row] = change(value) ?? .absent
    }
    return result
  }
}

/// One evaluation of one rule.
final class IncrementalRound {
  /// Milliseconds since 1970.
  let time: Int64
  /// Changes with every sample taken.
  let version: UInt64
  /// Set when the samples kept do not answer the question.
  private(set) var refusal: PlainReason?
  var cost = EvaluationCost()

  init(time: Int64, version: UInt64) {
    self.time = time
    self.version = version
  }

  /// Ends the round; the engine answers with the reason and nobody sees the complaint.
  func refuse(_ reason: PlainReason) -> Complaint {
    refusal = reason
    return Complaint(.execution("\(reason)"), at: 0)
  }
}

/// What one evaluation looked at.
public struct EvaluationCost: Sendable, Equatable {
  public var series = 0
  public var samples = 0

  public init(series: Int = 0, samples: Int = 0) {
    self.series = series
    self.samples = samples
  }
}
