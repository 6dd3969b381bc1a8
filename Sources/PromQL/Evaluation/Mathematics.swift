internal import Glibc

/// Named apart because a member called `atan2` would hide it.
private let arcTangentOfQuotient: @Sendable (Double, Double) -> Double = { atan2($0, $1) }

/// The C library's elementary functions, imported in this one place.
enum Mathematics {
  static func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
  static func atan2(_ y: Double, _ x: Double) -> Double { arcTangentOfQuotient(y, x) }

  static let exponential: @Sendable (Double) -> Double = { exp($0) }
  static let naturalLogarithm: @Sendable (Double) -> Double = { log($0) }
  static let binaryLogarithm: @Sendable (Double) -> Double = { log2($0) }
  static let decimalLogarithm: @Sendable (Double) -> Double = { log10($0) }
  static let sine: @Sendable (Double) -> Double = { sin($0) }
  static let cosine: @Sendable (Double) -> Double = { cos($0) }
  static let tangent: @Sendable (Double) -> Double = { tan($0) }
  static let arcSine: @Sendable (Double) -> Double = { asin($0) }
  static let arcCosine: @Sendable (Double) -> Double = { acos($0) }
  static let arcTangent: @Sendable (Double) -> Double = { atan($0) }
  static let hyperbolicSine: @Sendable (Double) -> Double = { sinh($0) }
  static let hyperbolicCosine: @Sendable (Double) -> Double = { cosh($0) }
  static let hyperbolicTangent: @Sendable (Double) -> Double = { tanh($0) }
  static let areaHyperbolicSine: @Sendable (Double) -> Double = { asinh($0) }
  static let areaHyperbolicCosine: @Sendable (Double) -> Double = { acosh($0) }
  static let areaHyperbolicTangent: @Sendable (Double) -> Double = { atanh($0) }
}

/// The smaller of two, NaN when either is: the rule of Go's `math.Min`, which PromQL inherits.
func goMinimum(_ left: Double, _ right: Double) -> Double {
  left.isNaN || right.isNaN ? .nan : Swift.min(left, right)
}

/// The larger of two, NaN when either is.
func goMaximum(_ left: Double, _ right: Double) -> Double {
  left.isNaN || right.isNaN ? .nan : Swift.max(left, right)
}

/// A sum that carries its rounding error along, so that 1e100 + 1 − 1e100 is 1.
/// - Source: A. Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen", 1974.
struct CompensatedSum {
  private(set) var sum: Double
  private(set) var compensation: Double

  init(_ sum: Double = 0, compensation: Double = 0) {
    self.sum = sum
    self.compensation = compensation
  }

  @inline(__always)
  mutating func add(_ value: Double) {
    let total = sum + value
    if total.isInfinite {
      compensation = 0
    } else if sum.magnitude >= value.magnitude {
      compensation += (sum - total) + value
    } else {
      compensation += (value - total) + sum
    }
    sum = total
  }

  var value: Double { sum + compensation }
}
