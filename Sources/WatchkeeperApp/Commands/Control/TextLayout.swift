internal import Telemetry
internal import Wording

/// Blocks of text for a terminal.
enum TextLayout {
  /// Labels in a column, values behind them; empty for no facts.
  static func facts(_ facts: [(label: String, value: String)], indent: Int = 0) -> String {
    let width = facts.map { TextTable.width($0.label) }.max() ?? 0
    return facts.map { fact in
      spaces(indent) + fact.label + spaces(width - TextTable.width(fact.label)) + "  " + fact.value
    }.joined(separator: "\n")
  }

  /// A heading over indented lines; `nil` for no lines.
  static func section(_ heading: String, _ lines: [String]) -> String? {
    lines.isEmpty ? nil : ([heading] + lines.map { "  " + $0 }).joined(separator: "\n")
  }

  /// A heading over a table; `nil` for no rows.
  static func section(_ heading: String, _ table: TextTable) -> String? {
    table.rows.isEmpty
      ? nil : section(heading, table.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
  }

  /// What there is, with an empty line between.
  static func blocks(_ parts: [String?]) -> String {
    parts.compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: "\n\n")
  }

  /// Typographic spaces are for pages: in a terminal they hinder grep and copying.
  static func plain(_ text: String) -> String {
    let ordinary = text.map { $0 == "\u{202f}" || $0 == "\u{a0}" ? " " : $0 }
    return String(ordinary).split(separator: "\n", omittingEmptySubsequences: false)
      .map { line in String(line.reversed().drop { $0 == " " }.reversed()) }.joined(separator: "\n")
  }

  /// A text of several lines in one cell.
  static func oneLine(_ text: String) -> String { text.split(whereSeparator: \.isNewline).joined(separator: " ") }

  private static func spaces(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }
}

extension Reader {
  /// For what is not there.
  static let none = "–"

  func head(_ name: String) -> String { text("command.head.\(name)") }

  func state(_ name: String) -> String { text("state.\(name)") }

  /// `12 min`, how long ago an instant was.
  func age(of instant: Timestamp) -> String { age(seconds: Double(now &- instant.milliseconds) / 1000) }

  /// `12 min ago`, or a dash.
  func ago(_ instant: Timestamp?) -> String {
    instant.map { text("unit.ago", ["age": age(of: $0)]) } ?? Self.none
  }

  func moment(_ instant: Timestamp) -> String { moment(instant.milliseconds) }

  /// The day and the time, for lists of the past.
  func dayAndTime(_ instant: Timestamp) -> String {
    "\(zone.day(instant.milliseconds)) \(zone.timeWithSeconds(instant.milliseconds))"
  }

  /// `Fri 02:00–04:00`.
  func span(_ span: SpanAnswer) -> String {
    let (start, end) = (span.start.milliseconds, span.end.milliseconds)
    let isOneDay = zone.dayNumber(start) == zone.dayNumber(end)
    return "\(moment(start))–\(isOneDay ? zone.time(end) : moment(end))"
  }
}

extension StatedAnswer {
  /// `Warning  the sentence – the quieter line`.
  func line(_ reader: Reader) -> String {
    "\(reader.state(state))  \(phrase.text)" + (detail.map { " – \($0.text)" } ?? "")
  }
}

extension FactAnswer {
  var cells: (label: String, value: String) { (label.text, value.text + (detail.map { " – \($0.text)" } ?? "")) }
}
