public import Inventory
public import Records
public import Telemetry

/// A breach became an incident.
public struct IncidentOpened: FactPayload, Hashable {
  public static let kind = FactKind("incident.opened")
  public let number: RecordNumber
  public let alert: AlertReport
  public let assessment: PriorityAssessment
  public let reasons: [Reason]
  public let recurrenceOf: RecordNumber?
  /// When the first page is due.
  public let pageDueAt: Timestamp
  public let progress: BreachProgress
}

/// The breach goes on: at most one per `IncidentSettings.progressInterval`.
public struct IncidentProgressed: FactPayload, Hashable {
  public static let kind = FactKind("incident.progressed")
  public let progress: BreachProgress
}

/// Severity or item changed, and with them perhaps the priority.
public struct IncidentReassessed: FactPayload, Hashable {
  public static let kind = FactKind("incident.reassessed")
  public let assessment: PriorityAssessment
  public let reason: Reason
  public let progress: BreachProgress
}

/// The breach is no longer seen; verification begins.
public struct BreachCleared: FactPayload, Hashable {
  public static let kind = FactKind("incident.cleared")
  public let progress: BreachProgress
}

/// The breach is seen again before its end was proved.
public struct BreachReturned: FactPayload, Hashable {
  public static let kind = FactKind("incident.fired-again")
  public let since: Timestamp
  public let progress: BreachProgress
}

/// A maintenance window began or ceased to cover the item.
public struct IncidentWindowChanged: FactPayload, Hashable {
  public static let kind = FactKind("incident.window-changed")
  public let window: WindowReference?
  public let reason: Reason
  public let progress: BreachProgress
}

/// A person took it.
public struct IncidentAcknowledged: FactPayload, Hashable {
  public static let kind = FactKind("incident.acknowledged")
  /// May be empty.
  public let note: String
  public let progress: BreachProgress
}

/// A person added to the work log.
public struct IncidentNoted: FactPayload, Hashable {
  public static let kind = FactKind("incident.noted")
  public let text: String
  public let progress: BreachProgress
}

/// It was resolved: by a person's word, or by proof.
public struct IncidentResolved: FactPayload, Hashable {
  public enum Proof: String, Hashable, Sendable, Codable {
    case given
    /// The checks have not shown it yet.
    case pending
  }

  public static let kind = FactKind("incident.resolved")
  public let code: String
  public let text: String
  public let proof: Proof
  public let reason: Reason
  public let progress: BreachProgress
}

/// The checks showed what a person had said.
public struct IncidentVerified: FactPayload, Hashable {
  public static let kind = FactKind("incident.verified")
  public let reason: Reason
  public let progress: BreachProgress
}

/// It is not over after all.
public struct IncidentReopened: FactPayload, Hashable {
  public static let kind = FactKind("incident.reopened")
  public let reason: Reason
  /// A person's words, empty when a breach reopened it.
  public let text: String
  /// When the breach began again; `nil` when a person reopened it and no breach is seen.
  public let firingSince: Timestamp?
  public let window: WindowReference?
  public let pageDueAt: Timestamp?
  public let progress: BreachProgress
}

/// It will not change any more.
public struct IncidentClosed: FactPayload, Hashable {
  public static let kind = FactKind("incident.closed")
  public let reason: Reason
  /// The closed incident that a recurrence will no longer find, because memory is bounded.
  public let forgets: RecordNumber?
}

/// A breach inside a window was recorded.
public struct AlertWithheld: FactPayload, Hashable {
  public static let kind = FactKind("alert.withheld")
  public let alert: AlertReport
  public let window: WindowReference
  public let reason: Reason
}

/// A withheld breach ended, or became an incident.
public struct AlertReleased: FactPayload, Hashable {
  public static let kind = FactKind("alert.released")
  public let fingerprint: Fingerprint
  public let window: WindowReference
  public let reason: Reason
}

/// One transition is to be told to some receivers.
public struct NotificationIntended: FactPayload, Hashable {
  public static let kind = FactKind("notification.intended")
  public let ordinal: Int
  public let kind: NotificationKind
  public let reason: Reason
  public let receivers: [String]
  public let incident: IncidentSummary
}

/// A receiver took it.
public struct NotificationDelivered: FactPayload, Hashable {
  public static let kind = FactKind("notification.delivered")
  public let key: IntentKey
}

/// A receiver will never take it.
public struct NotificationRefused: FactPayload, Hashable {
  public static let kind = FactKind("notification.refused")
  public let key: IntentKey
  public let problem: BilingualText
}
