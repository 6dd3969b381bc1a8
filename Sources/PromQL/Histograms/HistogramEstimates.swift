internal import Telemetry

/// What the buckets of a native histogram let one estimate about the observations.
///
/// - Source: Prometheus, "Native histograms", interpolation.
extension NativeHistogram {
  /// What makes an estimate less than it seems.
  enum Doubt { case resultIsNaN, skewedHigher }

  /// The φ-quantile; observations of NaN count as the highest.
  func quantile(_ quantile: Double) -> (value: Double, doubt: Doubt?) {
    if quantile < 0 { return (-.infinity, nil) }
    if quantile > 1 { return (.infinity, nil) }
    if count == 0 || quantile.isNaN { return (.nan, nil) }
    // NaN observations are counted but lie in no bucket, so only counting from below is right then.
    let fromBelow = sum.isNaN || quantile < 0.5
    let rank = fromBelow ? quantile * count : (1 - quantile) * count
    let doubt: Doubt? = sum.isNaN ? .skewedHigher : nil
    let populated = buckets.filter { $0.count != 0 }
    guard var bucket = fromBelow ? populated.last : populated.first else {
      return (.nan, sum.isNaN ? .resultIsNaN : nil)
    }
    var passed = 0.0
    for position in populated.indices {
      bucket = populated[fromBelow ? position : populated.count - 1 - position]
      passed += bucket.count
      if passed >= rank { break }
    }
    let hasReached = min(passed, count) >= rank
    if !hasReached, sum.isNaN { return (.nan, .resultIsNaN) }
    clip(&bucket)
    if hasCustomBounds {
      if bucket.lower == -.infinity { return (bucket.upper, doubt) }
      if bucket.upper == .infinity { return (bucket.lower, doubt) }
    }
    if !hasReached { return (fromBelow ? bucket.upper : bucket.lower, doubt) }
    let share = fromBelow ? rank - (min(passed, count) - bucket.count) : min(passed, count) - rank
    return (interpolated(bucket, share / bucket.count), doubt)
  }

  private func interpolated(_ bucket: Bucket, _ fraction: Double) -> Double {
    if hasCustomBounds || (bucket.lower <= 0 && bucket.upper >= 0) {
      return bucket.lower + (bucket.upper - bucket.lower) * fraction
    }
    let lower = Mathematics.binaryLogarithm(bucket.lower.magnitude)
    let upper = Mathematics.binaryLogarithm(bucket.upper.magnitude)
    let magnitude = Mathematics.power(2, lower + (upper - lower) * fraction)
    return bucket.lower > 0 ? magnitude : -magnitude
  }

  /// The zero bucket reaches only to the side that has observations, and the lowest custom bucket begins at zero when
  /// it can.
  private func clip(_ bucket: inout Bucket) {
    if hasCustomBounds {
      if bucket.lower == -.infinity, bucket.upper > 0 { bucket.lower = 0 }
    } else if bucket.lower <= 0, bucket.upper >= 0 {
      if negative.isEmpty, !positive.isEmpty { bucket.lower = 0 }
      if positive.isEmpty, !negative.isEmpty { bucket.upper = 0 }
    }
  }

  /// The share of the observations in (`lower`, `upper`]; those of NaN belong to no share.
  func fraction(from lower: Double, to upper: Double) -> Double {
    if count == 0 || lower.isNaN || upper.isNaN { return .nan }
    if lower >= upper { return 0 }
    return (rank(of: upper) - rank(of: lower)) / count
  }

  /// How many observations lie at or below `value`, interpolated within its bucket.
  private func rank(of value: Double) -> Double {
    var below = 0.0
    for var bucket in buckets {
      clip(&bucket)
      if bucket.lower >= value { break }
      if bucket.upper > value { return below + bucket.count * share(of: bucket, below: value) }
      below += bucket.count
    }
    return below
  }

  /// The part of a bucket below a value within it. Observations in a bucket without end are taken to lie at that end.
  private func share(of bucket: Bucket, below value: Double) -> Double {
    if bucket.lower == -.infinity { return 1 }
    if bucket.upper == .infinity { return 0 }
    if hasCustomBounds || (bucket.lower <= 0 && bucket.upper >= 0) {
      return (value - bucket.lower) / (bucket.upper - bucket.lower)
    }
    let lower = Mathematics.binaryLogarithm(bucket.lower.magnitude)
    let upper = Mathematics.binaryLogarithm(bucket.upper.magnitude)
    return (Mathematics.binaryLogarithm(value.magnitude) - lower) / (upper - lower)
  }

  /// Of the whole population, every observation taken to lie in the middle of its bucket.
  var variance: Double {
    let mean = sum / count
    var squares = CompensatedSum()
    for bucket in buckets where bucket.count != 0 {
      let delta = middle(of: bucket) - mean
      squares.add(bucket.count * delta * delta)
    }
    return squares.value / count
  }

  /// The geometric mean, but the arithmetic one where buckets are stated or hold zero.
  private func middle(of bucket: Bucket) -> Double {
    if hasCustomBounds || (bucket.lower <= 0 && bucket.upper >= 0) { return (bucket.lower + bucket.upper) / 2 }
    let middle = (bucket.lower * bucket.upper).squareRoot()
    return bucket.upper < 0 ? -middle : middle
  }

  // MARK: Trimming

  enum Trimming { case above, below }

  /// Without the observations above (below) a value; `sum` is estimated anew when any go.
  func trimmed(_ side: Trimming, _ limit: Double) -> NativeHistogram {
    var kept = CompensatedSum()
    var total = CompensatedSum()
    var isWhole = true
    func keep(_ bucket: Bucket) -> Double {
      var rest = bucket
      clip(&rest)
      let isZeroBucket = rest.lower <= 0 && rest.upper >= 0
      let below = limit >= rest.upper ? 1 : limit <= rest.lower ? 0 : share(of: rest, below: limit)
      rest.count *= side == .above ? below : 1 - below
      guard rest.count != 0 else {
        isWhole = isWhole && bucket.count == 0
        return 0
      }
      if rest.count != bucket.count { isWhole = false }
      if side == .above { rest.upper = min(rest.upper, limit) } else { rest.lower = max(rest.lower, limit) }
      kept.add(rest.count)
      total.add(rest.count * (isZeroBucket && !hasCustomBounds ? (rest.lower + rest.upper) / 2 : location(of: rest)))
      return rest.count
    }
    var result = self
    func trim(_ buckets: Buckets, _ isNegative: Bool) -> Buckets {
      Buckets(
        cells: buckets.map { index, count in
          let (near, far) = (upperBound(of: index - 1), upperBound(of: index))
          let bucket =
            isNegative ? Bucket(lower: -far, upper: -near, count: count) : Bucket(lower: near, upper: far, count: count)
          return (index, keep(bucket))
        })
    }
    result.negative = trim(negative, true)
    if zeroCount != 0 {
      result.zeroCount = keep(Bucket(lower: -zeroThreshold, upper: zeroThreshold, count: zeroCount))
    }
    result.positive = trim(positive, false)
    if isWhole { return self }
    result.count = kept.value
    result.sum = total.value
    return result
  }

  /// Where the observations of a bucket are taken to lie; at the finite end when the other is infinite.
  private func location(of bucket: Bucket) -> Double {
    if bucket.lower == -.infinity { return bucket.upper.isInfinite ? 0 : bucket.upper }
    if bucket.upper == .infinity { return bucket.lower }
    return middle(of: bucket)
  }

  // MARK: Equality

  /// Whether two histograms tell the same, however their buckets are laid out.
  func tellsTheSame(as other: NativeHistogram) -> Bool {
    var one = compacted
    var two = other.compacted
    one.resetHint = .unknown
    two.resetHint = .unknown
    return one == two
  }

  /// Without empty buckets.
  var compacted: NativeHistogram {
    var result = self
    result.positive = Buckets(cells: positive)
    result.negative = Buckets(cells: negative)
    return result
  }
}
