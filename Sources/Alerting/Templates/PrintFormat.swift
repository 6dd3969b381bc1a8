internal import Telemetry

/// `printf` of the template language.
///
/// - Source: Go `fmt`.
struct PrintFormat {
  /// A width or precision above this is a mistake; Go has the same bound.
  static let widthMax = 10_000

  private struct Verb {
    var minus = false
    var plus = false
    var sharp = false
    var blank = false
    var zero = false
    var width: Int?
    var precision: Int?
  }

  private var values: [TemplateValue]
  private var next = 0
  private var result = ""

  static func text(_ format: String, _ values: [TemplateValue]) throws(TemplateStop) -> String {
    var printer = PrintFormat(values: values)
    try printer.run(format)
    return printer.result
  }

  /// `print`: blanks between two neighbours when neither is a text.
  static func joined(_ values: [TemplateValue]) -> String {
    var result = ""
    var lastWasText = true
    for value in values {
      var isText = false
      if case .string = value { isText = true }
      if !isText, !lastWasText { result += " " }
      result += value.text
      lastWasText = isText
    }
    return result
  }

  private init(values: [TemplateValue]) { self.values = values }

  private mutating func run(_ format: String) throws(TemplateStop) {
    var rest = format.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      guard scalar == "%" else {
        result.unicodeScalars.append(scalar)
        continue
      }
      var verb = Verb()
      readFlags(&rest, &verb)
      verb.width = try readAmount(&rest)
      if let width = verb.width, width < 0 {
        verb.minus = true
        verb.width = -width
      }
      if rest.first == "." {
        rest.removeFirst()
        verb.precision = try readAmount(&rest) ?? 0
      }
      guard let letter = rest.popFirst() else {
        result += "%!(NOVERB)"
        break
      }
      emit(letter, verb)
      guard result.utf8.count <= TemplateLimits.outputBytesMax else {
        throw .problem("text is longer than \(TemplateLimits.outputBytesMax) bytes")
      }
    }
    guard next < values.count else { return }
    let extra = values[next...].map { "\($0.typeName)=\($0.text)" }.joined(separator: ", ")
    result += "%!(EXTRA \(extra))"
  }

  private func readFlags(_ rest: inout Substring.UnicodeScalarView, _ verb: inout Verb) {
    while let flag = rest.first {
      switch flag {
      case "-": verb.minus = true
      case "+": verb.plus = true
      case "#": verb.sharp = true
      case " ": verb.blank = true
      case "0": verb.zero = true
      default: return
      }
      rest.removeFirst()
    }
  }

  private mutating func readAmount(_ rest: inout Substring.UnicodeScalarView) throws(TemplateStop) -> Int? {
    if rest.first == "*" {
      rest.removeFirst()
      guard next < values.count, case .integer(let amount) = values[next] else {
        throw .problem("* needs a whole number")
      }
      next += 1
      guard amount.magnitude <= UInt64(Self.widthMax) else { throw .problem("width is above \(Self.widthMax)") }
      return Int(amount)
    }
    var amount: Int?
    while let digit = rest.first, ("0"..."9").contains(digit) {
      rest.removeFirst()
      amount = (amount ?? 0) * 10 + Int(digit.value - 48)
      guard (amount ?? 0) <= Self.widthMax else { throw .problem("width is above \(Self.widthMax)") }
    }
    return amount
  }

  private mutating func emit(_ letter: UnicodeScalar, _ verb: Verb) {
    if letter == "%" {
      result += "%"
      return
    }
    guard next < values.count else {
      result += "%!\(Character(letter))(MISSING)"
      return
    }
    let value = values[next]
    next += 1
    guard let (text, isNumeric) = Self.body(value, letter, verb) else {
      result += "%!\(Character(letter))(\(value.typeName)=\(value.text))"
      return
    }
    result += Self.padded(text, verb, isNumeric: isNumeric)
  }

  /// The text without padding and whether zeros may pad it; `nil` when the verb does not suit the value.
  private static func body(
    _ value: TemplateValue, _ letter: UnicodeScalar, _ verb: Verb
  ) -> (text: String, isNumeric: Bool)? {
    if letter == "T" { return (value.typeName, false) }
    switch value {
    case .integer(let number): return integer(number, letter, verb).map { ($0, letter != "c" && letter != "q") }
    case .number(let number): return float(number, letter, verb).map { ($0, number.isFinite) }
    case .string(let string): return self.string(string, letter, verb).map { ($0, false) }
    case .boolean(let flag): return letter == "t" || letter == "v" ? (flag ? "true" : "false", false) : nil
    case .duration(let nanoseconds) where letter == "d": return (String(nanoseconds), true)
    default: return letter == "v" || letter == "s" ? (value.text, false) : nil
    }
  }

  private static func integer(_ number: Int64, _ letter: UnicodeScalar, _ verb: Verb) -> String? {
    var digits: String
    switch letter {
    case "d", "v": digits = String(number.magnitude)
    case "x": digits = (verb.sharp ? "0x" : "") + String(number.magnitude, radix: 16)
    case "X": digits = (verb.sharp ? "0X" : "") + String(number.magnitude, radix: 16, uppercase: true)
    case "o": digits = (verb.sharp ? "0" : "") + String(number.magnitude, radix: 8)
    case "b": digits = String(number.magnitude, radix: 2)
    case "c": return UInt32(exactly: number).flatMap(UnicodeScalar.init).map { String(Character($0)) } ?? "\u{FFFD}"
    case "q":
      return UInt32(exactly: number).flatMap(UnicodeScalar.init).map { "'\(Character($0))'" } ?? "'\u{FFFD}'"
    case "U": return "U+" + number.magnitude.padded(to: 4, radix: 16).uppercased()
    default: return nil
    }
    if let precision = verb.precision {
      digits = String(repeating: "0", count: max(0, precision - digits.utf8.count)) + digits
    }
    return sign(number < 0, verb) + digits
  }

  private static func float(_ number: Double, _ letter: UnicodeScalar, _ verb: Verb) -> String? {
    let text: String
    switch letter {
    case "f", "F": text = GoFloatText.text(number, .fixed, precision: verb.precision ?? 6)
    case "e": text = GoFloatText.text(number, .exponent, precision: verb.precision ?? 6)
    case "E": text = GoFloatText.text(number, .exponent, precision: verb.precision ?? 6).uppercased()
    case "g", "v": text = GoFloatText.text(number, .general, precision: verb.precision)
    case "G": text = GoFloatText.text(number, .general, precision: verb.precision).uppercased()
    default: return nil
    }
    let isSigned = text.hasPrefix("-") || text.hasPrefix("+")
    if text.hasPrefix("+"), !verb.plus { return text }
    return isSigned ? text : sign(false, verb) + text
  }

  private static func string(_ string: String, _ letter: UnicodeScalar, _ verb: Verb) -> String? {
    let shortened = verb.precision.map { String(String.UnicodeScalarView(string.unicodeScalars.prefix($0))) } ?? string
    switch letter {
    case "s", "v": return verb.sharp && letter == "v" ? TextNotation.go.quoted(shortened) : shortened
    case "q": return verb.sharp && !shortened.contains("`") ? "`\(shortened)`" : TextNotation.go.quoted(shortened)
    case "x": return string.utf8.map { $0.padded(to: 2, radix: 16) }.joined()
    case "X": return string.utf8.map { $0.padded(to: 2, radix: 16).uppercased() }.joined()
    default: return nil
    }
  }

  private static func sign(_ negative: Bool, _ verb: Verb) -> String {
    negative ? "-" : verb.plus ? "+" : verb.blank ? " " : ""
  }

  private static func padded(_ text: String, _ verb: Verb, isNumeric: Bool) -> String {
    let missing = (verb.width ?? 0) - text.unicodeScalars.count
    guard missing > 0 else { return text }
    if verb.minus { return text + String(repeating: " ", count: missing) }
    guard verb.zero, isNumeric else { return String(repeating: " ", count: missing) + text }
    let zeros = String(repeating: "0", count: missing)
    guard let first = text.first, first == "-" || first == "+" || first == " " else { return zeros + text }
    return String(first) + zeros + text.dropFirst()
  }
}
