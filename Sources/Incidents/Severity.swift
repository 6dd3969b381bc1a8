/// How bad an alert says it is.
public enum Severity: String, CaseIterable, Hashable, Comparable, Sendable, Codable {
  case information, warning, critical

  /// Reads the label `severity`. What is not known counts as a warning: it is neither lost nor wakes anybody.
  public init(label: String?) {
    switch label?.lowercased() {
    case "critical", "crit", "error", "page", "emergency", "fatal", "high", "disaster", "p1": self = .critical
    case "info", "information", "informational", "none", "notice", "low", "debug", "p4", "ok": self = .information
    default: self = .warning
    }
  }

  private var rank: Int {
    switch self {
    case .information: 0
    case .warning: 1
    case .critical: 2
    }
  }

  public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }
}
