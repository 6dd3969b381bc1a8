internal import Wording

/// The vertical scale of a chart: a round number at the top, three to five lines, zero at the foot unless there are
/// values below it.
struct ChartScale: Sendable {
  let bottom: Double
  let top: Double
  /// Without zero, which has a line of its own.
  let ticks: [Double]

  /// - Parameters:
  ///   - given: the top when it is known; nothing is below zero then.
  ///   - lowest: the least value that must fit.
  ///   - highest: the greatest value that must fit, threshold included.
  init(given: Double?, lowest: Double = 0, highest: Double, unit: ChartUnit) {
    let base = unit == .bytes || unit == .bytesPerSecond ? 1024.0 : 10
    // A share of a whole that stays below 100 % gets no room above it.
    let roomy = unit == .percent && highest <= 100 ? min(highest * 1.05, 100) : highest * 1.05
    let below = given == nil ? max(0, -lowest * 1.05) : 0
    let wanted = given ?? max(roomy, below > 0 ? 0 : Self.least(unit, of: highest))
    let step = Self.niceStep((wanted + below) / 4, base: base)
    let count = given == nil ? (wanted / step).rounded(.up) : wanted / step
    top = given ?? step * max(count, below > 0 ? 0 : 1)
    bottom = -step * (below / step).rounded(.up)
    let negative = below > 0 ? stride(from: bottom, to: -step / 2, by: step).map { $0 } : []
    ticks = negative + stride(from: step, through: top * 1.0001, by: step).map { $0 }
  }

  /// A flat line at zero still gets a scale that means something; so does noise, where it is known what noise is.
  private static func least(_ unit: ChartUnit, of highest: Double) -> Double {
    switch unit {
    case .percent: 4
    case .bytes, .bytesPerSecond: 4096
    case .seconds, .milliseconds, .perSecond, .plain: highest > 0 ? 0 : 1
    }
  }

  /// 1, 2, 2.5 or 5 times a power of the base; for 1024 powers of two in between.
  static func niceStep(_ rough: Double, base: Double) -> Double {
    guard rough > 0, rough.isFinite else { return 1 }
    var power = 1.0
    while power * base <= rough { power *= base }
    while power > rough { power /= base }
    let choices: [Double] =
      base == 1024 ? [1, 2, 4, 5, 8, 10, 16, 20, 32, 50, 64, 100, 128, 200, 256, 512, 1024] : [1, 2, 2.5, 5, 10]
    return power * (choices.first { power * $0 >= rough } ?? base)
  }
}

extension ChartUnit {
  /// A value with its unit, for readouts, legends and tables.
  public func text(_ value: Double) -> String {
    let (number, symbol) = pieces(value)
    return symbol.isEmpty ? number : number + Quantity.thinSpace + symbol
  }

  /// The number and its unit apart.
  func pieces(_ value: Double) -> (number: String, symbol: String) {
    guard value.isFinite else { return ("–", "") }
    switch self {
    case .percent: return Self.split(Quantity.percent(value))
    case .bytes: return Self.split(Quantity.bytes(value))
    case .bytesPerSecond:
      let (number, symbol) = Self.split(Quantity.bytes(value))
      return (number, symbol + "/s")
    case .seconds:
      return abs(value) < 1 && value != 0 ? (Quantity.short(value * 1000), "ms") : (Quantity.short(value), "s")
    case .milliseconds: return (Quantity.short(value), "ms")
    case .perSecond: return (Quantity.short(value), "/s")
    case .plain: return (Quantity.short(value), "")
    }
  }

  private static func split(_ text: String) -> (String, String) {
    let parts = text.split(separator: "\u{202f}")
    return (String(parts.first ?? ""), parts.count > 1 ? String(parts[1]) : "")
  }
}
