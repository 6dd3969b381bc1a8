/// Numbers with their units, the same in both languages.
public enum Quantity {
  /// Between a number and its unit: narrow, and never a place to break the line.
  public static let thinSpace = "\u{202f}"

  /// Three significant digits at most below a thousand, whole numbers above, digits grouped: `0.84`, `12.5`, `1,024`.
  public static func short(_ number: Double) -> String {
    guard number.isFinite else { return "–" }
    let size = abs(number)
    if size >= 1e15 { return exponent(number) }
    if size >= 100 { return grouped(number.rounded()) }
    if size >= 10 { return decimal(number, places: 1) }
    if size >= 0.01 || size == 0 { return decimal(number, places: 2) }
    return exponent(number)
  }

  /// With digits in groups of three before the point; the fraction as short as it reads back.
  public static func grouped(_ number: Double) -> String {
    guard number.isFinite else { return "–" }
    guard abs(number) < 1e15 else { return exponent(number) }
    let text = decimal(abs(number), places: 3)
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
  static func decimal(_ number: Double, places: Int) -> String {
    let scale = [1, 10, 100, 1000][min(max(places, 0), 3)]
    let scaled = (abs(number) * Double(scale)).rounded()
    guard let whole = Int64(exactly: scaled) else { return exponent(number) }
    let sign = number < 0 && whole != 0 ? "−" : ""
    var fraction = String(whole % Int64(scale))
    while fraction.count < places { fraction = "0" + fraction }
    while fraction.hasSuffix("0") { fraction.removeLast() }
    let before = sign + String(whole / Int64(scale))
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

  private static func exponent(_ number: Double) -> String {
    guard number != 0 else { return "0" }
    var power = 0
    var rest = abs(number)
    while rest >= 10, power < 400 { (rest, power) = (rest / 10, power + 1) }
    while rest < 1, power > -400 { (rest, power) = (rest * 10, power - 1) }
    return (number < 0 ? "−" : "") + decimal(rest, places: 2) + "e\(power)"
  }
}
