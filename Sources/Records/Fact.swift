public import Telemetry

/// The journal's streams. Each has one writer, which alone knows the stream's version.
public enum Stream: String, CaseIterable, Hashable, Sendable, Codable {
  case incidents, inventory, maintenance, desk, people, configuration
}

/// The number of facts in a stream: 0 before its first.
public struct StreamVersion: Hashable, Comparable, Sendable {
  public let number: Int64
  public init(_ number: Int64) { self.number = number }
  public static let none = StreamVersion(0)
  public static func < (left: StreamVersion, right: StreamVersion) -> Bool { left.number < right.number }
  public func advanced(by count: Int) -> StreamVersion { StreamVersion(number + Int64(count)) }
}

/// The place of a fact in the journal, counted from 1 without gaps. 0 stands before the first fact.
public struct JournalPosition: Hashable, Comparable, Sendable, Codable {
  public let number: Int64
  public init(_ number: Int64) { self.number = number }
  public static let start = JournalPosition(0)
  public static func < (left: JournalPosition, right: JournalPosition) -> Bool { left.number < right.number }
}

/// The fencing number of the lease under which a hub decides; 0 when it is alone.
public struct LeaseTerm: Hashable, Comparable, Sendable {
  public let number: Int64
  public init(_ number: Int64) { self.number = number }
  public static let alone = LeaseTerm(0)
  public static func < (left: LeaseTerm, right: LeaseTerm) -> Bool { left.number < right.number }
}

/// What a fact says: a dotted name such as `incident.opened`, and the number of its payload's schema.
public struct FactKind: Hashable, Sendable {
  public let name: String
  public let schema: Int

  public init(_ name: String, schema: Int = 1) {
    self.name = name
    self.schema = schema
  }
}

/// Where in the organisation a record belongs; `/` until there are several.
public struct Scope: Hashable, Sendable, Codable {
  public let path: String
  public init(_ path: String) { self.path = path }
  public static let root = Scope("/")
}

/// The opaque key of a record with a history, for example `incident/0198f2…` or `item/host/web01`.
public struct EntityID: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
  public let text: String
  public init(_ text: String) { self.text = text }
  public var description: String { text }
  public static func < (left: EntityID, right: EntityID) -> Bool { left.text < right.text }

  public init(from decoder: any Decoder) throws { text = try decoder.singleValueContainer().decode(String.self) }
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}

/// A fact as its writer hands it in; the journal adds position, version and `recordedAt`.
public struct FactDraft: Sendable {
  public let stream: Stream
  /// The record that changes; its facts together are its history.
  public let entity: EntityID
  public let kind: FactKind
  /// When it became true in the world.
  public let validAt: Timestamp
  public let actor: Actor
  public let scope: Scope
  /// The fact that led to this one.
  public let cause: JournalPosition?
  /// JSON, kept byte for byte as first written.
  public let payload: [UInt8]

  public init(
    stream: Stream, entity: EntityID, kind: FactKind, validAt: Timestamp, actor: Actor, scope: Scope = .root,
    cause: JournalPosition? = nil, payload: [UInt8]
  ) {
    self.stream = stream
    self.entity = entity
    self.kind = kind
    self.validAt = validAt
    self.actor = actor
    self.scope = scope
    self.cause = cause
    self.payload = payload
  }
}

/// A durable fact.
public struct Fact: Sendable {
  public let position: JournalPosition
  /// The version of its stream after this fact.
  public let version: StreamVersion
  /// When the journal learned it; never earlier than that of the fact before.
  public let recordedAt: Timestamp
  public let content: FactDraft

  public init(position: JournalPosition, version: StreamVersion, recordedAt: Timestamp, content: FactDraft) {
    self.position = position
    self.version = version
    self.recordedAt = recordedAt
    self.content = content
  }

  public var stream: Stream { content.stream }
  public var entity: EntityID { content.entity }
  public var kind: FactKind { content.kind }
  public var validAt: Timestamp { content.validAt }
  public var actor: Actor { content.actor }
  public var payload: [UInt8] { content.payload }
}
