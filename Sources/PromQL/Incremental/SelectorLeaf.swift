internal import Telemetry

/// A part of an expression that has an instant vector as its value.
class VectorNode {
  func column(_ round: IncrementalRound) throws(Complaint) -> Column { Column(frame: Frame([], []), values: []) }
}

/// Where samples enter an expression: a selector, or a function over a range of one. Shared by all rules that have it.
final class SelectorLeaf: VectorNode {
  private let selection: Selection
  private let function: WindowFunction
  /// Milliseconds.
  private let window: Int64
  /// Milliseconds by which the window ends before the round.
  private let offset: Int64
  private let nameFate: NameFate
  private let scalars: [ScalarNode]
  private unowned let engine: IncrementalEngine
  /// Series with a value in the last round, and their frame.
  private var rows: [UInt32] = []
  private var frame = Frame([], [])
  private var departures = 0
  private var memory: (time: Int64, version: UInt64, column: Column, cost: EvaluationCost)?

  init(
    _ function: WindowFunction, of selection: Selection, window: Int64, offset: Int64, nameFate: NameFate,
    scalars: [ScalarNode], in engine: IncrementalEngine
  ) {
    self.selection = selection
    self.function = function
    self.window = window
    self.offset = offset
    self.nameFate = nameFate
    self.scalars = scalars
    self.engine = engine
  }

  func forget() { memory = nil }

  override func column(_ round: IncrementalRound) throws(Complaint) -> Column {
    if let memory, memory.time == round.time, memory.version == round.version {
      round.cost.series += memory.cost.series
      return memory.column
    }
    guard selection.isFilled else { throw round.refuse(.filling) }
    guard selection.members.count <= engine.limits.seriesMax else { throw round.refuse(.tooManySeries) }
    var arguments: [[Double]] = []
    for scalar in scalars { arguments.append([try scalar.value(round)]) }
    let before = round.cost
    let values = try read(round, arguments)
    let column = Column(frame: frame, values: values)
    let cost = EvaluationCost(series: values.count, samples: round.cost.samples - before.samples)
    round.cost.series += cost.series
    memory = (round.time, round.version, column, cost)
    engine.remember(self)
    return column
  }

  private func read(_ round: IncrementalRound, _ arguments: [[Double]]) throws(Complaint) -> [Double] {
    switch function {
    case .newest:
      try collect(round) { rings, series, start, end throws(Complaint) in
        rings.newest(series, start: start, end: end)?.value
      }
    case .newestTime:
      try collect(round) { rings, series, start, end throws(Complaint) in
        rings.newest(series, start: start, end: end).map { Double($0.time) / 1000 }
      }
    // The most frequent one, apart so that nothing is decided for each window.
    case .rate: try overWindows(round) { window throws(Complaint) in WindowFunction.rate(of: window) }
    default:
      try overWindows(round) { window throws(Complaint) in
        try function.value(of: window, arguments, at: round.time)
      }
    }
  }

  @inline(__always)
  private func overWindows(
    _ round: IncrementalRound, _ value: (RingWindow) throws(Complaint) -> Double?
  ) throws(Complaint) -> [Double] {
    let scratch = engine.scratch
    var samples = 0
    let values = try collect(round) { rings, series, start, end throws(Complaint) in
      guard let window = rings.window(series, start: start, end: end, scratch) else { return nil }
      samples &+= function.samplesRead(of: window)
      return try value(window)
    }
    round.cost.samples += samples
    return values
  }

  /// One value a series that has one; notices when these are other series than in the last round.
  @inline(__always)
  private func collect(
    _ round: IncrementalRound,
    _ value: (SampleRings, UInt32, Int64, Int64) throws(Complaint) -> Double?
  ) throws(Complaint) -> [Double] {
    let rings = engine.rings
    let end = round.time &- offset
    let start = end &- window
    let from = rings.relative(start)
    var values: [Double] = []
    values.reserveCapacity(selection.members.count)
    if departures != selection.departures {
      departures = selection.departures
      rows = []
      frame = Frame([], [])
    }
    var changed: [UInt32]?
    for series in selection.members {
      let ring = rings.rings + Int(series)
      guard ring.pointee.coveredAfter <= from, !ring.pointee.hasHistograms else {
        throw round.refuse(reason(ring.pointee))
      }
      guard let number = try value(rings, series, start, end) else { continue }
      if changed != nil {
        changed?.append(series)
      } else if values.count >= rows.count || rows[values.count] != series {
        changed = Array(rows.prefix(values.count)) + [series]
      }
      values.append(number)
    }
    if changed == nil, values.count < rows.count { changed = Array(rows.prefix(values.count)) }
    if let changed { adopt(changed) }
    return values
  }

  private func reason(_ ring: SampleRings.Ring) -> PlainReason {
    ring.hasHistograms ? .histograms : ring.isCutShort ? .windowTooLong : .notCovered
  }

  private func adopt(_ changed: [UInt32]) {
    // The members' own storage where all have a value.
    let rows = changed == selection.members ? selection.members : changed
    let table = engine.table
    let fate = nameFate
    self.rows = rows
    frame = Frame(count: rows.count, fate: { _ in fate }, label: { table[rows[$0]] })
  }
}
