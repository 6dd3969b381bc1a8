/// A series inside one store, resolved once so that later samples do no string work.
///
/// The store numbers its series by slot. A series that stopped long ago leaves its slot, and another series may get it
/// later: the generation tells the two apart. A slot and generation name one label set for as long as the store is open;
/// once the series has left, an append with them is answered as `AppendOutcome.gone` and the labels are to be resolved
/// anew. Live generations are odd.
public struct SeriesReference: Hashable, Sendable {
  public let slot: UInt32
  public let generation: UInt32

  package init(slot: UInt32, generation: UInt32) {
    self.slot = slot
    self.generation = generation
  }
}

/// Samples of many series, column by column: numbers in three arrays of the same length, native histograms apart.
public struct SampleBatch: Sendable {
  /// A native histogram and where it belongs.
  public struct HistogramSample: Sendable {
    public let reference: SeriesReference
    public let millisecond: Int64
    public let histogram: NativeHistogram
  }

  public private(set) var references: [SeriesReference] = []
  public private(set) var milliseconds: [Int64] = []
  public private(set) var values: [Double] = []
  public private(set) var histograms: [HistogramSample] = []

  public init() {}

  /// Samples of both kinds.
  public var count: Int { references.count + histograms.count }

  public mutating func append(_ reference: SeriesReference, at timestamp: Timestamp, _ value: Double) {
    references.append(reference)
    milliseconds.append(timestamp.milliseconds)
    values.append(value)
  }

  public mutating func append(_ reference: SeriesReference, at timestamp: Timestamp, _ histogram: NativeHistogram) {
    histograms.append(
      HistogramSample(reference: reference, millisecond: timestamp.milliseconds, histogram: histogram))
  }

  /// Makes room for this many numbers, and moves no samples until they are there.
  public mutating func reserve(_ count: Int) {
    references.reserveCapacity(count)
    milliseconds.reserveCapacity(count)
    values.reserveCapacity(count)
  }

  /// The same samples as in `other`, behind these.
  public mutating func append(contentsOf other: SampleBatch) {
    references += other.references
    milliseconds += other.milliseconds
    values += other.values
    histograms += other.histograms
  }

  /// The samples whose references stand in `renewed`, under the new ones. Staleness markers are left out: a series that
  /// left has nothing to end.
  public func renewed(_ renewed: [SeriesReference: SeriesReference]) -> SampleBatch {
    var batch = SampleBatch()
    guard !renewed.isEmpty else { return batch }
    for (index, reference) in references.enumerated() where !values[index].isStaleMarker {
      guard let reference = renewed[reference] else { continue }
      batch.append(reference, at: Timestamp(milliseconds: milliseconds[index]), values[index])
    }
    for sample in histograms {
      guard let reference = renewed[sample.reference] else { continue }
      batch.append(reference, at: Timestamp(milliseconds: sample.millisecond), sample.histogram)
    }
    return batch
  }

  /// Takes the last numbers back.
  public mutating func removeLast(_ count: Int) {
    references.removeLast(count)
    milliseconds.removeLast(count)
    values.removeLast(count)
  }

  public mutating func removeAll() {
    histograms.removeAll(keepingCapacity: true)
    references.removeAll(keepingCapacity: true)
    milliseconds.removeAll(keepingCapacity: true)
    values.removeAll(keepingCapacity: true)
  }
}

/// What became of a batch. The refused are counted, never silent, and cost only themselves.
public struct AppendOutcome: Sendable, Equatable {
  public var accepted = 0
  /// Older than the newest sample of its series by more than the out-of-order window.
  public var outOfOrder = 0
  /// The same timestamp as a stored sample, with another value.
  public var duplicate = 0
  /// Later than the clock by more than the accepted skew (10 minutes).
  public var tooFarInFuture = 0
  /// Native histograms with more buckets than the store takes (10,000).
  public var tooManyBuckets = 0
  /// Native histograms that contradict themselves: spans and counts, or a resolution or bounds that do not exist.
  public var malformedHistogram = 0
  /// References of series that had left the store, one for each sample that was not taken: resolve their labels anew.
  public var gone: [SeriesReference] = []

  public init() {}
}

extension AppendOutcome {
  /// What was not taken and why, for whoever sent it; empty when all was.
  public var refusals: [String] {
    [
      (outOfOrder, "out of order or too old"), (duplicate, "with another value for a known time"),
      (tooFarInFuture, "too far in the future"), (tooManyBuckets, "with too many buckets"),
      (malformedHistogram, "that are no valid histogram"), (gone.count, "of series that have just left the store"),
    ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
  }

  public static func + (one: AppendOutcome, other: AppendOutcome) -> AppendOutcome {
    var sum = one
    sum.accepted += other.accepted
    sum.outOfOrder += other.outOfOrder
    sum.duplicate += other.duplicate
    sum.tooFarInFuture += other.tooFarInFuture
    sum.tooManyBuckets += other.tooManyBuckets
    sum.malformedHistogram += other.malformedHistogram
    sum.gone += other.gone
    return sum
  }
}

/// Where samples go. Declared here, implemented by `TimeSeriesStore`.
///
/// Contract: samples are visible to readers when `append` returns and on disk at most one second later (group commit);
/// a crash loses at most that second.
public protocol SampleAppender: Sendable {
  /// The handle of the series with these labels, made when it is new.
  func reference(for labels: LabelSet) throws(AppendError) -> SeriesReference

  @discardableResult
  func append(_ batch: SampleBatch) -> AppendOutcome
}

/// Why a series was refused.
public enum AppendError: Error, Sendable, Equatable, CustomStringConvertible {
  case tooManySeries(limit: Int)
  /// One source's limit, whatever room the store has.
  case tooManySeriesOfProbe(limit: Int)
  case labelTooLong(name: String, bytes: Int, limit: Int)
  case tooManyLabels(count: Int, limit: Int)
  case closed

  public var description: String {
    switch self {
    case .tooManySeries(let limit):
      "the store holds \(limit) active series, its limit – drop labels, or raise storage.series_max"
    case .tooManySeriesOfProbe(let limit):
      "the probe has \(limit) series, its limit – drop labels, or raise its series_max"
    case .labelTooLong(let name, let bytes, let limit):
      "label '\(name)' has \(bytes) bytes, the limit is \(limit) – shorten it or drop it"
    case .tooManyLabels(let count, let limit):
      "a series has \(count) labels, the limit is \(limit) – drop some"
    case .closed: "the store is closed"
    }
  }
}
