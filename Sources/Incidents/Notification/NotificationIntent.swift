public import Inventory
public import Records
public import Telemetry

/// The idempotency key of one notification to one receiver, for example `INC-214.1.on-call`.
///
/// Stable: a retry, also after a crash, carries the same key, so that the far end can drop a duplicate.
public struct IntentKey: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
  public let text: String

  public init(_ text: String) { self.text = text }

  public init(incident: RecordNumber, ordinal: Int, receiver: String) {
    text = "\(incident).\(ordinal).\(receiver)"
  }

  public var description: String { text }
  public static func < (left: IntentKey, right: IntentKey) -> Bool { left.text < right.text }

  public init(from decoder: any Decoder) throws { text = try decoder.singleValueContainer().decode(String.self) }
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}

/// What a notification says happened.
public enum NotificationKind: String, CaseIterable, Hashable, Sendable, Codable {
  case firing
  /// Still firing, and nobody took it.
  case repeated
  /// The priority rose above what was told.
  case raised
  case recovered
}

/// The incident as it was when the notification was decided, so that a late delivery says what was meant.
public struct IncidentSummary: Hashable, Sendable, Codable {
  public let number: RecordNumber
  public let fingerprint: Fingerprint
  public let alertName: String
  public let title: String
  public let labels: LabelSet
  public let annotations: [String: String]
  public let severity: Severity
  public let priority: Priority
  public let status: IncidentStatus
  public let item: ItemReference?
  public let openedAt: Timestamp
  public let activeAt: Timestamp
  /// When the breach was last seen to end, `nil` while it fires.
  public let clearedAt: Timestamp?
  public let count: Int
  public let value: Double

  public init(_ incident: Incident) {
    number = incident.number
    fingerprint = incident.fingerprint
    alertName = incident.alertName
    title = incident.title
    labels = incident.labels
    annotations = incident.annotations
    severity = incident.severity
    priority = incident.priority
    status = incident.status
    item = incident.subject.item
    openedAt = incident.openedAt
    activeAt = incident.activeAt
    clearedAt = if case .cleared(let at) = incident.breach { at } else { nil }
    count = incident.progress.count
    value = incident.progress.value
  }
}

/// The durable will to tell one receiver about one transition. It is pending until an outcome is a fact.
public struct NotificationIntent: Hashable, Sendable, Codable {
  public let key: IntentKey
  public let receiver: String
  public let kind: NotificationKind
  public let reason: Reason
  public let incident: IncidentSummary
  public let createdAt: Timestamp

  public var entity: EntityID { Self.entity(of: key) }
  public static func entity(of key: IntentKey) -> EntityID { EntityID("intent/\(key)") }
}
