extension NativeHistogram {
  /// A bucket by its bounds.
  public struct Bucket: Hashable, Sendable {
    public var lower: Double
    public var upper: Double
    public var count: Double
    public var inclusion: Inclusion

    /// Which bounds are observations of the bucket themselves; the raw value is that of Prometheus' API.
    public enum Inclusion: Int, Hashable, Sendable { case upper, lower, neither, both }

    public init(lower: Double, upper: Double, count: Double, inclusion: Inclusion = .upper) {
      self.lower = lower
      self.upper = upper
      self.count = count
      self.inclusion = inclusion
    }
  }

  /// All buckets from the lowest to the highest, the zero bucket among them when it holds observations.
  public var buckets: [Bucket] {
    if hasCustomBounds {
      return positive.map { index, count in
        Bucket(
          lower: upperBound(of: index - 1), upper: upperBound(of: index), count: count,
          inclusion: index == 0 ? .both : .upper)
      }
    }
    var result = negative.map { index, count in
      Bucket(lower: -upperBound(of: index), upper: -upperBound(of: index - 1), count: count, inclusion: .lower)
    }
    result.reverse()
    if zeroCount != 0 {
      result.append(Bucket(lower: -zeroThreshold, upper: zeroThreshold, count: zeroCount, inclusion: .both))
    }
    for (index, count) in positive {
      result.append(Bucket(lower: upperBound(of: index - 1), upper: upperBound(of: index), count: count))
    }
    return result
  }

  /// The upper bound of the positive bucket with this number, which is the lower bound of the next.
  public func upperBound(of index: Int) -> Double {
    if hasCustomBounds {
      return index < 0 ? -.infinity : index < customBounds.count ? customBounds[index] : .infinity
    }
    return Self.exponentialBound(index, schema: schema)
  }

  /// 2^(index × 2^-schema); the largest finite number where the power itself is just beyond, so that only infinite
  /// observations lie in the bucket above.
  public static func exponentialBound(_ index: Int, schema: Int) -> Double {
    let bounded = Swift.min(Swift.max(index, -1 << 40), 1 << 40)
    let resolution = Swift.min(Swift.max(schema, -16), exponentialSchemas.upperBound)
    let exponent = resolution < 0 ? bounded << -resolution : bounded >> resolution
    let bound = resolution < 0 ? 1 : fractions[resolution][bounded & (1 << resolution - 1)]
    if exponent == 1024, bound == 1 { return .greatestFiniteMagnitude }
    if exponent > 1024 { return .infinity }
    if exponent < -1080 { return 0 }
    return Double(sign: .plus, exponent: exponent, significand: bound)
  }

  /// For every schema from 0 to 8 the powers 2^(n / 2^schema) from 1 up to below 2, each made by square roots from
  /// whole powers, so that coarser schemas share their bounds with finer ones exactly.
  private static let fractions: [[Double]] = {
    var all: [[Double]] = [[1]]
    var root = 2.0
    for schema in 1...8 {
      root = root.squareRoot()
      let coarser = all[schema - 1]
      all.append(coarser.flatMap { [$0, $0 * root] })
    }
    return all
  }()
}

extension NativeHistogram.Buckets: Sequence {
  /// Walks the counts with the numbers of their buckets. Spans that contradict the counts end the walk, never trap.
  public struct Iterator: IteratorProtocol {
    private let buckets: NativeHistogram.Buckets
    private var span = 0
    private var withinSpan = 0
    private var index = 0
    private var position = 0

    init(_ buckets: NativeHistogram.Buckets) {
      self.buckets = buckets
      index = Int(buckets.spans.first?.offset ?? 0)
    }

    public mutating func next() -> (index: Int, count: Double)? {
      while span < buckets.spans.count, withinSpan >= Int(buckets.spans[span].length) {
        span += 1
        withinSpan = 0
        if span < buckets.spans.count { index += Int(buckets.spans[span].offset) }
      }
      guard span < buckets.spans.count, position < buckets.counts.count else { return nil }
      defer {
        withinSpan += 1
        position += 1
        index += 1
      }
      return (index, buckets.counts[position])
    }
  }

  public func makeIterator() -> Iterator { Iterator(self) }

  /// Runs of neighbours become spans; empty buckets are left out.
  /// - Parameter cells: ascending by index.
  public init(cells: some Sequence<(index: Int, count: Double)>) {
    self.init()
    var next = 0
    for (index, count) in cells where count != 0 {
      if spans.isEmpty || index != next {
        spans.append(Span(offset: Int32(clamping: spans.isEmpty ? index : index - next), length: 1))
      } else {
        spans[spans.count - 1].length += 1
      }
      counts.append(count)
      next = index + 1
    }
  }
}
