/// A wish for series: all that satisfy every matcher, with their samples in (`after`, `through`].
public struct SeriesSelection: Hashable, Sendable {
  public let matchers: [LabelMatcher]
  /// Exclusive, as Prometheus 3's windows are open on the left.
  public let after: Timestamp
  /// Inclusive.
  public let through: Timestamp

  public init(_ matchers: [LabelMatcher], after: Timestamp, through: Timestamp) {
    self.matchers = matchers
    self.after = after
    self.through = through
  }
}

/// The samples of one series, column by column, ascending in time; staleness markers are among the numbers.
///
/// Numbers and native histograms stand apart, because nearly every series has only numbers. No timestamp is in both.
public struct SeriesSlice: Sendable {
  public let labels: LabelSet
  public var milliseconds: [Int64]
  public var values: [Double]
  /// When the counter behind each number began, 0 where nobody knows; empty when that is everywhere.
  public var starts: [Int64]
  public var histograms: HistogramColumns

  public init(
    labels: LabelSet, milliseconds: [Int64] = [], values: [Double] = [], starts: [Int64] = [],
    histograms: HistogramColumns = .init()
  ) {
    self.labels = labels
    self.milliseconds = milliseconds
    self.values = values
    self.starts = starts
    self.histograms = histograms
  }

  /// Samples of both kinds.
  public var count: Int { milliseconds.count + histograms.count }

  /// What a series takes besides its samples: its place in arrays and its labels, most of which it shares; an estimate.
  public static let bytesForLabels = 200
  /// What a sample takes: a time and a value.
  public static let bytesEach = 16

  /// What the slice takes in memory; an estimate.
  public var estimatedBytes: Int {
    Self.bytesForLabels + milliseconds.count * Self.bytesEach + starts.count * 8
      + histograms.count * HistogramColumns.bytesEach
  }

  /// The samples in (`after`, `through`].
  public func within(after: Int64, through: Int64) -> SeriesSlice {
    let from = milliseconds.partitionIndex { $0 > after }
    let to = max(from, milliseconds.partitionIndex { $0 > through })
    return SeriesSlice(
      labels: labels, milliseconds: Array(milliseconds[from..<to]), values: Array(values[from..<to]),
      starts: starts.isEmpty ? [] : Array(starts[from..<to]),
      histograms: histograms.isEmpty ? histograms : histograms.within(after: after, through: through))
  }
}

/// The native histograms of one series, column by column, ascending in time.
public struct HistogramColumns: Sendable, Equatable {
  public private(set) var milliseconds: [Int64] = []
  public private(set) var values: [NativeHistogram] = []
  /// When the counter behind each histogram began, 0 where nobody knows.
  public private(set) var starts: [Int64] = []
  /// What a histogram takes, with some tens of buckets; an estimate.
  public static let bytesEach = 600

  public init() {}

  public var count: Int { milliseconds.count }
  public var isEmpty: Bool { milliseconds.isEmpty }

  /// - Precondition: later than the last one.
  public mutating func append(_ millisecond: Int64, _ histogram: NativeHistogram, start: Int64 = 0) {
    assert(milliseconds.last.map { $0 < millisecond } ?? true, "histograms out of order")
    starts.append(start)
    milliseconds.append(millisecond)
    values.append(histogram)
  }

  /// Those in (`after`, `through`].
  public func within(after: Int64, through: Int64) -> HistogramColumns {
    let from = milliseconds.partitionIndex { $0 > after }
    let to = milliseconds.partitionIndex { $0 > through }
    var part = HistogramColumns()
    if from < to {
      part.milliseconds = Array(milliseconds[from..<to])
      part.values = Array(values[from..<to])
      part.starts = Array(starts[from..<to])
    }
    return part
  }
}

/// Bounds of one read. Passing one is an error with a name, never a shorter answer.
public struct ReadLimits: Sendable, Equatable {
  /// The default is 50 million samples.
  public var samplesMax = 50_000_000
  /// The default is 500,000 series.
  public var seriesMax = 500_000
  /// The default is 2 minutes.
  public var timeMax = Duration.seconds(120)
  /// Memory for what was read, estimated; the default is 256 MiB.
  public var bytesMax = 256 << 20

  public init() {}
}

/// Where series are read. Declared here, implemented by `TimeSeriesStore` and by remote readers.
public protocol SeriesReader: Sendable {
  /// One list of series for each selection, in the order of the selections; within a list the order is that of
  /// `LabelSet`. Series without a sample in range are left out.
  func select(_ selections: [SeriesSelection], limits: ReadLimits) async throws(SeriesReadError) -> [[SeriesSlice]]

  /// The label sets of series that satisfy at least one list of matchers and have samples in the range, ascending.
  /// An empty outer list means all series.
  func labelSets(
    matching selectors: [[LabelMatcher]], after: Timestamp, through: Timestamp, limits: ReadLimits
  ) async throws(SeriesReadError) -> [LabelSet]

  /// Names of the labels of series that are known now and satisfy at least one list of matchers, ascending.
  /// An empty outer list means all series.
  func labelNames(matching selectors: [[LabelMatcher]], limits: ReadLimits) async throws(SeriesReadError) -> [String]

  /// The values of a label among the same series, each with how many of them have it.
  func labelValues(
    of name: String, matching selectors: [[LabelMatcher]], limits: ReadLimits
  ) async throws(SeriesReadError) -> [String: Int]
}

/// For readers without an index: every label set is looked at.
extension SeriesReader {
  public func labelNames(
    matching selectors: [[LabelMatcher]], limits: ReadLimits
  ) async throws(SeriesReadError) -> [String] {
    Set(try await labelSets(matching: selectors, limits: limits).joined().map(\.name)).sorted()
  }

  public func labelValues(
    of name: String, matching selectors: [[LabelMatcher]], limits: ReadLimits
  ) async throws(SeriesReadError) -> [String: Int] {
    let values = try await labelSets(matching: selectors, limits: limits).compactMap { $0[name] }
    return Dictionary(values.map { ($0, 1) }, uniquingKeysWith: +)
  }

  private func labelSets(
    matching selectors: [[LabelMatcher]], limits: ReadLimits
  ) async throws(SeriesReadError) -> [LabelSet] {
    try await labelSets(
      matching: selectors, after: Timestamp(milliseconds: .min), through: Timestamp(milliseconds: .max), limits: limits)
  }
}

/// Why a read was refused or failed.
public enum SeriesReadError: Error, Sendable, Equatable, CustomStringConvertible {
  case tooManySamples(limit: Int)
  case tooManySeries(limit: Int)
  case tooManyBytes(limit: Int)
  case tookTooLong(limit: Duration)
  /// Nobody waits for the answer any more.
  case cancelled
  case unreadable(String)

  public var description: String {
    switch self {
    case .tooManySamples(let limit):
      "query touches more than \(limit) samples – shorten the range or add matchers, or raise query.samples_max"
    case .tooManySeries(let limit):
      "query touches more than \(limit) series – add matchers"
    case .tooManyBytes(let limit):
      "query reads more than \(limit >> 20) MiB – shorten the range or add matchers, or raise query.memory_max"
    case .tookTooLong(let limit):
      "query took longer than \(limit.inSeconds) s – shorten the range, or raise query.timeout"
    case .cancelled: "the query was cancelled"
    case .unreadable(let what): "samples cannot be read: \(what)"
    }
  }
}
