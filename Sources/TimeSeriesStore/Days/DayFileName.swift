/// `samples-2026-11-20.0.open.db` while it is written, `samples-2026-11-20.0.sealed.db` afterwards.
///
/// The two states have different names because SQLite would apply an old write-ahead log to a new file of the same name.
struct DayFileName: Hashable, Sendable, Comparable {
  enum State: String, Sendable { case open, sealed }

  let day: Day
  /// Above 0 for samples that came when the day had been sealed, or after a file was quarantined.
  let part: Int
  let state: State

  var text: String { "samples-\(day.text).\(part).\(state.rawValue).db" }

  init(day: Day, part: Int, state: State) {
    self.day = day
    self.part = part
    self.state = state
  }

  /// - Returns: `nil` when it is not the name of a day file.
  init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4, parts[3] == "db", parts[0].hasPrefix("samples-"),
      let day = Day(parts[0].dropFirst("samples-".count)), let part = Int(parts[1]), part >= 0,
      let state = State(rawValue: String(parts[2]))
    else { return nil }
    self.init(day: day, part: part, state: state)
  }

  static func < (left: DayFileName, right: DayFileName) -> Bool {
    (left.day, left.part) < (right.day, right.part)
  }
}
