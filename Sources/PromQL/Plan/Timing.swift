internal import Telemetry

/// Turns offsets, anchors and ranges of a query into milliseconds.
struct Timing: Sendable {
  let range: EvaluationRange
  let lookback: Duration
  let subqueryStep: Duration

  /// Where a selector looks when the query stands at a given instant.
  struct Reference {
    /// Set by `@`: the same instant at every step.
    let fixed: Int64?
    let offset: Int64

    @inline(__always)
    func time(at instant: Int64) -> Int64 { (fixed ?? instant) &- offset }
  }

  func milliseconds(_ duration: DurationExpression) -> Int64 {
    let span = Double(range.end.milliseconds) / 1000 - Double(range.start.milliseconds) / 1000
    let seconds = duration.seconds(step: range.step.inSeconds, range: range.isInstant ? 0 : span)
    let scaled = (seconds * 1000).rounded()
    guard scaled.isFinite else { return 0 }
    let bound = Parser.durationSecondsMax * 1000
    return Int64(max(-bound, min(bound, scaled)))
  }

  func reference(_ modifiers: TimeModifiers) -> Reference {
    let fixed: Int64? =
      switch modifiers.anchor {
      case .time(let timestamp): timestamp.milliseconds
      case .start: range.start.milliseconds
      case .end: range.end.milliseconds
      case nil: nil
      }
    return Reference(fixed: fixed, offset: modifiers.offset.map(milliseconds) ?? 0)
  }

  func selection(_ node: VectorSelector, on grid: StepGrid) -> SeriesSelection {
    let window = lookback.wholeMilliseconds
    let ahead = node.edges == .smoothed ? window : 0
    return selection(node, window: window, ahead: ahead, on: grid)
  }

  func selection(_ node: RangeSelector, on grid: StepGrid) -> SeriesSelection {
    let window = milliseconds(node.range)
    let lookback = lookback.wholeMilliseconds
    // Edges are found in the samples just outside the window.
    let extra = node.vector.edges == nil ? 0 : lookback
    return selection(
      node.vector, window: window &+ extra, ahead: node.vector.edges == .smoothed ? lookback : 0, on: grid)
  }

  private func selection(
    _ node: VectorSelector, window: Int64, ahead: Int64, on grid: StepGrid
  ) -> SeriesSelection {
    let reference = reference(node.modifiers)
    let first = reference.time(at: grid.start)
    let last = reference.time(at: grid.last)
    return SeriesSelection(
      node.matchers, after: Timestamp(milliseconds: first &- window),
      through: Timestamp(milliseconds: last &+ ahead))
  }

  /// The instants at which a subquery evaluates its expression: multiples of its step, so that the same instants are
  /// used whenever the query runs.
  func inner(_ node: Subquery, on grid: StepGrid) -> StepGrid {
    let reference = reference(node.modifiers)
    let step = max(1, node.step.map(milliseconds) ?? subqueryStep.wholeMilliseconds)
    let after = reference.time(at: grid.start) &- milliseconds(node.range)
    var first = after / step * step
    if first <= after { first &+= step }
    return StepGrid(from: first, through: reference.time(at: grid.last), step: step)
  }
}
