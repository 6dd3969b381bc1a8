/// A series and its handle in the store.
public struct LiveSeries: Sendable, Hashable {
  public let reference: SeriesReference
  public let labels: LabelSet

  public init(reference: SeriesReference, labels: LabelSet) {
    self.reference = reference
    self.labels = labels
  }
}

/// What the store took since the last look, in the order in which it took it.
public struct LiveFeed: Sendable {
  /// Samples as the store accepted them: refused ones are not among them, late and repeated ones may be.
  public struct Samples: Sendable {
    public var references: [SeriesReference]
    public var milliseconds: [Int64]
    public var values: [Double]

    public init(references: [SeriesReference] = [], milliseconds: [Int64] = [], values: [Double] = []) {
      self.references = references
      self.milliseconds = milliseconds
      self.values = values
    }
  }

  /// Series made, before their first sample.
  public var made: [LiveSeries] = []
  /// Series that the store let go; their handles may come back for others.
  public var gone: [SeriesReference] = []
  public var samples: [Samples] = []
  /// Series that got native histograms.
  public var histograms: [SeriesReference] = []
  /// Too much waited and was dropped: whoever follows the feed reads the store anew.
  public var isBroken = false

  public init() {}

  public var isEmpty: Bool {
    made.isEmpty && gone.isEmpty && samples.isEmpty && histograms.isEmpty && !isBroken
  }
}

/// Follows the store sample by sample. Declared here, implemented by `TimeSeriesStore`; one follower at a time.
///
/// Contract: what `SeriesReader` finds after `follow` began either was there before or comes in a `take`, perhaps both.
public protocol LiveSeriesSource: Sendable {
  /// Begins to keep what comes in. At most `samplesMax` samples wait for the next `take`.
  func follow(samplesMax: Int)

  /// The series known now that satisfy the matchers, in no order.
  func series(matching matchers: [LabelMatcher]) -> [LiveSeries]

  /// What came since the last call.
  func take() -> LiveFeed
}
