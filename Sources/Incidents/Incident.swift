public import Inventory
public import Records
public import Telemetry

/// Where an incident stands.
public enum IncidentStatus: String, CaseIterable, Hashable, Sendable, Codable {
  case open, acknowledged
  /// A person says it is done; the checks have not shown it yet.
  case resolvedUnverified = "resolved-unverified"
  case resolved, closed

  /// Whether a breach of the same fingerprint attaches to it.
  public var isActive: Bool {
    switch self {
    case .open, .acknowledged, .resolvedUnverified: true
    case .resolved, .closed: false
    }
  }
}

/// Whether the breach behind an incident is there.
public enum BreachState: Hashable, Sendable, Codable {
  case firing(since: Timestamp)
  case cleared(at: Timestamp)
}

/// How often a breach was seen, as of the fact that carries it.
public struct BreachProgress: Hashable, Sendable, Codable {
  /// Evaluation rounds that fired, and posts received.
  public let count: Int
  public let lastSeenAt: Timestamp
  /// The newest value of the rule's expression.
  public let value: Double

  public init(count: Int, lastSeenAt: Timestamp, value: Double) {
    self.count = count
    self.lastSeenAt = lastSeenAt
    self.value = value
  }
}

/// How an incident ended.
public struct Resolution: Hashable, Sendable, Codable {
  /// `self-recovered`, `rule-retired`, `post-ended`, or a person's code.
  public let code: String
  public let text: String
  public let by: Actor
  public let at: Timestamp

  public init(code: String, text: String, by: Actor, at: Timestamp) {
    self.code = code
    self.text = text
    self.by = by
    self.at = at
  }
}

/// Something that affects a service, or may: opened by a breach, worked on by people, ended by proof.
public struct Incident: Hashable, Sendable, Codable {
  public let number: RecordNumber
  public let fingerprint: Fingerprint
  public let origin: BreachOrigin
  public let alertName: String
  public let title: String
  public let labels: LabelSet
  public let annotations: [String: String]
  public let subject: AlertSubject
  public let openedAt: Timestamp
  /// When the breach began.
  public let activeAt: Timestamp
  /// Why it was opened, for example because it outlived a window.
  public let reasons: [Reason]
  /// The closed incident of the same fingerprint before this one.
  public let recurrenceOf: RecordNumber?

  public internal(set) var assessment: PriorityAssessment
  public internal(set) var status: IncidentStatus
  public internal(set) var breach: BreachState
  /// As of the newest fact; `BreachTally` knows better while the program runs.
  public internal(set) var progress: BreachProgress
  /// The time of the fact that last carried a progress.
  public internal(set) var progressToldAt: Timestamp
  public internal(set) var acknowledgedBy: Actor?
  public internal(set) var acknowledgedAt: Timestamp?
  public internal(set) var resolution: Resolution?
  /// When it became `resolved`: the reopen window counts from here.
  public internal(set) var resolvedAt: Timestamp?
  public internal(set) var reopenCount: Int
  /// Who reopened it although the checks are good: only a person's word or a new breach moves it on.
  public internal(set) var heldOpenBy: Actor?
  /// The window that covers the item now and withholds pages, not recoveries.
  public internal(set) var window: WindowReference?
  public internal(set) var paging: PagingState

  public var entity: EntityID { Self.entity(of: number) }
  public var priority: Priority { assessment.priority }
  public var severity: Severity { assessment.severity }

  public static func entity(of number: RecordNumber) -> EntityID { EntityID(prefix + number.description) }

  /// - Returns: `nil` when `entity` is not an incident's.
  public static func number(of entity: EntityID) -> RecordNumber? {
    guard entity.text.hasPrefix(prefix) else { return nil }
    return RecordNumber(String(entity.text.dropFirst(prefix.count)))
  }

  private static let prefix = "incident/"
}

/// What was said to whom about one incident.
public struct PagingState: Hashable, Sendable, Codable {
  /// When the first page is due; `nil` when it was sent or none is wanted.
  public internal(set) var dueAt: Timestamp?
  public internal(set) var lastToldAt: Timestamp?
  /// The most pressing priority that was told since the last recovery.
  public internal(set) var toldPriority: Priority?
  /// Transitions told so far: the ordinal in intent keys.
  public internal(set) var ordinal: Int
  /// For each receiver that knows of the breach, its newest intent.
  public internal(set) var told: [String: IntentKey]
  /// Intents whose delivery has not ended, ascending.
  public internal(set) var outstanding: [IntentKey]
}

/// A closed incident: what a recurrence must know.
public struct ClosedIncident: Hashable, Sendable, Codable {
  public let number: RecordNumber
  public let fingerprint: Fingerprint
  public let closedAt: Timestamp
}

/// A breach inside a maintenance window: recorded, but neither incident nor page.
public struct WithheldAlert: Hashable, Sendable, Codable {
  public let report: AlertReport
  public let window: WindowReference
  public let since: Timestamp

  /// Why nobody was paged.
  public var reason: Reason { IncidentReasons.window("reason.withheld.window", window) }

  public var entity: EntityID { Self.entity(of: report.fingerprint) }
  public static func entity(of fingerprint: Fingerprint) -> EntityID { EntityID("withheld/\(fingerprint)") }
}
