/// A day of the week, counted as ISO 8601 does: Monday is 1, Sunday 7.
public enum Weekday: Int, CaseIterable, Hashable, Sendable, Comparable {
  case monday = 1
  case tuesday, wednesday, thursday, friday, saturday, sunday

  /// The two capital letters of RFC 5545, for example `MO`.
  public var code: String {
    switch self {
    case .monday: "MO"
    case .tuesday: "TU"
    case .wednesday: "WE"
    case .thursday: "TH"
    case .friday: "FR"
    case .saturday: "SA"
    case .sunday: "SU"
    }
  }

  /// - Parameter code: as RFC 5545 writes it (`MO`), or the first letters of the English name (`mon`, `Monday`).
  public init?(_ code: String) {
    let text = code.lowercased()
    let names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    guard text.count == 2 || text.count == 3 || names.contains(text) else { return nil }
    guard let index = names.firstIndex(where: { $0.hasPrefix(text) }) else { return nil }
    self = Self.allCases[index]
  }

  /// How many days lie from `start` forward to this day: 0 to 6.
  public func daysAfter(_ start: Weekday) -> Int { (rawValue - start.rawValue + 7) % 7 }

  public static func < (left: Weekday, right: Weekday) -> Bool { left.rawValue < right.rawValue }
}
