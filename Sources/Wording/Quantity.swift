/// Numbers with their units, the same in both languages.
public enum Quantity {
  /// Between a number and its unit: narrow, and never a place to break the line.
  public static let thinSpace = "\u{202f}"

  /// Three significant digits at most below a thousand, whole numbers above, digits grouped: `0.84`, `0.0075`, `1,024`.
  public static func short(_ number: Double) -> String { rounded(number, digits: 3) }

  /// The same with six digits, for tables.
  public static func long(_ number: Double) -> String { rounded(number, digits: 6) }

  private static func rounded(_ number: Double, digits: Int) -> String {
    guard number.isFinite else { return "–" }
    var size = abs(number)
    guard size == 0 || (size >= 1e-4 && size < 1e15) else { return exponent(number, digits: digits) }
    // What the whole part leaves of the digits stands after the point.
    var places = digits - 1
    while size >= 10, places > 0 { (size, places) = (size / 10, places - 1) }
    while size < 1, size > 0 { (size, places) = (size * 10, places + 1) }
    return grouped(number, places: places)
  }

  /// With digits in groups of three before the point; the fraction as short as it reads back.
  public static func grouped(_ number: Double) -> String {
    guard number.isFinite else { return "–" }
    return abs(number) < 1e15 ? grouped(number, places: 3) : exponent(number, digits: 3)
  }

  private static func grouped(_ number: Double, places: Int) -> String {
    let text = decimal(abs(number), places: places)
    let parts = text.split(separator: ".")
    var whole = ""
    for (offset, digit) in (parts.first ?? "0").reversed().enumerated() {
      if offset > 0, offset % 3 == 0 { whole.append(",") }
      whole.append(digit)
    }
    let sign = number < 0 && text != "0" ? "−" : ""
    return sign + String(whole.reversed()) + (parts.count > 1 ? "." + parts[1] : "")
  }

  /// Binary units, as `df` and `free` count.
  public static func bytes(_ number: Double) -> String {
    guard number.isFinite else { return "–" }
    var rest = number
    var index = 0
    while abs(rest) >= 1024, index < binaryUnits.count - 1 {
      rest /= 1024
      index += 1
    }
    return short(rest) + thinSpace + binaryUnits[index]
  }

  /// An attribute of an item: a number of bytes, as its name says, gets its unit; all else stays as it is.
  public static func attribute(_ value: String, named name: String) -> String {
    guard name.hasSuffix("_bytes"), let number = Double(value) else { return value }
    return bytes(number)
  }

  private static let binaryUnits = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]

  /// - Parameter number: 0 to 100. Below ten one decimal, so that 0.4 does not read as nothing.
  public static func percent(_ number: Double) -> String {
    guard number.isFinite else { return "–" }
    let places = abs(number) < 10 ? 1 : abs(number) > 99 && abs(number) < 100 ? 2 : 0
    return decimal(number, places: places) + thinSpace + "%"
  }

  /// Rounded half away from zero; trailing zeros of the fraction go.
  ///
  /// - Parameter places: 0 to 18.
  static func decimal(_ number: Double, places: Int) -> String {
    let scale = (0..<places).reduce(Int64(1)) { power, _ in power * 10 }
    let scaled = (abs(number) * Double(scale)).rounded()
    guard let whole = Int64(exactly: scaled) else { return exponent(number, digits: 3) }
    let sign = number < 0 && whole != 0 ? "−" : ""
    var fraction = String(whole % scale)
    while fraction.count < places { fraction = "0" + fraction }
    while fraction.hasSuffix("0") { fraction.removeLast() }
    let before = sign + String(whole / scale)
    return scale == 1 || fraction.isEmpty ? before : before + "." + fraction
  }

  /// As a person would write it in a rule: all digits, none in vain.
  public static func exact(_ number: Double) -> String {
    let text = "\(number)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// For geometry and scripts: one decimal at most, an ASCII minus.
  public static func plain(_ number: Double) -> String {
    guard number.isFinite, let tenths = Int64(exactly: (number * 10).rounded()) else { return "0" }
    let sign = tenths < 0 ? "-" : ""
    let (whole, rest) = (tenths.magnitude / 10, tenths.magnitude % 10)
    return rest == 0 ? "\(sign)\(whole)" : "\(sign)\(whole).\(rest)"
  }

  private static func exponent(_ number: Double, digits: Int) -> String {
    guard number != 0 else { return "0" }
    var power = 0
    var rest = abs(number)
    while rest >= 10, power < 400 { (rest, power) = (rest / 10, power + 1) }
    while rest < 1, power > -400 { (rest, power) = (rest * 10, power - 1) }
    var text = decimal(rest, places: digits - 1)
    if text == "10" { (text, power) = ("1", power + 1) }
    return (number < 0 ? "−" : "") + text + "e\(power)"
  }
}
