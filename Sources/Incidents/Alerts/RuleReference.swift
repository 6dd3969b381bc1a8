/// A rule, as its alerts name it: the group, and the alert's name in the group.
///
/// Rules of one group that share an alert name are one here: two thresholds in two severities are one breach.
public struct RuleReference: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
  public let group: String
  public let alertName: String

  public init(group: String, alertName: String) {
    self.group = group
    self.alertName = alertName
  }

  public var description: String { "\(group)/\(alertName)" }

  public static func < (left: RuleReference, right: RuleReference) -> Bool {
    (left.group, left.alertName) < (right.group, right.alertName)
  }
}

/// Who found the breach.
public enum BreachOrigin: Hashable, Sendable, Codable {
  case rule(RuleReference)
  /// Another program that posts alerts, by its configured name.
  case external(source: String)

  public var rule: RuleReference? {
    switch self {
    case .rule(let rule): rule
    case .external: nil
    }
  }
}
