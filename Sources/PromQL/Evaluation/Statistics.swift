/// Summaries of numbers, shared by aggregations over series and functions over time.
enum Statistics {
  static func sum(_ values: some Collection<Double>) -> Double {
    var sum = CompensatedSum()
    for value in values { sum.add(value) }
    return sum.value
  }

  /// Sums while the sum fits, then goes on with a running mean.
  static func average(_ values: some Collection<Double>) -> Double {
    var sum = CompensatedSum()
    var mean: CompensatedSum?
    var count = 0.0
    for value in values {
      count += 1
      if mean == nil {
        var next = sum
        next.add(value)
        if !next.sum.isInfinite || count == 1 {
          sum = next
          continue
        }
        mean = CompensatedSum(sum.sum / (count - 1), compensation: sum.compensation / (count - 1))
      }
      let weight = (count - 1) / count
      let previous = mean ?? CompensatedSum()
      var next = CompensatedSum(weight * previous.sum, compensation: weight * previous.compensation)
      next.add(value / count)
      mean = next
    }
    return mean?.value ?? sum.sum / count + sum.compensation / count
  }

  /// NaN only when all are.
  static func minimum(_ values: some Collection<Double>) -> Double {
    var result = Double.nan
    for value in values where value < result || result.isNaN { result = value }
    return result
  }

  /// NaN only when all are.
  static func maximum(_ values: some Collection<Double>) -> Double {
    var result = Double.nan
    for value in values where value > result || result.isNaN { result = value }
    return result
  }

  /// Of the whole population, by Welford's recurrence with compensated sums.
  static func variance(_ values: some Collection<Double>) -> Double {
    var count = 0.0
    var mean = CompensatedSum()
    var squares = CompensatedSum()
    for value in values {
      count += 1
      let delta = value - mean.value
      mean.add(delta / count)
      squares.add(delta * (value - mean.value))
    }
    return squares.value / count
  }

  /// Interpolated between the two nearest ranks; NaN counts as smallest.
  static func quantile(_ quantile: Double, _ values: [Double]) -> Double {
    if values.isEmpty || quantile.isNaN { return .nan }
    if quantile < 0 { return -.infinity }
    if quantile > 1 { return .infinity }
    let sorted = values.sorted { $0 < $1 || ($0.isNaN && !$1.isNaN) }
    let rank = quantile * Double(sorted.count - 1)
    let lower = max(0, Int(rank.rounded(.down)))
    let upper = min(sorted.count - 1, lower + 1)
    let weight = rank - rank.rounded(.down)
    return sorted[lower] * (1 - weight) + sorted[upper] * weight
  }

  static func remarkQuantile(_ quantile: Double, at span: SourceSpan, _ remarks: inout Remarks) {
    guard quantile.isNaN || quantile < 0 || quantile > 1 else { return }
    remarks.warn("quantile value should be between 0 and 1, got \(FloatText.general(quantile))", at: span)
  }
}
