/// How much the organisation depends on an item: 1 most, 4 least. The default is 3.
public enum Criticality: Int, CaseIterable, Hashable, Comparable, Sendable, Codable {
  case vital = 1
  case important, ordinary, minor

  public static let standard = Criticality.ordinary

  /// The more critical one is the smaller.
  public static func < (left: Criticality, right: Criticality) -> Bool { left.rawValue < right.rawValue }
}

/// Whether others do an item's work when it fails.
public enum RedundancyStanding: String, Hashable, Sendable, Codable {
  /// The item belongs to no redundancy group: nobody stands in.
  case alone
  /// Its group still has more than its minimum alive.
  case covered
  /// Its group is at or below its minimum: one more failure, or this one, ends the service.
  case exhausted
}
