extension Duration {
  /// Reads Prometheus' notation: `0`, or whole numbers with the units y w d h m s ms, each at most once and in this
  /// order, for example `1h30m`. A year has 365 days.
  ///
  /// - Source: Prometheus, "Time durations".
  /// - Returns: `nil` when the text leaves the notation or exceeds 292 years, Prometheus' own limit.
  public init?(notation text: String) {
    if text == "0" {
      self = .zero
      return
    }
    var total: Int64 = 0
    var rest = Substring(text)
    var nextUnit = 0
    guard !rest.isEmpty else { return nil }
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      guard let count = Int64(digits) else { return nil }
      rest = rest.dropFirst(digits.count)
      let name = rest.prefix { $0.isLetter }
      guard let unit = Self.units.firstIndex(where: { $0.name == name }), unit >= nextUnit else { return nil }
      nextUnit = unit + 1
      let (product, tooLarge) = count.multipliedReportingOverflow(by: Self.units[unit].milliseconds)
      let (sum, overflow) = total.addingReportingOverflow(product)
      guard !tooLarge, !overflow, sum <= Self.millisecondsMax else { return nil }
      total = sum
      rest = rest.dropFirst(name.count)
    }
    self = .milliseconds(total)
  }

  /// The shortest notation that reads back equal, for example `1h30m`; parts below a millisecond are dropped.
  ///
  /// Years and weeks only when nothing is left over: `370d` reads better than `1y5d`.
  public var notation: String {
    var rest = wholeMilliseconds.magnitude
    guard rest > 0 else { return "0s" }
    var text = self < .zero ? "-" : ""
    for (name, milliseconds) in Self.units {
      let unit = UInt64(milliseconds)
      if rest < unit || (name == "y" || name == "w") && rest % unit != 0 { continue }
      text += "\(rest / unit)\(name)"
      rest %= unit
    }
    return text
  }

  /// As many nanoseconds as fit 64 bits.
  private static let millisecondsMax: Int64 = 9_223_372_036_854
  private static let units: [(name: String, milliseconds: Int64)] = [
    ("y", 365 * 86_400_000), ("w", 7 * 86_400_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000),
    ("ms", 1),
  ]
}

/// A duration in a settings file: `5s`, `2m`, `1h30m`.
public struct DurationSetting: Decodable, Sendable, Equatable {
  public let duration: Duration

  public init(_ duration: Duration) { self.duration = duration }

  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let duration = Duration(notation: text) else {
      throw DecodingError.refused("fault.value.duration", ["text": text], at: decoder.codingPath)
    }
    self.duration = duration
  }
}
