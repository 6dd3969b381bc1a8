/// A distribution in one sample: counts of observations by value range, with buckets that are exponential or stated.
///
/// Counts are absolute (not differences between buckets) and floating, because a rate of a histogram is one too. A value
/// is immutable in spirit: arithmetic makes new ones.
/// - Source: Prometheus, "Native histograms".
public struct NativeHistogram: Hashable, Sendable {
  /// Resolution: bucket bounds grow by 2^(2^-schema). From -4 to 8, or `customSchema`.
  public var schema: Int
  /// Observations with an absolute value up to this lie in the zero bucket.
  public var zeroThreshold: Double
  public var zeroCount: Double
  /// Of all observations, NaN ones among them.
  public var count: Double
  /// Of all observed values.
  public var sum: Double
  public var positive: Buckets
  /// Empty when the buckets are stated.
  public var negative: Buckets
  /// Upper bounds of the buckets of `customSchema`, ascending, without +Inf; otherwise empty.
  public var customBounds: [Double]
  public var resetHint: ResetHint

  /// Stands for buckets whose bounds are stated.
  public static let customSchema = -53
  public static let exponentialSchemas = -4...8

  /// What is known about a counter reset between the sample before and this one.
  public enum ResetHint: UInt8, Hashable, Sendable {
    case unknown = 0
    case reset
    case notReset
    case gauge
  }

  /// Counts in runs of neighbouring buckets.
  public struct Buckets: Hashable, Sendable {
    /// `length` buckets; the run begins `offset` buckets after the end of the run before, the first at index `offset`.
    public struct Span: Hashable, Sendable {
      public var offset: Int32
      public var length: UInt32

      public init(offset: Int32, length: UInt32) {
        self.offset = offset
        self.length = length
      }
    }

    public var spans: [Span]
    /// One count a bucket, run after run.
    public var counts: [Double]

    public init(spans: [Span] = [], counts: [Double] = []) {
      self.spans = spans
      self.counts = counts
    }

    public var isEmpty: Bool { counts.isEmpty }
  }

  public init(
    schema: Int = 0, zeroThreshold: Double = 0, zeroCount: Double = 0, count: Double = 0, sum: Double = 0,
    positive: Buckets = Buckets(), negative: Buckets = Buckets(), customBounds: [Double] = [],
    resetHint: ResetHint = .unknown
  ) {
    self.schema = schema
    self.zeroThreshold = zeroThreshold
    self.zeroCount = zeroCount
    self.count = count
    self.sum = sum
    self.positive = positive
    self.negative = negative
    self.customBounds = customBounds
    self.resetHint = resetHint
  }

  public var hasCustomBounds: Bool { schema == Self.customSchema }

  /// By bits, so that NaN equals NaN.
  public static func == (left: NativeHistogram, right: NativeHistogram) -> Bool {
    left.schema == right.schema && left.resetHint == right.resetHint
      && left.zeroThreshold.bitPattern == right.zeroThreshold.bitPattern
      && left.zeroCount.bitPattern == right.zeroCount.bitPattern && left.count.bitPattern == right.count.bitPattern
      && left.sum.bitPattern == right.sum.bitPattern && left.positive == right.positive
      && left.negative == right.negative && left.customBounds.elementsEqual(right.customBounds, by: sameBits)
  }
}

extension NativeHistogram.Buckets {
  /// By bits, so that NaN equals NaN.
  public static func == (left: Self, right: Self) -> Bool {
    left.spans == right.spans && left.counts.elementsEqual(right.counts, by: sameBits)
  }
}

private func sameBits(_ one: Double, _ other: Double) -> Bool { one.bitPattern == other.bitPattern }
