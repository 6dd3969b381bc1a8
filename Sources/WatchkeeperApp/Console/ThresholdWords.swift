internal import WebInterface
internal import Wording

/// A number with its unit, the same in both languages.
enum ThresholdWords {
  static func text(_ value: Double, _ unit: ChartUnit) -> String {
    let space = Quantity.thinSpace
    switch unit {
    case .percent: return Quantity.percent(value)
    case .bytes: return Quantity.bytes(value)
    case .bytesPerSecond: return Quantity.bytes(value) + "/s"
    case .seconds: return Quantity.short(value) + space + "s"
    case .milliseconds: return Quantity.short(value) + space + "ms"
    case .perSecond: return Quantity.short(value) + "/s"
    case .plain: return Quantity.short(value)
    }
  }
}
