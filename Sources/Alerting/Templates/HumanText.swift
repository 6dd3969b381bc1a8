/// Numbers shortened for people.
/// - Source: Prometheus "Template reference", numbers.
enum HumanText {
  private static let larger = ["k", "M", "G", "T", "P", "E", "Z", "Y"]
  private static let smaller = ["m", "u", "n", "p", "f", "a", "z", "y"]

  private static func four(_ number: Double) -> String { GoFloatText.text(number, .general, precision: 4) }

  /// For example `1.235M`, `20m`.
  static func decimal(_ number: Double) -> String {
    guard number != 0, number.isFinite else { return four(number) }
    guard number.magnitude >= 1 else { return scaledUp(number) }
    var scaled = number
    var prefix = ""
    for candidate in larger where scaled.magnitude >= 1000 {
      prefix = candidate
      scaled /= 1000
    }
    return four(scaled) + prefix
  }

  private static func scaledUp(_ number: Double) -> String {
    var scaled = number
    var prefix = ""
    for candidate in smaller where scaled.magnitude < 1 {
      prefix = candidate
      scaled *= 1000
    }
    return four(scaled) + prefix
  }

  /// For example `1.5Gi`.
  static func binary(_ number: Double) -> String {
    guard number.magnitude > 1, number.isFinite else { return four(number) }
    var scaled = number
    var prefix = ""
    for candidate in ["ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"] where scaled.magnitude >= 1024 {
      prefix = candidate
      scaled /= 1024
    }
    return four(scaled) + prefix
  }

  /// For example `1d 2h 3m 4s`, `20ms`.
  static func duration(seconds: Double) -> String {
    guard seconds.isFinite else { return four(seconds) }
    if seconds == 0 { return four(seconds) + "s" }
    guard seconds.magnitude >= 1 else { return scaledUp(seconds) + "s" }
    let sign = seconds < 0 ? "-" : ""
    let whole = Int64(exactly: seconds.magnitude.rounded(.towardZero)) ?? .max
    let parts = (whole / 86_400, whole / 3600 % 24, whole / 60 % 60, whole % 60)
    if parts.0 != 0 { return "\(sign)\(parts.0)d \(parts.1)h \(parts.2)m \(parts.3)s" }
    if parts.1 != 0 { return "\(sign)\(parts.1)h \(parts.2)m \(parts.3)s" }
    if parts.2 != 0 { return "\(sign)\(parts.2)m \(parts.3)s" }
    return sign + four(seconds.magnitude) + "s"
  }

  /// A ratio as a percentage, for example `12.5%`.
  static func percentage(_ ratio: Double) -> String { four(ratio * 100) + "%" }

  /// The first letter of each word in upper case.
  static func title(_ text: String) -> String {
    var result = ""
    var startsWord = true
    for character in text {
      result += startsWord ? character.uppercased() : String(character)
      startsWord = !(character.isLetter || character.isNumber || character == "_")
    }
    return result
  }
}
