/// A span of time as it is written in settings: `500ms`, `5s`, `1h30m`.
///
/// Units are w, d, h, m, s and ms, each at most once, the larger first.
public struct DurationText: Decodable, Hashable, Sendable {
  public let duration: Duration

  /// - Returns: `nil` when the text has another form or exceeds 10,000 days.
  public init?(_ text: String) {
    var rest = Substring(text)
    var total: Int64 = 0
    var smallest = Int64.max
    guard !rest.isEmpty else { return nil }
    while !rest.isEmpty {
      let digits = rest.prefix { ("0"..."9").contains($0) }
      rest = rest.dropFirst(digits.count)
      let unit = rest.prefix { ("a"..."z").contains($0) }
      rest = rest.dropFirst(unit.count)
      guard digits.count <= 12, let number = Int64(digits), let scale = Self.milliseconds[String(unit)],
        scale < smallest
      else { return nil }
      let (product, overflow) = number.multipliedReportingOverflow(by: scale)
      guard !overflow, product <= Self.millisecondsMax - total else { return nil }
      total += product
      smallest = scale
    }
    duration = .milliseconds(total)
  }

  public init(_ duration: Duration) { self.duration = duration }

  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let parsed = DurationText(text) else {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(
          codingPath: decoder.codingPath,
          debugDescription: "'\(text)' is not a duration – write a number and a unit, e.g. 5s, 2m, 1h30m"))
    }
    self = parsed
  }

  private static let millisecondsMax: Int64 = 10_000 * 86_400_000
  private static let milliseconds: [String: Int64] = [
    "ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 7 * 86_400_000,
  ]
}

extension DurationText: CustomStringConvertible {
  public var description: String {
    var rest = duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
    var text = ""
    for (unit, scale) in Self.milliseconds.sorted(by: { $0.value > $1.value }) where rest >= scale {
      text += "\(rest / scale)\(unit)"
      rest %= scale
    }
    return text.isEmpty ? "0s" : text
  }
}
