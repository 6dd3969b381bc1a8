/// Why a native histogram is refused.
public enum HistogramFault: Error, Sendable, Equatable, CustomStringConvertible {
  case unknownSchema(Int)
  case spansContradictCounts(spanned: Int, counts: Int)
  case spanGoesBack(offset: Int32)
  case negativeCount(Double)
  case badZeroThreshold(Double)
  case badCustomBounds
  case boundsMissing(buckets: Int, bounds: Int)
  case customBoundsBesideExponential
  case exponentialPartsBesideCustom

  public var description: String {
    switch self {
    case .unknownSchema(let schema): "schema \(schema) is unknown – use -4 to 8, or -53 for custom buckets"
    case .spansContradictCounts(let spanned, let counts):
      "spans cover \(spanned) buckets, but \(counts) counts are given – give one count a bucket"
    case .spanGoesBack(let offset): "a later span has the offset \(offset) – order spans by bucket"
    case .negativeCount(let count): "a count is \(count) – observations cannot be fewer than none"
    case .badZeroThreshold(let threshold): "the zero threshold is \(threshold) – give a finite number from 0"
    case .badCustomBounds: "custom bounds do not ascend – give finite bounds in ascending order, without +Inf"
    case .boundsMissing(let buckets, let bounds):
      "buckets reach number \(buckets), but there are \(bounds) custom bounds – give one less bound than buckets"
    case .customBoundsBesideExponential: "custom bounds with an exponential schema – use schema -53 or leave them out"
    case .exponentialPartsBesideCustom:
      "a zero bucket or negative buckets with custom bounds – put them among the custom buckets"
    }
  }
}

extension NativeHistogram {
  /// The histogram itself when its parts agree: called once where one comes in from outside.
  ///
  /// Counts in buckets may differ from `count`: rounding makes them, and observations of NaN lie in no bucket.
  public func validated() throws(HistogramFault) -> NativeHistogram {
    guard hasCustomBounds || Self.exponentialSchemas.contains(schema) else { throw .unknownSchema(schema) }
    try positive.validate()
    try negative.validate()
    for single in [count, zeroCount] where single < 0 { throw .negativeCount(single) }
    guard zeroThreshold.isFinite, zeroThreshold >= 0 else { throw .badZeroThreshold(zeroThreshold) }
    guard hasCustomBounds else {
      if !customBounds.isEmpty { throw .customBoundsBesideExponential }
      return self
    }
    guard zeroCount == 0, zeroThreshold == 0, negative.isEmpty, negative.spans.isEmpty else {
      throw .exponentialPartsBesideCustom
    }
    guard customBounds.allSatisfy({ !$0.isNaN && $0 != .infinity }),
      zip(customBounds, customBounds.dropFirst()).allSatisfy({ $0 < $1 })
    else { throw .badCustomBounds }
    let reach = positive.spans.reduce(0) { $0 + Int($1.offset) + Int($1.length) }
    if (positive.spans.first?.offset ?? 0) < 0 { throw .spanGoesBack(offset: positive.spans[0].offset) }
    if reach > customBounds.count + 1 { throw .boundsMissing(buckets: reach, bounds: customBounds.count) }
    return self
  }
}

extension NativeHistogram.Buckets {
  fileprivate func validate() throws(HistogramFault) {
    var spanned = 0
    for (number, span) in spans.enumerated() {
      if number > 0, span.offset < 0 { throw .spanGoesBack(offset: span.offset) }
      spanned += Int(span.length)
    }
    guard spanned == counts.count else { throw .spansContradictCounts(spanned: spanned, counts: counts.count) }
    if let negative = counts.first(where: { $0 < 0 }) { throw .negativeCount(negative) }
  }
}
