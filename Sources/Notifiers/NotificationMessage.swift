public import Records
public import Telemetry

/// All that a notifier says, already worded. Filled once per intent, so that a retry sends the same bytes.
public struct NotificationMessage: Sendable {
  public enum Kind: String, CaseIterable, Sendable {
    case firing, stillFiring, raised, recovered
    /// Sent by hand, about no incident.
    case test
  }

  /// How pressing it is.
  public enum Priority: Int, CaseIterable, Sendable {
    case p1 = 1
    case p2, p3, p4

    public var text: String { "P\(rawValue)" }
  }

  /// The same for every attempt of one notification to one receiver.
  public var idempotencyKey: String
  public var kind: Kind
  public var incident: RecordNumber?
  public var severity: String
  public var priority: Priority
  /// The item's name, for people.
  public var item: String?
  public var startedAt: Timestamp
  /// `nil` while it fires.
  public var endedAt: Timestamp?
  /// When the will to notify became a fact: the date of the mail.
  public var decidedAt: Timestamp
  public var labels: LabelSet
  public var annotations: [String: String]
  public var links: [NotificationLink]
  /// The receiver's name in the configuration.
  public var receiver: String
  public var groupKey: String
  public var groupLabels: LabelSet
  /// The alert's identity, hexadecimal.
  public var fingerprint: String
  /// The address of this installation's console.
  public var externalURL: String
  /// The address of the rule's graph or of the incident.
  public var generatorURL: String
  /// The receiver's own language first; never empty.
  public var texts: [NotificationText]

  public init(
    idempotencyKey: String, kind: Kind, receiver: String, text: NotificationText, priority: Priority,
    startedAt: Timestamp, decidedAt: Timestamp
  ) {
    self.idempotencyKey = idempotencyKey
    self.kind = kind
    self.receiver = receiver
    texts = [text]
    self.priority = priority
    self.startedAt = startedAt
    self.decidedAt = decidedAt
    severity = ""
    labels = .empty
    annotations = [:]
    links = []
    groupKey = ""
    groupLabels = .empty
    fingerprint = ""
    externalURL = ""
    generatorURL = ""
  }

  public var isFiring: Bool { kind != .recovered && endedAt == nil }

  /// In the receiver's own language.
  public var title: String { texts.first?.title ?? idempotencyKey }
}

/// One wording of a message.
public struct NotificationText: Sendable, Equatable {
  /// A language tag: `en`, `zh-CN`.
  public let language: String
  /// Severity, object, what and value within the first 60 characters.
  public let title: String
  public let lines: [String]

  public init(language: String, title: String, lines: [String]) {
    self.language = language
    self.title = title
    self.lines = lines
  }
}

public struct NotificationLink: Sendable, Equatable {
  public let title: String
  public let url: String

  public init(_ title: String, _ url: String) {
    self.title = title
    self.url = url
  }
}
