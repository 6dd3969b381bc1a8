/// Series held in arrays: a `SeriesReader` for unit tests of rules, back-tests and the engine's own tests.
public struct MemorySeries: SeriesReader, Sendable {
  public private(set) var slices: [LabelSet: SeriesSlice] = [:]

  public init() {}

  /// Appends in time order; a sample at a known timestamp replaces the stored one.
  public mutating func append(_ labels: LabelSet, at timestamp: Timestamp, _ value: Double) {
    var slice = slices[labels] ?? SeriesSlice(labels: labels)
    let time = timestamp.milliseconds
    if let last = slice.milliseconds.last, last >= time {
      let index = slice.milliseconds.partitionIndex { $0 >= time }
      if slice.milliseconds[index] == time {
        slice.values[index] = value
      } else {
        slice.milliseconds.insert(time, at: index)
        slice.values.insert(value, at: index)
      }
    } else {
      slice.milliseconds.append(time)
      slice.values.append(value)
    }
    slices[labels] = slice
  }

  /// - Precondition: later than the series' newest histogram.
  public mutating func append(_ labels: LabelSet, at timestamp: Timestamp, _ histogram: NativeHistogram) {
    slices[labels, default: SeriesSlice(labels: labels)].histograms.append(timestamp.milliseconds, histogram)
  }

  public var sampleCount: Int { slices.values.reduce(0) { $0 + $1.count } }

  /// Lets go of the samples at and before `time`.
  public mutating func drop(through time: Timestamp) {
    slices = slices.mapValues { $0.within(after: time.milliseconds, through: .max) }.filter { $0.value.count > 0 }
  }

  /// The same answer as `select`, without suspension: for pure callers that hold the series in memory.
  public func slices(for selection: SeriesSelection) -> [SeriesSlice] {
    var found: [SeriesSlice] = []
    for (labels, slice) in slices where selection.matchers.allSatisfy({ $0.accepts(labels) }) {
      let part = slice.within(after: selection.after.milliseconds, through: selection.through.milliseconds)
      if part.count > 0 { found.append(part) }
    }
    return found.sorted { $0.labels < $1.labels }
  }

  public func select(
    _ selections: [SeriesSelection], limits: ReadLimits
  ) async throws(SeriesReadError) -> [[SeriesSlice]] {
    selections.map(slices(for:))
  }

  public func labelSets(
    matching selectors: [[LabelMatcher]], after: Timestamp, through: Timestamp, limits: ReadLimits
  ) async throws(SeriesReadError) -> [LabelSet] {
    let wanted = selectors.isEmpty ? [[]] : selectors
    let found = wanted.flatMap { slices(for: SeriesSelection($0, after: after, through: through)).map(\.labels) }
    return Set(found).sorted()
  }
}

extension Array {
  /// The first index whose element satisfies `isBeyond`, in an array where all elements after one that does also do.
  package func partitionIndex(where isBeyond: (Element) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = low + (high - low) / 2
      if isBeyond(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
