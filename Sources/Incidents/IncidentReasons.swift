internal import Inventory
internal import Records
internal import Telemetry

/// Every reason that the incidents give: the ids and their arguments, for the `Wording` catalogue.
///
/// Arguments that end in `At` are milliseconds since 1970 UTC, those that end in `Seconds` are seconds; `severity`,
/// `impact`, `urgency`, `priority`, `status`, `redundancy` hold the raw names of their enumerations.
public enum IncidentReasons {
  /// Every id with the names of its arguments.
  public static let catalogue: [String: Set<String>] = [
    "reason.impact.criticality": ["impact", "item", "criticality", "severity"],
    "reason.impact.unbound": ["impact", "severity"],
    "reason.urgency.severity": ["urgency", "severity", "redundancy"],
    "reason.incident.breach": ["rule", "activeAt"],
    "reason.incident.posted": ["source", "activeAt"],
    "reason.incident.recurrence": ["number", "closedAt"],
    "reason.incident.outlived-window": ["window", "title", "sinceAt"],
    "reason.incident.unbound": ["why"],
    "reason.reassessed": ["severity", "severityBefore", "priority", "priorityBefore"],
    "reason.window.covers": ["window", "title", "untilAt"],
    "reason.window.left": ["window"],
    "reason.withheld.window": ["window", "title", "untilAt"],
    "reason.released.recovered": ["window"],
    "reason.released.opened": ["window", "number"],
    "reason.released.rule-retired": ["rule"],
    "reason.released.attached": ["window", "number"],
    "reason.resolved.operator": ["code"],
    "reason.resolved.self-recovered": ["rounds", "durationSeconds"],
    "reason.resolved.post-ended": ["source", "durationSeconds"],
    "reason.resolved.no-further-post": ["source", "durationSeconds"],
    "reason.resolved.rule-retired": ["rule"],
    "reason.reopened.returned": ["reopenSeconds"],
    "reason.reopened.fires-on": ["code", "graceSeconds"],
    "reason.reopened.returned-unverified": ["code"],
    "reason.reopened.operator": ["by"],
    "reason.closed.window-passed": ["reopenSeconds"],
    "reason.page.first": ["priority"],
    "reason.page.reopened": ["priority", "reopenCount"],
    "reason.page.outlived-window": ["priority", "window"],
    "reason.page.repeat": ["intervalSeconds"],
    "reason.page.raised": ["priority", "priorityBefore"],
    "reason.page.recovered": ["code"],
    "reason.no-page.acknowledged": ["by"],
    "reason.no-page.window": ["window", "title", "untilAt"],
    "reason.no-page.no-receiver": [],
    "reason.no-page.group-wait": ["dueAt"],
    "reason.no-page.told": ["lastAt", "nextAt"],
    "reason.no-page.delivery-pending": ["receivers"],
    "reason.no-page.verifying": ["clearedAt"],
    "reason.no-page.over": ["status"],
  ]

  static func impact(_ impact: Impact, _ severity: Severity, on item: ItemReference?) -> Reason {
    guard let item else {
      return Reason("reason.impact.unbound", ["impact": "\(impact)", "severity": severity.rawValue])
    }
    return Reason(
      "reason.impact.criticality",
      [
        "impact": "\(impact)", "item": item.name, "criticality": String(item.criticality.rawValue),
        "severity": severity.rawValue,
      ])
  }

  static func urgency(_ urgency: Urgency, _ severity: Severity, _ redundancy: RedundancyStanding) -> Reason {
    Reason(
      "reason.urgency.severity",
      ["urgency": "\(urgency)", "severity": severity.rawValue, "redundancy": redundancy.rawValue])
  }

  static func opened(_ alert: AlertReport) -> [Reason] {
    let activeAt = alert.activeAt.text
    var reasons =
      switch alert.origin {
      case .rule(let rule): [Reason("reason.incident.breach", ["rule": rule.description, "activeAt": activeAt])]
      case .external(let source): [Reason("reason.incident.posted", ["source": source, "activeAt": activeAt])]
      }
    if case .unbound(let why) = alert.subject { reasons.append(Reason("reason.incident.unbound", ["why": why.id])) }
    return reasons
  }

  static func outlived(_ withheld: WithheldAlert) -> Reason {
    let facts = ["window": withheld.window.number.description, "sinceAt": withheld.since.text]
    return Reason(
      "reason.incident.outlived-window", withheld.window.title.arguments("title").merging(facts) { $1 })
  }

  static func recurrence(of closed: RecordNumber, at closedAt: Timestamp) -> Reason {
    Reason("reason.incident.recurrence", ["number": closed.description, "closedAt": closedAt.text])
  }

  static func reassessed(from old: PriorityAssessment, to new: PriorityAssessment) -> Reason {
    Reason(
      "reason.reassessed",
      [
        "severity": new.severity.rawValue, "severityBefore": old.severity.rawValue, "priority": "\(new.priority)",
        "priorityBefore": "\(old.priority)",
      ])
  }

  /// - Parameter id: one of the three reasons with a window's number, title and planned end.
  static func window(_ id: String, _ window: WindowReference) -> Reason {
    let facts = ["window": window.number.description, "untilAt": window.until.text]
    return Reason(id, window.title.arguments("title").merging(facts) { $1 })
  }
}

extension Timestamp {
  /// The form that reasons carry.
  var text: String { String(milliseconds) }
}

extension Duration {
  /// Whole seconds, the form that reasons carry.
  var secondsText: String { String(wholeMilliseconds / 1000) }
}
