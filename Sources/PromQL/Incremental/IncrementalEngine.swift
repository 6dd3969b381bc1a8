public import Telemetry

/// A query of a rule and how far behind its round it looks.
public struct IncrementalRule: Hashable, Sendable {
  public let query: Query
  public let offset: Duration

  public init(_ query: Query, offset: Duration = .zero) {
    self.query = query
    self.offset = offset
  }
}

/// Evaluates rules over samples that it is handed once, instead of reading them anew each round.
///
/// It keeps the newest samples of every series that a rule looks at, shares windows and selectors between rules, and
/// keeps what was worked out from labels until series come or go. The answers are the plain evaluator's, to the bit.
/// Pure: the caller brings series and samples and says when.
public final class IncrementalEngine {
  /// One outcome of an evaluation.
  public enum Answer: Sendable {
    case value(QueryValue, EvaluationCost)
    case failed(PromQLError, EvaluationCost)
    /// To be evaluated by the plain evaluator.
    case plain(PlainReason)

    public var cost: EvaluationCost {
      switch self {
      case .value(_, let cost), .failed(_, let cost): cost
      case .plain: EvaluationCost()
      }
    }
  }

  /// Series to be looked up, and read from the store as far back as rules look.
  public struct Filling: Hashable, Sendable {
    public let matchers: [LabelMatcher]
    public let retention: Duration
  }

  private enum Standing {
    case compiled(Root)
    case plain(PlainReason)
  }

  private enum Root {
    case scalar(ScalarNode)
    case vector(VectorNode)
  }

  private struct Weak<Object: AnyObject> {
    weak var object: Object?
  }

  public let limits: IncrementalLimits
  let rings: SampleRings
  let table = LabelTable()
  let scratch: WindowScratch
  private let lookback: Int64
  private var standings: [IncrementalRule: Standing] = [:]
  private var leaves: [Expression: Weak<SelectorLeaf>] = [:]
  private var selections: [[LabelMatcher]: Weak<Selection>] = [:]
  /// To find those that a new series concerns; under `nil` those that name no metric.
  private var selectionsByMetric: [String?: [Weak<Selection>]] = [:]
  /// By the number that the store has for them; `noSeries` for those that no rule looks at.
  private var seriesByNumber: [UInt32] = []
  /// Series with samples in a window that the store does not know any more.
  private var detached: [LabelSet: UInt32] = [:]
  private var freeSeries: [UInt32] = []
  private var remembering: [SelectorLeaf] = []
  /// Whether `fillings` may hold any.
  public private(set) var hasFillings = false
  private var version: UInt64 = 0
  private var rememberedAt: (time: Int64, version: UInt64) = (0, 0)

  private static let noSeries = UInt32.max

  /// - Parameter lookback: how long a sample stays visible to an instant selector; the default is 5 minutes.
  public init(limits: IncrementalLimits = .init(), lookback: Duration = .seconds(300), at now: Timestamp) {
    self.limits = limits
    self.lookback = lookback.wholeMilliseconds
    rings = SampleRings(limits, origin: now.milliseconds)
    scratch = WindowScratch(limits)
  }

  // MARK: Rules

  /// Takes the rules in force. What they share with the ones before is kept; the rest goes.
  public func adopt(_ rules: some Sequence<IncrementalRule>) {
    var next: [IncrementalRule: Standing] = [:]
    for rule in rules where next[rule] == nil {
      if case .compiled(let root) = standings[rule] {
        next[rule] = .compiled(root)
      } else {
        next[rule] = standing(of: rule)
      }
    }
    standings = next
    hasFillings = true
    forget()
    prune()
  }

  /// Why a rule is evaluated plainly; `nil` when it is not.
  public func reason(for rule: IncrementalRule) -> PlainReason? {
    switch standings[rule] {
    case .plain(let reason): reason
    case .compiled: nil
    case nil: .filling
    }
  }

  /// Sends a rule to the plain evaluator until it is adopted anew.
  public func demote(_ rule: IncrementalRule, because reason: PlainReason) {
    if standings[rule] != nil { standings[rule] = .plain(reason) }
  }

  private func standing(of rule: IncrementalRule) -> Standing {
    let expression = rule.query.expression
    guard expression.features.isEmpty else { return .plain(.experimental) }
    let compiler = IncrementalCompiler(engine: self, lookback: lookback, offset: max(0, rule.offset.wholeMilliseconds))
    do throws(PlainReason) {
      switch expression.valueType {
      case .scalar: return .compiled(.scalar(try compiler.scalar(expression)))
      case .instantVector: return .compiled(.vector(try compiler.vector(expression)))
      case .string, .rangeVector: return .plain(.valueType)
      }
    } catch {
      return .plain(error)
    }
  }

  func leaf(_ expression: Expression, _ make: () -> SelectorLeaf) -> SelectorLeaf {
    if let known = leaves[expression]?.object { return known }
    let made = make()
    leaves[expression] = Weak(object: made)
    return made
  }

  func selection(of matchers: [LabelMatcher]) -> Selection {
    if let known = selections[matchers]?.object { return known }
    let made = Selection(matchers)
    selections[matchers] = Weak(object: made)
    selectionsByMetric[made.metric, default: []].append(Weak(object: made))
    return made
  }

  /// Lets go of what no rule needs any more.
  private func prune() {
    leaves = leaves.filter { $0.value.object != nil }
    selections = selections.filter { $0.value.object != nil }
    selectionsByMetric = selectionsByMetric.compactMapValues { list in
      let alive = list.filter { $0.object != nil }
      return alive.isEmpty ? nil : alive
    }
    let living = Set(selections.values.lazy.compactMap(\.object).flatMap(\.members))
    for number in seriesByNumber.indices {
      let series = seriesByNumber[number]
      if series != Self.noSeries, !living.contains(series) {
        seriesByNumber[number] = Self.noSeries
        free(series)
      }
    }
    for (labels, series) in detached where !living.contains(series) {
      detached[labels] = nil
      free(series)
    }
  }

  // MARK: Series

  /// What must be filled before its rules are evaluated here, widest first, because a wide selection fills narrow ones.
  public func fillings() -> [Filling] {
    let unfilled = selections.values.compactMap(\.object).filter { !$0.isFilled }
    hasFillings = !unfilled.isEmpty
    return unfilled.sorted { $0.matchers.count < $1.matchers.count }
      .map { Filling(matchers: $0.matchers, retention: .milliseconds($0.retention)) }
  }

  /// Takes the series of a selection.
  ///
  /// - Returns: whether their samples must be read from the store and brought to `fill`.
  public func adopt(_ list: [LiveSeries], for filling: Filling, at now: Timestamp) -> Bool {
    guard let selection = selections[filling.matchers]?.object else { return false }
    let after = now.milliseconds &- selection.retention
    var isCovered = true
    let members = list.sorted { $0.labels < $1.labels }.map { live in
      let series = series(of: live, coveredAfter: .max)
      rings.keep(series, for: selection.retention)
      isCovered = isCovered && rings.covers(series, after: after)
      return series
    }
    let departed = detached.filter { selection.accepts($0.key) }
    selection.replace(members)
    for (labels, series) in departed { selection.insert(series, labels, table) }
    selection.isFilled = isCovered
    return !isCovered
  }

  /// Takes the samples of a selection, all in (`after`, now], as the store has them.
  public func fill(_ filling: Filling, with slices: [SeriesSlice], after: Timestamp) {
    guard let selection = selections[filling.matchers]?.object else { return }
    var bySeries: [LabelSet: UInt32] = [:]
    for series in selection.members { bySeries[table[series]] = series }
    for series in selection.members where !rings.covers(series, after: after.milliseconds) {
      rings.clear(series, coveredAfter: after.milliseconds)
    }
    for slice in slices {
      let series = bySeries[slice.labels] ?? detach(slice.labels, in: selection, after.milliseconds)
      if !slice.histograms.isEmpty { rings.noteHistogram(series) }
      for (time, value) in zip(slice.milliseconds, slice.values) { rings.push(series, time, value) }
    }
    selection.isFilled = selection.retention <= filling.retention.wholeMilliseconds
    version &+= 1
  }

  /// A series of which only samples are left.
  private func detach(_ labels: LabelSet, in selection: Selection, _ after: Int64) -> UInt32 {
    let series = makeSeries(labels, coveredAfter: after)
    detached[labels] = series
    rings.keep(series, for: selection.retention)
    selection.insert(series, labels, table)
    return series
  }

  private func series(of live: LiveSeries, coveredAfter time: Int64) -> UInt32 {
    let number = Int(live.number)
    if number < seriesByNumber.count, seriesByNumber[number] != Self.noSeries { return seriesByNumber[number] }
    while seriesByNumber.count <= number { seriesByNumber.append(Self.noSeries) }
    let series = detached.removeValue(forKey: live.labels) ?? makeSeries(live.labels, coveredAfter: time)
    seriesByNumber[number] = series
    return series
  }

  private func makeSeries(_ labels: LabelSet, coveredAfter time: Int64) -> UInt32 {
    let series = freeSeries.popLast() ?? rings.add()
    rings.clear(series, coveredAfter: time)
    table.set(series, to: labels)
    return series
  }

  private func free(_ series: UInt32) {
    rings.forget(series)
    table.remove(series)
    freeSeries.append(series)
  }

  // MARK: Samples

  /// Takes what the store took since the last time.
  public func take(_ feed: LiveFeed) {
    if feed.isEmpty { return }
    version &+= 1
    if feed.isBroken { reset() }
    for change in feed.changes {
      switch change {
      case .made(let live): admit(live)
      case .gone(let number):
        guard let series = series(numbered: number) else { continue }
        detached[table[series]] = series
        seriesByNumber[Int(number)] = Self.noSeries
      }
    }
    for number in feed.histograms {
      if let series = series(numbered: number) { rings.noteHistogram(series) }
    }
    for samples in feed.samples { push(samples) }
  }

  /// Forgets all series; the rules stay and wait to be filled.
  private func reset() {
    for selection in selections.values {
      selection.object?.replace([])
      selection.object?.isFilled = false
    }
    hasFillings = true
    prune()
  }

  private func series(numbered number: UInt32) -> UInt32? {
    guard Int(number) < seriesByNumber.count, seriesByNumber[Int(number)] != Self.noSeries else { return nil }
    return seriesByNumber[Int(number)]
  }

  private func push(_ samples: LiveFeed.Samples) {
    let known = seriesByNumber.count
    seriesByNumber.withUnsafeBufferPointer { byNumber in
      for index in samples.numbers.indices {
        let number = Int(samples.numbers[index])
        guard number < known, byNumber[number] != Self.noSeries else { continue }
        rings.push(byNumber[number], samples.milliseconds[index], Double(bitPattern: samples.bits[index]))
      }
    }
  }

  /// A new series joins every selection that asks for it, with all its samples to come.
  private func admit(_ live: LiveSeries) {
    for key in [live.labels.metric, nil] {
      for weak in selectionsByMetric[key] ?? [] {
        guard let selection = weak.object, selection.accepts(live.labels) else { continue }
        let series = series(of: live, coveredAfter: .min)
        rings.keep(series, for: selection.retention)
        selection.insert(series, live.labels, table)
      }
      if key == nil { break }
    }
  }

  /// Gives back the memory of series without samples, and forgets those that the store has let go.
  public func sweep(at now: Timestamp) {
    rings.sweep(now: now.milliseconds)
    let departed = Set(detached.values.filter { rings.newestTime($0) == nil })
    guard !departed.isEmpty else { return }
    for selection in selections.values { selection.object?.remove(departed) }
    for (labels, series) in detached where departed.contains(series) {
      detached[labels] = nil
      free(series)
    }
    forget()
  }

  // MARK: Evaluation

  /// The value of a rule's query, evaluated at `time`.
  public func evaluate(_ rule: IncrementalRule, at time: Timestamp) -> Answer {
    let root: Root
    switch standings[rule] {
    case .compiled(let compiled): root = compiled
    case .plain(let reason): return .plain(reason)
    case nil: return .plain(.filling)
    }
    if rememberedAt != (time.milliseconds, version) { forget() }
    rememberedAt = (time.milliseconds, version)
    let round = IncrementalRound(time: time.milliseconds, version: version)
    do throws(Complaint) {
      switch root {
      case .scalar(let node): return .value(.scalar(try node.value(round)), round.cost)
      case .vector(let node):
        let elements = try elements(try node.column(round), of: rule.query.expression, at: time)
        return .value(.vector(elements), round.cost)
      }
    } catch {
      if let refusal = round.refusal { return .plain(refusal) }
      return .failed(error.resolved(in: SourceText(rule.query.text)), round.cost)
    }
  }

  private func elements(
    _ column: Column, of expression: Expression, at time: Timestamp
  ) throws(Complaint) -> [VectorElement] {
    var elements: [VectorElement] = []
    for row in column.values.indices where !column.values[row].isAbsent {
      let labels = column.frame.labels(row)
      elements.append(
        VectorElement(
          labels: column.frame.nameFate(row) == .goes ? labels.removingMetricIdentity() : labels, timestamp: time,
          value: column.values[row]))
    }
    if elements.count > 1, Set(elements.lazy.map(\.labels)).count < elements.count {
      throw SeriesBlock.duplicateLabels(at: expression.span)
    }
    return elements
  }

  /// A leaf keeps its column for the other rules that ask for the same instant.
  func remember(_ leaf: SelectorLeaf) { remembering.append(leaf) }

  private func forget() {
    for leaf in remembering { leaf.forget() }
    remembering.removeAll(keepingCapacity: true)
  }

  // MARK: Telling

  public struct Statistics: Sendable, Equatable {
    public var rules = 0
    public var incrementalRules = 0
    public var selections = 0
    public var leaves = 0
    public var series = 0
    public var bytes = 0

    public init() {}
  }

  public var statistics: Statistics {
    var statistics = Statistics()
    statistics.rules = standings.count
    for case .compiled in standings.values { statistics.incrementalRules += 1 }
    let alive = selections.values.compactMap(\.object)
    statistics.selections = alive.count
    statistics.leaves = leaves.values.count { $0.object != nil }
    statistics.series = rings.count - freeSeries.count
    statistics.bytes =
      rings.byteCount + table.byteCount + seriesByNumber.capacity * 4
      + alive.reduce(0) { $0 + $1.members.capacity * 4 }
    return statistics
  }
}
