internal import Telemetry

/// The series of a script.
struct ScriptStore: Sendable {
  private struct Stored: Sendable {
    var sample: TestSample
    var start: Int64
  }

  private var series: [LabelSet: [Int64: Stored]] = [:]
  private var slices: [SeriesSlice] = []
  private(set) var hasHistograms = false
  private(set) var hasStartTimestamps = false
  private(set) var hasTypeAndUnit = false

  mutating func add(_ load: TestLoad) {
    hasHistograms = hasHistograms || load.hasHistograms
    hasStartTimestamps = hasStartTimestamps || load.hasStartTimestamps
    var last: [LabelSet: [TestSample]] = [:]
    for (labels, samples) in load.series { last[labels] = samples }
    if load.convertsHistograms {
      for (labels, samples) in ClassicConversion.histograms(from: last) { last[labels] = samples }
    }
    for (labels, samples) in last {
      hasTypeAndUnit = hasTypeAndUnit || labels["__type__"] != nil || labels["__unit__"] != nil
      let offsets = load.starts[labels] ?? []
      for (index, sample) in samples.enumerated() where sample != .missing {
        let time = Int64(index) &* load.step
        let start = index < offsets.count ? offsets[index].map { time &+ $0 } : nil
        series[labels, default: [:]][time] = Stored(sample: sample, start: start ?? 0)
      }
    }
    slices = series.map(Self.slice).sorted { $0.labels < $1.labels }
  }

  private static func slice(_ labels: LabelSet, _ samples: [Int64: Stored]) -> SeriesSlice {
    var slice = SeriesSlice(labels: labels)
    var predecessor: NativeHistogram?
    for (time, stored) in samples.sorted(by: { $0.key < $1.key }) {
      switch stored.sample {
      case .missing: break
      case .value(let value):
        slice.milliseconds.append(time)
        slice.values.append(value)
        slice.starts.append(stored.start)
        predecessor = nil
      case .histogram(var histogram, _):
        histogram.resetHint = hint(histogram, after: predecessor)
        slice.histograms.append(time, histogram, start: stored.start)
        predecessor = histogram
      }
    }
    if slice.starts.allSatisfy({ $0 == 0 }) { slice.starts = [] }
    return slice
  }

  /// What Prometheus' storage would say of a histogram: it knows of no reset within a run of one layout, and does not
  /// tell where a run begins.
  private static func hint(
    _ histogram: NativeHistogram, after predecessor: NativeHistogram?
  ) -> NativeHistogram.ResetHint {
    if histogram.resetHint == .gauge || histogram.resetHint == .reset { return histogram.resetHint }
    guard let predecessor, predecessor.resetHint != .gauge, predecessor.schema == histogram.schema,
      predecessor.zeroThreshold == histogram.zeroThreshold, predecessor.customBounds == histogram.customBounds
    else { return .unknown }
    var candidate = histogram
    candidate.resetHint = .unknown
    return candidate.isReset(since: predecessor) ? .unknown : .notReset
  }

  private func slices(for selection: SeriesSelection) -> [SeriesSlice] {
    slices.compactMap { slice in
      guard selection.matchers.allSatisfy({ $0.accepts(slice.labels) }) else { return nil }
      let part = slice.within(after: selection.after.milliseconds, through: selection.through.milliseconds)
      return part.count > 0 ? part : nil
    }
  }

  func answer(_ query: Query, _ range: EvaluationRange) -> Result<QueryResult, PromQLError> {
    let plan = query.plan(over: range)
    return Result { () throws(PromQLError) in
      try plan.evaluate(over: plan.selections.map(slices(for:)))
    }
  }
}

/// Makes native histograms with custom buckets of classic ones.
enum ClassicConversion {
  private struct Family {
    /// Cumulative counts by upper bound, in the order of the bounds; of two spellings of one bound the first counts.
    var buckets: [(bound: Double, samples: [TestSample])] = []
    var sums: [TestSample] = []
    var counts: [TestSample] = []
  }

  static func histograms(from series: [LabelSet: [TestSample]]) -> [LabelSet: [TestSample]] {
    var families: [LabelSet: Family] = [:]
    for (labels, samples) in series.sorted(by: { $0.key < $1.key }) {
      guard let metric = labels.metric else { continue }
      func key(_ suffix: String) -> LabelSet {
        labels.setting(LabelSet.metricName, to: String(metric.dropLast(suffix.count)))
      }
      if metric.hasSuffix("_bucket"), let text = labels[ClassicHistogram.bucketLabel],
        let bound = NumberText.decimal(text), !bound.isNaN
      {
        let family = key("_bucket").removing([ClassicHistogram.bucketLabel])
        if families[family]?.buckets.contains(where: { $0.bound == bound }) != true {
          families[family, default: Family()].buckets.append((bound, samples))
        }
      } else if metric.hasSuffix("_sum") {
        families[key("_sum"), default: Family()].sums = samples
      } else if metric.hasSuffix("_count") {
        families[key("_count"), default: Family()].counts = samples
      }
    }
    return families.compactMapValues { $0.buckets.isEmpty ? nil : histograms(of: $0) }
  }

  private static func histograms(of family: Family) -> [TestSample] {
    let buckets = family.buckets.sorted { $0.bound < $1.bound }
    let length = buckets.map(\.samples.count).max() ?? 0
    return (0..<length).map { index in
      var bounds: [Double] = []
      var counts: [Double] = []
      var previous = 0.0
      for (bound, samples) in buckets {
        guard let cumulative = value(samples, index) else { continue }
        if bound != .infinity { bounds.append(bound) }
        counts.append(cumulative - previous)
        previous = cumulative
      }
      guard !counts.isEmpty else { return .missing }
      let count = value(family.counts, index) ?? previous
      if counts.count == bounds.count { counts.append(count - previous) }
      let positive = NativeHistogram.Buckets(cells: counts.enumerated().map { ($0.offset, $0.element) })
      return .histogram(
        NativeHistogram(
          schema: NativeHistogram.customSchema, count: count, sum: value(family.sums, index) ?? 0, positive: positive,
          customBounds: bounds), statesHint: false)
    }
  }

  private static func value(_ samples: [TestSample], _ index: Int) -> Double? {
    guard index < samples.count, case .value(let value) = samples[index], !value.isStaleMarker else { return nil }
    return value
  }
}
