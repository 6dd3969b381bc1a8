/// A series under the number that the store has for it now.
public struct LiveSeries: Sendable, Hashable {
  public let number: UInt32
  public let labels: LabelSet

  public init(number: UInt32, labels: LabelSet) {
    self.number = number
    self.labels = labels
  }
}

/// What the store took since the last look.
public struct LiveFeed: Sendable {
  /// Samples as the store accepted them, in its own arrays: refused ones are not among them, late and repeated ones may
  /// be.
  public struct Samples: Sendable {
    public var numbers: [UInt32]
    public var milliseconds: [Int64]
    /// Bit patterns of the values.
    public var bits: [UInt64]

    public init(numbers: [UInt32] = [], milliseconds: [Int64] = [], bits: [UInt64] = []) {
      self.numbers = numbers
      self.milliseconds = milliseconds
      self.bits = bits
    }
  }

  public enum Change: Sendable {
    /// A new series, before its first sample.
    case made(LiveSeries)
    /// The store let the series go; its number may come back for another.
    case gone(UInt32)
  }

  /// In their order; all samples come after them.
  public var changes: [Change] = []
  public var samples: [Samples] = []
  /// Series that got native histograms.
  public var histograms: [UInt32] = []
  /// Too much waited and was dropped: whoever follows reads the store anew.
  public var isBroken = false
  /// Whether there is more to take at once.
  public var hasMore = false

  public init() {}

  public var isEmpty: Bool { changes.isEmpty && samples.isEmpty && histograms.isEmpty && !isBroken }
}

/// The store, followed sample by sample. Declared here, implemented by `TimeSeriesStore`; it has one follower.
///
/// Contract: what `SeriesReader` finds after `follow` began was there before or comes in a `take`, or both.
public protocol LiveSeriesSource: Sendable {
  /// Begins to keep what comes in. At most `samplesMax` samples wait for the next `take`; more break the feed.
  func follow(samplesMax: Int)

  /// The series known now that satisfy the matchers, in no order.
  func series(matching matchers: [LabelMatcher]) -> [LiveSeries]

  /// What came since the last call.
  func take() -> LiveFeed
}
