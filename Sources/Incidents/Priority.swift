public import Inventory
public import Records

/// How far an incident reaches; 0 is the widest.
public enum Impact: Int, CaseIterable, Hashable, Comparable, Sendable, Codable {
  case veryHigh, high, medium, low
  /// The wider one is the smaller.
  public static func < (left: Impact, right: Impact) -> Bool { left.rawValue < right.rawValue }
}

/// How soon it hurts; 0 is the soonest.
public enum Urgency: Int, CaseIterable, Hashable, Comparable, Sendable, Codable {
  case urgent, high, medium, low
  public static func < (left: Urgency, right: Urgency) -> Bool { left.rawValue < right.rawValue }
}

/// In which order incidents are worked on; 0 comes first.
public enum Priority: Int, CaseIterable, Hashable, Comparable, Sendable, Codable {
  case urgent, high, medium, low
  /// The more pressing one is the smaller.
  public static func < (left: Priority, right: Priority) -> Bool { left.rawValue < right.rawValue }
}

/// Priority from impact × urgency: sum of both indexes ≤ 1 urgent, 2 high, 3–4 medium, else low.
///
/// - Source: domain.md 3.2; a test holds all 16 cells.
public enum PriorityMatrix {
  public static func priority(_ impact: Impact, _ urgency: Urgency) -> Priority {
    switch impact.rawValue + urgency.rawValue {
    case ...1: .urgent
    case 2: .high
    case 3...4: .medium
    default: .low
    }
  }
}

/// A priority with what it was computed from.
public struct PriorityAssessment: Hashable, Sendable, Codable {
  public let severity: Severity
  public let impact: Impact
  public let urgency: Urgency
  public let priority: Priority
  /// One for the impact, one for the urgency.
  public let reasons: [Reason]

  /// The default for a probe-born incident: impact from the item's criticality, urgency from severity and redundancy.
  public init(of severity: Severity, on item: ItemReference?) {
    self.severity = severity
    impact = Self.impact(of: severity, on: item)
    urgency = Self.urgency(of: severity, item?.redundancy ?? .alone)
    priority = PriorityMatrix.priority(impact, urgency)
    reasons = [
      IncidentReasons.impact(impact, severity, on: item),
      IncidentReasons.urgency(urgency, severity, item?.redundancy ?? .alone),
    ]
  }

  private static func impact(of severity: Severity, on item: ItemReference?) -> Impact {
    let fails = severity == .critical
    return switch item?.criticality ?? .standard {
    case .vital: fails ? .veryHigh : .high
    case .important: fails ? .high : .medium
    case .ordinary: .medium
    case .minor: .low
    }
  }

  private static func urgency(of severity: Severity, _ redundancy: RedundancyStanding) -> Urgency {
    switch severity {
    case .critical: redundancy == .covered ? .high : .urgent
    case .warning: .medium
    case .information: .low
    }
  }
}
