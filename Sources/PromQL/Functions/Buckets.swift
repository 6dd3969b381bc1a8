/// Cumulative counts by upper bound, ascending.
///
/// - Source: Prometheus, `histogram_quantile()`.
struct Buckets {
  private(set) var bounds: [Double] = []
  private(set) var counts: [Double] = []

  var isEmpty: Bool { bounds.isEmpty }

  /// Two spellings of one bound (`1` and `1.0`) become one bucket.
  mutating func append(_ bound: Double, _ count: Double) {
    if bound == bounds.last {
      counts[counts.count - 1] += count
    } else {
      bounds.append(bound)
      counts.append(count)
    }
  }

  private var isComplete: Bool { bounds.last == .infinity }

  /// Relative difference below which two neighbouring counts are taken as equal: noise of `rate()`.
  static let countTolerance = 1e-12

  /// Counts that fall from bucket to bucket are lifted to their predecessor.
  private mutating func forceMonotonic() -> Bool {
    var wasForced = false
    var previous = counts[0]
    for index in counts.indices.dropFirst() where counts[index] != previous {
      let current = counts[index]
      let isNoise = (current - previous).magnitude / (current.magnitude + previous.magnitude) < Self.countTolerance
      if isNoise || current < previous {
        counts[index] = previous
        wasForced = wasForced || !isNoise
      } else {
        previous = current
      }
    }
    return wasForced
  }

  func quantile(_ quantile: Double) -> (value: Double, wasForcedMonotonic: Bool) {
    if quantile.isNaN { return (.nan, false) }
    if quantile < 0 { return (-.infinity, false) }
    if quantile > 1 { return (.infinity, false) }
    guard isComplete else { return (.nan, false) }
    var fixed = self
    let wasForced = fixed.forceMonotonic()
    return (fixed.interpolated(quantile), wasForced)
  }

  private func interpolated(_ quantile: Double) -> Double {
    guard bounds.count >= 2, let total = counts.last, total != 0, !total.isNaN else { return .nan }
    var rank = quantile * total
    let index = counts.dropLast().firstIndex { $0 >= rank } ?? counts.count - 1
    if index == counts.count - 1 { return bounds[index - 1] }
    if index == 0, bounds[0] <= 0 { return bounds[0] }
    var lower = 0.0
    var count = counts[index]
    if index > 0 {
      lower = bounds[index - 1]
      count -= counts[index - 1]
      rank -= counts[index - 1]
    }
    return lower + (bounds[index] - lower) * (rank / count)
  }

  /// The share of observations in (`lower`, `upper`].
  func fraction(from lower: Double, to upper: Double) -> Double {
    guard isComplete, let total = counts.last, total != 0, !total.isNaN else { return .nan }
    guard !lower.isNaN, !upper.isNaN else { return .nan }
    guard lower < upper else { return 0 }
    return (min(rank(of: upper), total) - min(rank(of: lower), total)) / total
  }

  /// How many observations lie at or below `value`, interpolated within its bucket.
  private func rank(of value: Double) -> Double {
    if value == -.infinity { return 0 }
    guard let index = bounds.firstIndex(where: { $0 >= value }) else { return counts.last ?? 0 }
    if bounds[index] == value { return counts[index] }
    let below = index > 0 ? counts[index - 1] : 0
    var lower = index > 0 ? bounds[index - 1] : 0
    if index == 0 {
      // The first bucket has no lower bound: it starts at zero, or lies at its upper bound when that is not above zero.
      if bounds[0] <= 0 { return counts[0] }
      if value <= 0 { return 0 }
      lower = 0
    }
    return below + (counts[index] - below) * (value - lower) / (bounds[index] - lower)
  }
}
