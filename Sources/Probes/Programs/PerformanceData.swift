/// One value that a plugin measured, in the base unit.
struct PerformanceValue: Hashable {
  /// `[@]start:end`: outside of it, or with `@` inside of it, is an alarm.
  struct Span: Hashable {
    /// `nil`: without end on that side.
    let start: Double?
    let end: Double?
    let isInverted: Bool
  }

  let label: String
  /// `seconds`, `bytes`, `percent`, `count` of a counter, another unit as written, or empty.
  let unit: String
  /// `nil`: the plugin could not tell (`U`).
  let value: Double?
  let warning: Span?
  let critical: Span?
  let minimum: Double?
  let maximum: Double?
}

/// What a plugin printed: its verdict in words and its measurements.
///
/// - Source: Monitoring Plugins development guidelines, "Performance data" and "Threshold and ranges".
struct PluginOutput: Hashable {
  /// The first line, without measurements.
  var summary = ""
  var values: [PerformanceValue] = []
  /// Pieces that leave the grammar.
  var unread = 0

  /// Measurements of one run: 1,000.
  static let valuesMax = 1000
  static let summaryMax = 500
  static let labelMax = 200

  /// With a sign where it is cut.
  static func cut(_ text: Substring) -> String {
    let kept = text.prefix(summaryMax)
    return kept.endIndex == text.endIndex ? String(kept) : kept + "…"
  }

  init(_ bytes: [UInt8]) {
    var isLongData = false
    for (number, line) in String(decoding: bytes, as: UTF8.self).split(
      omittingEmptySubsequences: false, whereSeparator: \.isNewline
    ).enumerated() {
      let divider = isLongData ? nil : line.firstIndex(of: "|")
      if number == 0 {
        summary = Self.cut(line[..<(divider ?? line.endIndex)])
        while summary.last?.isWhitespace == true { summary.removeLast() }
      }
      if let divider {
        take(line[line.index(after: divider)...])
        // Behind the bar of a later line all lines are measurements.
        isLongData = number > 0
      } else if isLongData {
        take(line)
      }
    }
  }

  private mutating func take(_ text: Substring) {
    var rest = text.drop(while: \.isWhitespace)
    while !rest.isEmpty, values.count < Self.valuesMax {
      guard let label = Self.label(&rest) else {
        unread += 1
        rest = rest.drop { !$0.isWhitespace }.drop(while: \.isWhitespace)
        continue
      }
      let field = rest.prefix { !$0.isWhitespace }
      rest = rest[field.endIndex...].drop(while: \.isWhitespace)
      if let value = Self.value(label, field) { values.append(value) } else { unread += 1 }
    }
  }

  /// Reads up to and with the `=`.
  private static func label(_ rest: inout Substring) -> String? {
    var label = ""
    if rest.first == "'" {
      var index = rest.index(after: rest.startIndex)
      while index < rest.endIndex {
        let next = rest.index(after: index)
        if rest[index] == "'" {
          // Two quotes are one inside the label.
          guard next < rest.endIndex, rest[next] == "'" else {
            index = next
            break
          }
          label.append("'")
          index = rest.index(after: next)
        } else {
          label.append(rest[index])
          index = next
        }
      }
      guard index < rest.endIndex, rest[index] == "=" else { return nil }
      rest = rest[rest.index(after: index)...]
    } else {
      guard let end = rest.firstIndex(where: { $0 == "=" || $0.isWhitespace }), rest[end] == "=" else { return nil }
      label = String(rest[..<end])
      rest = rest[rest.index(after: end)...]
    }
    return label.isEmpty ? nil : String(label.prefix(labelMax))
  }

  private static func value(_ label: String, _ field: Substring) -> PerformanceValue? {
    let parts = field.split(separator: ";", omittingEmptySubsequences: false)
    let digits = parts[0].prefix { "0123456789+-.,eE".contains($0) }
    var written = digits
    var unit = parts[0][digits.endIndex...]
    // The e of a unit is none of an exponent.
    if let last = written.last, "eE".contains(last) {
      written = written.dropLast()
      unit = parts[0][written.endIndex...]
    }
    let isUnknown = parts[0] == "U"
    let number = number(written)
    guard isUnknown || number != nil, unit.count <= 20, isUnknown || unit.allSatisfy({ !$0.isNumber }) else {
      return nil
    }
    let (name, factor) = isUnknown ? ("", 1) : base(String(unit))
    func part(_ index: Int) -> Substring { parts.count > index ? parts[index] : "" }
    return PerformanceValue(
      label: label, unit: name, value: isUnknown ? nil : number.map { scaled($0, factor) },
      warning: span(part(1), factor), critical: span(part(2), factor),
      minimum: Self.number(part(3)).map { scaled($0, factor) }, maximum: Self.number(part(4)).map { scaled($0, factor) }
    )
  }

  /// A plugin that runs in another locale writes a comma.
  private static func number(_ text: Substring) -> Double? {
    guard let first = text.first, "0123456789+-.,".contains(first) else { return nil }
    return Double(text.replacing(",", with: ".")).flatMap { $0.isFinite ? $0 : nil }
  }

  /// Bytes are counted in powers of 1024, as the plugins do.
  private static func base(_ unit: String) -> (String, Double) {
    switch unit {
    case "s": ("seconds", 1)
    case "ms": ("seconds", 1e-3)
    case "us", "µs": ("seconds", 1e-6)
    case "ns": ("seconds", 1e-9)
    case "%": ("percent", 1)
    case "c": ("count", 1)
    case "B": ("bytes", 1)
    case "KB", "KiB", "kB": ("bytes", 1024)
    case "MB", "MiB": ("bytes", 1_048_576)
    case "GB", "GiB": ("bytes", 1_073_741_824)
    case "TB", "TiB": ("bytes", 1_099_511_627_776)
    default: (unit, 1)
    }
  }

  /// Divided where that is exact: 5us are 5e-06 and not a hair less.
  private static func scaled(_ number: Double, _ factor: Double) -> Double {
    factor < 1 ? number / (1 / factor).rounded() : number * factor
  }

  private static func span(_ text: Substring, _ factor: Double) -> PerformanceValue.Span? {
    guard !text.isEmpty else { return nil }
    let isInverted = text.first == "@"
    let range = isInverted ? text.dropFirst() : text
    guard let colon = range.firstIndex(of: ":") else {
      return number(range).map { PerformanceValue.Span(start: 0, end: scaled($0, factor), isInverted: isInverted) }
    }
    let low = range[..<colon]
    let high = range[range.index(after: colon)...]
    let start = number(low)
    let end = number(high)
    guard start != nil || low == "~" || low.isEmpty, end != nil || high.isEmpty else { return nil }
    return PerformanceValue.Span(
      start: low.isEmpty ? 0 : start.map { scaled($0, factor) }, end: end.map { scaled($0, factor) },
      isInverted: isInverted)
  }
}
