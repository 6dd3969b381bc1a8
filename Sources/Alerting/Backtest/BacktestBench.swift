internal import PromQL
public import Telemetry

/// The groups of a back-test with what they have come to: states, what they wrote, when they fired.
///
/// A value: a stretch of time that turns out too large is tried again from a copy.
public struct BacktestBench: Sendable {
  public let plan: BacktestPlan
  /// By the group's place in the plan and the rule's in the group; recording rules have one that stays empty.
  public private(set) var histories: [[FiringHistory]]
  /// Of alerting rules that compare with a number.
  public internal(set) var ladders: [RulePlace: ThresholdLadder]
  private var states: [GroupState]
  private var written = MemorySeries()
  private var writtenSamples = 0

  /// A rule by the places of its group in the plan and of itself in the group.
  public struct RulePlace: Hashable, Sendable {
    public let group: Int
    public let rule: Int

    public init(group: Int, rule: Int) {
      self.group = group
      self.rule = rule
    }
  }

  /// Samples of rules under test that are kept for other rules; the default is 4 million (64 MB).
  public static let writtenSamplesMax = 4_000_000

  public init(_ plan: BacktestPlan) {
    self.plan = plan
    states = plan.groups.map { GroupState(for: $0) }
    histories = plan.groups.map { $0.rules.map { _ in FiringHistory(from: plan.start) } }
    ladders = [:]
    for (group, rules) in plan.groups.map(\.rules).enumerated() {
      for (index, rule) in rules.enumerated() {
        guard case .alerting(let alerting) = rule, let ladder = ThresholdLadder(alerting, of: plan.groups[group]) else {
          continue
        }
        ladders[RulePlace(group: group, rule: index)] = ladder
      }
    }
  }

  /// A round of one rule, as production evaluates it; a rule's rounds come in the order of time.
  public mutating func evaluate(
    _ place: RulePlace, given result: RuleResult, at slot: Timestamp, in context: RoundContext
  ) -> RuleStep {
    let group = plan.groups[place.group]
    let step = states[place.group].evaluate(ruleAt: place.rule, of: group, given: result, at: slot, in: context)
    guard case .done(let outcome) = step else { return step }
    if case .alerting = group.rules[place.rule] { histories[place.group][place.rule].note(outcome, at: slot) }
    for sample in outcome.samples where plan.written.isRead(sample.labels) {
      if let histogram = sample.histogram {
        written.append(sample.labels, at: sample.timestamp, histogram)
      } else {
        written.append(sample.labels, at: sample.timestamp, sample.value)
      }
      writtenSamples += 1
    }
    return step
  }

  /// Whether more of the rules' own samples would have to be kept than may be.
  public var isFull: Bool { writtenSamples > Self.writtenSamplesMax }

  /// What a selection finds: stored series, and from the beginning on what the rules under test wrote in their place.
  public func overlaying(_ stored: [SeriesSlice], for selection: SeriesSelection) -> [SeriesSlice] {
    var found = stored
    let own = Dictionary(uniqueKeysWithValues: written.slices(for: selection).map { ($0.labels, $0) })
    for index in found.indices where plan.written.contains(found[index].labels) {
      let earlier = found[index].within(after: .min, through: plan.begin.milliseconds)
      found[index] = own[found[index].labels].map { Self.joined(earlier, $0) } ?? earlier
    }
    let known = Set(found.map(\.labels))
    found += own.values.filter { !known.contains($0.labels) }
    return found.filter { $0.count > 0 }.sorted { $0.labels < $1.labels }
  }

  private static func joined(_ earlier: SeriesSlice, _ later: SeriesSlice) -> SeriesSlice {
    var joined = earlier
    joined.milliseconds += later.milliseconds
    joined.values += later.values
    for (time, histogram) in zip(later.histograms.milliseconds, later.histograms.values) {
      joined.histograms.append(time, histogram)
    }
    return joined
  }

  /// Lets go of samples that no round after `slot` can read.
  public mutating func forget(before slot: Timestamp) {
    guard let reach = plan.reach, writtenSamples > 0 else { return }
    written.drop(through: slot.advanced(by: .zero - reach))
    writtenSamples = written.sampleCount
  }

  /// The span is over.
  public mutating func finish() {
    for group in histories.indices {
      for rule in histories[group].indices { histories[group][rule].finish(at: plan.end) }
    }
  }
}

/// The answer to a range query, slot by slot, as instant queries would have answered it.
public struct SlotResults: Sendable {
  private var elements: [[VectorElement]]

  /// - Parameter slots: ascending and evenly spaced.
  public init(_ matrix: [SeriesSlice], at slots: [Timestamp]) {
    elements = Array(repeating: [], count: slots.count)
    guard let first = slots.first else { return }
    let step = slots.count > 1 ? slots[1].milliseconds - first.milliseconds : 1
    func add(_ slice: SeriesSlice, _ time: Int64, _ value: Double, _ histogram: NativeHistogram? = nil) {
      elements[Int((time - first.milliseconds) / step)].append(
        VectorElement(
          labels: slice.labels, timestamp: Timestamp(milliseconds: time), value: value, histogram: histogram))
    }
    for slice in matrix {
      for (time, value) in zip(slice.milliseconds, slice.values) { add(slice, time, value) }
      for (time, histogram) in zip(slice.histograms.milliseconds, slice.histograms.values) {
        add(slice, time, .nan, histogram)
      }
    }
  }

  public subscript(index: Int) -> RuleResult { .elements(elements[index]) }
}

extension BacktestBench {
  public mutating func take(_ values: [SeriesSlice], for place: RulePlace) { ladders[place]?.take(values) }
  public mutating func fail(_ problem: ThresholdLadder.Problem, for place: RulePlace) { ladders[place]?.fail(problem) }
}
